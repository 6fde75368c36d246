/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>

#include "trafo-tensor.h"

G_BEGIN_DECLS

/**
 * TrafoValue: (ref-func trafo_value_ref) (unref-func trafo_value_unref)
 *
 * A value as JSON has them, or a tensor: what pipelines return.
 *
 * Lists and records are filled while they are made and do not change once they were given away.
 */
typedef struct _TrafoValue TrafoValue;

/**
 * TrafoValueKind:
 * @TRAFO_VALUE_KIND_NULL: nothing
 * @TRAFO_VALUE_KIND_BOOLEAN: true or false
 * @TRAFO_VALUE_KIND_INTEGER: a whole number, 64 bits
 * @TRAFO_VALUE_KIND_DOUBLE: a number
 * @TRAFO_VALUE_KIND_STRING: a text, UTF-8
 * @TRAFO_VALUE_KIND_TENSOR: a tensor, which JSON shows as nested lists
 * @TRAFO_VALUE_KIND_LIST: values in order
 * @TRAFO_VALUE_KIND_RECORD: values by name, in order
 *
 * What a value is.
 */
typedef enum
{
  TRAFO_VALUE_KIND_NULL,
  TRAFO_VALUE_KIND_BOOLEAN,
  TRAFO_VALUE_KIND_INTEGER,
  TRAFO_VALUE_KIND_DOUBLE,
  TRAFO_VALUE_KIND_STRING,
  TRAFO_VALUE_KIND_TENSOR,
  TRAFO_VALUE_KIND_LIST,
  TRAFO_VALUE_KIND_RECORD,
} TrafoValueKind;

#define TRAFO_TYPE_VALUE (trafo_value_get_type ())
TRAFO_API GType trafo_value_get_type (void);

TRAFO_API TrafoValue *trafo_value_new_null (void);
TRAFO_API TrafoValue *trafo_value_new_boolean (gboolean boolean);
TRAFO_API TrafoValue *trafo_value_new_integer (gint64 integer);
TRAFO_API TrafoValue *trafo_value_new_double (double number);
TRAFO_API TrafoValue *trafo_value_new_string (const char *string);
TRAFO_API TrafoValue *trafo_value_new_string_bytes (GBytes *text);
TRAFO_API TrafoValue *trafo_value_new_strings (const char *const *strings);
TRAFO_API TrafoValue *trafo_value_new_tensor (TrafoTensor *tensor);
TRAFO_API TrafoValue *trafo_value_new_list (void);
TRAFO_API TrafoValue *trafo_value_new_record (void);
TRAFO_API TrafoValue *trafo_value_new_from_variant (GVariant *variant);
TRAFO_API TrafoValue *trafo_value_ref (TrafoValue *self);
TRAFO_API void        trafo_value_unref (TrafoValue *self);

TRAFO_API void trafo_value_append (TrafoValue *self, TrafoValue *item);
TRAFO_API void trafo_value_set (TrafoValue *self, const char *key, TrafoValue *value);
TRAFO_API void trafo_value_set_string (TrafoValue *self, const char *key, const char *string);
TRAFO_API void trafo_value_set_integer (TrafoValue *self, const char *key, gint64 integer);
TRAFO_API void trafo_value_set_double (TrafoValue *self, const char *key, double number);
TRAFO_API void trafo_value_set_boolean (TrafoValue *self, const char *key, gboolean boolean);

TRAFO_API TrafoValueKind trafo_value_get_kind (TrafoValue *self);
TRAFO_API gboolean       trafo_value_get_boolean (TrafoValue *self);
TRAFO_API gint64         trafo_value_get_integer (TrafoValue *self);
TRAFO_API double         trafo_value_get_double (TrafoValue *self);
TRAFO_API const char    *trafo_value_get_string (TrafoValue *self);
TRAFO_API GBytes        *trafo_value_get_string_bytes (TrafoValue *self);
TRAFO_API TrafoTensor   *trafo_value_get_tensor (TrafoValue *self);
TRAFO_API guint          trafo_value_get_n_items (TrafoValue *self);
TRAFO_API TrafoValue    *trafo_value_get_item (TrafoValue *self, guint index);
TRAFO_API TrafoValue    *trafo_value_get_member (TrafoValue *self, const char *key);
TRAFO_API const char    *trafo_value_get_key (TrafoValue *self, guint index);

TRAFO_API char    *trafo_value_to_json (TrafoValue *self);
TRAFO_API gboolean trafo_value_write_json (TrafoValue    *self,
                                           GOutputStream *stream,
                                           GCancellable  *cancellable,
                                           GError       **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoValue, trafo_value_unref)

G_END_DECLS

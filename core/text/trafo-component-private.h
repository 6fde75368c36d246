/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-error.h>

G_BEGIN_DECLS

/* One part of a tokenizer.json, {"type": "...", ...}, as trafo_json_to_variant() gives it. @where
 * begins the error messages: the file and the member, such as "tokenizer.json: normalizer". */

GVariant   *trafo_component_get (GVariant *self, const char *key);
const char *trafo_component_get_type (GVariant *self, const char *where, GError **error);
gboolean    trafo_component_read_boolean (GVariant   *self,
                                          const char *where,
                                          const char *key,
                                          gboolean   *value,
                                          GError    **error);
gboolean    trafo_component_read_string (GVariant   *self,
                                         const char *where,
                                         const char *key,
                                         char      **value,
                                         GError    **error);
gboolean    trafo_component_read_id (GVariant   *self,
                                     const char *where,
                                     const char *key,
                                     guint32    *value,
                                     GError    **error);
gboolean    trafo_component_read_char (GVariant   *self,
                                       const char *where,
                                       const char *key,
                                       guint32    *value,
                                       GError    **error);
GPtrArray *
trafo_component_flatten (GVariant *self, const char *list_key, const char *where, GError **error);
void trafo_component_set_unknown (GError **error, const char *where, const char *type);
void trafo_component_set_wrong (GError    **error,
                                const char *where,
                                const char *key,
                                const char *expected);

G_END_DECLS

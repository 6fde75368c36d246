/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib-object.h>
#include <trafo/trafo-error.h>

G_BEGIN_DECLS

/**
 * TrafoProblem:
 * @TRAFO_PROBLEM_INFERRED: not said: the number of labels and the type of those given decide
 * @TRAFO_PROBLEM_REGRESSION: numbers
 * @TRAFO_PROBLEM_SINGLE_LABEL_CLASSIFICATION: one class for each text
 * @TRAFO_PROBLEM_MULTI_LABEL_CLASSIFICATION: any number of classes for each text
 *
 * What the labels of a text are: problem_type in config.json.
 */
typedef enum
{
  TRAFO_PROBLEM_INFERRED,
  TRAFO_PROBLEM_REGRESSION,
  TRAFO_PROBLEM_SINGLE_LABEL_CLASSIFICATION,
  TRAFO_PROBLEM_MULTI_LABEL_CLASSIFICATION,
} TrafoProblem;

#define TRAFO_TYPE_CONFIG (trafo_config_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoConfig, trafo_config, TRAFO, CONFIG, GObject)

TRAFO_API TrafoConfig *
trafo_config_new_from_bytes (GBytes *bytes, const char *origin, GError **error);
TRAFO_API TrafoConfig *trafo_config_new_from_folder (const char *folder, GError **error);
TRAFO_API TrafoConfig *
trafo_config_new_from_variant (GVariant *variant, const char *origin, GError **error);

TRAFO_API GVariant          *trafo_config_get_variant (TrafoConfig *self);
TRAFO_API const char        *trafo_config_get_model_type (TrafoConfig *self);
TRAFO_API const char *const *trafo_config_get_architectures (TrafoConfig *self);
TRAFO_API TrafoConfig       *trafo_config_complete (TrafoConfig *self);
TRAFO_API char              *trafo_config_to_json (TrafoConfig *self);

/* A model reads its sizes as one reads a table, and asks once, at the end, whether all was well:
 *
 *   self->hidden_size = trafo_config_get_int (config, "hidden_size", 768, 1, G_MAXINT32);
 *   self->n_heads = trafo_config_get_int (config, "num_attention_heads", 12, 1, G_MAXINT32);
 *   self->epsilon = trafo_config_get_double (config, "layer_norm_eps", 1e-12, 0, G_MAXDOUBLE);
 *   if (self->hidden_size % self->n_heads != 0)
 *     trafo_config_fail (config, "hidden_size ...");
 *   return trafo_config_check (config, error);
 *
 * A getter returns @default_value, which may lie outside the range, where the key is absent or
 * null, and, with the error kept for check, where the value is not what it takes. Where a key has
 * changed its name, all are given and the first that is there counts: "dtype|torch_dtype". */
TRAFO_API gboolean trafo_config_has (TrafoConfig *self, const char *key);
TRAFO_API gint64   trafo_config_get_int (TrafoConfig *self,
                                         const char  *key,
                                         gint64       default_value,
                                         gint64       min,
                                         gint64       max);
TRAFO_API double   trafo_config_get_double (TrafoConfig *self,
                                            const char  *key,
                                            double       default_value,
                                            double       min,
                                            double       max);
TRAFO_API gboolean trafo_config_get_boolean (TrafoConfig *self,
                                             const char  *key,
                                             gboolean     default_value);
TRAFO_API const char *
trafo_config_get_string (TrafoConfig *self, const char *key, const char *default_value);
TRAFO_API gint64      *trafo_config_get_ints (TrafoConfig *self,
                                              const char  *key,
                                              gint64       min,
                                              gint64       max,
                                              gsize       *ret_n_values);
TRAFO_API gint64       trafo_config_get_token_id (TrafoConfig *self,
                                                  const char  *key,
                                                  gint64       default_value);
TRAFO_API char       **trafo_config_get_labels (TrafoConfig *self, gsize *ret_n_labels);
TRAFO_API TrafoProblem trafo_config_get_problem (TrafoConfig *self);

TRAFO_API void trafo_config_set_default (TrafoConfig *self, const char *key, GVariant *value);
TRAFO_API void trafo_config_fail (TrafoConfig *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
TRAFO_API gboolean trafo_config_check (TrafoConfig *self, GError **error);

G_END_DECLS

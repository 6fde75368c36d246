/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* The first output of the model, (1, tokens, hidden) for each text, special tokens among them:
 * transformers/pipelines/feature_extraction.py (5.23). */
#include "parameters.h"
#include "rows.h"

static gboolean
extract (const Row *row, gpointer data, GError **error)
{
  TrafoValue *results = data;
  g_autoptr (TrafoTensor) states = row_get_token_outputs (row, NULL, error);
  g_autoptr (TrafoTensor) features = NULL;
  gint64 shape[TRAFO_MAX_DIMS] = { 1 };
  guint  n_dims;

  if (states == NULL)
    return FALSE;
  n_dims = trafo_tensor_get_n_dims (states);
  for (guint i = 0; i < n_dims; i++)
    shape[i + 1] = trafo_tensor_get_dim (states, i);
  features = trafo_tensor_reshape (states, shape, n_dims + 1, error);
  if (features == NULL)
    return FALSE;
  trafo_value_append (results, trafo_value_new_tensor (features));
  return TRUE;
}

static TrafoValue *
run (const TextCall *call, GError **error)
{
  static const char *const names[] = { "truncation", NULL };
  g_autoptr (TrafoEncodeOptions) options =
      parameters_get_encode_options (call, names, "tokenize_kwargs", error);
  g_autoptr (TrafoValue) results = trafo_value_new_list ();
  g_autoptr (Rows) rows = rows_new ();
  gboolean return_tensors = FALSE;

  /* a tensor is what a program gets in any case */
  if (options == NULL || !parameters_get_boolean (call, "return_tensors", &return_tensors, error))
    return NULL;
  for (guint i = 0; i < text_call_get_n_items (call); i++)
    {
      TrafoValue *input = text_call_get_item (call, i);
      const char *text = trafo_value_get_string (input);

      if (text == NULL && !text_call_fail_input (input, "a text", error))
        return NULL;
      if (!rows_add (rows, call, i, text, NULL, options, error))
        return NULL;
    }
  if (!rows_forward (rows, call, extract, results, error))
    return NULL;
  return text_call_shape (call, g_steal_pointer (&results));
}

TEXT_TASK_DEFINE (TrafoFeatureExtraction,
                  trafo_feature_extraction,
                  "base",
                  "truncation",
                  "tokenize_kwargs",
                  "return_tensors",
                  "batch_size")

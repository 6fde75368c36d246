/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* The first output of the model, (1, tokens, hidden) for each text, special tokens among them, and the
 * padding of its batch, where the caller wants batches; (texts, tokens, hidden) for a list of texts in the list of inputs:
 * transformers/pipelines/feature_extraction.py (5.23). */
#include <string.h>

#include "parameters.h"
#include "rows.h"

typedef struct
{
  const TextCall *call;
  const Rows     *rows;
  GPtrArray      *texts; /* of TrafoTensor, what was extracted of the input at hand */
  TrafoValue     *results;
} Extractor;

static gboolean
is_nested (TrafoValue *input)
{
  return trafo_value_get_kind (input) == TRAFO_VALUE_KIND_LIST;
}

/* (texts, tokens, hidden) */
static TrafoTensor *
stack (TrafoTensor *const *texts, guint n_texts, GError **error)
{
  gint64       shape[TRAFO_MAX_DIMS] = { n_texts };
  guint        n_dims = trafo_tensor_get_n_dims (texts[0]);
  gsize        size_bytes = trafo_tensor_get_size_bytes (texts[0]);
  TrafoTensor *stacked;

  for (guint i = 0; i < n_dims; i++)
    shape[i + 1] = trafo_tensor_get_dim (texts[0], i);
  stacked = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, shape, n_dims + 1, error);
  for (guint i = 0; stacked != NULL && i < n_texts; i++)
    memcpy ((char *) trafo_tensor_get_data (stacked) + i * size_bytes,
            trafo_tensor_get_data (texts[i]),
            size_bytes);
  return stacked;
}

/* Ends the input at hand. */
static gboolean
finish_input (Extractor *self, GError **error)
{
  TrafoTensor *const *texts = (TrafoTensor *const *) self->texts->pdata;
  g_autoptr (TrafoTensor) features = NULL;

  for (guint i = 1; i < self->texts->len; i++)
    if (trafo_tensor_get_dim (texts[i], 0) != trafo_tensor_get_dim (texts[0], 0))
      {
        g_set_error (error,
                     TRAFO_ERROR,
                     TRAFO_ERROR_INVALID_ARGUMENT,
                     "found texts of %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT " tokens in one "
                     "input, expected as many, as 'padding' in 'tokenize_kwargs' makes them",
                     trafo_tensor_get_dim (texts[0], 0),
                     trafo_tensor_get_dim (texts[i], 0));
        return FALSE;
      }
  features = stack (texts, self->texts->len, error);
  if (features == NULL)
    return FALSE;
  trafo_value_append (self->results, trafo_value_new_tensor (features));
  g_ptr_array_set_size (self->texts, 0);
  return TRUE;
}

static gboolean
extract (const Row *row, gpointer data, GError **error)
{
  Extractor   *self = data;
  gboolean     is_nested_input = is_nested (text_call_get_item (self->call, row->item));
  TrafoTensor *states = is_nested_input || !self->rows->has_padding
                            ? row_get_token_outputs (row, NULL, error)
                            : row_get_output (row, NULL, error);

  if (states == NULL)
    return FALSE;
  g_ptr_array_add (self->texts, states);
  return !row->is_last || finish_input (self, error);
}

static gboolean
add_input (Rows               *rows,
           const TextCall     *call,
           guint               item,
           TrafoEncodeOptions *options,
           GError            **error)
{
  TrafoValue *input = text_call_get_item (call, item);
  const char *text = trafo_value_get_string (input);
  g_auto (GStrv) texts = is_nested (input) ? text_value_dup_strings (input) : NULL;

  if (text != NULL)
    return rows_add (rows, call, item, text, NULL, options, error);
  if (texts != NULL && texts[0] != NULL)
    return rows_add_texts (rows, call, item, (const char *const *) texts, options, error);
  return text_call_fail_input (input, "a text or a list of texts", error);
}

static TrafoValue *
run (const TextCall *call, GError **error)
{
  static const char *const names[] = { "truncation", NULL };
  g_autoptr (TrafoEncodeOptions) options =
      parameters_get_encode_options (call, names, "tokenize_kwargs", error);
  g_autoptr (TrafoValue) results = trafo_value_new_list ();
  g_autoptr (GPtrArray) texts =
      g_ptr_array_new_with_free_func ((GDestroyNotify) trafo_tensor_unref);
  g_autoptr (Rows) rows = rows_new ();
  Extractor self = { call, rows, texts, results };
  gboolean  return_tensors = FALSE;

  /* a tensor is what a program gets in any case */
  if (options == NULL || !parameters_get_boolean (call, "return_tensors", &return_tensors, error))
    return NULL;
  for (guint i = 0; i < text_call_get_n_items (call); i++)
    if (!add_input (rows, call, i, options, error))
      return NULL;
  rows->has_padding = rows_has_batch_size (call) || rows_hide_tokens (rows);
  if (!rows_forward (rows, call, extract, &self, error))
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

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-batch-tensors.h"

#include <trafo/trafo-error.h>

typedef const guint32 *(*Column) (TrafoEncoding *row, gsize *n_tokens);

/* The length of every row, or FALSE if they differ. */
static gboolean
get_length (TrafoBatchEncoding *self, gsize *ret_n_tokens, GError **error)
{
  gsize n_rows = trafo_batch_encoding_get_n_rows (self);

  *ret_n_tokens =
      n_rows > 0 ? trafo_encoding_get_n_tokens (trafo_batch_encoding_get_row (self, 0)) : 0;
  for (gsize i = 1; i < n_rows; i++)
    {
      gsize n_tokens = trafo_encoding_get_n_tokens (trafo_batch_encoding_get_row (self, i));

      if (n_tokens == *ret_n_tokens)
        continue;
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_SHAPE,
                   "row %" G_GSIZE_FORMAT " has %" G_GSIZE_FORMAT
                   " tokens, expected %" G_GSIZE_FORMAT
                   " as in row 0: rows of one length come from padding",
                   i,
                   n_tokens,
                   *ret_n_tokens);
      return FALSE;
    }
  return TRUE;
}

/* Result: int64, (rows, tokens). @is_zero, if not NULL, tells whether nothing but 0 was found. */
static TrafoTensor *
make_column (TrafoBatchEncoding *self,
             gsize               n_tokens,
             Column              column,
             gboolean           *is_zero,
             GError            **error)
{
  gint64       shape[] = { trafo_batch_encoding_get_n_rows (self), n_tokens };
  TrafoTensor *tensor = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, error);
  gint64      *out = tensor != NULL ? trafo_tensor_get_data (tensor) : NULL;
  guint32      seen = 0;

  for (gint64 i = 0; out != NULL && i < shape[0]; i++)
    {
      gsize          n;
      const guint32 *values = column (trafo_batch_encoding_get_row (self, i), &n);

      for (gsize j = 0; j < n_tokens; j++)
        {
          *out++ = values[j];
          seen |= values[j];
        }
    }
  if (is_zero != NULL)
    *is_zero = seen == 0;
  return tensor;
}

/**
 * trafo_batch_encoding_to_tensors:
 * @self: a batch whose rows have one length
 * @error: return location for an error
 *
 * What a model takes: `input_ids`, `attention_mask` and, unless all of them are 0, `token_type_ids`.
 *
 * Each is int64 of shape (rows, tokens). Token types that are 0 are what a model assumes, or has no
 * input for.
 *
 * Returns: (transfer full) (nullable): tensors by name, or %NULL with %TRAFO_ERROR_SHAPE or
 *   %TRAFO_ERROR_NO_MEMORY
 */
TrafoTensorDict *
trafo_batch_encoding_to_tensors (TrafoBatchEncoding *self, GError **error)
{
  g_autoptr (TrafoTensorDict) result = NULL;
  g_autoptr (TrafoTensor) ids = NULL;
  g_autoptr (TrafoTensor) types = NULL;
  g_autoptr (TrafoTensor) mask = NULL;
  gboolean has_no_types;
  gsize    n_tokens;

  g_return_val_if_fail (self != NULL, NULL);
  if (!get_length (self, &n_tokens, error))
    return NULL;
  ids = make_column (self, n_tokens, trafo_encoding_get_ids, NULL, error);
  if (ids != NULL)
    types = make_column (self, n_tokens, trafo_encoding_get_type_ids, &has_no_types, error);
  if (types != NULL)
    mask = make_column (self, n_tokens, trafo_encoding_get_attention_mask, NULL, error);
  if (mask == NULL)
    return NULL;
  result = trafo_tensor_dict_new ();
  trafo_tensor_dict_set (result, "input_ids", ids);
  if (!has_no_types)
    trafo_tensor_dict_set (result, "token_type_ids", types);
  trafo_tensor_dict_set (result, "attention_mask", mask);
  return g_steal_pointer (&result);
}

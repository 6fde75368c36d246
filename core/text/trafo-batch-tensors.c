/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-batch-tensors.h"

#include <trafo/trafo-error.h>

/* Rows that get one length. */
typedef struct
{
  TrafoEncoding *const *encodings;
  gsize                 n_rows;
  gsize                 length;
  gboolean              is_left_padded;
} Rows;

typedef const guint32 *(*Column) (TrafoEncoding *row, gsize *n_tokens);

/* The length of the longest row; without a token for padding FALSE if they differ. */
static gboolean
find_length (Rows *self, gboolean has_padding, GError **error)
{
  for (gsize i = 0; i < self->n_rows; i++)
    {
      gsize n_tokens = trafo_encoding_get_n_tokens (self->encodings[i]);

      if (i > 0 && n_tokens != self->length && !has_padding)
        {
          g_set_error (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_SHAPE,
                       "row %" G_GSIZE_FORMAT " has %" G_GSIZE_FORMAT
                       " tokens, expected %" G_GSIZE_FORMAT
                       " as in row 0: rows of one length come from padding",
                       i,
                       n_tokens,
                       self->length);
          return FALSE;
        }
      self->length = MAX (self->length, n_tokens);
    }
  return TRUE;
}

/* Result: int64, (rows, tokens). @is_zero, if not NULL, tells whether no row has anything but 0. */
static TrafoTensor *
make_column (const Rows *self, Column column, gint64 padding, gboolean *is_zero, GError **error)
{
  gint64       shape[] = { self->n_rows, self->length };
  TrafoTensor *tensor = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, error);
  gint64      *out = tensor != NULL ? trafo_tensor_get_data (tensor) : NULL;
  guint32      seen = 0;

  for (gsize i = 0; out != NULL && i < self->n_rows; i++)
    {
      gsize          n_tokens;
      const guint32 *values = column (self->encodings[i], &n_tokens);
      gsize          n_before = self->is_left_padded ? self->length - n_tokens : 0;

      for (gsize j = 0; j < self->length; j++)
        {
          gboolean is_token = j >= n_before && j - n_before < n_tokens;

          *out++ = is_token ? values[j - n_before] : padding;
          seen |= is_token ? values[j - n_before] : 0;
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
 * As [ctor@Trafo.TensorDict.new_from_encodings] of all rows, without padding.
 *
 * Returns: (transfer full) (nullable): tensors by name, or %NULL with %TRAFO_ERROR_SHAPE or
 *   %TRAFO_ERROR_NO_MEMORY
 */
TrafoTensorDict *
trafo_batch_encoding_to_tensors (TrafoBatchEncoding *self, GError **error)
{
  gsize                      n_rows;
  g_autofree TrafoEncoding **rows = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  n_rows = trafo_batch_encoding_get_n_rows (self);
  rows = g_new (TrafoEncoding *, n_rows);
  for (gsize i = 0; i < n_rows; i++)
    rows[i] = trafo_batch_encoding_get_row (self, i);
  return trafo_tensor_dict_new_from_encodings (rows, n_rows, TRAFO_SIDE_RIGHT, -1, TRUE, error);
}

/**
 * trafo_tensor_dict_new_from_encodings: (constructor)
 * @encodings: (array length=n_encodings): the rows
 * @n_encodings: how many they are
 * @padding_side: where shorter rows are padded
 * @pad_token_id: with what; if negative, all rows must have one length
 * @return_token_type_ids: whether the model has a use for `token_type_ids`
 * @error: return location for an error
 *
 * Makes what a model takes of rows of tokens: `input_ids`, `attention_mask`, which is 0 for padding,
 * and, unless all of them are 0, `token_type_ids`.
 *
 * Each is int64 of shape (rows, tokens). Token types that are 0 are what a model assumes, or has no
 * input for.
 *
 * Returns: (transfer full) (nullable): tensors by name, or %NULL with %TRAFO_ERROR_SHAPE or
 *   %TRAFO_ERROR_NO_MEMORY
 */
TrafoTensorDict *
trafo_tensor_dict_new_from_encodings (TrafoEncoding *const *encodings,
                                      gsize                 n_encodings,
                                      TrafoSide             padding_side,
                                      gint64                pad_token_id,
                                      gboolean              return_token_type_ids,
                                      GError              **error)
{
  Rows rows = { encodings, n_encodings, 0, padding_side == TRAFO_SIDE_LEFT };
  g_autoptr (TrafoTensorDict) result = NULL;
  g_autoptr (TrafoTensor) ids = NULL;
  g_autoptr (TrafoTensor) types = NULL;
  g_autoptr (TrafoTensor) mask = NULL;
  gboolean has_no_types = TRUE;

  g_return_val_if_fail (encodings != NULL || n_encodings == 0, NULL);
  if (!find_length (&rows, pad_token_id >= 0, error))
    return NULL;
  ids = make_column (&rows, trafo_encoding_get_ids, pad_token_id, NULL, error);
  if (ids != NULL)
    mask = make_column (&rows, trafo_encoding_get_attention_mask, 0, NULL, error);
  if (mask != NULL && return_token_type_ids)
    types = make_column (&rows, trafo_encoding_get_type_ids, 0, &has_no_types, error);
  if (mask == NULL || (return_token_type_ids && types == NULL))
    return NULL;
  result = trafo_tensor_dict_new ();
  trafo_tensor_dict_set (result, "input_ids", ids);
  if (!has_no_types)
    trafo_tensor_dict_set (result, "token_type_ids", types);
  trafo_tensor_dict_set (result, "attention_mask", mask);
  return g_steal_pointer (&result);
}

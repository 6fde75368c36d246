/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-text-batch-private.h"

#include <trafo/trafo-error.h>

typedef const guint32 *(*GetRow) (TrafoEncoding *encoding, gsize *n_tokens);

/* (n_rows, n_tokens); @ret_has_any, if not NULL, tells whether an element is not 0. */
static TrafoTensor *
make_tensor (TrafoBatchEncoding *encodings, GetRow get_row, gboolean *ret_has_any, GError **error)
{
  gsize          n_rows = trafo_batch_encoding_get_n_rows (encodings);
  TrafoEncoding *first = trafo_batch_encoding_get_row (encodings, 0);
  gint64         shape[] = { n_rows, trafo_encoding_get_n_tokens (first) };
  g_autoptr (TrafoTensor) tensor = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, error);
  gint64  *values;
  gboolean has_any = FALSE;

  if (tensor == NULL)
    return NULL;
  values = trafo_tensor_get_data (tensor);
  for (gsize i = 0; i < n_rows; i++)
    {
      TrafoEncoding *encoding = trafo_batch_encoding_get_row (encodings, i);
      gsize          n_tokens;
      const guint32 *row = get_row (encoding, &n_tokens);

      if (n_tokens != (gsize) shape[1])
        {
          g_set_error (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_SHAPE,
                       "text %" G_GSIZE_FORMAT " has %" G_GSIZE_FORMAT
                       " tokens, expected %" G_GINT64_FORMAT " as the first one: without padding, "
                       "texts of one batch must have the same length",
                       i,
                       n_tokens,
                       shape[1]);
          return NULL;
        }
      for (gsize j = 0; j < n_tokens; j++)
        {
          values[i * n_tokens + j] = row[j];
          has_any |= row[j] != 0;
        }
    }
  if (ret_has_any != NULL)
    *ret_has_any = has_any;
  return g_steal_pointer (&tensor);
}

TrafoTensorDict *
trafo_text_batch_new (TrafoBatchEncoding *encodings, GError **error)
{
  g_autoptr (TrafoTensorDict) batch = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) ids = NULL;
  g_autoptr (TrafoTensor) mask = NULL;
  g_autoptr (TrafoTensor) type_ids = NULL;
  gboolean has_types = FALSE;

  ids = make_tensor (encodings, trafo_encoding_get_ids, NULL, error);
  if (ids == NULL)
    return NULL;
  mask = make_tensor (encodings, trafo_encoding_get_attention_mask, NULL, error);
  if (mask == NULL)
    return NULL;
  type_ids = make_tensor (encodings, trafo_encoding_get_type_ids, &has_types, error);
  if (type_ids == NULL)
    return NULL;
  trafo_tensor_dict_set (batch, "input_ids", ids);
  trafo_tensor_dict_set (batch, "attention_mask", mask);
  /* a model without segments takes none, and zeros are what one with segments assumes */
  if (has_types)
    trafo_tensor_dict_set (batch, "token_type_ids", type_ids);
  return g_steal_pointer (&batch);
}

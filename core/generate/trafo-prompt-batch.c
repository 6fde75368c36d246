/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-prompt-batch.h"

#include <trafo/trafo-error.h>

#include "trafo-text.h"

/* What fills rows up is masked, so that any token does where the tokenizer has none for it. */
static gint64
get_filler (TrafoTokenizer *tokenizer)
{
  gint64 pad = trafo_tokenizer_get_special_token_id (tokenizer, TRAFO_SPECIAL_TOKEN_PAD);
  gint64 eos = trafo_tokenizer_get_special_token_id (tokenizer, TRAFO_SPECIAL_TOKEN_EOS);

  return pad >= 0 ? pad : MAX (eos, 0);
}

static TrafoTensorDict *
pad_left (TrafoBatchEncoding *encodings, gsize length, gint64 filler, GError **error)
{
  gsize        n_rows = trafo_batch_encoding_get_n_rows (encodings);
  const gint64 shape[] = { n_rows, length };
  g_autoptr (TrafoTensorDict) batch = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) ids = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, error);
  g_autoptr (TrafoTensor) mask = NULL;
  gint64 *id, *masked;

  if (ids != NULL)
    mask = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, error);
  if (mask == NULL)
    return NULL;
  id = trafo_tensor_get_data (ids);
  masked = trafo_tensor_get_data (mask);
  for (gsize row = 0; row < n_rows; row++)
    {
      gsize          n_tokens;
      const guint32 *tokens =
          trafo_encoding_get_ids (trafo_batch_encoding_get_row (encodings, row), &n_tokens);
      gsize n_padding = length - n_tokens;

      for (gsize i = 0; i < length; i++)
        {
          *id++ = i < n_padding ? filler : tokens[i - n_padding];
          *masked++ = i >= n_padding;
        }
    }
  trafo_tensor_dict_set (batch, "input_ids", ids);
  trafo_tensor_dict_set (batch, "attention_mask", mask);
  return g_steal_pointer (&batch);
}

/**
 * trafo_tokenizer_encode_prompts:
 * @self: a loaded tokenizer
 * @texts: (array zero-terminated=1): texts, UTF-8, at least one
 * @error: return location for an error
 *
 * Turns texts into one batch, padded on the left, for [method@Trafo.Model.generate].
 *
 * One text without tokens gives a batch without "input_ids": the model begins by itself.
 *
 * Returns: (transfer full): int64 "input_ids" and "attention_mask" (texts, tokens); %NULL with
 *   %TRAFO_ERROR_INVALID_ARGUMENT if there is no text, or an error as
 *   [method@Trafo.Tokenizer.encode_batch] gives
 */
TrafoTensorDict *
trafo_tokenizer_encode_prompts (TrafoTokenizer *self, const char *const *texts, GError **error)
{
  g_autoptr (TrafoBatchEncoding) encodings = NULL;
  gsize length = 0;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), NULL);
  g_return_val_if_fail (texts != NULL, NULL);
  if (texts[0] == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "found no prompts, expected at least one");
      return NULL;
    }
  encodings = trafo_tokenizer_encode_batch (self, texts, NULL, NULL, error);
  if (encodings == NULL)
    return NULL;
  for (gsize row = 0; row < trafo_batch_encoding_get_n_rows (encodings); row++)
    length =
        MAX (length, trafo_encoding_get_n_tokens (trafo_batch_encoding_get_row (encodings, row)));
  if (length == 0 && texts[1] == NULL)
    return trafo_tensor_dict_new ();
  return pad_left (encodings, length, get_filler (self), error);
}

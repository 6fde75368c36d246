/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-prompt-batch.h"

#include <trafo/trafo-error.h>

#include "trafo-batch-tensors.h"
#include "trafo-text.h"

/* What fills rows up is masked, so that any token does where the tokenizer has none for it. */
static gint64
get_filler (TrafoTokenizer *tokenizer)
{
  gint64 pad = trafo_tokenizer_get_special_token_id (tokenizer, TRAFO_SPECIAL_TOKEN_PAD);
  gint64 eos = trafo_tokenizer_get_special_token_id (tokenizer, TRAFO_SPECIAL_TOKEN_EOS);

  return pad >= 0 ? pad : MAX (eos, 0);
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
  g_autofree TrafoEncoding **rows = NULL;
  gsize                      n_rows;
  gboolean                   has_tokens = FALSE;

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
  n_rows = trafo_batch_encoding_get_n_rows (encodings);
  rows = g_new (TrafoEncoding *, n_rows);
  for (gsize i = 0; i < n_rows; i++)
    {
      rows[i] = trafo_batch_encoding_get_row (encodings, i);
      has_tokens |= trafo_encoding_get_n_tokens (rows[i]) > 0;
    }
  if (!has_tokens && texts[1] == NULL)
    return trafo_tensor_dict_new ();
  return trafo_tensor_dict_new_from_encodings (rows,
                                               n_rows,
                                               TRAFO_SIDE_LEFT,
                                               get_filler (self),
                                               FALSE,
                                               error);
}

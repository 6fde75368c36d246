/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>
#include <trafo/trafo-encoding.h>
#include <trafo/trafo-tokenizer.h>

#include "trafo-encode-options.h"

G_BEGIN_DECLS

/**
 * TrafoSpecialToken:
 * @TRAFO_SPECIAL_TOKEN_BOS: begins a text
 * @TRAFO_SPECIAL_TOKEN_EOS: ends a text
 * @TRAFO_SPECIAL_TOKEN_UNK: stands for what the vocabulary cannot say
 * @TRAFO_SPECIAL_TOKEN_SEP: separates two sequences
 * @TRAFO_SPECIAL_TOKEN_PAD: fills sequences up to one length
 * @TRAFO_SPECIAL_TOKEN_CLS: begins what is classified
 * @TRAFO_SPECIAL_TOKEN_MASK: stands for a token that the model shall guess
 *
 * The tokens with a part of their own.
 */
typedef enum
{
  TRAFO_SPECIAL_TOKEN_BOS,
  TRAFO_SPECIAL_TOKEN_EOS,
  TRAFO_SPECIAL_TOKEN_UNK,
  TRAFO_SPECIAL_TOKEN_SEP,
  TRAFO_SPECIAL_TOKEN_PAD,
  TRAFO_SPECIAL_TOKEN_CLS,
  TRAFO_SPECIAL_TOKEN_MASK,
} TrafoSpecialToken;

#define TRAFO_N_SPECIAL_TOKENS 7

/* What a program does with a tokenizer, whatever plugin it is of. */

TRAFO_API gboolean trafo_tokenizer_load (TrafoTokenizer *self, const char *folder, GError **error);
TRAFO_API gboolean trafo_tokenizer_save_pretrained (TrafoTokenizer *self,
                                                    const char     *folder,
                                                    GError        **error);
TRAFO_API gboolean trafo_tokenizer_load_json (TrafoTokenizer *self,
                                              GBytes         *tokenizer_json,
                                              GBytes         *tokenizer_config_json,
                                              GError        **error);

TRAFO_API TrafoEncoding      *trafo_tokenizer_encode (TrafoTokenizer     *self,
                                                      const char         *text,
                                                      const char         *pair,
                                                      TrafoEncodeOptions *options,
                                                      GError            **error);
TRAFO_API TrafoEncoding      *trafo_tokenizer_encode_bytes (TrafoTokenizer     *self,
                                                            GBytes             *text,
                                                            GBytes             *pair,
                                                            TrafoEncodeOptions *options,
                                                            GError            **error);
TRAFO_API TrafoBatchEncoding *trafo_tokenizer_encode_batch (TrafoTokenizer     *self,
                                                            const char *const  *texts,
                                                            const char *const  *pairs,
                                                            TrafoEncodeOptions *options,
                                                            GError            **error);
TRAFO_API TrafoBatchEncoding *trafo_tokenizer_encode_bytes_batch (TrafoTokenizer     *self,
                                                                  GPtrArray          *texts,
                                                                  GPtrArray          *pairs,
                                                                  TrafoEncodeOptions *options,
                                                                  GError            **error);
TRAFO_API TrafoBatchEncoding *trafo_tokenizer_encode_words (TrafoTokenizer     *self,
                                                            const char *const  *words,
                                                            const char         *delimiter,
                                                            TrafoEncodeOptions *options,
                                                            GError            **error);
TRAFO_API char               *trafo_tokenizer_decode (TrafoTokenizer *self,
                                                      const guint32  *ids,
                                                      gsize           n_ids,
                                                      gboolean        skip_special_tokens,
                                                      gboolean        clean_up_tokenization_spaces,
                                                      GError        **error);

TRAFO_API GBytes *trafo_tokenizer_decode_bytes (TrafoTokenizer *self,
                                                const guint32  *ids,
                                                gsize           n_ids,
                                                gboolean        skip_special_tokens,
                                                gboolean        clean_up_tokenization_spaces,
                                                GError        **error);

TRAFO_API char *trafo_tokenizer_convert_tokens_to_string (TrafoTokenizer    *self,
                                                          const char *const *tokens,
                                                          GError           **error);

TRAFO_API GBytes *trafo_tokenizer_convert_tokens_to_string_bytes (TrafoTokenizer    *self,
                                                                  const char *const *tokens,
                                                                  GError           **error);

TRAFO_API void     trafo_tokenizer_load_async (TrafoTokenizer     *self,
                                               const char         *folder,
                                               GCancellable       *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer            user_data);
TRAFO_API gboolean trafo_tokenizer_load_finish (TrafoTokenizer *self,
                                                GAsyncResult   *result,
                                                GError        **error);
TRAFO_API void     trafo_tokenizer_save_pretrained_async (TrafoTokenizer     *self,
                                                          const char         *folder,
                                                          GCancellable       *cancellable,
                                                          GAsyncReadyCallback callback,
                                                          gpointer            user_data);
TRAFO_API gboolean trafo_tokenizer_save_pretrained_finish (TrafoTokenizer *self,
                                                           GAsyncResult   *result,
                                                           GError        **error);
TRAFO_API void     trafo_tokenizer_load_json_async (TrafoTokenizer     *self,
                                                    GBytes             *tokenizer_json,
                                                    GBytes             *tokenizer_config_json,
                                                    GCancellable       *cancellable,
                                                    GAsyncReadyCallback callback,
                                                    gpointer            user_data);
TRAFO_API gboolean trafo_tokenizer_load_json_finish (TrafoTokenizer *self,
                                                     GAsyncResult   *result,
                                                     GError        **error);
TRAFO_API void     trafo_tokenizer_encode_batch_async (TrafoTokenizer     *self,
                                                       const char *const  *texts,
                                                       const char *const  *pairs,
                                                       TrafoEncodeOptions *options,
                                                       GCancellable       *cancellable,
                                                       GAsyncReadyCallback callback,
                                                       gpointer            user_data);
TRAFO_API TrafoBatchEncoding *
trafo_tokenizer_encode_batch_finish (TrafoTokenizer *self, GAsyncResult *result, GError **error);
TRAFO_API void                trafo_tokenizer_encode_bytes_batch_async (TrafoTokenizer     *self,
                                                                        GPtrArray          *texts,
                                                                        GPtrArray          *pairs,
                                                                        TrafoEncodeOptions *options,
                                                                        GCancellable       *cancellable,
                                                                        GAsyncReadyCallback callback,
                                                                        gpointer            user_data);
TRAFO_API TrafoBatchEncoding *trafo_tokenizer_encode_bytes_batch_finish (TrafoTokenizer *self,
                                                                         GAsyncResult   *result,
                                                                         GError        **error);

TRAFO_API gint64  trafo_tokenizer_token_to_id (TrafoTokenizer *self, const char *token);
TRAFO_API char   *trafo_tokenizer_id_to_token (TrafoTokenizer *self, guint id);
TRAFO_API GBytes *trafo_tokenizer_id_to_token_bytes (TrafoTokenizer *self, guint id);
TRAFO_API guint   trafo_tokenizer_get_vocab_size (TrafoTokenizer *self, gboolean with_added_tokens);
TRAFO_API const char *trafo_tokenizer_get_special_token (TrafoTokenizer   *self,
                                                         TrafoSpecialToken token);
TRAFO_API gint64      trafo_tokenizer_get_special_token_id (TrafoTokenizer   *self,
                                                            TrafoSpecialToken token);
TRAFO_API gboolean    trafo_tokenizer_is_special_id (TrafoTokenizer *self, guint id);
TRAFO_API char       *trafo_tokenizer_dup_continuing_subword_prefix (TrafoTokenizer *self);
TRAFO_API guint       trafo_tokenizer_get_n_added_tokens (TrafoTokenizer *self, gboolean is_pair);
TRAFO_API guint       trafo_tokenizer_get_model_max_length (TrafoTokenizer *self);
TRAFO_API TrafoSide   trafo_tokenizer_get_padding_side (TrafoTokenizer *self);
TRAFO_API TrafoSide   trafo_tokenizer_get_truncation_side (TrafoTokenizer *self);
TRAFO_API gboolean    trafo_tokenizer_get_clean_up_tokenization_spaces (TrafoTokenizer *self);

G_END_DECLS

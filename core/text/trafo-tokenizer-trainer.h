/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>
#include <trafo/trafo-macros.h>

G_BEGIN_DECLS

/**
 * TrafoTokenizerRecipe:
 * @TRAFO_TOKENIZER_RECIPE_BYTE_LEVEL_BPE: as GPT-2: byte-pair encoding of bytes, words with the space
 *   before them
 * @TRAFO_TOKENIZER_RECIPE_BPE: byte-pair encoding of the characters of words and of punctuation
 * @TRAFO_TOKENIZER_RECIPE_WORD_PIECE: as BERT: lower case without accents, "##" before what continues a
 *   word
 *
 * What a tokenizer is made of around its vocabulary.
 */
typedef enum
{
  TRAFO_TOKENIZER_RECIPE_BYTE_LEVEL_BPE,
  TRAFO_TOKENIZER_RECIPE_BPE,
  TRAFO_TOKENIZER_RECIPE_WORD_PIECE,
} TrafoTokenizerRecipe;

#define TRAFO_TYPE_TOKENIZER_TRAINER (trafo_tokenizer_trainer_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoTokenizerTrainer,
                      trafo_tokenizer_trainer,
                      TRAFO,
                      TOKENIZER_TRAINER,
                      GObject)

TRAFO_API TrafoTokenizerTrainer *trafo_tokenizer_trainer_new (TrafoTokenizerRecipe recipe);
TRAFO_API gboolean trafo_tokenizer_trainer_set_components (TrafoTokenizerTrainer *self,
                                                           GBytes                *tokenizer_json,
                                                           GError               **error);
TRAFO_API gboolean trafo_tokenizer_trainer_add_text (TrafoTokenizerTrainer *self,
                                                     GBytes                *text,
                                                     GCancellable          *cancellable,
                                                     GError               **error);
TRAFO_API gboolean trafo_tokenizer_trainer_add_stream (TrafoTokenizerTrainer *self,
                                                       GInputStream          *stream,
                                                       GCancellable          *cancellable,
                                                       GError               **error);
TRAFO_API void     trafo_tokenizer_trainer_add_stream_async (TrafoTokenizerTrainer *self,
                                                             GInputStream          *stream,
                                                             GCancellable          *cancellable,
                                                             GAsyncReadyCallback    callback,
                                                             gpointer               user_data);
TRAFO_API gboolean trafo_tokenizer_trainer_add_stream_finish (TrafoTokenizerTrainer *self,
                                                              GAsyncResult          *result,
                                                              GError               **error);
TRAFO_API GBytes  *trafo_tokenizer_trainer_train (TrafoTokenizerTrainer *self,
                                                  GCancellable          *cancellable,
                                                  GError               **error);
TRAFO_API void     trafo_tokenizer_trainer_train_async (TrafoTokenizerTrainer *self,
                                                        GCancellable          *cancellable,
                                                        GAsyncReadyCallback    callback,
                                                        gpointer               user_data);
TRAFO_API GBytes  *trafo_tokenizer_trainer_train_finish (TrafoTokenizerTrainer *self,
                                                         GAsyncResult          *result,
                                                         GError               **error);
TRAFO_API gboolean trafo_tokenizer_trainer_save (TrafoTokenizerTrainer *self,
                                                 const char            *folder,
                                                 GError               **error);
TRAFO_API guint64  trafo_tokenizer_trainer_get_n_bytes (TrafoTokenizerTrainer *self);
TRAFO_API guint64  trafo_tokenizer_trainer_get_n_tokens (TrafoTokenizerTrainer *self);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-tokenizer.h>

#include "trafo-model-runtime.h"

G_BEGIN_DECLS

#define TRAFO_TYPE_SENTENCE_EMBEDDER (trafo_sentence_embedder_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoSentenceEmbedder,
                      trafo_sentence_embedder,
                      TRAFO,
                      SENTENCE_EMBEDDER,
                      GObject)

TRAFO_API TrafoSentenceEmbedder *
trafo_sentence_embedder_new (TrafoModel *model, TrafoTokenizer *tokenizer, GError **error);
TRAFO_API TrafoSentenceEmbedder                *
trafo_sentence_embedder_new_from_pretrained (const char       *path,
                                                            TrafoLoadOptions *options,
                                                            GCancellable     *cancellable,
                                                            GError          **error);
TRAFO_API void trafo_sentence_embedder_new_from_pretrained_async (const char         *path,
                                                                  TrafoLoadOptions   *options,
                                                                  GCancellable       *cancellable,
                                                                  GAsyncReadyCallback callback,
                                                                  gpointer            user_data);
TRAFO_API TrafoSentenceEmbedder *
trafo_sentence_embedder_new_from_pretrained_finish (GAsyncResult *result, GError **error);

TRAFO_API TrafoTensor *trafo_sentence_embedder_encode (TrafoSentenceEmbedder *self,
                                                       const char *const     *texts,
                                                       GCancellable          *cancellable,
                                                       GError               **error);
TRAFO_API void         trafo_sentence_embedder_encode_async (TrafoSentenceEmbedder *self,
                                                             const char *const     *texts,
                                                             GCancellable          *cancellable,
                                                             GAsyncReadyCallback    callback,
                                                             gpointer               user_data);
TRAFO_API TrafoTensor *trafo_sentence_embedder_encode_finish (TrafoSentenceEmbedder *self,
                                                              GAsyncResult          *result,
                                                              GError               **error);

TRAFO_API TrafoModel     *trafo_sentence_embedder_get_model (TrafoSentenceEmbedder *self);
TRAFO_API TrafoTokenizer *trafo_sentence_embedder_get_tokenizer (TrafoSentenceEmbedder *self);
TRAFO_API guint           trafo_sentence_embedder_get_max_seq_length (TrafoSentenceEmbedder *self);
TRAFO_API guint           trafo_sentence_embedder_get_dimension (TrafoSentenceEmbedder *self);
TRAFO_API gboolean        trafo_sentence_embedder_has_modules (TrafoSentenceEmbedder *self);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-generation-config.h"
#include "trafo-generation-result.h"
#include "trafo-model-runtime.h"

#include <trafo/trafo-tokenizer.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_GENERATOR (trafo_generator_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoGenerator, trafo_generator, TRAFO, GENERATOR, GObject)

TRAFO_API TrafoGenerator *trafo_generator_new (TrafoModel            *model,
                                               TrafoTokenizer        *tokenizer,
                                               TrafoGenerationConfig *config,
                                               GError               **error);

TRAFO_API TrafoGenerationResult *trafo_generator_generate (TrafoGenerator  *self,
                                                           TrafoTensorDict *inputs,
                                                           GCancellable    *cancellable,
                                                           GError         **error);
TRAFO_API void                   trafo_generator_generate_async (TrafoGenerator     *self,
                                                                 TrafoTensorDict    *inputs,
                                                                 GCancellable       *cancellable,
                                                                 GAsyncReadyCallback callback,
                                                                 gpointer            user_data);
TRAFO_API TrafoGenerationResult *
trafo_generator_generate_finish (TrafoGenerator *self, GAsyncResult *result, GError **error);

TRAFO_API gboolean trafo_generator_begin (TrafoGenerator  *self,
                                          TrafoTensorDict *inputs,
                                          GError         **error);
TRAFO_API char *
trafo_generator_next (TrafoGenerator *self, GCancellable *cancellable, GError **error);
TRAFO_API GBytes *
trafo_generator_next_bytes (TrafoGenerator *self, GCancellable *cancellable, GError **error);
TRAFO_API void trafo_generator_next_async (TrafoGenerator     *self,
                                           GCancellable       *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer            user_data);
TRAFO_API char *
trafo_generator_next_finish (TrafoGenerator *self, GAsyncResult *result, GError **error);
TRAFO_API GBytes *
trafo_generator_next_bytes_finish (TrafoGenerator *self, GAsyncResult *result, GError **error);
TRAFO_API TrafoGenerationResult *trafo_generator_end (TrafoGenerator *self, GError **error);

TRAFO_API void trafo_generator_forget (TrafoGenerator *self);

TRAFO_API TrafoModel            *trafo_generator_get_model (TrafoGenerator *self);
TRAFO_API TrafoTokenizer        *trafo_generator_get_tokenizer (TrafoGenerator *self);
TRAFO_API TrafoGenerationConfig *trafo_generator_get_config (TrafoGenerator *self);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-generation-config.h"
#include "trafo-generation-result.h"
#include "trafo-model-runtime.h"

#include <trafo/trafo-tokenizer.h>

G_BEGIN_DECLS

TRAFO_API TrafoGenerationConfig *trafo_model_get_generation_config (TrafoModel *self,
                                                                    GError    **error);

TRAFO_API TrafoGenerationResult *trafo_model_generate (TrafoModel            *self,
                                                       TrafoTensorDict       *inputs,
                                                       TrafoGenerationConfig *config,
                                                       TrafoTokenizer        *tokenizer,
                                                       GCancellable          *cancellable,
                                                       GError               **error);
TRAFO_API void                   trafo_model_generate_async (TrafoModel            *self,
                                                             TrafoTensorDict       *inputs,
                                                             TrafoGenerationConfig *config,
                                                             TrafoTokenizer        *tokenizer,
                                                             GCancellable          *cancellable,
                                                             GAsyncReadyCallback    callback,
                                                             gpointer               user_data);
TRAFO_API TrafoGenerationResult *
trafo_model_generate_finish (TrafoModel *self, GAsyncResult *result, GError **error);

G_END_DECLS

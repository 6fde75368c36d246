/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-model-runtime.h"
#include "trafo-tensor-dict.h"

G_BEGIN_DECLS

TRAFO_API TrafoTensorDict *trafo_model_forward (TrafoModel      *self,
                                                TrafoTensorDict *inputs,
                                                gboolean         output_hidden_states,
                                                GCancellable    *cancellable,
                                                GError         **error);
TRAFO_API TrafoTensorDict *trafo_model_forward_eager (TrafoModel      *self,
                                                      TrafoTensorDict *inputs,
                                                      gboolean         output_hidden_states,
                                                      GError         **error);
TRAFO_API void             trafo_model_forward_async (TrafoModel         *self,
                                                      TrafoTensorDict    *inputs,
                                                      gboolean            output_hidden_states,
                                                      GCancellable       *cancellable,
                                                      GAsyncReadyCallback callback,
                                                      gpointer            user_data);
TRAFO_API TrafoTensorDict                 *
trafo_model_forward_finish (TrafoModel *self, GAsyncResult *result, GError **error);
TRAFO_API guint trafo_model_choose_batch_size (TrafoModel  *self,
                                               const guint *n_tokens,
                                               guint        n_texts);

G_END_DECLS

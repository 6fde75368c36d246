/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-model-source-private.h"
#include "trafo-tensor-dict.h"

G_BEGIN_DECLS

/* Runs the model's build() with each op at once, on @device, with the parameters of @source. */
TrafoTensorDict *trafo_model_eager_run (TrafoModel       *model,
                                        TrafoModelSource *source,
                                        TrafoDevice      *device,
                                        TrafoTensorDict  *inputs,
                                        gboolean          has_hidden_states,
                                        GError          **error);

G_END_DECLS

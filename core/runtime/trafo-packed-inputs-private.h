/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-tensor-dict.h"

G_BEGIN_DECLS

/* What the packed variant needs besides the model's own inputs: where in the batch the tokens lie that
 * attention_mask shows. NULL where that variant is of no use: nothing is hidden, or a text's
 * first token. */
TrafoTensorDict *trafo_packed_inputs_new (TrafoTensorDict *inputs);

/* Whether @name is one of them, and no input of the model. */
gboolean trafo_packed_inputs_have (const char *name);

G_END_DECLS

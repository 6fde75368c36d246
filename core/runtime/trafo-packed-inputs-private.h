/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-tensor-dict.h"

G_BEGIN_DECLS

/* @inputs and what the packed variant needs besides: where in the batch the tokens lie that
 * attention_mask shows. NULL where that variant is of no use: nothing is hidden, or all of a text, or
 * a loss is wanted, which counts hidden tokens too. */
TrafoTensorDict *trafo_packed_inputs_new (TrafoTensorDict *inputs);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-tensor-dict.h"

G_BEGIN_DECLS

/* Whether the packed variant can compute them: whether attention_mask shows each text's first token.
 * If so, how many it shows. */
gboolean trafo_packed_inputs_count (TrafoTensorDict *inputs, gint64 *ret_n_tokens);

/* What the packed variant needs besides the model's own inputs: where in the batch the tokens lie that
 * attention_mask shows, and which of them each row of its outputs is. Those have rows for the first
 * @lengths tokens of each text; NULL: for the whole batch. NULL where that variant is of no use:
 * the outputs are those of a batch that hides nothing, or it hides a text's first token. */
TrafoTensorDict *trafo_packed_inputs_new (TrafoTensorDict *inputs,
                                          const gint64    *lengths /* nullable */);

/* Whether @name is one of them, and no input of the model. */
gboolean trafo_packed_inputs_have (const char *name);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-builder-private.h"
#include "trafo-tensor-dict.h"

G_BEGIN_DECLS

/* What callers give a model, in whichever way it is run. */

/* Which program the inputs ask for. */
void trafo_model_inputs_get_variant (TrafoTensorDict *inputs,
                                     gboolean         has_hidden_states,
                                     TrafoVariant    *ret_variant);

/* FALSE and the error if @mask, an attention_mask, holds anything but 0 and 1. */
gboolean trafo_model_inputs_check_mask (TrafoTensor *mask, GError **error);

/* FALSE and the error if @graph has not all of @inputs, if a mask is none, if there is no token, or if
 * there are more in a row than the model has positions for. */
gboolean
trafo_model_inputs_check (TrafoTensorDict *inputs, const TrafoGraph *graph, GError **error);

/* The input @name, which @inputs has, as @wanted: ids and masks may be of any integer type, labels of
 * any type and with a last axis of length 1 too many, positions and token types one row for all texts.
 * What does not convert comes back as it is. */
TrafoTensor *trafo_model_inputs_convert (TrafoTensorDict      *inputs,
                                         const char           *name,
                                         const TrafoValueType *wanted,
                                         GError              **error);

G_END_DECLS

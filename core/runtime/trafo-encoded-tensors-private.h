/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-checkpoint.h"
#include "trafo-graph-private.h"

G_BEGIN_DECLS

/* What a checkpoint of bitsandbytes holds of a linear layer: NAME.weight, [N, K] integers, whichever way
 * round the model wants its weight; NAME.SCB, the scales of its rows; NAME.weight_format, how the
 * integers lie, of which 0, row by row, is all that is written today. */

/* Those of the graph's parameters that linear layers alone take, to one that does (TrafoNode). */
GHashTable *trafo_encoded_tensors_index (const TrafoGraph *graph);

/* The name of the weight that @tensor belongs to, NULL if it belongs to none. */
char *trafo_encoded_tensors_get_weight_name (const TrafoCheckpointTensor *tensor);

/* Whether @tensor is what @linear takes as @name's integers. */
void trafo_encoded_tensors_get_shape (const TrafoGraph *graph,
                                      const TrafoNode  *linear,
                                      gint64            ret_shape[2]);

/* That @tensor, the scales or format of a weight, is what it has to be. */
gboolean trafo_encoded_tensors_check_format (const TrafoCheckpointTensor *tensor, GError **error);
gboolean trafo_encoded_tensors_check_scales (const TrafoCheckpointTensor *scales,
                                             const TrafoCheckpointTensor *weight,
                                             GError                     **error);

/* Whether @tensor is the scales of a weight. */
gboolean trafo_encoded_tensors_is_scales (const TrafoCheckpointTensor *tensor);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-checkpoint.h"
#include "trafo-weights-private.h"

G_BEGIN_DECLS

/* What a checkpoint of bitsandbytes holds of a linear layer.
 *
 * LLM.int8(): NAME.weight, [N, K] integers, whichever way round the model wants its weight; NAME.SCB, the
 * scales of its rows; NAME.weight_format, how the integers lie, of which 0, row by row, is all that is
 * written today.
 *
 * 4 bits, NAME standing for "....weight": NAME, codes, two a byte, of any type that has as many bytes;
 * NAME.quant_state.bitsandbytes__nf4 or __fp4, JSON (see Trafo4BitState); NAME.absmax, the scales of
 * blocks; NAME.quant_map, the 16 values. Nested scales are U8, with NAME.nested_absmax and
 * NAME.nested_quant_map beside them. */
typedef enum
{
  TRAFO_COMPANION_SCALES,
  TRAFO_COMPANION_FORMAT,
  TRAFO_COMPANION_STATE,
  TRAFO_COMPANION_VALUES,
  TRAFO_COMPANION_NESTED_SCALES,
  TRAFO_COMPANION_NESTED_VALUES,
  TRAFO_N_COMPANIONS
} TrafoCompanion;

/* The tensors that belong to a weight, NULL where there is none. */
typedef struct
{
  const TrafoCheckpointTensor *tensors[TRAFO_N_COMPANIONS];
} TrafoCompanions;

/* Those of the graph's parameters that linear layers alone take, to one that does (TrafoNode). */
GHashTable *trafo_encoded_tensors_index (const TrafoGraph *graph);

/* The name of the weight that @tensor belongs to, and as what; NULL if it belongs to none. */
char *trafo_encoded_tensors_get_weight_name (const TrafoCheckpointTensor *tensor,
                                             TrafoWeightEncoding          encoding,
                                             TrafoCompanion              *ret_companion);

/* The last part of the name of such a tensor, behind "NAME.", or "NAME.weight." of 4 bits. */
const char *trafo_encoded_tensors_get_suffix (TrafoCompanion      companion,
                                              TrafoWeightEncoding encoding);

/* Whether @tensor, a weight, is codes. */
gboolean trafo_encoded_tensors_is_encoded (const TrafoCheckpointTensor *tensor,
                                           const TrafoCompanions       *companions /* nullable */,
                                           TrafoWeightEncoding          encoding);

/* What @linear takes as codes, [N, K]. */
void trafo_encoded_tensors_get_shape (const TrafoGraph *graph,
                                      const TrafoNode  *linear,
                                      gint64            ret_shape[2]);

/* That the codes of @weight, which are to be @shape, and what belongs to them are what they have to be.
 * *@ret_scales has all but where they lie. */
gboolean trafo_encoded_tensors_check (const TrafoCheckpointTensor *weight,
                                      const TrafoCompanions       *companions,
                                      TrafoWeightEncoding          encoding,
                                      const gint64                 shape[2],
                                      TrafoWeightScales           *ret_scales,
                                      GError                     **error);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-backend.h>

#include "trafo-graph-private.h"

G_BEGIN_DECLS

/* The passes of inference, in order, for linear layers that compute in @dtype. Takes the graph; NULL
 * upon failure. */
TrafoGraph *
trafo_passes_run (TrafoGraph *graph, TrafoDevice *device, TrafoDType dtype, GError **error);

/* Before all others: @names is the set of the weights that are kept in @encoding, NULL for all that are in
 * none yet. */
void trafo_pass_encode_weights (TrafoGraph         *graph,
                                GHashTable         *names,
                                TrafoWeightEncoding encoding,
                                float               threshold);

/* Of the variant with a cache, and of the packed one, before the others. */
TrafoGraph *trafo_pass_gather_logits (TrafoGraph *graph, GError **error);
TrafoGraph *trafo_pass_pack_tokens (TrafoGraph *graph, GError **error);

/* What attention computes in, and its cache is made of, where linear layers compute in @dtype. */
void trafo_pass_narrow_attention (TrafoGraph *graph, TrafoDevice *device, TrafoDType dtype);

/* Each pass makes a new graph of what the outputs need. */
TrafoGraph *trafo_pass_merge_linear (TrafoGraph *graph, GError **error);
TrafoGraph *trafo_pass_fuse_epilogue (TrafoGraph *graph, GError **error);
TrafoGraph *trafo_pass_decompose (TrafoGraph *graph, TrafoDevice *device, GError **error);

/* For linear layers that compute in @dtype, after all others that know such layers. */
TrafoGraph *
trafo_pass_narrow_values (TrafoGraph *graph, TrafoDevice *device, TrafoDType dtype, GError **error);

G_END_DECLS

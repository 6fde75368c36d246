/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-passes-private.h"

/* Linear layers whose weights are chosen get an encoding; what they compute stays in its place. */

void
trafo_pass_encode_weights (TrafoGraph         *graph,
                           GHashTable         *names,
                           TrafoWeightEncoding encoding,
                           float               threshold)
{
  for (TrafoSym sym = 1; sym < trafo_graph_get_n_nodes (graph); sym++)
    {
      TrafoNode             *node = trafo_graph_get_node (graph, sym);
      const TrafoNode       *weight;
      const TrafoGraphParam *param;

      if (node->op->id != TRAFO_OP_LINEAR)
        continue;
      weight = trafo_graph_get_node (graph, node->inputs[1]);
      if (weight->op->id != TRAFO_OP_PARAM)
        continue;
      param = g_ptr_array_index (graph->params, weight->leaf);
      if (names != NULL ? !g_hash_table_contains (names, g_ptr_array_index (param->names, 0))
                        : node->attrs.linear.encoding != TRAFO_WEIGHT_ENCODING_NONE)
        continue;
      node->attrs.linear.encoding = encoding;
      node->attrs.linear.threshold = threshold;
    }
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-passes-private.h"

/* Where linear layers round what they multiply, attention may, too: to bfloat16 even beside integers of 8
 * bits, which have too few values for weights between 0 and 1. */

void
trafo_pass_narrow_attention (TrafoGraph *graph, TrafoDType dtype)
{
  if (dtype != TRAFO_DTYPE_BFLOAT16 && dtype != TRAFO_DTYPE_INT8)
    return;
  for (TrafoSym sym = 1; sym < trafo_graph_get_n_nodes (graph); sym++)
    {
      TrafoNode *node = trafo_graph_get_node (graph, sym);

      if (node->op->id == TRAFO_OP_ATTENTION || node->op->id == TRAFO_OP_CACHED_ATTENTION)
        node->attrs.attention.dtype = TRAFO_DTYPE_BFLOAT16;
    }
}

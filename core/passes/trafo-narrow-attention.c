/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-kernel-query-private.h"
#include "trafo-passes-private.h"

/* Where linear layers round what they multiply, attention may, too: to bfloat16 even beside integers of 8
 * bits, which have too few values for weights between 0 and 1. Then a cache of keys and values needs no
 * more than bfloat16 either. */

#define CACHE_INPUT 3 /* of cached attention */

/* Whether the device has a kernel for a cache of bfloat16. */
static gboolean
takes_narrow_cache (TrafoDevice *device, const TrafoGraph *graph, const TrafoNode *node)
{
  TrafoKernelArgs args = trafo_kernel_query (device, graph, node);

  args.inputs[CACHE_INPUT].dtype = TRAFO_DTYPE_BFLOAT16;
  return trafo_device_choose_kernel (device, &args) != NULL;
}

void
trafo_pass_narrow_attention (TrafoGraph *graph, TrafoDevice *device, TrafoDType dtype)
{
  if (dtype != TRAFO_DTYPE_BFLOAT16 && dtype != TRAFO_DTYPE_INT8)
    return;
  for (TrafoSym sym = 1; sym < trafo_graph_get_n_nodes (graph); sym++)
    {
      TrafoNode *node = trafo_graph_get_node (graph, sym);

      if (node->op->id != TRAFO_OP_ATTENTION && node->op->id != TRAFO_OP_CACHED_ATTENTION)
        continue;
      node->attrs.attention.dtype = TRAFO_DTYPE_BFLOAT16;
      if (node->op->id == TRAFO_OP_CACHED_ATTENTION && takes_narrow_cache (device, graph, node))
        trafo_graph_get_node (graph, node->inputs[CACHE_INPUT])->type.dtype = TRAFO_DTYPE_BFLOAT16;
    }
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-kernel-query-private.h"
#include "trafo-passes-private.h"
#include "trafo-rewrite-private.h"

/* A linear layer that computes in bfloat16 rounds its rows to it. What another layer makes for that one
 * alone, as the first of a feed-forward network does, is rounded where it is made: not a bit of the
 * result changes, and half as much is written and read. */

/* Whether the device has a kernel for the layer with packed weights, x and result of these dtypes. */
static gboolean
takes (TrafoDevice      *device,
       const TrafoGraph *graph,
       const TrafoNode  *node,
       TrafoDType        x,
       TrafoDType        result)
{
  TrafoKernelArgs args = trafo_kernel_query (device, graph, node);

  args.inputs[0].dtype = (guint8) x;
  args.inputs[1].layout = TRAFO_LAYOUT_PACKED;
  args.inputs[1].dtype = TRAFO_DTYPE_BFLOAT16;
  if (node->attrs.linear.has_bias)
    args.inputs[2].dtype = TRAFO_DTYPE_FLOAT32;
  args.output.dtype = (guint8) result;
  return trafo_device_choose_kernel (device, &args) != NULL;
}

static gboolean
is_plain (const TrafoNode *node)
{
  return node->op->id == TRAFO_OP_LINEAR &&
         node->attrs.linear.encoding == TRAFO_WEIGHT_ENCODING_NONE;
}

/* Changes the first layer where it stands in the new graph: only the second one sees it. */
static TrafoSym
narrow (TrafoRewrite *rewrite, TrafoSym sym, const TrafoNode *node)
{
  TrafoDevice     *device = rewrite->data;
  const TrafoNode *first;
  TrafoNode       *target;

  if (!is_plain (node))
    return 0;
  first = trafo_rewrite_sole_use (rewrite, node->inputs[0], TRAFO_OP_LINEAR);
  if (first == NULL || !is_plain (first) ||
      !takes (device, rewrite->from, first, TRAFO_DTYPE_FLOAT32, TRAFO_DTYPE_BFLOAT16) ||
      !takes (device, rewrite->from, node, TRAFO_DTYPE_BFLOAT16, TRAFO_DTYPE_FLOAT32))
    return 0;
  target = trafo_graph_get_node (rewrite->to, trafo_rewrite_operand (rewrite, node, 0));
  target->attrs.linear.dtype = TRAFO_DTYPE_BFLOAT16;
  target->type.dtype = TRAFO_DTYPE_BFLOAT16;
  return 0;
}

TrafoGraph *
trafo_pass_narrow_values (TrafoGraph *graph, TrafoDevice *device, TrafoDType dtype, GError **error)
{
  if (dtype != TRAFO_DTYPE_BFLOAT16)
    return graph;
  return trafo_rewrite (graph, narrow, device, error);
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-passes-private.h"

#include "trafo-device-private.h"

/* Where linear layers round what they multiply, attention may, too: to bfloat16 even beside integers of 8
 * bits, which have too few values for weights between 0 and 1. Then a cache of keys and values needs no
 * more than bfloat16 either. */

#define CACHE_INPUT 3 /* of cached attention */

/* A step of one token of one row, which has a page. */
static TrafoOperand
describe_operand (const TrafoNode *node, TrafoDType dtype)
{
  TrafoOperand operand = { .dtype = (guint8) dtype, .n_dims = (guint8) node->type.n_dims };
  gint64       stride = 1;

  for (guint i = operand.n_dims; i-- > 0; stride *= operand.shape[i])
    {
      operand.shape[i] = node->type.dims[i] > 0 ? node->type.dims[i] : 1;
      operand.strides[i] = stride;
    }
  return operand;
}

/* Whether the device has a kernel for a cache of bfloat16. */
static gboolean
takes_narrow_cache (TrafoDevice *device, const TrafoGraph *graph, const TrafoNode *node)
{
  TrafoKernelArgs args = { .struct_size = sizeof args,
                           .op = (guint16) node->op->id,
                           .n_inputs = (guint16) node->n_inputs,
                           .attrs = &node->attrs,
                           .device = trafo_device_get_handle (device),
                           .output = describe_operand (node, node->type.dtype) };

  for (guint i = 0; i < node->n_inputs; i++)
    {
      const TrafoNode *input = trafo_graph_get_node (graph, node->inputs[i]);

      args.inputs[i] =
          describe_operand (input, i == CACHE_INPUT ? TRAFO_DTYPE_BFLOAT16 : input->type.dtype);
    }
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

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-kernel-query-private.h"

static TrafoOperand
describe (const TrafoNode *node)
{
  TrafoOperand operand = { .dtype = (guint8) node->type.dtype,
                           .n_dims = (guint8) node->type.n_dims };
  gint64       stride = 1;

  for (guint i = operand.n_dims; i-- > 0; stride *= operand.shape[i])
    {
      operand.shape[i] = node->type.dims[i] > 0 ? node->type.dims[i] : 1;
      operand.strides[i] = stride;
    }
  return operand;
}

TrafoKernelArgs
trafo_kernel_query (TrafoDevice *device, const TrafoGraph *graph, const TrafoNode *node)
{
  TrafoKernelArgs args = { .struct_size = sizeof args,
                           .op = (guint16) node->op->id,
                           .n_inputs = (guint16) node->n_inputs,
                           .attrs = &node->attrs,
                           .device = trafo_device_get_handle (device),
                           .output = describe (node) };

  for (guint i = 0; i < node->n_inputs; i++)
    args.inputs[i] = describe (trafo_graph_get_node (graph, node->inputs[i]));
  return args;
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-ops.h"

#include "../opencl-launch.h"

/* SOFTMAX (x) over attrs.axis, float32. */

#define GROUP 64

/* Walks over the first element of each row. */
static gboolean
prepare (const TrafoKernelArgs *args, OpenclWalk *walk)
{
  const TrafoAxisAttrs *attrs = args->attrs;
  const TrafoOperand   *x = &args->inputs[0];
  const TrafoOperand   *y = &args->output;
  const gint64 *const   strides[] = { y->strides, x->strides };
  gint64                shape[TRAFO_MAX_DIMS];

  if (args->n_inputs != 1 || attrs == NULL || attrs->axis >= x->n_dims || x->n_dims != y->n_dims ||
      !opencl_operand_is (x, TRAFO_DTYPE_FLOAT32) || !opencl_operand_is (y, TRAFO_DTYPE_FLOAT32) ||
      x->shape[attrs->axis] > G_MAXINT32)
    return FALSE;
  for (guint i = 0; i < x->n_dims; i++)
    {
      if (x->shape[i] != y->shape[i])
        return FALSE;
      shape[i] = i == attrs->axis ? 1 : x->shape[i];
    }
  return opencl_walk_init (walk, x->n_dims, shape, G_N_ELEMENTS (strides), strides);
}

static gboolean
softmax_supports (const TrafoKernelArgs *args)
{
  OpenclWalk walk;

  return prepare (args, &walk);
}

static TrafoStatus
softmax_enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  const TrafoAxisAttrs *attrs = args->attrs;
  const TrafoOperand   *x = &args->inputs[0];
  const gsize           local = GROUP;
  gsize                 global;
  OpenclLaunch          launch;
  OpenclWalk            walk;

  if (!prepare (args, &walk))
    return opencl_ops_refuse (args, message);
  if (walk.n_elements == 0 || x->shape[attrs->axis] == 0)
    return TRAFO_STATUS_OK;
  opencl_launch_init (&launch, stream, OPENCL_PROGRAM_SOFTMAX, "softmax", message);
  opencl_launch_push_uint (&launch, x->shape[attrs->axis]);
  opencl_launch_push_long (&launch, args->output.strides[attrs->axis]);
  opencl_launch_push_long (&launch, x->strides[attrs->axis]);
  opencl_launch_push_operand (&launch, &args->output);
  opencl_launch_push_operand (&launch, x);
  opencl_launch_push_walk (&launch, &walk, 2);
  global = (gsize) walk.n_elements * local;
  return opencl_launch_run (&launch, 1, &global, &local);
}

const TrafoKernel opencl_kernel_softmax = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_SOFTMAX,
  .name = "softmax-float32-opencl",
  .supports = softmax_supports,
  .enqueue = softmax_enqueue,
};

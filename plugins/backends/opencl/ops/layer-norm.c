/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-ops.h"

#include "../opencl-launch.h"

/* LAYER_NORM (x [..., C], weight [C], bias [C], residual?), float32; weight and bias of any float type. */

#define GROUP 64

static gboolean
is_vector (const TrafoOperand *operand, gint64 length)
{
  return opencl_operand_is_float (operand) && operand->n_dims == 1 && operand->shape[0] == length;
}

static gboolean
has_shape_of (const TrafoOperand *operand, const TrafoOperand *other)
{
  if (!opencl_operand_is (operand, TRAFO_DTYPE_FLOAT32) || operand->n_dims != other->n_dims)
    return FALSE;
  for (guint i = 0; i < other->n_dims; i++)
    if (operand->shape[i] != other->shape[i])
      return FALSE;
  return TRUE;
}

/* What stands for the residual where there is none is x, which the kernel then does not read. */
static const TrafoOperand *
get_residual (const TrafoKernelArgs *args)
{
  const TrafoLayerNormAttrs *attrs = args->attrs;

  return attrs->has_residual ? &args->inputs[3] : &args->inputs[0];
}

/* Walks over the first element of each row. */
static gboolean
prepare (const TrafoKernelArgs *args, OpenclWalk *walk)
{
  const TrafoLayerNormAttrs *attrs = args->attrs;
  const TrafoOperand        *x = &args->inputs[0];
  const TrafoOperand        *y = &args->output;
  const gint64              *strides[3] = { y->strides, x->strides };
  gint64                     length;

  if (attrs == NULL || args->n_inputs != (attrs->has_residual ? 4 : 3) || x->n_dims == 0 ||
      !opencl_operand_is (x, TRAFO_DTYPE_FLOAT32) || !has_shape_of (y, x) ||
      !has_shape_of (get_residual (args), x))
    return FALSE;
  length = x->shape[x->n_dims - 1];
  strides[2] = get_residual (args)->strides;
  return length > 0 && length <= G_MAXINT32 && is_vector (&args->inputs[1], length) &&
         is_vector (&args->inputs[2], length) &&
         opencl_walk_init (walk, x->n_dims - 1, x->shape, G_N_ELEMENTS (strides), strides);
}

static gboolean
layer_norm_supports (const TrafoKernelArgs *args)
{
  OpenclWalk walk;

  return prepare (args, &walk);
}

static TrafoStatus
layer_norm_enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  const TrafoLayerNormAttrs *attrs = args->attrs;
  const TrafoOperand        *x = &args->inputs[0];
  const TrafoOperand        *residual;
  const gsize                local = GROUP;
  gsize                      global;
  OpenclLaunch               launch;
  OpenclWalk                 walk;
  guint                      axis;

  if (!prepare (args, &walk))
    return opencl_ops_refuse (args, message);
  if (walk.n_elements == 0)
    return TRAFO_STATUS_OK;
  axis = x->n_dims - 1;
  residual = get_residual (args);
  opencl_launch_init (&launch, stream, OPENCL_PROGRAM_LAYER_NORM, "layer_norm", message);
  opencl_launch_push_uint (&launch, x->shape[axis]);
  opencl_launch_push_float (&launch, attrs->epsilon);
  opencl_launch_push_uint (&launch, attrs->has_residual);
  opencl_launch_push_long (&launch, args->output.strides[axis]);
  opencl_launch_push_long (&launch, x->strides[axis]);
  opencl_launch_push_long (&launch, residual->strides[axis]);
  for (guint i = 1; i <= 2; i++)
    {
      opencl_launch_push_operand (&launch, &args->inputs[i]);
      opencl_launch_push_long (&launch, args->inputs[i].strides[0]);
      opencl_launch_push_uint (&launch, args->inputs[i].dtype);
    }
  opencl_launch_push_operand (&launch, &args->output);
  opencl_launch_push_operand (&launch, x);
  opencl_launch_push_operand (&launch, residual);
  opencl_launch_push_walk (&launch, &walk, 3);
  global = (gsize) walk.n_elements * local;
  return opencl_launch_run (&launch, 1, &global, &local);
}

const TrafoKernel opencl_kernel_layer_norm = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_LAYER_NORM,
  .name = "layer-norm-float32-opencl",
  .supports = layer_norm_supports,
  .enqueue = layer_norm_enqueue,
};

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-ops.h"

#include "../opencl-launch.h"

/* SUM, MEAN and MAX over attrs.axis, which stays as 1. */

#define GROUP 64

static const char *const row_names[][3] = {
  { "sum_float_row", "sum_int_row", "sum_long_row" },
  { "mean_float_row", NULL, NULL },
  { "max_float_row", "max_int_row", "max_long_row" },
};

static const char *const column_names[][3] = {
  { "sum_float_column", "sum_int_column", "sum_long_column" },
  { "mean_float_column", NULL, NULL },
  { "max_float_column", "max_int_column", "max_long_column" },
};

/* Walks over the output, and over the input's first element of each row. */
static gboolean
prepare (const TrafoKernelArgs *args, OpenclWalk *walk)
{
  const TrafoAxisAttrs *attrs = args->attrs;
  const TrafoOperand   *x = &args->inputs[0];
  const TrafoOperand   *y = &args->output;
  const gint64 *const   strides[] = { y->strides, x->strides };

  if (args->n_inputs != 1 || attrs == NULL || attrs->axis >= x->n_dims || x->n_dims != y->n_dims ||
      args->op < TRAFO_OP_SUM || args->op > TRAFO_OP_MAX || !opencl_operand_is (x, y->dtype) ||
      opencl_name_by_type (y, row_names[args->op - TRAFO_OP_SUM]) == NULL)
    return FALSE;
  for (guint i = 0; i < x->n_dims; i++)
    if (y->shape[i] != (i == attrs->axis ? 1 : x->shape[i]))
      return FALSE;
  if (x->shape[attrs->axis] > G_MAXINT32 ||
      (x->shape[attrs->axis] == 0 && args->op == TRAFO_OP_MAX))
    return FALSE;
  return opencl_walk_init (walk, y->n_dims, y->shape, G_N_ELEMENTS (strides), strides);
}

static gboolean
reduce_supports (const TrafoKernelArgs *args)
{
  OpenclWalk walk;

  return prepare (args, &walk);
}

static TrafoStatus
reduce_enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  const TrafoAxisAttrs *attrs = args->attrs;
  const TrafoOperand   *x = &args->inputs[0];
  const gsize           local = GROUP;
  gsize                 global;
  const char *const    *names;
  OpenclLaunch          launch;
  OpenclWalk            walk;
  gboolean              is_row;

  if (!prepare (args, &walk))
    return opencl_ops_refuse (args, message);
  if (walk.n_elements == 0)
    return TRAFO_STATUS_OK;
  is_row = x->strides[attrs->axis] == 1;
  names = is_row ? row_names[args->op - TRAFO_OP_SUM] : column_names[args->op - TRAFO_OP_SUM];
  opencl_launch_init (&launch,
                      stream,
                      OPENCL_PROGRAM_REDUCE,
                      opencl_name_by_type (&args->output, names),
                      message);
  opencl_launch_push_uint (&launch, x->shape[attrs->axis]);
  opencl_launch_push_long (&launch, x->strides[attrs->axis]);
  opencl_launch_push_operand (&launch, &args->output);
  opencl_launch_push_operand (&launch, x);
  opencl_launch_push_walk (&launch, &walk, 2);
  if (!is_row)
    return opencl_launch_run_elements (&launch, walk.n_elements);
  global = (gsize) walk.n_elements * local;
  return opencl_launch_run (&launch, 1, &global, &local);
}

#define REDUCE_KERNEL(id, kernel_name)                                                             \
  {                                                                                                \
    .struct_size = sizeof (TrafoKernel), .op = id, .name = kernel_name,                            \
    .supports = reduce_supports, .enqueue = reduce_enqueue,                                        \
  }

const TrafoKernel opencl_kernels_reduce[] = {
  REDUCE_KERNEL (TRAFO_OP_SUM, "sum-opencl"),
  REDUCE_KERNEL (TRAFO_OP_MEAN, "mean-float32-opencl"),
  REDUCE_KERNEL (TRAFO_OP_MAX, "max-opencl"),
};

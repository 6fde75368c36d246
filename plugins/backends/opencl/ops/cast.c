/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-ops.h"

#include "../opencl-launch.h"

/* CAST (x) to the output's dtype. */

static gboolean
prepare (const TrafoKernelArgs *args, OpenclWalk *walk)
{
  const TrafoOperand *const operands[] = { &args->output, &args->inputs[0] };

  return args->n_inputs == 1 && trafo_dtype_get_size (args->output.dtype) > 0 &&
         trafo_dtype_get_size (args->inputs[0].dtype) > 0 &&
         args->inputs[0].layout == TRAFO_LAYOUT_STRIDED &&
         opencl_walk_init_broadcast (walk, G_N_ELEMENTS (operands), operands);
}

static gboolean
cast_supports (const TrafoKernelArgs *args)
{
  OpenclWalk walk;

  return prepare (args, &walk);
}

static TrafoStatus
cast_enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  OpenclLaunch launch;
  OpenclWalk   walk;

  if (!prepare (args, &walk))
    return opencl_ops_refuse (args, message);
  if (walk.n_elements == 0)
    return TRAFO_STATUS_OK;
  opencl_launch_init (&launch, stream, OPENCL_PROGRAM_CAST, "cast", message);
  opencl_launch_push_uint (&launch, args->output.dtype);
  opencl_launch_push_uint (&launch, args->inputs[0].dtype);
  opencl_launch_push_operand (&launch, &args->output);
  opencl_launch_push_operand (&launch, &args->inputs[0]);
  opencl_launch_push_walk (&launch, &walk, 2);
  return opencl_launch_run_elements (&launch, walk.n_elements);
}

const TrafoKernel opencl_kernel_cast = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_CAST,
  .name = "cast-opencl",
  .supports = cast_supports,
  .enqueue = cast_enqueue,
};

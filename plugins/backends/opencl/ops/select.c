/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-ops.h"

#include "../opencl-launch.h"

/* COMPARE (a, b): bool; WHERE (condition bool, a, b). */

static const char *
get_compare_name (const TrafoOperand *operand)
{
  static const char *const names[] = { "compare_float", "compare_int", "compare_long" };

  if (opencl_operand_is (operand, TRAFO_DTYPE_INT8))
    return "compare_char";
  if (opencl_operand_is (operand, TRAFO_DTYPE_BOOL) ||
      opencl_operand_is (operand, TRAFO_DTYPE_UINT8))
    return "compare_uchar";
  return opencl_name_by_type (operand, names);
}

static gboolean
prepare_compare (const TrafoKernelArgs *args, OpenclWalk *walk)
{
  const TrafoOperand *const operands[] = { &args->output, &args->inputs[0], &args->inputs[1] };
  const TrafoCompareAttrs  *attrs = args->attrs;

  return args->n_inputs == 2 && attrs != NULL && attrs->comparison <= TRAFO_COMPARE_GREATER_EQUAL &&
         get_compare_name (&args->inputs[0]) != NULL &&
         opencl_operand_is (&args->inputs[1], args->inputs[0].dtype) &&
         opencl_operand_is (&args->output, TRAFO_DTYPE_BOOL) &&
         opencl_walk_init_broadcast (walk, G_N_ELEMENTS (operands), operands);
}

static gboolean
compare_supports (const TrafoKernelArgs *args)
{
  OpenclWalk walk;

  return prepare_compare (args, &walk);
}

static TrafoStatus
compare_enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  const TrafoCompareAttrs *attrs = args->attrs;
  OpenclLaunch             launch;
  OpenclWalk               walk;

  if (!prepare_compare (args, &walk))
    return opencl_ops_refuse (args, message);
  if (walk.n_elements == 0)
    return TRAFO_STATUS_OK;
  opencl_launch_init (&launch,
                      stream,
                      OPENCL_PROGRAM_SELECT,
                      get_compare_name (&args->inputs[0]),
                      message);
  opencl_launch_push_uint (&launch, attrs->comparison);
  opencl_launch_push_operand (&launch, &args->output);
  opencl_launch_push_operand (&launch, &args->inputs[0]);
  opencl_launch_push_operand (&launch, &args->inputs[1]);
  opencl_launch_push_walk (&launch, &walk, 3);
  return opencl_launch_run_elements (&launch, walk.n_elements);
}

static const char *
get_where_name (const TrafoOperand *output)
{
  static const char *const names[] = { "where_uchar", "where_ushort", "where_uint", "where_ulong" };

  return opencl_name_by_size (output, names);
}

static gboolean
prepare_where (const TrafoKernelArgs *args, OpenclWalk *walk)
{
  const TrafoOperand *const operands[] = { &args->output,
                                           &args->inputs[0],
                                           &args->inputs[1],
                                           &args->inputs[2] };

  return args->n_inputs == 3 && get_where_name (&args->output) != NULL &&
         opencl_operand_is (&args->inputs[0], TRAFO_DTYPE_BOOL) &&
         opencl_operand_is (&args->inputs[1], args->output.dtype) &&
         opencl_operand_is (&args->inputs[2], args->output.dtype) &&
         opencl_walk_init_broadcast (walk, G_N_ELEMENTS (operands), operands);
}

static gboolean
where_supports (const TrafoKernelArgs *args)
{
  OpenclWalk walk;

  return prepare_where (args, &walk);
}

static TrafoStatus
where_enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  OpenclLaunch launch;
  OpenclWalk   walk;

  if (!prepare_where (args, &walk))
    return opencl_ops_refuse (args, message);
  if (walk.n_elements == 0)
    return TRAFO_STATUS_OK;
  opencl_launch_init (&launch,
                      stream,
                      OPENCL_PROGRAM_SELECT,
                      get_where_name (&args->output),
                      message);
  opencl_launch_push_operand (&launch, &args->output);
  for (guint i = 0; i < 3; i++)
    opencl_launch_push_operand (&launch, &args->inputs[i]);
  opencl_launch_push_walk (&launch, &walk, 4);
  return opencl_launch_run_elements (&launch, walk.n_elements);
}

const TrafoKernel opencl_kernel_compare = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_COMPARE,
  .name = "compare-opencl",
  .supports = compare_supports,
  .enqueue = compare_enqueue,
};

const TrafoKernel opencl_kernel_where = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_WHERE,
  .name = "where-opencl",
  .supports = where_supports,
  .enqueue = where_enqueue,
};

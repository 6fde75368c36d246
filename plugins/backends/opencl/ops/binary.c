/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-ops.h"

#include "../opencl-launch.h"

/* ADD to MINIMUM (a, b): float32, and all but POW int32 and int64. */

static const char *const contiguous_names[][3] = {
  { "add_float_contiguous", "add_int_contiguous", "add_long_contiguous" },
  { "sub_float_contiguous", "sub_int_contiguous", "sub_long_contiguous" },
  { "mul_float_contiguous", "mul_int_contiguous", "mul_long_contiguous" },
  { "div_float_contiguous", "div_int_contiguous", "div_long_contiguous" },
  { "pow_float_contiguous", NULL, NULL },
  { "maximum_float_contiguous", "maximum_int_contiguous", "maximum_long_contiguous" },
  { "minimum_float_contiguous", "minimum_int_contiguous", "minimum_long_contiguous" },
};

static const char *const strided_names[][3] = {
  { "add_float_strided", "add_int_strided", "add_long_strided" },
  { "sub_float_strided", "sub_int_strided", "sub_long_strided" },
  { "mul_float_strided", "mul_int_strided", "mul_long_strided" },
  { "div_float_strided", "div_int_strided", "div_long_strided" },
  { "pow_float_strided", NULL, NULL },
  { "maximum_float_strided", "maximum_int_strided", "maximum_long_strided" },
  { "minimum_float_strided", "minimum_int_strided", "minimum_long_strided" },
};

static gboolean
prepare (const TrafoKernelArgs *args, OpenclWalk *walk)
{
  const TrafoOperand *const operands[] = { &args->output, &args->inputs[0], &args->inputs[1] };

  return args->n_inputs == 2 && args->op >= TRAFO_OP_ADD && args->op <= TRAFO_OP_MINIMUM &&
         opencl_name_by_type (&args->output, strided_names[args->op - TRAFO_OP_ADD]) != NULL &&
         opencl_operand_is (&args->inputs[0], args->output.dtype) &&
         opencl_operand_is (&args->inputs[1], args->output.dtype) &&
         opencl_walk_init_broadcast (walk, G_N_ELEMENTS (operands), operands);
}

static gboolean
binary_supports (const TrafoKernelArgs *args)
{
  OpenclWalk walk;

  return prepare (args, &walk);
}

static TrafoStatus
binary_enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  OpenclLaunch       launch;
  OpenclWalk         walk;
  gboolean           is_contiguous;
  const char *const *names;

  if (!prepare (args, &walk))
    return opencl_ops_refuse (args, message);
  if (walk.n_elements == 0)
    return TRAFO_STATUS_OK;
  is_contiguous = opencl_walk_is_contiguous (&walk, 3);
  names = is_contiguous ? contiguous_names[args->op - TRAFO_OP_ADD]
                        : strided_names[args->op - TRAFO_OP_ADD];
  opencl_launch_init (&launch,
                      stream,
                      OPENCL_PROGRAM_BINARY,
                      opencl_name_by_type (&args->output, names),
                      message);
  opencl_launch_push_operand (&launch, &args->output);
  opencl_launch_push_operand (&launch, &args->inputs[0]);
  opencl_launch_push_operand (&launch, &args->inputs[1]);
  if (is_contiguous)
    opencl_launch_push_uint (&launch, walk.n_elements);
  else
    opencl_launch_push_walk (&launch, &walk, 3);
  return opencl_launch_run_elements (&launch, walk.n_elements);
}

#define BINARY_KERNEL(id, kernel_name)                                                             \
  {                                                                                                \
    .struct_size = sizeof (TrafoKernel), .op = id, .name = kernel_name,                            \
    .supports = binary_supports, .enqueue = binary_enqueue,                                        \
  }

const TrafoKernel opencl_kernels_binary[] = {
  BINARY_KERNEL (TRAFO_OP_ADD, "add-opencl"),
  BINARY_KERNEL (TRAFO_OP_SUB, "sub-opencl"),
  BINARY_KERNEL (TRAFO_OP_MUL, "mul-opencl"),
  BINARY_KERNEL (TRAFO_OP_DIV, "div-opencl"),
  BINARY_KERNEL (TRAFO_OP_POW, "pow-float32-opencl"),
  BINARY_KERNEL (TRAFO_OP_MAXIMUM, "maximum-opencl"),
  BINARY_KERNEL (TRAFO_OP_MINIMUM, "minimum-opencl"),
};

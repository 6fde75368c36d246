/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-ops.h"

#include "../opencl-launch.h"

/* NEG to SIGMOID and ACTIVATION (x), float32. */

/* The kernels of one function. */
typedef struct
{
  const char *contiguous;
  const char *strided;
} Names;

#define NAMES(function)                                                                            \
  {                                                                                                \
    function "_contiguous", function "_strided"                                                    \
  }

static const Names op_names[] = {
  [TRAFO_OP_NEG - TRAFO_OP_NEG] = NAMES ("neg"),
  [TRAFO_OP_SQRT - TRAFO_OP_NEG] = NAMES ("sqrt"),
  [TRAFO_OP_RSQRT - TRAFO_OP_NEG] = NAMES ("rsqrt"),
  [TRAFO_OP_EXP - TRAFO_OP_NEG] = NAMES ("exp"),
  [TRAFO_OP_LOG - TRAFO_OP_NEG] = NAMES ("log"),
  [TRAFO_OP_TANH - TRAFO_OP_NEG] = NAMES ("tanh"),
  [TRAFO_OP_ERF - TRAFO_OP_NEG] = NAMES ("erf"),
  [TRAFO_OP_SIGMOID - TRAFO_OP_NEG] = NAMES ("sigmoid"),
};

static const Names activation_names[] = {
  [TRAFO_ACTIVATION_NONE] = NAMES ("identity"),
  [TRAFO_ACTIVATION_GELU] = NAMES ("gelu"),
  [TRAFO_ACTIVATION_GELU_TANH] = NAMES ("gelu_tanh"),
  [TRAFO_ACTIVATION_RELU] = NAMES ("relu"),
  [TRAFO_ACTIVATION_SILU] = NAMES ("silu"),
  [TRAFO_ACTIVATION_QUICK_GELU] = NAMES ("quick_gelu"),
  [TRAFO_ACTIVATION_TANH] = NAMES ("tanh"),
  [TRAFO_ACTIVATION_SIGMOID] = NAMES ("sigmoid"),
};

static const Names *
get_names (const TrafoKernelArgs *args)
{
  const TrafoActivationAttrs *attrs = args->attrs;

  if (args->op >= TRAFO_OP_NEG && args->op <= TRAFO_OP_SIGMOID)
    return &op_names[args->op - TRAFO_OP_NEG];
  if (args->op == TRAFO_OP_ACTIVATION && attrs != NULL &&
      attrs->activation < G_N_ELEMENTS (activation_names))
    return &activation_names[attrs->activation];
  return NULL;
}

static gboolean
prepare (const TrafoKernelArgs *args, OpenclWalk *walk)
{
  const TrafoOperand *const operands[] = { &args->output, &args->inputs[0] };

  return args->n_inputs == 1 && get_names (args) != NULL &&
         opencl_operand_is (&args->output, TRAFO_DTYPE_FLOAT32) &&
         opencl_operand_is (&args->inputs[0], TRAFO_DTYPE_FLOAT32) &&
         opencl_walk_init_broadcast (walk, G_N_ELEMENTS (operands), operands);
}

static gboolean
unary_supports (const TrafoKernelArgs *args)
{
  OpenclWalk walk;

  return prepare (args, &walk);
}

static TrafoStatus
unary_enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  OpenclLaunch launch;
  OpenclWalk   walk;
  const Names *names;
  gboolean     is_contiguous;

  if (!prepare (args, &walk))
    return opencl_ops_refuse (args, message);
  if (walk.n_elements == 0)
    return TRAFO_STATUS_OK;
  names = get_names (args);
  is_contiguous = opencl_walk_is_contiguous (&walk, 2);
  opencl_launch_init (&launch,
                      stream,
                      OPENCL_PROGRAM_UNARY,
                      is_contiguous ? names->contiguous : names->strided,
                      message);
  opencl_launch_push_operand (&launch, &args->output);
  opencl_launch_push_operand (&launch, &args->inputs[0]);
  if (is_contiguous)
    opencl_launch_push_uint (&launch, walk.n_elements);
  else
    opencl_launch_push_walk (&launch, &walk, 2);
  return opencl_launch_run_elements (&launch, walk.n_elements);
}

#define UNARY_KERNEL(id, kernel_name)                                                              \
  {                                                                                                \
    .struct_size = sizeof (TrafoKernel), .op = id, .name = kernel_name,                            \
    .supports = unary_supports, .enqueue = unary_enqueue,                                          \
  }

const TrafoKernel opencl_kernels_unary[] = {
  UNARY_KERNEL (TRAFO_OP_NEG, "neg-float32-opencl"),
  UNARY_KERNEL (TRAFO_OP_SQRT, "sqrt-float32-opencl"),
  UNARY_KERNEL (TRAFO_OP_RSQRT, "rsqrt-float32-opencl"),
  UNARY_KERNEL (TRAFO_OP_EXP, "exp-float32-opencl"),
  UNARY_KERNEL (TRAFO_OP_LOG, "log-float32-opencl"),
  UNARY_KERNEL (TRAFO_OP_TANH, "tanh-float32-opencl"),
  UNARY_KERNEL (TRAFO_OP_ERF, "erf-float32-opencl"),
  UNARY_KERNEL (TRAFO_OP_SIGMOID, "sigmoid-float32-opencl"),
};

const TrafoKernel opencl_kernel_activation =
    UNARY_KERNEL (TRAFO_OP_ACTIVATION, "activation-float32-opencl");

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ops.h"

#include "../simd/vector-math.h"
#include "elementwise.h"

/* y = f (x) for each element, and y = activation (x). */
static inline __attribute__ ((always_inline)) VFloat
apply (guint16 op, guint activation, VFloat x)
{
  switch (op)
    {
    case TRAFO_OP_NEG:
      return -x;
    case TRAFO_OP_SQRT:
      return v_sqrt (x);
    case TRAFO_OP_RSQRT:
      return v_set (1.0f) / v_sqrt (x);
    case TRAFO_OP_EXP:
      return v_exp (x);
    case TRAFO_OP_TANH:
      return v_tanh (x);
    case TRAFO_OP_ERF:
      return v_erf (x);
    case TRAFO_OP_SIGMOID:
      return v_sigmoid (x);
    default:
      return v_activate (activation, x);
    }
}

static inline __attribute__ ((always_inline)) void
unary_run (guint16 op, guint activation, const TrafoKernelArgs *args, guint task, guint n_tasks)
{
  Elementwise e = elementwise_from_args (args);
  gsize       end;

  for (gsize piece = trafo_cpu_share (e.n_pieces, task, n_tasks, &end); piece < end; piece++)
    {
      const float *x = trafo_cpu_row (&e.inputs[0], piece);
      float       *y = trafo_cpu_row (&e.output, piece);
      gsize        n = elementwise_length (&e, piece);
      gsize        i = 0;

      for (; i + V_LANES <= n; i += V_LANES)
        v_store (y + i, apply (op, activation, v_load (x + i)));
      if (i < n)
        v_store_n (y + i, apply (op, activation, v_load_n (x + i, n - i)), n - i);
    }
}

/* Every element is read once, so that nothing would be gained from repeating one. */
static gboolean
unary_supports (const TrafoKernelArgs *args)
{
  return args->n_inputs == 1 && trafo_cpu_is_rows (&args->output, TRAFO_DTYPE_FLOAT32) &&
         trafo_cpu_is_rows (&args->inputs[0], TRAFO_DTYPE_FLOAT32) &&
         trafo_cpu_has_shape_of (&args->inputs[0], &args->output);
}

static gboolean
activation_supports (const TrafoKernelArgs *args)
{
  const TrafoActivationAttrs *attrs = args->attrs;

  return attrs->activation < V_N_ACTIVATIONS && unary_supports (args);
}

#define CASE(id)                                                                                   \
  case TRAFO_ACTIVATION_##id:                                                                      \
    unary_run (TRAFO_OP_ACTIVATION, TRAFO_ACTIVATION_##id, args, task, n_tasks);                   \
    break;

static void
activation_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  const TrafoActivationAttrs *attrs = args->attrs;

  switch (attrs->activation)
    {
      V_ACTIVATIONS (CASE)
    default:
      break;
    }
}

#define KERNEL(noun, id, can_run)                                                                  \
  const TrafoKernel TRAFO_CPU_SYMBOL (noun) = {                                                    \
    .struct_size = sizeof (TrafoKernel),                                                           \
    .op = id,                                                                                      \
    .name = #noun "-float32-" TRAFO_CPU_TIER_NAME,                                                 \
    .supports = can_run,                                                                           \
    .n_tasks = elementwise_n_tasks,                                                                \
    .run = noun##_run,                                                                             \
  };

#define DEFINE_UNARY(noun, id)                                                                     \
  static void noun##_run (const TrafoKernelArgs *args,                                             \
                          guint                  task,                                             \
                          guint                  n_tasks,                                          \
                          gpointer               scratch)                                          \
  {                                                                                                \
    unary_run (id, TRAFO_ACTIVATION_NONE, args, task, n_tasks);                                    \
  }                                                                                                \
                                                                                                   \
  KERNEL (noun, id, unary_supports)

DEFINE_UNARY (neg, TRAFO_OP_NEG)
DEFINE_UNARY (sqrt, TRAFO_OP_SQRT)
DEFINE_UNARY (rsqrt, TRAFO_OP_RSQRT)
DEFINE_UNARY (exp, TRAFO_OP_EXP)
DEFINE_UNARY (tanh, TRAFO_OP_TANH)
DEFINE_UNARY (erf, TRAFO_OP_ERF)
DEFINE_UNARY (sigmoid, TRAFO_OP_SIGMOID)
KERNEL (activation, TRAFO_OP_ACTIVATION, activation_supports)

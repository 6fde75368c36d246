/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ops.h"

#include "../simd/vector.h"
#include "elementwise.h"

/* y = a op b with numpy broadcasting, where the last axis of each lies next to one another or is
 * repeated. */
static inline __attribute__ ((always_inline)) VFloat
apply (guint16 op, VFloat a, VFloat b)
{
  switch (op)
    {
    case TRAFO_OP_ADD:
      return a + b;
    case TRAFO_OP_SUB:
      return a - b;
    case TRAFO_OP_MUL:
      return a * b;
    default:
      return a / b;
    }
}

static inline __attribute__ ((always_inline)) void
run_piece (guint16      op,
           gboolean     repeat_a,
           gboolean     repeat_b,
           const float *a,
           const float *b,
           float       *y,
           gsize        n)
{
  VFloat first_a = v_set (n > 0 ? a[0] : 0.0f);
  VFloat first_b = v_set (n > 0 ? b[0] : 0.0f);
  gsize  i = 0;

  for (; i + V_LANES <= n; i += V_LANES)
    v_store (y + i,
             apply (op, repeat_a ? first_a : v_load (a + i), repeat_b ? first_b : v_load (b + i)));
  if (i < n)
    v_store_n (y + i,
               apply (op,
                      repeat_a ? first_a : v_load_n (a + i, n - i),
                      repeat_b ? first_b : v_load_n (b + i, n - i)),
               n - i);
}

static inline __attribute__ ((always_inline)) void
binary_run (guint16 op, const TrafoKernelArgs *args, guint task, guint n_tasks)
{
  Elementwise e = elementwise_from_args (args);
  gsize       end;

  for (gsize i = trafo_cpu_share (e.n_pieces, task, n_tasks, &end); i < end; i++)
    {
      const float *a = trafo_cpu_row (&e.inputs[0], i);
      const float *b = trafo_cpu_row (&e.inputs[1], i);
      float       *y = trafo_cpu_row (&e.output, i);
      gsize        n = elementwise_length (&e, i);

      if (e.is_repeated[0])
        run_piece (op, TRUE, e.is_repeated[1], a, b, y, n);
      else if (e.is_repeated[1])
        run_piece (op, FALSE, TRUE, a, b, y, n);
      else
        run_piece (op, FALSE, FALSE, a, b, y, n);
    }
}

static gboolean
binary_supports (const TrafoKernelArgs *args)
{
  return args->n_inputs == 2 && elementwise_supports_floats (args);
}

#define DEFINE_BINARY(noun, id)                                                                    \
  static void noun##_run (const TrafoKernelArgs *args,                                             \
                          guint                  task,                                             \
                          guint                  n_tasks,                                          \
                          gpointer               scratch)                                          \
  {                                                                                                \
    binary_run (id, args, task, n_tasks);                                                          \
  }                                                                                                \
                                                                                                   \
  const TrafoKernel TRAFO_CPU_SYMBOL (noun) = {                                                    \
    .struct_size = sizeof (TrafoKernel),                                                           \
    .op = id,                                                                                      \
    .name = #noun "-float32-" TRAFO_CPU_TIER_NAME,                                                 \
    .supports = binary_supports,                                                                   \
    .n_tasks = elementwise_n_tasks,                                                                \
    .run = noun##_run,                                                                             \
  };

DEFINE_BINARY (add, TRAFO_OP_ADD)
DEFINE_BINARY (sub, TRAFO_OP_SUB)
DEFINE_BINARY (mul, TRAFO_OP_MUL)
DEFINE_BINARY (div, TRAFO_OP_DIV)

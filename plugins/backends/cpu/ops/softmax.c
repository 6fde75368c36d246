/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ops.h"

#include "../operand.h"
#include "../simd/vector-math.h"

#include <math.h>

/* y [..., C] = exp (x - max x) / sum of exp (x - max x) over the last axis. */
static void
softmax_row (const float *x, float *y, gsize n)
{
  VFloat greatest = v_set (-INFINITY);
  VFloat sum = v_zero ();
  gsize  i = 0;

  for (; i + V_LANES <= n; i += V_LANES)
    greatest = v_max (greatest, v_load (x + i));
  if (i < n)
    greatest = v_max (greatest, v_select (v_first (n - i), v_load_n (x + i, n - i), greatest));
  greatest = v_set (v_greatest (greatest));

  for (i = 0; i < n; i += V_LANES)
    {
      VFloat e = v_exp (v_load_n (x + i, n - i) - greatest);

      v_store_n (y + i, e, n - i);
      sum += v_select (v_first (n - i), e, v_zero ());
    }
  sum = v_set (1.0f / v_sum (sum));
  for (i = 0; i < n; i += V_LANES)
    v_store_n (y + i, v_load_n (y + i, n - i) * sum, n - i);
}

static gboolean
softmax_supports (const TrafoKernelArgs *args)
{
  const TrafoAxisAttrs *attrs = args->attrs;
  const TrafoOperand   *x = &args->inputs[0];

  return attrs->axis + 1 == x->n_dims && trafo_cpu_is_rows (x, TRAFO_DTYPE_FLOAT32) &&
         trafo_cpu_is_rows (&args->output, TRAFO_DTYPE_FLOAT32);
}

static void
softmax_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  TrafoCpuRows x = trafo_cpu_rows (&args->inputs[0]);
  TrafoCpuRows y = trafo_cpu_rows (&args->output);
  gsize        end;

  for (gsize i = trafo_cpu_share (y.n_rows, task, n_tasks, &end); i < end; i++)
    softmax_row (trafo_cpu_row (&x, i),
                 trafo_cpu_row (&y, i),
                 (gsize) trafo_cpu_last_dim (&args->output));
}

const TrafoKernel TRAFO_CPU_SYMBOL (softmax) = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_SOFTMAX,
  .name = "softmax-float32-" TRAFO_CPU_TIER_NAME,
  .supports = softmax_supports,
  .n_tasks = trafo_cpu_n_row_tasks,
  .run = softmax_run,
};

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ops.h"

#include "../operand.h"
#include "../simd/vector.h"

#include <math.h>

/* The sum, mean or greatest of the last axis, which stays as 1. */
#define N_CHAINS 4

static float
sum_row (const float *x, gsize n)
{
  VFloat sums[N_CHAINS] = { v_zero (), v_zero (), v_zero (), v_zero () };
  gsize  i = 0;

  for (; i + N_CHAINS * V_LANES <= n; i += N_CHAINS * V_LANES)
#pragma GCC unroll 4
    for (gsize j = 0; j < N_CHAINS; j++)
      sums[j] += v_load (x + i + j * V_LANES);
  for (; i < n; i += V_LANES)
    sums[0] += v_load_n (x + i, n - i);
  return v_sum (sums[0] + sums[1] + (sums[2] + sums[3]));
}

/* NaN if any element is: the maximum forgets it, a sum of sizes cut at 1 does not. */
static float
greatest_of_row (const float *x, gsize n)
{
  VFloat greatest = v_set (-INFINITY);
  VFloat sizes = v_zero ();
  float  size;

  for (gsize i = 0; i < n; i += V_LANES)
    {
      VFloat value = v_select (v_first (n - i), v_load_n (x + i, n - i), v_set (-INFINITY));

      greatest = v_max (greatest, value);
      sizes += v_min (v_set (1.0f), v_abs (value));
    }
  size = v_sum (sizes);
  return isnan (size) ? size : v_greatest (greatest);
}

static gboolean
reduce_supports (const TrafoKernelArgs *args)
{
  const TrafoAxisAttrs *attrs = args->attrs;
  const TrafoOperand   *x = &args->inputs[0];

  return attrs->axis + 1 == x->n_dims && trafo_cpu_is_rows (x, TRAFO_DTYPE_FLOAT32) &&
         args->output.dtype == TRAFO_DTYPE_FLOAT32;
}

static void
reduce_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  TrafoCpuRows x = trafo_cpu_rows (&args->inputs[0]);
  TrafoCpuRows y = trafo_cpu_rows (&args->output);
  gsize        n = (gsize) trafo_cpu_last_dim (&args->inputs[0]);
  gsize        end;

  for (gsize i = trafo_cpu_share (x.n_rows, task, n_tasks, &end); i < end; i++)
    {
      const float *row = trafo_cpu_row (&x, i);
      float       *result = trafo_cpu_row (&y, i);

      if (args->op == TRAFO_OP_MAX)
        *result = greatest_of_row (row, n);
      else if (args->op == TRAFO_OP_MEAN)
        *result = sum_row (row, n) / (float) n;
      else
        *result = sum_row (row, n);
    }
}

#define DEFINE_REDUCE(noun, id)                                                                    \
  const TrafoKernel TRAFO_CPU_SYMBOL (noun) = {                                                    \
    .struct_size = sizeof (TrafoKernel),                                                           \
    .op = id,                                                                                      \
    .name = #noun "-float32-" TRAFO_CPU_TIER_NAME,                                                 \
    .supports = reduce_supports,                                                                   \
    .n_tasks = trafo_cpu_n_row_tasks,                                                              \
    .run = reduce_run,                                                                             \
  };

DEFINE_REDUCE (sum, TRAFO_OP_SUM)
DEFINE_REDUCE (mean, TRAFO_OP_MEAN)
DEFINE_REDUCE (max, TRAFO_OP_MAX)

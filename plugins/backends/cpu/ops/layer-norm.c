/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ops.h"

#include "../operand.h"
#include "../simd/vector.h"

/* y [..., C] = (x - mean) / sqrt (variance + epsilon) weight + bias over the last axis, x being the
 * sum of x and the residual if there is one (Ba et al. 2016). The variance is taken about the mean,
 * in a second pass over a row that is in the first-level cache. */
#define N_CHAINS 4

/* y = x + residual; returns the sum of y. */
static float
add_residual (const float *x, const float *residual, float *y, gsize n)
{
  VFloat sums[N_CHAINS] = { v_zero (), v_zero (), v_zero (), v_zero () };
  gsize  i = 0;

  for (; i + N_CHAINS * V_LANES <= n; i += N_CHAINS * V_LANES)
#pragma GCC unroll 4
    for (gsize j = 0; j < N_CHAINS; j++)
      {
        VFloat value = v_load (x + i + j * V_LANES);

        if (residual != NULL)
          value += v_load (residual + i + j * V_LANES);
        v_store (y + i + j * V_LANES, value);
        sums[j] += value;
      }
  for (; i < n; i += V_LANES)
    {
      VFloat value = v_load_n (x + i, n - i);

      if (residual != NULL)
        value += v_load_n (residual + i, n - i);
      v_store_n (y + i, value, n - i);
      sums[0] += value;
    }
  return v_sum (sums[0] + sums[1] + (sums[2] + sums[3]));
}

/* The sum of (y - mean)^2. */
static float
sum_squares (const float *y, float mean, gsize n)
{
  VFloat sums[N_CHAINS] = { v_zero (), v_zero (), v_zero (), v_zero () };
  VFloat center = v_set (mean);
  gsize  i = 0;

  for (; i + N_CHAINS * V_LANES <= n; i += N_CHAINS * V_LANES)
#pragma GCC unroll 4
    for (gsize j = 0; j < N_CHAINS; j++)
      {
        VFloat value = v_load (y + i + j * V_LANES) - center;

        sums[j] = v_fma (value, value, sums[j]);
      }
  for (; i < n; i += V_LANES)
    {
      VFloat value = v_select (v_first (n - i), v_load_n (y + i, n - i) - center, v_zero ());

      sums[0] = v_fma (value, value, sums[0]);
    }
  return v_sum (sums[0] + sums[1] + (sums[2] + sums[3]));
}

static void
normalize (const float *weight, const float *bias, float mean, VFloat scale, float *y, gsize n)
{
  VFloat center = v_set (mean);

  for (gsize i = 0; i < n; i += V_LANES)
    {
      VFloat value = (v_load_n (y + i, n - i) - center) * scale;

      value = v_fma (value, v_load_n (weight + i, n - i), v_load_n (bias + i, n - i));
      v_store_n (y + i, value, n - i);
    }
}

static gboolean
layer_norm_supports (const TrafoKernelArgs *args)
{
  const TrafoLayerNormAttrs *attrs = args->attrs;
  gint64                     n = trafo_cpu_last_dim (&args->output);

  if (!trafo_cpu_is_rows (&args->inputs[0], TRAFO_DTYPE_FLOAT32) ||
      !trafo_cpu_is_rows (&args->output, TRAFO_DTYPE_FLOAT32) ||
      !trafo_cpu_is_vector (&args->inputs[1], TRAFO_DTYPE_FLOAT32, n) ||
      !trafo_cpu_is_vector (&args->inputs[2], TRAFO_DTYPE_FLOAT32, n))
    return FALSE;
  return !attrs->has_residual || (trafo_cpu_is_rows (&args->inputs[3], TRAFO_DTYPE_FLOAT32) &&
                                  trafo_cpu_has_shape_of (&args->inputs[3], &args->output));
}

static void
layer_norm_run_rows (const TrafoKernelArgs *args, gsize begin, gsize end)
{
  const TrafoLayerNormAttrs *attrs = args->attrs;
  TrafoCpuRows               x = trafo_cpu_rows (&args->inputs[0]);
  TrafoCpuRows               y = trafo_cpu_rows (&args->output);
  TrafoCpuRows               residual = { 0 };
  gsize                      n = (gsize) trafo_cpu_last_dim (&args->output);

  if (attrs->has_residual)
    residual = trafo_cpu_rows (&args->inputs[3]);
  for (gsize i = begin; i < end; i++)
    {
      float *row = trafo_cpu_row (&y, i);
      float  sum = add_residual (trafo_cpu_row (&x, i),
                                attrs->has_residual ? trafo_cpu_row (&residual, i) : NULL,
                                row,
                                n);
      float  mean = sum / (float) n;
      float  variance = sum_squares (row, mean, n) / (float) n;
      VFloat scale = v_set (1.0f) / v_sqrt (v_set (variance + (float) attrs->epsilon));

      normalize (args->inputs[1].data, args->inputs[2].data, mean, scale, row, n);
    }
}

static void
layer_norm_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  gsize end;
  gsize begin = trafo_cpu_share (trafo_cpu_n_rows (&args->output), task, n_tasks, &end);

  layer_norm_run_rows (args, begin, end);
}

const TrafoKernel TRAFO_CPU_SYMBOL (layer_norm) = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_LAYER_NORM,
  .name = "layer-norm-float32-" TRAFO_CPU_TIER_NAME,
  .supports = layer_norm_supports,
  .n_tasks = trafo_cpu_n_row_tasks,
  .run = layer_norm_run,
  .run_rows = layer_norm_run_rows,
};

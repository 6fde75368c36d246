/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "linear-output.h"

#include "../simd/vector-math.h"
#include "convert.h"
#include "narrow-panel.h"

LinearOutput
TRAFO_CPU_SYMBOL (linear_output) (const TrafoKernelArgs *args)
{
  const TrafoLinearAttrs *attrs = args->attrs;
  LinearOutput            output = {
               .rows = trafo_cpu_rows (&args->output),
               .n_columns = (gsize) trafo_cpu_last_dim (&args->output),
               .activation = (guint8) attrs->activation,
               .has_residual = attrs->has_residual,
               .dtype = args->output.dtype,
  };

  if (attrs->has_bias)
    output.bias = args->inputs[2].data;
  if (attrs->has_residual)
    output.residual = trafo_cpu_rows (&args->inputs[attrs->has_bias ? 3 : 2]);
  return output;
}

static gboolean
is_finishable (const TrafoKernelArgs *args)
{
  const TrafoLinearAttrs *attrs = args->attrs;
  const TrafoOperand     *residual = &args->inputs[attrs->has_bias ? 3 : 2];
  gint64                  n_columns = trafo_cpu_last_dim (&args->output);

  if (attrs->activation >= V_N_ACTIVATIONS)
    return FALSE;
  if (attrs->has_bias && !trafo_cpu_is_vector (&args->inputs[2], TRAFO_DTYPE_FLOAT32, n_columns))
    return FALSE;
  return !attrs->has_residual || (trafo_cpu_is_rows (residual, TRAFO_DTYPE_FLOAT32) &&
                                  trafo_cpu_has_shape_of (residual, &args->output));
}

gboolean
TRAFO_CPU_SYMBOL (linear_is_rows) (const TrafoKernelArgs *args)
{
  return trafo_cpu_is_rows (&args->inputs[0], TRAFO_DTYPE_FLOAT32) &&
         trafo_cpu_is_rows (&args->output, TRAFO_DTYPE_FLOAT32) && is_finishable (args);
}

static gboolean
is_narrow_rows (const TrafoOperand *operand)
{
  return trafo_cpu_is_rows (operand, TRAFO_DTYPE_FLOAT32) ||
         trafo_cpu_is_rows (operand, TRAFO_DTYPE_BFLOAT16);
}

gboolean
TRAFO_CPU_SYMBOL (linear_is_narrow_rows) (const TrafoKernelArgs *args)
{
  return is_narrow_rows (&args->inputs[0]) && is_narrow_rows (&args->output) &&
         is_finishable (args);
}

/* Where this is inlined the activation is a constant, and whether the output is bfloat16. */
static inline __attribute__ ((always_inline)) void
finish_tile (const LinearOutput *self,
             const LinearTile   *tile,
             const float        *sums,
             guint               activation,
             gboolean            is_narrow)
{
  gsize width = MIN (tile->stride, self->n_columns - tile->n);

  for (gsize i = 0; i < tile->n_rows; i++)
    {
      char        *row = trafo_cpu_row (&self->rows, tile->m + i);
      float        values[NARROW_PANEL];
      float       *output = is_narrow ? values : (float *) row + tile->n;
      const float *residual = NULL;

      if (tile->is_last && self->has_residual)
        residual = (const float *) trafo_cpu_row (&self->residual, tile->m + i) + tile->n;
      for (gsize j = 0; j < width; j += V_LANES)
        {
          gsize  left = width - j;
          VFloat y = v_load (sums + i * tile->stride + j);

          if (!tile->is_first)
            y += v_load_n (output + j, left);
          if (tile->is_last && self->bias != NULL)
            y += v_load_n (self->bias + tile->n + j, left);
          y = v_activate (activation, y);
          if (residual != NULL)
            y += v_load_n (residual + j, left);
          v_store_n (output + j, y, left);
        }
      if (is_narrow)
        convert_to_bfloat16 (values, (guint16 *) row + tile->n, width);
    }
}

#define DEFINE_FINISH(activation)                                                                  \
  static void finish_##activation (const LinearOutput *self,                                       \
                                   const LinearTile   *tile,                                       \
                                   const float        *sums)                                       \
  {                                                                                                \
    if (self->dtype == TRAFO_DTYPE_BFLOAT16)                                                       \
      finish_tile (self, tile, sums, TRAFO_ACTIVATION_##activation, TRUE);                         \
    else                                                                                           \
      finish_tile (self, tile, sums, TRAFO_ACTIVATION_##activation, FALSE);                        \
  }

DEFINE_FINISH (NONE)
DEFINE_FINISH (GELU)
DEFINE_FINISH (GELU_TANH)
DEFINE_FINISH (RELU)
DEFINE_FINISH (SILU)
DEFINE_FINISH (QUICK_GELU)
DEFINE_FINISH (TANH)
DEFINE_FINISH (SIGMOID)

static void (*const finish[V_N_ACTIVATIONS]) (const LinearOutput *self,
                                              const LinearTile   *tile,
                                              const float        *sums) = {
  [TRAFO_ACTIVATION_NONE] = finish_NONE,
  [TRAFO_ACTIVATION_GELU] = finish_GELU,
  [TRAFO_ACTIVATION_GELU_TANH] = finish_GELU_TANH,
  [TRAFO_ACTIVATION_RELU] = finish_RELU,
  [TRAFO_ACTIVATION_SILU] = finish_SILU,
  [TRAFO_ACTIVATION_QUICK_GELU] = finish_QUICK_GELU,
  [TRAFO_ACTIVATION_TANH] = finish_TANH,
  [TRAFO_ACTIVATION_SIGMOID] = finish_SIGMOID,
};

void
TRAFO_CPU_SYMBOL (linear_finish) (const LinearOutput *self,
                                  const LinearTile   *tile,
                                  const float        *sums)
{
  finish[tile->is_last ? self->activation : TRAFO_ACTIVATION_NONE](self, tile, sums);
}

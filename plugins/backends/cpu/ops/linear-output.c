/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "linear-finish.h"

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

#define DEFINE_FINISH(activation)                                                                  \
  static void finish_##activation (const LinearOutput *self,                                       \
                                   const LinearTile   *tile,                                       \
                                   const float        *sums)                                       \
  {                                                                                                \
    for (gsize i = 0; i < tile->n_rows; i++)                                                       \
      linear_finish_row (self, tile, i, sums + i * tile->stride, TRAFO_ACTIVATION_##activation);   \
  }

#define LIST_FINISH(activation) [TRAFO_ACTIVATION_##activation] = finish_##activation,

V_ACTIVATIONS (DEFINE_FINISH)

typedef void (*Finish) (const LinearOutput *self, const LinearTile *tile, const float *sums);

static const Finish finish[V_N_ACTIVATIONS] = { V_ACTIVATIONS (LIST_FINISH) };

void
TRAFO_CPU_SYMBOL (linear_finish) (const LinearOutput *self,
                                  const LinearTile   *tile,
                                  const float        *sums)
{
  finish[tile->is_last ? self->activation : TRAFO_ACTIVATION_NONE](self, tile, sums);
}

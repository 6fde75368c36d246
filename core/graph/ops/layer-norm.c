/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"
#include "strided-private.h"

#include <math.h>

/* layer_norm(x [..., C], weight [C], bias [C], residual [..., C]?) [..., C]
 *   = (h - mean (h)) / sqrt (var (h) + epsilon) * weight + bias,  h = x + residual
 * over the last axis, with the variance divided by C (Ba, Kiros, Hinton 2016; torch.nn.LayerNorm).
 * x, the residual and the result are float32; weight and bias any float type, widened. The reference
 * computes in double. */

static gboolean
layer_norm_infer (TrafoDims            *dims,
                  gpointer              attrs,
                  const TrafoValueType *inputs,
                  guint                 n_inputs,
                  TrafoValueType       *output,
                  GError              **error)
{
  gboolean              has_residual = ((const TrafoLayerNormAttrs *) attrs)->has_residual != 0;
  const TrafoValueType *x = &inputs[0];
  TrafoValueType        scale = { .n_dims = 1 };
  guint                 float32 = TRAFO_RULE_DTYPE (FLOAT32);

  if (!trafo_rule_check_n_inputs ("layer_norm", n_inputs, 3 + has_residual, error) ||
      !trafo_rule_check_dtype ("layer_norm", "x", x, float32, error) ||
      !trafo_rule_check_n_dims ("layer_norm", "x", dims, x, 1, TRAFO_MAX_DIMS, error))
    return FALSE;
  scale.dims[0] = x->dims[x->n_dims - 1];
  for (guint i = 1; i < 3; i++)
    {
      const char *name = i == 1 ? "weight" : "bias";

      if (!trafo_rule_check_dtype ("layer_norm", name, &inputs[i], TRAFO_RULE_FLOATS, error) ||
          !trafo_rule_check_same_dims ("layer_norm", name, "x", dims, &inputs[i], &scale, error))
        return FALSE;
    }
  if (has_residual &&
      (!trafo_rule_check_dtype ("layer_norm", "residual", &inputs[3], float32, error) ||
       !trafo_rule_check_same_dims ("layer_norm", "residual", "x", dims, &inputs[3], x, error)))
    return FALSE;
  *output = *x;
  return TRUE;
}

static TrafoSym
widen (TrafoBuilder *b, TrafoSym x)
{
  return trafo_builder_get_dtype (b, x) == TRAFO_DTYPE_FLOAT32
             ? x
             : trafo_builder_cast (b, x, TRAFO_DTYPE_FLOAT32);
}

static TrafoSym
layer_norm_decompose (TrafoBuilder *b, const void *attrs, const TrafoSym *inputs, guint n_inputs)
{
  const TrafoLayerNormAttrs *norm = attrs;
  TrafoSym                   epsilon = trafo_builder_scalar (b, norm->epsilon, TRAFO_DTYPE_FLOAT32);
  TrafoSym h = norm->has_residual ? trafo_builder_add (b, inputs[0], inputs[3]) : inputs[0];
  TrafoSym centred = trafo_builder_sub (b, h, trafo_builder_mean (b, h, -1));
  TrafoSym variance = trafo_builder_mean (b, trafo_builder_mul (b, centred, centred), -1);
  TrafoSym scale = trafo_builder_rsqrt (b, trafo_builder_add (b, variance, epsilon));
  TrafoSym y = trafo_builder_mul (b, centred, scale);

  y = trafo_builder_mul (b, y, widen (b, inputs[1]));
  return trafo_builder_add (b, y, widen (b, inputs[2]));
}

/* One row of x + residual. */
typedef struct
{
  const TrafoOperand *x;
  const TrafoOperand *residual; /* NULL: none */
  gint64              x_at;
  gint64              residual_at;
} Row;

static double
row_get (const Row *self, gint64 i)
{
  double h = trafo_strided_get (self->x, self->x_at + i * self->x->strides[self->x->n_dims - 1]);

  if (self->residual != NULL)
    h += trafo_strided_get (self->residual,
                            self->residual_at + i * self->residual->strides[self->x->n_dims - 1]);
  return h;
}

static void
row_normalise (const Row *self, const TrafoKernelArgs *args, gint64 output_at)
{
  const TrafoOperand *weight = &args->inputs[1];
  const TrafoOperand *bias = &args->inputs[2];
  const TrafoOperand *output = &args->output;
  double              epsilon = ((const TrafoLayerNormAttrs *) args->attrs)->epsilon;
  gint64              n = output->shape[output->n_dims - 1];
  double              mean = 0;
  double              variance = 0;

  for (gint64 i = 0; i < n; i++)
    mean += row_get (self, i) / (double) n;
  for (gint64 i = 0; i < n; i++)
    variance += (row_get (self, i) - mean) * (row_get (self, i) - mean) / (double) n;
  for (gint64 i = 0; i < n; i++)
    trafo_strided_set (output,
                       output_at + i * output->strides[output->n_dims - 1],
                       (row_get (self, i) - mean) / sqrt (variance + epsilon) *
                               trafo_strided_get (weight, i * weight->strides[0]) +
                           trafo_strided_get (bias, i * bias->strides[0]));
}

static void
layer_norm_reference (const TrafoKernelArgs *args)
{
  gboolean     has_residual = ((const TrafoLayerNormAttrs *) args->attrs)->has_residual != 0;
  guint        last = args->output.n_dims - 1;
  TrafoOperand rows = trafo_strided_collapse (&args->output, last);
  Row          row = { &args->inputs[0], has_residual ? &args->inputs[3] : NULL, 0, 0 };
  TrafoStrided walk;

  trafo_strided_init (&walk, &rows);
  trafo_strided_add_rows (&walk, row.x, last);
  if (has_residual)
    trafo_strided_add_rows (&walk, row.residual, last);
  while (trafo_strided_next (&walk))
    {
      row.x_at = walk.at[1];
      row.residual_at = walk.at[2];
      row_normalise (&row, args, walk.at[0]);
    }
}

const TrafoOp trafo_op_layer_norm = {
  .id = TRAFO_OP_LAYER_NORM,
  .name = "layer_norm",
  .min_inputs = 3,
  .max_inputs = 4,
  .attrs_size_bytes = sizeof (TrafoLayerNormAttrs),
  .infer = layer_norm_infer,
  .is_row_wise = trafo_rule_row_wise,
  .decompose = layer_norm_decompose,
  .reference = layer_norm_reference,
};

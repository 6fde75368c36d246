/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"
#include "strided-private.h"

#include <math.h>

/* softmax(x [..., n, ...]) of the same shape: exp (x - max) / sum (exp (x - max)) over one axis, as
 * torch.softmax; the maximum keeps exp from overflowing. float32. The reference adds in double. */

static gboolean
softmax_infer (TrafoDims            *dims,
               gpointer              attrs,
               const TrafoValueType *inputs,
               guint                 n_inputs,
               TrafoValueType       *output,
               GError              **error)
{
  guint float32 = TRAFO_RULE_DTYPE (FLOAT32);
  guint axis = ((const TrafoAxisAttrs *) attrs)->axis;

  if (!trafo_rule_check_dtype ("softmax", "x", &inputs[0], float32, error) ||
      !trafo_rule_check_axis ("softmax", axis, inputs[0].n_dims, error))
    return FALSE;
  *output = inputs[0];
  return TRUE;
}

static TrafoSym
softmax_decompose (TrafoBuilder *b, const void *attrs, const TrafoSym *inputs, guint n_inputs)
{
  gint     axis = ((const TrafoAxisAttrs *) attrs)->axis;
  TrafoSym max = trafo_builder_max (b, inputs[0], axis);
  TrafoSym e = trafo_builder_exp (b, trafo_builder_sub (b, inputs[0], max));

  return trafo_builder_div (b, e, trafo_builder_sum (b, e, axis));
}

static void
softmax_row (const TrafoOperand *output,
             gint64              output_at,
             const TrafoOperand *x,
             gint64              x_at,
             guint               axis)
{
  gint64 n = x->shape[axis];
  double max = -INFINITY;
  double sum = 0;

  for (gint64 i = 0; i < n; i++)
    max = fmax (max, trafo_strided_get (x, x_at + i * x->strides[axis]));
  for (gint64 i = 0; i < n; i++)
    sum += exp (trafo_strided_get (x, x_at + i * x->strides[axis]) - max);
  for (gint64 i = 0; i < n; i++)
    trafo_strided_set (output,
                       output_at + i * output->strides[axis],
                       exp (trafo_strided_get (x, x_at + i * x->strides[axis]) - max) / sum);
}

static void
softmax_reference (const TrafoKernelArgs *args)
{
  guint        axis = ((const TrafoAxisAttrs *) args->attrs)->axis;
  TrafoOperand rows = trafo_strided_collapse (&args->output, axis);
  TrafoStrided walk;

  trafo_strided_init (&walk, &rows);
  trafo_strided_add_rows (&walk, &args->inputs[0], axis);
  while (trafo_strided_next (&walk))
    softmax_row (&args->output, walk.at[0], &args->inputs[0], walk.at[1], axis);
}

const TrafoOp trafo_op_softmax = {
  .id = TRAFO_OP_SOFTMAX,
  .name = "softmax",
  .min_inputs = 1,
  .max_inputs = 1,
  .attrs_size_bytes = sizeof (TrafoAxisAttrs),
  .infer = softmax_infer,
  .is_row_wise = trafo_rule_row_wise_along,
  .decompose = softmax_decompose,
  .reference = softmax_reference,
};

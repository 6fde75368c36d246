/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"
#include "strided-private.h"

#include <math.h>

/* Reductions of x [..., n, ...] over one axis to [..., 1, ...], as numpy's with keepdims:
 *   sum (float types, int32, int64), mean (float types), max (float types, int32, int64)
 * Integers wrap around; the maximum of a NaN is NaN. Over an axis of length 0 the sum is 0, the mean
 * NaN, the maximum the lowest value of the dtype. The reference adds in double. */

static gboolean
reduce_infer (const char           *op,
              guint                 allowed,
              const TrafoAxisAttrs *attrs,
              const TrafoValueType *x,
              TrafoValueType       *output,
              GError              **error)
{
  if (!trafo_rule_check_dtype (op, "x", x, allowed, error) ||
      !trafo_rule_check_axis (op, attrs->axis, x->n_dims, error))
    return FALSE;
  *output = *x;
  output->dims[attrs->axis] = 1;
  return TRUE;
}

static double
reduce_row (guint op, const TrafoOperand *x, guint axis, gint64 at)
{
  double sum = 0;
  double max = -INFINITY;

  for (gint64 i = 0; i < x->shape[axis]; i++)
    {
      double value = trafo_strided_get (x, at + i * x->strides[axis]);

      sum += value;
      max = isnan (value) || value > max ? value : max;
    }
  if (op == TRAFO_OP_MAX)
    return max;
  return op == TRAFO_OP_SUM ? sum : sum / (double) x->shape[axis];
}

static gint64
reduce_row_int (guint op, const TrafoOperand *x, guint axis, gint64 at)
{
  guint64 sum = 0;
  gint64  max = x->dtype == TRAFO_DTYPE_INT32 ? G_MININT32 : G_MININT64;

  for (gint64 i = 0; i < x->shape[axis]; i++)
    {
      gint64 value = trafo_strided_get_int (x, at + i * x->strides[axis]);

      sum += (guint64) value;
      max = MAX (max, value);
    }
  return op == TRAFO_OP_MAX ? max : (gint64) sum;
}

static void
reduce_reference (const TrafoKernelArgs *args)
{
  const TrafoOperand *x = &args->inputs[0];
  guint               axis = ((const TrafoAxisAttrs *) args->attrs)->axis;
  gboolean            is_float = trafo_dtype_is_float (x->dtype);
  TrafoStrided        walk;

  trafo_strided_init (&walk, &args->output);
  trafo_strided_add_rows (&walk, x, axis);
  while (trafo_strided_next (&walk))
    if (is_float)
      trafo_strided_set (&args->output, walk.at[0], reduce_row (args->op, x, axis, walk.at[1]));
    else
      trafo_strided_set_int (&args->output,
                             walk.at[0],
                             reduce_row_int (args->op, x, axis, walk.at[1]));
}

#define REDUCE(op, OP, allowed)                                                                    \
  static gboolean infer_##op (TrafoDims            *dims,                                          \
                              gpointer              attrs,                                         \
                              const TrafoValueType *inputs,                                        \
                              guint                 n_inputs,                                      \
                              TrafoValueType       *output,                                        \
                              GError              **error)                                         \
  {                                                                                                \
    return reduce_infer (#op, allowed, attrs, inputs, output, error);                              \
  }                                                                                                \
  const TrafoOp trafo_op_##op = {                                                                  \
    .id = TRAFO_OP_##OP,                                                                           \
    .name = #op,                                                                                   \
    .min_inputs = 1,                                                                               \
    .max_inputs = 1,                                                                               \
    .attrs_size_bytes = sizeof (TrafoAxisAttrs),                                                   \
    .infer = infer_##op,                                                                           \
    .is_row_wise = trafo_rule_row_wise_along,                                                      \
    .reference = reduce_reference,                                                                 \
  };

REDUCE (sum, SUM, TRAFO_RULE_FLOATS | TRAFO_RULE_IDS)
REDUCE (mean, MEAN, TRAFO_RULE_FLOATS)
REDUCE (max, MAX, TRAFO_RULE_FLOATS | TRAFO_RULE_IDS)

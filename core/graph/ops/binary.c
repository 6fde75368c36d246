/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"
#include "strided-private.h"

#include <math.h>

/* Element-wise functions of two operands of one dtype, a [...] and b [...] to their broadcast shape:
 *   add a + b, sub a - b, mul a * b, div a / b, pow a^b, maximum, minimum
 * Float types, and all but pow also int32 and int64. Integers wrap around; their quotient is cut
 * towards zero, and 0 where b is 0. Maximum and minimum of a NaN are NaN, as in numpy. The reference
 * computes floats in double and rounds once. */

static double
binary_apply (guint op, double a, double b)
{
  switch (op)
    {
    case TRAFO_OP_ADD:
      return a + b;
    case TRAFO_OP_SUB:
      return a - b;
    case TRAFO_OP_MUL:
      return a * b;
    case TRAFO_OP_DIV:
      return a / b;
    case TRAFO_OP_POW:
      return pow (a, b);
    case TRAFO_OP_MAXIMUM:
      return isnan (a) || a > b ? a : b;
    default:
      return isnan (a) || a < b ? a : b;
    }
}

/* Unsigned arithmetic wraps, and its low bits are those of signed arithmetic. */
static gint64
binary_apply_int (guint op, gint64 a, gint64 b)
{
  switch (op)
    {
    case TRAFO_OP_ADD:
      return (guint64) a + (guint64) b;
    case TRAFO_OP_SUB:
      return (guint64) a - (guint64) b;
    case TRAFO_OP_MUL:
      return (guint64) a * (guint64) b;
    case TRAFO_OP_DIV:
      if (b == 0)
        return 0;
      /* the one quotient that does not fit traps in C */
      return b == -1 ? (gint64) - (guint64) a : a / b;
    case TRAFO_OP_MAXIMUM:
      return MAX (a, b);
    default:
      return MIN (a, b);
    }
}

static gboolean
binary_infer (const char           *op,
              guint                 allowed,
              TrafoDims            *dims,
              const TrafoValueType *inputs,
              TrafoValueType       *output,
              GError              **error)
{
  if (!trafo_rule_check_dtype (op, "a", &inputs[0], allowed, error) ||
      !trafo_rule_check_same_dtype (op, &inputs[0], &inputs[1], error))
    return FALSE;
  output->dtype = inputs[0].dtype;
  return trafo_rule_broadcast (op, dims, inputs, 2, output, error);
}

static void
binary_reference (const TrafoKernelArgs *args)
{
  const TrafoOperand *output = &args->output;
  const TrafoOperand *a = &args->inputs[0];
  const TrafoOperand *b = &args->inputs[1];
  gboolean            is_float = trafo_dtype_is_float (output->dtype);
  TrafoStrided        walk;

  trafo_strided_init (&walk, output);
  trafo_strided_add (&walk, a);
  trafo_strided_add (&walk, b);
  while (trafo_strided_next (&walk))
    if (is_float)
      trafo_strided_set (output,
                         walk.at[0],
                         binary_apply (args->op,
                                       trafo_strided_get (a, walk.at[1]),
                                       trafo_strided_get (b, walk.at[2])));
    else
      trafo_strided_set_int (output,
                             walk.at[0],
                             binary_apply_int (args->op,
                                               trafo_strided_get_int (a, walk.at[1]),
                                               trafo_strided_get_int (b, walk.at[2])));
}

#define BINARY(op, OP, allowed)                                                                    \
  static gboolean infer_##op (TrafoDims            *dims,                                          \
                              gpointer              attrs,                                         \
                              const TrafoValueType *inputs,                                        \
                              guint                 n_inputs,                                      \
                              TrafoValueType       *output,                                        \
                              GError              **error)                                         \
  {                                                                                                \
    return binary_infer (#op, allowed, dims, inputs, output, error);                               \
  }                                                                                                \
  const TrafoOp trafo_op_##op = {                                                                  \
    .id = TRAFO_OP_##OP,                                                                           \
    .name = #op,                                                                                   \
    .min_inputs = 2,                                                                               \
    .max_inputs = 2,                                                                               \
    .infer = infer_##op,                                                                           \
    .is_row_wise = trafo_rule_row_wise,                                                            \
    .reference = binary_reference,                                                                 \
  };

#define NUMBERS (TRAFO_RULE_FLOATS | TRAFO_RULE_IDS)

BINARY (add, ADD, NUMBERS)
BINARY (sub, SUB, NUMBERS)
BINARY (mul, MUL, NUMBERS)
BINARY (div, DIV, NUMBERS)
BINARY (pow, POW, TRAFO_RULE_FLOATS)
BINARY (maximum, MAXIMUM, NUMBERS)
BINARY (minimum, MINIMUM, NUMBERS)

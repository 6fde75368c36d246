/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"
#include "strided-private.h"

#include <math.h>

/* Element-wise functions of one operand, x [...] to [...] of the same dtype, a float type:
 *   neg -x, sqrt, rsqrt 1 / sqrt (x), exp, log, tanh, erf, sigmoid 1 / (1 + exp (-x))
 * An operand outside a function's domain gives what IEEE 754 says (NaN or an infinity). The
 * reference computes in double and rounds once. */

static double
unary_apply (guint op, double x)
{
  switch (op)
    {
    case TRAFO_OP_NEG:
      return -x;
    case TRAFO_OP_SQRT:
      return sqrt (x);
    case TRAFO_OP_RSQRT:
      return 1 / sqrt (x);
    case TRAFO_OP_EXP:
      return exp (x);
    case TRAFO_OP_LOG:
      return log (x);
    case TRAFO_OP_TANH:
      return tanh (x);
    case TRAFO_OP_ERF:
      return erf (x);
    default:
      return 1 / (1 + exp (-x));
    }
}

static gboolean
unary_infer (const char *op, const TrafoValueType *x, TrafoValueType *output, GError **error)
{
  if (!trafo_rule_check_dtype (op, "x", x, TRAFO_RULE_FLOATS, error))
    return FALSE;
  *output = *x;
  return TRUE;
}

static void
unary_reference (const TrafoKernelArgs *args)
{
  const TrafoOperand *x = &args->inputs[0];
  TrafoStrided        walk;

  trafo_strided_init (&walk, &args->output);
  trafo_strided_add (&walk, x);
  while (trafo_strided_next (&walk))
    trafo_strided_set (&args->output,
                       walk.at[0],
                       unary_apply (args->op, trafo_strided_get (x, walk.at[1])));
}

#define UNARY(op, OP)                                                                              \
  static gboolean infer_##op (TrafoDims            *dims,                                          \
                              gpointer              attrs,                                         \
                              const TrafoValueType *inputs,                                        \
                              guint                 n_inputs,                                      \
                              TrafoValueType       *output,                                        \
                              GError              **error)                                         \
  {                                                                                                \
    return unary_infer (#op, inputs, output, error);                                               \
  }                                                                                                \
  const TrafoOp trafo_op_##op = {                                                                  \
    .id = TRAFO_OP_##OP,                                                                           \
    .name = #op,                                                                                   \
    .min_inputs = 1,                                                                               \
    .max_inputs = 1,                                                                               \
    .infer = infer_##op,                                                                           \
    .is_row_wise = trafo_rule_row_wise,                                                            \
    .reference = unary_reference,                                                                  \
  };

UNARY (neg, NEG)
UNARY (sqrt, SQRT)
UNARY (rsqrt, RSQRT)
UNARY (exp, EXP)
UNARY (log, LOG)
UNARY (tanh, TANH)
UNARY (erf, ERF)
UNARY (sigmoid, SIGMOID)

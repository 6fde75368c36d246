/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"
#include "strided-private.h"

/* compare(a [...], b [...]) bool [...]: a == b, !=, <, <=, > or >= as attrs say; one dtype, any,
 * broadcast. With a NaN only != holds. */

static gboolean
compare_infer (TrafoDims            *dims,
               gpointer              attrs,
               const TrafoValueType *inputs,
               guint                 n_inputs,
               TrafoValueType       *output,
               GError              **error)
{
  const TrafoCompareAttrs *compare = attrs;

  if (compare->comparison > TRAFO_COMPARE_GREATER_EQUAL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "compare: there is no comparison %u",
                   compare->comparison);
      return FALSE;
    }
  if (!trafo_rule_check_dtype ("compare", "a", &inputs[0], TRAFO_RULE_ALL, error) ||
      !trafo_rule_check_same_dtype ("compare", &inputs[0], &inputs[1], error))
    return FALSE;
  output->dtype = TRAFO_DTYPE_BOOL;
  return trafo_rule_broadcast ("compare", dims, inputs, 2, output, error);
}

#define COMPARE(comparison, a, b)                                                                  \
  ((comparison) == TRAFO_COMPARE_EQUAL        ? (a) == (b)                                         \
   : (comparison) == TRAFO_COMPARE_NOT_EQUAL  ? (a) != (b)                                         \
   : (comparison) == TRAFO_COMPARE_LESS       ? (a) < (b)                                          \
   : (comparison) == TRAFO_COMPARE_LESS_EQUAL ? (a) <= (b)                                         \
   : (comparison) == TRAFO_COMPARE_GREATER    ? (a) > (b)                                          \
                                              : (a) >= (b))

static gboolean
compare_element (guint               comparison,
                 const TrafoOperand *a,
                 gint64              a_at,
                 const TrafoOperand *b,
                 gint64              b_at)
{
  if (trafo_dtype_is_float (a->dtype))
    {
      double x = trafo_strided_get (a, a_at);
      double y = trafo_strided_get (b, b_at);

      return COMPARE (comparison, x, y);
    }
  else
    {
      gint64 x = trafo_strided_get_int (a, a_at);
      gint64 y = trafo_strided_get_int (b, b_at);

      return COMPARE (comparison, x, y);
    }
}

static void
compare_reference (const TrafoKernelArgs *args)
{
  const TrafoCompareAttrs *attrs = args->attrs;
  const TrafoOperand      *a = &args->inputs[0];
  const TrafoOperand      *b = &args->inputs[1];
  TrafoStrided             walk;

  trafo_strided_init (&walk, &args->output);
  trafo_strided_add (&walk, a);
  trafo_strided_add (&walk, b);
  while (trafo_strided_next (&walk))
    trafo_strided_set_int (&args->output,
                           walk.at[0],
                           compare_element (attrs->comparison, a, walk.at[1], b, walk.at[2]));
}

const TrafoOp trafo_op_compare = {
  .id = TRAFO_OP_COMPARE,
  .name = "compare",
  .min_inputs = 2,
  .max_inputs = 2,
  .attrs_size_bytes = sizeof (TrafoCompareAttrs),
  .infer = compare_infer,
  .is_row_wise = trafo_rule_row_wise,
  .reference = compare_reference,
};

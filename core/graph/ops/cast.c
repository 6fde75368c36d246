/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"
#include "strided-private.h"

/* cast(x [...]) [...]: each element in the dtype asked for, as torch.Tensor.to. Towards a float it
 * rounds to nearest, ties to even; a float towards an integer loses its fraction; an integer keeps
 * its low bits; bool is "not zero". What C leaves undefined is defined here: a float beyond an
 * integer's range becomes the nearest value in it, a NaN 0. */

static gboolean
cast_infer (TrafoDims            *dims,
            gpointer              attrs,
            const TrafoValueType *inputs,
            guint                 n_inputs,
            TrafoValueType       *output,
            GError              **error)
{
  TrafoDType asked = output->dtype;

  *output = inputs[0];
  output->dtype = asked;
  return trafo_rule_check_dtype ("cast", "the result", output, TRAFO_RULE_ALL, error);
}

static void
cast_element (const TrafoOperand *to, gint64 to_at, const TrafoOperand *from, gint64 from_at)
{
  if (trafo_dtype_is_float (from->dtype))
    trafo_strided_set (to, to_at, trafo_strided_get (from, from_at));
  else if (trafo_dtype_is_float (to->dtype))
    /* once to float: a large int64 would round twice by way of double */
    trafo_strided_set (to, to_at, (float) trafo_strided_get_int (from, from_at));
  else
    trafo_strided_set_int (to, to_at, trafo_strided_get_int (from, from_at));
}

static void
cast_reference (const TrafoKernelArgs *args)
{
  TrafoStrided walk;

  trafo_strided_init (&walk, &args->output);
  trafo_strided_add (&walk, &args->inputs[0]);
  while (trafo_strided_next (&walk))
    cast_element (&args->output, walk.at[0], &args->inputs[0], walk.at[1]);
}

const TrafoOp trafo_op_cast = {
  .id = TRAFO_OP_CAST,
  .version = 1,
  .name = "cast",
  .min_inputs = 1,
  .max_inputs = 1,
  .infer = cast_infer,
  .reference = cast_reference,
};

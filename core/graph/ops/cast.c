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
cast_reference (const TrafoKernelArgs *args)
{
  const TrafoOperand *x = &args->inputs[0], *y = &args->output;
  gpointer            from = trafo_strided_peek (x), to = trafo_strided_peek (y);
  TrafoStrided        walk;

  trafo_strided_init (&walk, y);
  trafo_strided_add (&walk, x);
  while (trafo_strided_next (&walk))
    trafo_element_convert (y->dtype, to, walk.at[0], x->dtype, from, walk.at[1]);
}

const TrafoOp trafo_op_cast = {
  .id = TRAFO_OP_CAST,
  .name = "cast",
  .min_inputs = 1,
  .max_inputs = 1,
  .infer = cast_infer,
  .is_row_wise = trafo_rule_row_wise,
  .reference = cast_reference,
};

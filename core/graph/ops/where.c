/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"
#include "strided-private.h"

/* where(condition bool [...], a [...], b [...]) [...]: a where the condition holds, else b, as
 * numpy.where. a and b have one dtype, any; all three broadcast. */

static gboolean
where_infer (TrafoDims            *dims,
             gpointer              attrs,
             const TrafoValueType *inputs,
             guint                 n_inputs,
             TrafoValueType       *output,
             GError              **error)
{
  guint bool_only = TRAFO_RULE_DTYPE (BOOL);

  if (!trafo_rule_check_dtype ("where", "condition", &inputs[0], bool_only, error) ||
      !trafo_rule_check_same_dtype ("where", &inputs[1], &inputs[2], error))
    return FALSE;
  output->dtype = inputs[1].dtype;
  return trafo_rule_broadcast ("where", dims, inputs, 3, output, error);
}

static void
where_reference (const TrafoKernelArgs *args)
{
  TrafoStrided walk;

  trafo_strided_init (&walk, &args->output);
  for (guint i = 0; i < 3; i++)
    trafo_strided_add (&walk, &args->inputs[i]);
  while (trafo_strided_next (&walk))
    {
      guint chosen = trafo_strided_get_int (&args->inputs[0], walk.at[1]) ? 1 : 2;

      trafo_strided_move (&args->output, walk.at[0], &args->inputs[chosen], walk.at[1 + chosen]);
    }
}

const TrafoOp trafo_op_where = {
  .id = TRAFO_OP_WHERE,
  .name = "where",
  .min_inputs = 3,
  .max_inputs = 3,
  .infer = where_infer,
  .is_row_wise = trafo_rule_row_wise,
  .reference = where_reference,
};

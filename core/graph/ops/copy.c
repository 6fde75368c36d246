/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"
#include "strided-private.h"

/* copy(x [...]) [...]: the elements of a view, one after another in memory. Any dtype. */

static gboolean
copy_infer (TrafoDims            *dims,
            gpointer              attrs,
            const TrafoValueType *inputs,
            guint                 n_inputs,
            TrafoValueType       *output,
            GError              **error)
{
  *output = inputs[0];
  return TRUE;
}

static void
copy_reference (const TrafoKernelArgs *args)
{
  TrafoStrided walk;

  trafo_strided_init (&walk, &args->output);
  trafo_strided_add (&walk, &args->inputs[0]);
  while (trafo_strided_next (&walk))
    trafo_strided_move (&args->output, walk.at[0], &args->inputs[0], walk.at[1]);
}

const TrafoOp trafo_op_copy = {
  .id = TRAFO_OP_COPY,
  .name = "copy",
  .min_inputs = 1,
  .max_inputs = 1,
  .infer = copy_infer,
  .reference = copy_reference,
};

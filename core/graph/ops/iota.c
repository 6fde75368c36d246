/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"
#include "strided-private.h"

/* iota() [..., i] = i: numpy.arange along the last axis, repeated along the others. Any dtype but
 * bool, at least one axis. */

static gboolean
iota_infer (TrafoDims            *dims,
            gpointer              attrs,
            const TrafoValueType *inputs,
            guint                 n_inputs,
            TrafoValueType       *output,
            GError              **error)
{
  guint allowed = TRAFO_RULE_ALL & ~TRAFO_RULE_DTYPE (BOOL);

  return trafo_rule_check_dtype ("iota", "the result", output, allowed, error) &&
         trafo_rule_check_n_dims ("iota", "the result", dims, output, 1, TRAFO_MAX_DIMS, error) &&
         trafo_rule_check_asked ("iota", dims, output, error);
}

static void
iota_reference (const TrafoKernelArgs *args)
{
  const TrafoOperand *output = &args->output;
  gboolean            is_float = trafo_dtype_is_float (output->dtype);
  TrafoStrided        walk;

  trafo_strided_init (&walk, output);
  while (trafo_strided_next (&walk))
    {
      gint64 i = walk.index[walk.n_dims - 1];

      if (is_float)
        trafo_strided_set (output, walk.at[0], (double) i);
      else
        trafo_strided_set_int (output, walk.at[0], i);
    }
}

const TrafoOp trafo_op_iota = {
  .id = TRAFO_OP_IOTA,
  .name = "iota",
  .infer = iota_infer,
  .reference = iota_reference,
};

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"
#include "strided-private.h"

/* fill() [...] = value: numpy.full. Any shape and dtype; an integer takes the value's whole part. */

static gboolean
fill_infer (TrafoDims            *dims,
            gpointer              attrs,
            const TrafoValueType *inputs,
            guint                 n_inputs,
            TrafoValueType       *output,
            GError              **error)
{
  return trafo_rule_check_asked ("fill", dims, output, error);
}

static void
fill_reference (const TrafoKernelArgs *args)
{
  const TrafoFillAttrs *attrs = args->attrs;
  TrafoStrided          walk;

  trafo_strided_init (&walk, &args->output);
  while (trafo_strided_next (&walk))
    trafo_strided_set (&args->output, walk.at[0], attrs->value);
}

const TrafoOp trafo_op_fill = {
  .id = TRAFO_OP_FILL,
  .name = "fill",
  .attrs_size_bytes = sizeof (TrafoFillAttrs),
  .infer = fill_infer,
  .reference = fill_reference,
};

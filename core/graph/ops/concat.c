/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"
#include "strided-private.h"

/* concat(x0 [..., n0, ...], x1 [..., n1, ...], ...) [..., n0 + n1 + ..., ...]: the operands one
 * after another along an axis, as numpy.concatenate. One dtype, any; the other axes are equal. */

static gboolean
check_part (TrafoDims            *dims,
            const TrafoValueType *part,
            const TrafoValueType *first,
            guint                 axis,
            GError              **error)
{
  TrafoValueType expected = *first;

  if (!trafo_rule_check_same_dtype ("concat", first, part, error))
    return FALSE;
  if (part->n_dims == first->n_dims)
    expected.dims[axis] = part->dims[axis];
  return trafo_rule_check_same_dims ("concat",
                                     "an operand",
                                     "the first",
                                     dims,
                                     part,
                                     &expected,
                                     error);
}

static gboolean
concat_infer (TrafoDims            *dims,
              gpointer              attrs,
              const TrafoValueType *inputs,
              guint                 n_inputs,
              TrafoValueType       *output,
              GError              **error)
{
  guint axis = ((const TrafoAxisAttrs *) attrs)->axis;

  if (!trafo_rule_check_axis ("concat", axis, inputs[0].n_dims, error))
    return FALSE;
  *output = inputs[0];
  for (guint i = 1; i < n_inputs; i++)
    {
      if (!check_part (dims, &inputs[i], &inputs[0], axis, error))
        return FALSE;
      output->dims[axis] = trafo_dims_add (dims, output->dims[axis], inputs[i].dims[axis]);
    }
  return TRUE;
}

/* Fills the part of the output that @part goes to; @start is where it begins along the axis. */
static void
copy_part (const TrafoOperand *output, const TrafoOperand *part, guint axis, gint64 start)
{
  TrafoOperand place = *output;
  TrafoStrided walk;

  place.shape[axis] = part->shape[axis];
  trafo_strided_init (&walk, &place);
  trafo_strided_add (&walk, part);
  while (trafo_strided_next (&walk))
    trafo_strided_move (output, start * output->strides[axis] + walk.at[0], part, walk.at[1]);
}

static void
concat_reference (const TrafoKernelArgs *args)
{
  guint  axis = ((const TrafoAxisAttrs *) args->attrs)->axis;
  gint64 start = 0;

  for (guint i = 0; i < args->n_inputs; i++)
    {
      copy_part (&args->output, &args->inputs[i], axis, start);
      start += args->inputs[i].shape[axis];
    }
}

const TrafoOp trafo_op_concat = {
  .id = TRAFO_OP_CONCAT,
  .name = "concat",
  .min_inputs = 1,
  .max_inputs = TRAFO_MAX_OP_INPUTS,
  .attrs_size_bytes = sizeof (TrafoAxisAttrs),
  .infer = concat_infer,
  .reference = concat_reference,
};

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"

/* permute(x [d0, d1, ...]) [d_axes[0], d_axes[1], ...]: numpy.transpose. Any dtype. */

static gboolean
permute_infer (TrafoDims            *dims,
               gpointer              attrs,
               const TrafoValueType *inputs,
               guint                 n_inputs,
               TrafoValueType       *output,
               GError              **error)
{
  const TrafoPermuteAttrs *permute = attrs;
  const TrafoValueType    *x = &inputs[0];
  guint                    seen = 0;

  for (guint i = 0; i < x->n_dims; i++)
    {
      if (!trafo_rule_check_axis ("permute", permute->axes[i], x->n_dims, error))
        return FALSE;
      seen |= 1u << permute->axes[i];
    }
  if (seen != (1u << x->n_dims) - 1)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_SHAPE,
                   "permute: an axis of the %u is named twice, expected each once",
                   x->n_dims);
      return FALSE;
    }
  output->dtype = x->dtype;
  output->n_dims = x->n_dims;
  for (guint i = 0; i < x->n_dims; i++)
    output->dims[i] = x->dims[permute->axes[i]];
  return TRUE;
}

static gboolean
permute_view (const void *attrs, const TrafoOperand *input, TrafoOperand *output)
{
  const TrafoPermuteAttrs *permute = attrs;

  for (guint i = 0; i < output->n_dims; i++)
    output->strides[i] = input->strides[permute->axes[i]];
  output->data = input->data;
  output->offset_bytes = input->offset_bytes;
  return TRUE;
}

const TrafoOp trafo_op_permute = {
  .id = TRAFO_OP_PERMUTE,
  .name = "permute",
  .min_inputs = 1,
  .max_inputs = 1,
  .attrs_size_bytes = sizeof (TrafoPermuteAttrs),
  .infer = permute_infer,
  .view = permute_view,
};

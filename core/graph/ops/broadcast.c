/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"

/* broadcast(x [...]) [...]: x repeated to the dims asked for, as numpy.broadcast_to: the last axes
 * meet, an axis of length 1 and one that x lacks repeat. Any dtype. */

static gboolean
broadcast_infer (TrafoDims            *dims,
                 gpointer              attrs,
                 const TrafoValueType *inputs,
                 guint                 n_inputs,
                 TrafoValueType       *output,
                 GError              **error)
{
  const TrafoValueType *x = &inputs[0];
  gboolean              fits = output->n_dims >= x->n_dims;
  g_autofree char      *found = NULL;
  g_autofree char      *asked = NULL;

  output->dtype = x->dtype;
  if (!trafo_rule_check_asked ("broadcast", dims, output, error))
    return FALSE;
  for (guint i = 1; fits && i <= x->n_dims; i++)
    fits =
        x->dims[x->n_dims - i] == 1 || x->dims[x->n_dims - i] == output->dims[output->n_dims - i];
  if (fits)
    return TRUE;
  found = trafo_dims_to_string (dims, x->dims, x->n_dims);
  asked = trafo_dims_to_string (dims, output->dims, output->n_dims);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "broadcast: x %s does not repeat to %s",
               found,
               asked);
  return FALSE;
}

static gboolean
broadcast_view (const void *attrs, const TrafoOperand *input, TrafoOperand *output)
{
  guint n_missing = output->n_dims - input->n_dims;

  for (guint axis = 0; axis < output->n_dims; axis++)
    {
      gboolean repeats = axis < n_missing || input->shape[axis - n_missing] == 1;

      output->strides[axis] = repeats ? 0 : input->strides[axis - n_missing];
    }
  output->data = input->data;
  output->offset_bytes = input->offset_bytes;
  return TRUE;
}

const TrafoOp trafo_op_broadcast = {
  .id = TRAFO_OP_BROADCAST,
  .name = "broadcast",
  .min_inputs = 1,
  .max_inputs = 1,
  .infer = broadcast_infer,
  .view = broadcast_view,
};

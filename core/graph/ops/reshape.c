/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"

/* reshape(x [...]) [...]: the same elements in row-major order under other dimensions of the same
 * product, as numpy.reshape. Any dtype. */

static gboolean
reshape_infer (TrafoDims            *dims,
               gpointer              attrs,
               const TrafoValueType *inputs,
               guint                 n_inputs,
               TrafoValueType       *output,
               GError              **error)
{
  const TrafoValueType *x = &inputs[0];
  g_autofree char      *found = NULL;
  g_autofree char      *asked = NULL;

  output->dtype = x->dtype;
  if (!trafo_rule_check_asked ("reshape", dims, output, error))
    return FALSE;
  if (trafo_dims_product (dims, x->dims, x->n_dims) ==
      trafo_dims_product (dims, output->dims, output->n_dims))
    return TRUE;
  found = trafo_dims_to_string (dims, x->dims, x->n_dims);
  asked = trafo_dims_to_string (dims, output->dims, output->n_dims);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "reshape: x %s has not as many elements as %s",
               found,
               asked);
  return FALSE;
}

/* Neighbouring axes over which one stride steps evenly. */
typedef struct
{
  gint64 length;
  gint64 stride;
} Run;

/* The runs of @x, outermost first; axes of length 1 vanish. @x has elements. */
static guint
list_runs (const TrafoOperand *x, Run runs[TRAFO_MAX_DIMS])
{
  guint n_runs = 0;

  for (guint axis = 0; axis < x->n_dims; axis++)
    {
      Run *last = n_runs > 0 ? &runs[n_runs - 1] : NULL;

      if (x->shape[axis] == 1)
        continue;
      if (last != NULL && last->stride == x->strides[axis] * x->shape[axis])
        *last = (Run){ last->length * x->shape[axis], x->strides[axis] };
      else
        runs[n_runs++] = (Run){ x->shape[axis], x->strides[axis] };
    }
  return n_runs;
}

static gboolean
is_empty (const TrafoOperand *x)
{
  for (guint axis = 0; axis < x->n_dims; axis++)
    if (x->shape[axis] == 0)
      return TRUE;
  return FALSE;
}

/* No byte moves where each new axis lies within one run of the input: the new axes are cut from the
 * ends of the runs, innermost first. */
static gboolean
reshape_view (const void *attrs, const TrafoOperand *input, TrafoOperand *output)
{
  Run    runs[TRAFO_MAX_DIMS];
  guint  n_runs = is_empty (input) ? 0 : list_runs (input, runs);
  gint64 left = 1;
  gint64 stride = 1;

  for (guint axis = output->n_dims; axis-- > 0;)
    {
      gint64 length = output->shape[axis];

      if (left == 1 && length > 1 && n_runs > 0)
        {
          left = runs[n_runs - 1].length;
          stride = runs[n_runs - 1].stride;
          n_runs--;
        }
      output->strides[axis] = stride;
      if (is_empty (output))
        continue;
      if (left % length != 0)
        return FALSE;
      left /= length;
      stride *= length;
    }
  output->data = input->data;
  output->offset_bytes = input->offset_bytes;
  return TRUE;
}

const TrafoOp trafo_op_reshape = {
  .id = TRAFO_OP_RESHAPE,
  .name = "reshape",
  .min_inputs = 1,
  .max_inputs = 1,
  .infer = reshape_infer,
  .view = reshape_view,
};

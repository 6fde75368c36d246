/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"

#include <string.h>

/* slice(x [..., n, ...]) [..., length, ...] = x[..., start + i * step, ...]: numpy's basic slice
 * along one axis. The caller asks for the length in the result's dims; start >= 0, step >= 1. Where
 * start, length or n are symbolic, whether they fit shows only when the program runs. */

/* Whether elements 0 to @length - 1 lie in an axis of @n; all known. */
static gboolean
is_inside (gint64 n, gint64 start, gint64 step, gint64 length)
{
  if (start < 0 || start > n)
    return FALSE;
  return length == 0 || (start < n && length - 1 <= (n - 1 - start) / step);
}

/* FALSE only if it cannot fit, whatever the slots are. */
static gboolean
may_be_inside (gint64 n, gint64 start, gint64 step, gint64 length)
{
  if (n < 0)
    return TRUE;
  if (length < 0)
    return start <= n;
  return is_inside (n, MAX (start, 0), step, length);
}

static gboolean
slice_infer (TrafoDims            *dims,
             gpointer              attrs,
             const TrafoValueType *inputs,
             guint                 n_inputs,
             TrafoValueType       *output,
             GError              **error)
{
  const TrafoSliceAttrs *slice = attrs;
  const TrafoValueType  *x = &inputs[0];
  gint64                 length;
  g_autofree char       *asked = NULL;
  g_autofree char       *found = NULL;

  if (!trafo_rule_check_axis ("slice", slice->axis, x->n_dims, error))
    return FALSE;
  length = output->dims[slice->axis];
  *output = *x;
  output->dims[slice->axis] = length;
  if (slice->step >= 1 && trafo_dims_contains (dims, length) &&
      trafo_dims_contains (dims, slice->start) &&
      may_be_inside (x->dims[slice->axis], slice->start, slice->step, length))
    return TRUE;
  asked = trafo_dims_to_string (dims, (gint64[]){ slice->start, length }, 2);
  found = trafo_dims_to_string (dims, x->dims, x->n_dims);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "slice: (start, length) %s with step %" G_GINT64_FORMAT
               " is outside axis %u of x %s",
               asked,
               slice->step,
               slice->axis,
               found);
  return FALSE;
}

static gboolean
slice_view (const void *attrs, const TrafoOperand *input, TrafoOperand *output)
{
  const TrafoSliceAttrs *slice = attrs;
  guint                  axis = slice->axis;

  if (!is_inside (input->shape[axis], slice->start, slice->step, output->shape[axis]))
    return FALSE;
  memcpy (output->strides, input->strides, sizeof output->strides);
  output->data = input->data;
  output->offset_bytes = input->offset_bytes;
  /* an empty slice may start behind the last element, where there is nothing to point at */
  if (output->shape[axis] > 0)
    output->offset_bytes +=
        slice->start * input->strides[axis] * trafo_dtype_get_size (input->dtype);
  if (output->shape[axis] > 1)
    output->strides[axis] = input->strides[axis] * slice->step;
  return TRUE;
}

static gboolean
slice_is_row_wise (const void *attrs, guint axis)
{
  return ((const TrafoSliceAttrs *) attrs)->axis == axis;
}

const TrafoOp trafo_op_slice = {
  .id = TRAFO_OP_SLICE,
  .name = "slice",
  .min_inputs = 1,
  .max_inputs = 1,
  .attrs_size_bytes = sizeof (TrafoSliceAttrs),
  .infer = slice_infer,
  .is_row_wise = slice_is_row_wise,
  .view = slice_view,
};

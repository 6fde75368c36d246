/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-tensor-private.h"

static gboolean
check_axis (const TrafoTensor *self, guint axis, GError **error)
{
  if (axis < trafo_tensor_get_n_dims (self))
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "found axis %u, expected one below %u",
               axis,
               trafo_tensor_get_n_dims (self));
  return FALSE;
}

/**
 * trafo_tensor_slice:
 * @self: a tensor
 * @axis: the axis to cut
 * @start: the first index kept
 * @length: how many indices are kept
 * @step: the distance between them, at least 1
 * @error: return location for an error
 *
 * A view of every @step-th entry of one axis.
 *
 * Returns: (transfer full) (nullable): the view, or %NULL with %TRAFO_ERROR_SHAPE
 */
TrafoTensor *
trafo_tensor_slice (TrafoTensor *self,
                    guint        axis,
                    gint64       start,
                    gint64       length,
                    gint64       step,
                    GError     **error)
{
  TrafoOperand x;
  gint64       offset, available = trafo_tensor_get_dim (self, axis);

  if (!check_axis (self, axis, error))
    return NULL;
  if (start < 0 || length < 0 || step < 1 || start > available ||
      (length > 0 && (available - 1 - start) / step < length - 1) ||
      (length > 0 && start >= available))
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_SHAPE,
                   "slice [%" G_GINT64_FORMAT ", length %" G_GINT64_FORMAT
                   ", step %" G_GINT64_FORMAT "] leaves axis %u of length %" G_GINT64_FORMAT,
                   start,
                   length,
                   step,
                   axis,
                   available);
      return NULL;
    }
  trafo_tensor_get_operand (self, &x);
  offset = start * x.strides[axis];
  x.shape[axis] = length;
  if (length > 1)
    x.strides[axis] *= step;
  return trafo_tensor_new_view (self, x.shape, x.strides, x.n_dims, offset);
}

/**
 * trafo_tensor_select:
 * @self: a tensor
 * @axis: an axis
 * @index: an index on it
 * @error: return location for an error
 *
 * A view of one entry of an axis, which thereby goes.
 *
 * Returns: (transfer full) (nullable): the view, or %NULL with %TRAFO_ERROR_SHAPE
 */
TrafoTensor *
trafo_tensor_select (TrafoTensor *self, guint axis, gint64 index, GError **error)
{
  g_autoptr (TrafoTensor) cut = trafo_tensor_slice (self, axis, index, 1, 1, error);
  TrafoOperand x;

  if (cut == NULL)
    return NULL;
  trafo_tensor_get_operand (cut, &x);
  for (guint i = axis + 1; i < x.n_dims; i++)
    {
      x.shape[i - 1] = x.shape[i];
      x.strides[i - 1] = x.strides[i];
    }
  return trafo_tensor_new_view (cut, x.shape, x.strides, x.n_dims - 1, 0);
}

/**
 * trafo_tensor_permute:
 * @self: a tensor
 * @axes: (array length=n_axes): for each axis of the result, the axis of @self it is
 * @n_axes: the number of axes of @self
 * @error: return location for an error
 *
 * A view with its axes in another order.
 *
 * Returns: (transfer full) (nullable): the view, or %NULL with %TRAFO_ERROR_SHAPE
 */
TrafoTensor *
trafo_tensor_permute (TrafoTensor *self, const guint *axes, gsize n_axes, GError **error)
{
  TrafoOperand x;
  gint64       shape[TRAFO_MAX_DIMS], strides[TRAFO_MAX_DIMS];
  guint        seen = 0;

  trafo_tensor_get_operand (self, &x);
  for (gsize i = 0; i < n_axes && n_axes == x.n_dims; i++)
    if (axes[i] < n_axes)
      {
        seen |= 1u << axes[i];
        shape[i] = x.shape[axes[i]];
        strides[i] = x.strides[axes[i]];
      }
  if (n_axes != x.n_dims || seen != (1u << n_axes) - 1)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_SHAPE,
                   "the axes are not a permutation of %u axes",
                   x.n_dims);
      return NULL;
    }
  return trafo_tensor_new_view (self, shape, strides, n_axes, 0);
}

/* @shape with its -1, if there is one, replaced by what the others leave of @n_elements. */
static void
fill_open_dim (const gint64 *shape, gsize n_dims, gint64 n_elements, gint64 *dims)
{
  gint64 known = 1;
  gint   open = -1;

  for (gsize i = 0; i < n_dims; i++)
    {
      dims[i] = shape[i];
      if (shape[i] == -1 && open < 0)
        open = i;
      else if (shape[i] > 0 && known <= G_MAXINT64 / shape[i])
        known *= shape[i];
      else
        known = shape[i] == 0 ? 0 : known;
    }
  if (open >= 0)
    dims[open] = known > 0 ? n_elements / known : 0;
}

/**
 * trafo_tensor_reshape:
 * @self: a tensor
 * @shape: (array length=n_dims): the new length of each axis; one may be -1: what is left
 * @n_dims: the number of axes
 * @error: return location for an error
 *
 * The same elements under another shape: a view if @self is contiguous, else a copy.
 *
 * Returns: (transfer full) (nullable): the tensor, or %NULL with %TRAFO_ERROR_SHAPE
 */
TrafoTensor *
trafo_tensor_reshape (TrafoTensor *self, const gint64 *shape, gsize n_dims, GError **error)
{
  g_autoptr (TrafoTensor) flat = NULL;
  gint64 dims[TRAFO_MAX_DIMS];
  gint64 n_elements, n_available = trafo_tensor_get_n_elements (self);
  gsize  size_bytes;

  if (n_dims <= TRAFO_MAX_DIMS)
    fill_open_dim (shape, n_dims, n_available, dims);
  if (!trafo_shape_check (trafo_tensor_get_dtype (self),
                          n_dims <= TRAFO_MAX_DIMS ? dims : shape,
                          n_dims,
                          &n_elements,
                          &size_bytes,
                          error))
    return NULL;
  if (n_elements != n_available)
    {
      gsize            n_own;
      const gint64    *own = trafo_tensor_get_shape (self, &n_own);
      g_autofree char *from = trafo_shape_to_string (own, n_own);
      g_autofree char *to = trafo_shape_to_string (shape, n_dims);

      g_set_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE, "cannot reshape %s to %s", from, to);
      return NULL;
    }
  flat = trafo_tensor_contiguous (self, error);
  return flat == NULL ? NULL : trafo_tensor_new_view (flat, dims, NULL, n_dims, 0);
}

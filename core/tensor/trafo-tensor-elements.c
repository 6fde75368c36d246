/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <string.h>

#include "trafo-element-private.h"
#include "trafo-tensor-private.h"

/* How far the element with row-major number @index is from the first, in elements. */
static gint64
find_element (const TrafoOperand *x, gint64 index)
{
  gint64 at = 0;

  for (guint i = x->n_dims; i-- > 0;)
    {
      at += index % x->shape[i] * x->strides[i];
      index /= x->shape[i];
    }
  return at;
}

/**
 * trafo_tensor_get_value:
 * @self: a tensor
 * @index: the element's number in row-major order, from 0
 *
 * One element as a number; for looking at results, not for loops.
 *
 * Returns: the value, NaN for an index out of range
 */
double
trafo_tensor_get_value (const TrafoTensor *self, gint64 index)
{
  TrafoOperand x;

  if (index < 0 || index >= trafo_tensor_get_n_elements (self))
    return NAN;
  trafo_tensor_get_operand (self, &x);
  return trafo_element_get (x.dtype, x.data, find_element (&x, index));
}

/* The elements of @from below an index of the axes before @axis, which leads to @from_at, go to
 * @to_at and on in @to; gives where the next may go. */
static gint64
copy_axis (const TrafoOperand *from,
           guint               axis,
           gint64              from_at,
           const TrafoOperand *to,
           gint64              to_at)
{
  gsize size_bytes = trafo_dtype_get_size (from->dtype);

  if (axis < from->n_dims)
    for (gint64 i = 0; i < from->shape[axis]; i++)
      to_at = copy_axis (from, axis + 1, from_at + i * from->strides[axis], to, to_at);
  else if (from->dtype == to->dtype)
    /* bit for bit, from memory that need not be aligned */
    memcpy ((guint8 *) to->data + to_at++ * size_bytes,
            (const guint8 *) from->data + from_at * (gint64) size_bytes,
            size_bytes);
  else
    trafo_element_convert (to->dtype, to->data, to_at++, from->dtype, from->data, from_at);
  return to_at;
}

static TrafoTensor *
copy_as (TrafoTensor *self, TrafoDType dtype, GError **error)
{
  TrafoOperand from, to;
  TrafoTensor *copy;

  trafo_tensor_get_operand (self, &from);
  copy = trafo_tensor_new (dtype, from.shape, from.n_dims, error);
  if (copy == NULL)
    return NULL;
  trafo_tensor_get_operand (copy, &to);
  copy_axis (&from, 0, 0, &to, 0);
  return copy;
}

TrafoTensor *
trafo_tensor_copy (TrafoTensor *self, GError **error)
{
  return copy_as (self, trafo_tensor_get_dtype (self), error);
}

/**
 * trafo_tensor_contiguous:
 * @self: a tensor
 * @error: return location for an error
 *
 * The same elements, row-major without gaps.
 *
 * Returns: (transfer full) (nullable): @self itself if it is so already, else a copy, or %NULL with
 *   %TRAFO_ERROR_NO_MEMORY
 */
TrafoTensor *
trafo_tensor_contiguous (TrafoTensor *self, GError **error)
{
  return trafo_tensor_is_contiguous (self) ? trafo_tensor_ref (self)
                                           : trafo_tensor_copy (self, error);
}

static void
tensor_unref_cb (gpointer data)
{
  trafo_tensor_unref (data);
}

/**
 * trafo_tensor_get_bytes:
 * @self: a tensor
 * @error: return location for an error
 *
 * The elements, row-major, without a copy if @self is contiguous.
 *
 * Returns: (transfer full) (nullable): bytes that keep the memory alive, or %NULL with
 *   %TRAFO_ERROR_NO_MEMORY
 */
GBytes *
trafo_tensor_get_bytes (TrafoTensor *self, GError **error)
{
  TrafoTensor *flat = trafo_tensor_contiguous (self, error);

  if (flat == NULL)
    return NULL;
  return g_bytes_new_with_free_func (trafo_tensor_get_data (flat),
                                     trafo_tensor_get_size_bytes (flat),
                                     tensor_unref_cb,
                                     flat);
}

/**
 * trafo_tensor_cast:
 * @self: a tensor
 * @dtype: the type wanted
 * @error: return location for an error
 *
 * The elements as another type, as PyTorch has it.
 *
 * Towards a float they round to nearest even. Integers keep their low bits: 300 becomes the int8 44.
 * A float loses its fraction; one that is out of the integer's range becomes the nearest value in
 * it and a NaN 0, which PyTorch leaves open. A bool is whether the number is not 0.
 *
 * Returns: (transfer full) (nullable): @self itself if it has the type, else a copy, or %NULL with
 *   %TRAFO_ERROR_NO_MEMORY
 */
TrafoTensor *
trafo_tensor_cast (TrafoTensor *self, TrafoDType dtype, GError **error)
{
  return trafo_tensor_get_dtype (self) == dtype ? trafo_tensor_ref (self)
                                                : copy_as (self, dtype, error);
}

/**
 * trafo_tensor_max_difference:
 * @self: a tensor
 * @other: another
 *
 * The largest absolute difference between elements at the same place.
 *
 * Returns: the difference; infinity if the shapes differ or just one of two elements is a NaN
 */
double
trafo_tensor_max_difference (TrafoTensor *self, TrafoTensor *other)
{
  TrafoOperand x, y;
  double       worst = 0;

  trafo_tensor_get_operand (self, &x);
  trafo_tensor_get_operand (other, &y);
  if (x.n_dims != y.n_dims || memcmp (x.shape, y.shape, x.n_dims * sizeof x.shape[0]) != 0)
    return INFINITY;
  for (gint64 i = 0; i < trafo_tensor_get_n_elements (self); i++)
    {
      double a = trafo_element_get (x.dtype, x.data, find_element (&x, i));
      double b = trafo_element_get (y.dtype, y.data, find_element (&y, i));

      if (a != b && !(isnan (a) && isnan (b)))
        worst = isnan (a - b) ? INFINITY : MAX (worst, fabs (a - b));
    }
  return worst;
}

static void
print_element (const TrafoOperand *x, GString *text, gint64 at)
{
  if (trafo_dtype_is_float (x->dtype))
    g_string_append_printf (text, "%.6g", trafo_element_get (x->dtype, x->data, at));
  else
    g_string_append_printf (text,
                            "%" G_GINT64_FORMAT,
                            trafo_element_get_int (x->dtype, x->data, at));
}

/* The elements below an index of the axes before @axis, which leads to @at. */
static void
print_axis (const TrafoOperand *x, GString *text, guint axis, gint64 at)
{
  if (axis == x->n_dims)
    {
      print_element (x, text, at);
      return;
    }
  g_string_append_c (text, '[');
  for (gint64 i = 0; i < x->shape[axis]; i++)
    {
      if (i > 0)
        g_string_append (text, axis + 1 == x->n_dims ? ", " : ",\n ");
      if (i == 3 && x->shape[axis] > 6)
        {
          g_string_append (text, "...");
          i = x->shape[axis] - 4;
          continue;
        }
      print_axis (x, text, axis + 1, at + i * x->strides[axis]);
    }
  g_string_append_c (text, ']');
}

/**
 * trafo_tensor_to_string:
 * @self: a tensor
 *
 * The elements as numpy prints them, long axes abbreviated; for people.
 *
 * Returns: (transfer full): several lines without a final newline
 */
char *
trafo_tensor_to_string (TrafoTensor *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  TrafoOperand x;

  trafo_tensor_get_operand (self, &x);
  print_axis (&x, text, 0, 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

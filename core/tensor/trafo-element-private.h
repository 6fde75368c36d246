/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-dtype.h>

G_BEGIN_DECLS

/* One element of an array as a number, and back: what a type's values mean and how they convert, for
 * tensors and reference kernels alike. @at counts elements from @data, which is aligned for them. */

/* Of a float: 0. */
static inline gint64
trafo_element_get_int (TrafoDType dtype, gconstpointer data, gint64 at)
{
  switch (dtype)
    {
    case TRAFO_DTYPE_INT8:
      return ((const gint8 *) data)[at];
    case TRAFO_DTYPE_UINT8:
      return ((const guint8 *) data)[at];
    case TRAFO_DTYPE_BOOL:
      return ((const guint8 *) data)[at] != 0;
    case TRAFO_DTYPE_INT32:
      return ((const gint32 *) data)[at];
    case TRAFO_DTYPE_INT64:
      return ((const gint64 *) data)[at];
    default:
      return 0;
    }
}

/* A large int64 rounds. */
static inline double
trafo_element_get (TrafoDType dtype, gconstpointer data, gint64 at)
{
  switch (dtype)
    {
    case TRAFO_DTYPE_FLOAT32:
      return ((const float *) data)[at];
    case TRAFO_DTYPE_FLOAT16:
      return trafo_float16_to_float (((const guint16 *) data)[at]);
    case TRAFO_DTYPE_BFLOAT16:
      return trafo_bfloat16_to_float (((const guint16 *) data)[at]);
    default:
      return (double) trafo_element_get_int (dtype, data, at);
    }
}

/* Keeps the low bits, as a C cast does; does nothing to a float. */
static inline void
trafo_element_set_int (TrafoDType dtype, gpointer data, gint64 at, gint64 value)
{
  switch (dtype)
    {
    case TRAFO_DTYPE_INT8:
    case TRAFO_DTYPE_UINT8:
      ((guint8 *) data)[at] = (guint8) value;
      break;
    case TRAFO_DTYPE_BOOL:
      ((guint8 *) data)[at] = value != 0;
      break;
    case TRAFO_DTYPE_INT32:
      ((guint32 *) data)[at] = (guint32) value;
      break;
    case TRAFO_DTYPE_INT64:
      ((gint64 *) data)[at] = value;
      break;
    default:
      break;
    }
}

/* Towards zero, to the nearest value that @dtype has; 0 for a NaN, which C leaves undefined. */
static inline gint64
trafo_element_round (TrafoDType dtype, double value)
{
  gboolean is_unsigned = dtype == TRAFO_DTYPE_UINT8;
  guint    n_bits = 8 * trafo_dtype_get_size (dtype) - !is_unsigned;
  gint64   max = n_bits == 63 ? G_MAXINT64 : ((gint64) 1 << n_bits) - 1;
  gint64   min = is_unsigned ? 0 : -max - 1;

  if (value != value)
    return 0;
  if (value >= (double) max)
    return max;
  return value <= (double) min ? min : (gint64) value;
}

static inline void
trafo_element_set (TrafoDType dtype, gpointer data, gint64 at, double value)
{
  switch (dtype)
    {
    case TRAFO_DTYPE_FLOAT32:
      ((float *) data)[at] = (float) value;
      break;
    case TRAFO_DTYPE_FLOAT16:
      ((guint16 *) data)[at] = trafo_float16_from_float ((float) value);
      break;
    case TRAFO_DTYPE_BFLOAT16:
      ((guint16 *) data)[at] = trafo_bfloat16_from_float ((float) value);
      break;
    case TRAFO_DTYPE_BOOL:
      ((guint8 *) data)[at] = value != 0;
      break;
    default:
      trafo_element_set_int (dtype, data, at, trafo_element_round (dtype, value));
    }
}

/* As torch.Tensor.to. */
static inline void
trafo_element_convert (TrafoDType    to_dtype,
                       gpointer      to,
                       gint64        to_at,
                       TrafoDType    from_dtype,
                       gconstpointer from,
                       gint64        from_at)
{
  if (trafo_dtype_is_float (from_dtype))
    trafo_element_set (to_dtype, to, to_at, trafo_element_get (from_dtype, from, from_at));
  else if (trafo_dtype_is_float (to_dtype))
    /* once to float: a large int64 would round twice by way of double */
    trafo_element_set (to_dtype,
                       to,
                       to_at,
                       (float) trafo_element_get_int (from_dtype, from, from_at));
  else
    trafo_element_set_int (to_dtype, to, to_at, trafo_element_get_int (from_dtype, from, from_at));
}

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <string.h>
#include <trafo/trafo-kernel.h>

G_BEGIN_DECLS

/* The elements of an operand by number, and a walk over the elements of several. Numbers count
 * elements from operand->data, as strides do. For the reference kernels: simple, not fast. */

static inline gpointer
trafo_strided_peek (const TrafoOperand *x)
{
  return (char *) x->data + x->offset_bytes;
}

static inline gint64
trafo_strided_get_int (const TrafoOperand *x, gint64 at)
{
  gconstpointer data = trafo_strided_peek (x);

  switch (x->dtype)
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

static inline double
trafo_strided_get (const TrafoOperand *x, gint64 at)
{
  gconstpointer data = trafo_strided_peek (x);

  switch (x->dtype)
    {
    case TRAFO_DTYPE_FLOAT32:
      return ((const float *) data)[at];
    case TRAFO_DTYPE_FLOAT16:
      return trafo_float16_to_float (((const guint16 *) data)[at]);
    case TRAFO_DTYPE_BFLOAT16:
      return trafo_bfloat16_to_float (((const guint16 *) data)[at]);
    default:
      return (double) trafo_strided_get_int (x, at);
    }
}

/* Keeps the low bits, as a C cast does. */
static inline void
trafo_strided_set_int (const TrafoOperand *x, gint64 at, gint64 value)
{
  gpointer data = trafo_strided_peek (x);

  switch (x->dtype)
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
trafo_strided_round (TrafoDType dtype, double value)
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
trafo_strided_set (const TrafoOperand *x, gint64 at, double value)
{
  gpointer data = trafo_strided_peek (x);

  switch (x->dtype)
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
      trafo_strided_set_int (x, at, trafo_strided_round (x->dtype, value));
    }
}

/* Moves one element between operands of one dtype, bit for bit. */
static inline void
trafo_strided_move (const TrafoOperand *to, gint64 to_at, const TrafoOperand *from, gint64 from_at)
{
  gsize size_bytes = trafo_dtype_get_size (to->dtype);

  memcpy ((char *) trafo_strided_peek (to) + to_at * (gint64) size_bytes,
          (const char *) trafo_strided_peek (from) + from_at * (gint64) size_bytes,
          size_bytes);
}

/* @x cut to length 1 along @axis. */
static inline TrafoOperand
trafo_strided_collapse (const TrafoOperand *x, guint axis)
{
  TrafoOperand collapsed = *x;

  collapsed.shape[axis] = 1;
  return collapsed;
}

/* A walk over all indices of a shape, the last axis fastest; at[i] is where the index falls in the
 * i-th operand that was added. */
typedef struct
{
  gboolean is_started;
  guint    n_dims;
  guint    n_operands;
  gint64   shape[TRAFO_MAX_DIMS];
  gint64   index[TRAFO_MAX_DIMS];
  gint64   strides[TRAFO_MAX_OP_INPUTS + 1][TRAFO_MAX_DIMS];
  gint64   at[TRAFO_MAX_OP_INPUTS + 1];
} TrafoStrided;

/* @x broadcasts to the walk's shape as in numpy: the last axes meet, length 1 repeats. */
static inline void
trafo_strided_add (TrafoStrided *self, const TrafoOperand *x)
{
  guint n_missing = self->n_dims - x->n_dims;

  for (guint axis = 0; axis < x->n_dims; axis++)
    if (x->shape[axis] != 1)
      self->strides[self->n_operands][n_missing + axis] = x->strides[axis];
  self->n_operands++;
}

/* The same where the walk takes only the first element along @axis: rows, for a loop that walks the
 * axis itself. */
static inline void
trafo_strided_add_rows (TrafoStrided *self, const TrafoOperand *x, guint axis)
{
  TrafoOperand rows = trafo_strided_collapse (x, axis);

  trafo_strided_add (self, &rows);
}

/* Walks the shape of @output, which becomes operand 0. */
static inline void
trafo_strided_init (TrafoStrided *self, const TrafoOperand *output)
{
  memset (self, 0, sizeof *self);
  self->n_dims = output->n_dims;
  memcpy (self->shape, output->shape, sizeof self->shape);
  trafo_strided_add (self, output);
}

static inline gboolean
trafo_strided_start (TrafoStrided *self)
{
  self->is_started = TRUE;
  for (guint axis = 0; axis < self->n_dims; axis++)
    if (self->shape[axis] == 0)
      return FALSE;
  return TRUE;
}

/* FALSE after the last index; the first call goes to the first. */
static inline gboolean
trafo_strided_next (TrafoStrided *self)
{
  if (!self->is_started)
    return trafo_strided_start (self);
  for (guint axis = self->n_dims; axis-- > 0;)
    {
      self->index[axis]++;
      for (guint i = 0; i < self->n_operands; i++)
        self->at[i] += self->strides[i][axis];
      if (self->index[axis] < self->shape[axis])
        return TRUE;
      for (guint i = 0; i < self->n_operands; i++)
        self->at[i] -= self->strides[i][axis] * self->shape[axis];
      self->index[axis] = 0;
    }
  return FALSE;
}

G_END_DECLS

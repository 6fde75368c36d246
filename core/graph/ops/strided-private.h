/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <string.h>
#include <trafo/trafo-kernel.h>

#include "trafo-element-private.h"
#include "trafo-operand-private.h"

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
  return trafo_element_get_int (x->dtype, trafo_strided_peek (x), at);
}

static inline double
trafo_strided_get (const TrafoOperand *x, gint64 at)
{
  return trafo_element_get (x->dtype, trafo_strided_peek (x), at);
}

static inline void
trafo_strided_set_int (const TrafoOperand *x, gint64 at, gint64 value)
{
  trafo_element_set_int (x->dtype, trafo_strided_peek (x), at, value);
}

static inline void
trafo_strided_set (const TrafoOperand *x, gint64 at, double value)
{
  trafo_element_set (x->dtype, trafo_strided_peek (x), at, value);
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

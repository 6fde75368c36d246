/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-walk.h"

/* Work-item numbers are 32-bit: a launch of more elements does not fit. */
#define MAX_ELEMENTS G_MAXINT32

/* Whether the dimension of @shape[axis] continues lane @lane for every operand. */
static gboolean
continues (const OpenclWalk    *self,
           guint                lane,
           guint                axis,
           guint                n_operands,
           const gint64 *const *strides)
{
  for (guint i = 0; i < n_operands; i++)
    if (strides[i][axis] != self->strides[i].s[lane] * (gint64) self->shape.s[lane])
      return FALSE;
  return TRUE;
}

/* Dimensions of length 1 do not matter; neighbours that continue one another become one. */
static void
add_axis (OpenclWalk          *self,
          guint                axis,
          gint64               length,
          guint                n_operands,
          const gint64 *const *strides)
{
  if (length == 1)
    return;
  if (self->n_dims > 0 && continues (self, self->n_dims - 1, axis, n_operands, strides))
    {
      self->shape.s[self->n_dims - 1] *= length;
      return;
    }
  for (guint i = 0; i < n_operands; i++)
    self->strides[i].s[self->n_dims] = strides[i][axis];
  self->shape.s[self->n_dims] = length;
  self->n_dims++;
}

/*
 * opencl_walk_init:
 * @self: what to fill
 * @n_dims: how many dimensions, at most 8
 * @shape: (array length=n_dims): what to walk over
 * @n_operands: at most %OPENCL_WALK_MAX_OPERANDS
 * @strides: (array length=n_operands): of each operand @n_dims strides in elements
 *
 * Returns: %FALSE if there are more elements than one launch can number
 */
gboolean
opencl_walk_init (OpenclWalk          *self,
                  guint                n_dims,
                  const gint64        *shape,
                  guint                n_operands,
                  const gint64 *const *strides)
{
  gint64 n_elements = 1;

  memset (self, 0, sizeof *self);
  if (n_dims > TRAFO_MAX_DIMS || n_operands > OPENCL_WALK_MAX_OPERANDS)
    return FALSE;
  for (guint i = 0; i < n_dims; i++)
    {
      if (shape[i] < 0 || shape[i] > MAX_ELEMENTS)
        return FALSE;
      n_elements *= shape[i];
      if (n_elements > MAX_ELEMENTS)
        return FALSE;
    }
  self->n_elements = n_elements;
  if (n_elements > 0)
    for (guint i = n_dims; i-- > 0;)
      add_axis (self, i, shape[i], n_operands, strides);
  for (guint lane = self->n_dims; lane < TRAFO_MAX_DIMS; lane++)
    self->shape.s[lane] = 1;
  if (self->n_dims == 0)
    {
      self->n_dims = 1;
      for (guint i = 0; i < n_operands; i++)
        self->strides[i].s[0] = 1;
    }
  return TRUE;
}

/*
 * opencl_walk_init_broadcast:
 * @self: what to fill
 * @n_operands: at most %OPENCL_WALK_MAX_OPERANDS
 * @operands: (array length=n_operands): the first has the shape to walk over; the others are
 *   broadcast to it as numpy does
 *
 * Returns: %FALSE if a shape does not broadcast, or there are too many elements
 */
gboolean
opencl_walk_init_broadcast (OpenclWalk *self, guint n_operands, const TrafoOperand *const *operands)
{
  gint64        strides[OPENCL_WALK_MAX_OPERANDS][TRAFO_MAX_DIMS] = { 0 };
  const gint64 *rows[OPENCL_WALK_MAX_OPERANDS] = { 0 };
  guint         n_dims = operands[0]->n_dims;

  if (n_operands > OPENCL_WALK_MAX_OPERANDS || n_dims > TRAFO_MAX_DIMS)
    return FALSE;
  for (guint i = 0; i < n_operands; i++)
    {
      const TrafoOperand *operand = operands[i];

      if (operand->n_dims > n_dims)
        return FALSE;
      for (guint j = 0; j < operand->n_dims; j++)
        {
          guint axis = n_dims - operand->n_dims + j;

          if (operand->shape[j] == operands[0]->shape[axis])
            strides[i][axis] = operand->strides[j];
          else if (operand->shape[j] != 1)
            return FALSE;
        }
      rows[i] = strides[i];
    }
  return opencl_walk_init (self, n_dims, operands[0]->shape, n_operands, rows);
}

/*
 * opencl_walk_is_contiguous:
 * @self: a walk
 * @n_operands: how many operands it has
 *
 * Returns: %TRUE if element i of the walk is element i of each operand's memory
 */
gboolean
opencl_walk_is_contiguous (const OpenclWalk *self, guint n_operands)
{
  if (self->n_dims != 1)
    return FALSE;
  for (guint i = 0; i < n_operands; i++)
    if (self->strides[i].s[0] != 1 && self->n_elements > 1)
      return FALSE;
  return TRUE;
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-kernel.h>

/* An operand as rows along its last axis, whatever axes lie before it: adjacent axes that one
 * stride can walk are merged, so that nearly all operands end with one. */
typedef struct
{
  char  *first;
  gsize  n_rows;
  guint  n_axes;
  gint64 shape[TRAFO_MAX_DIMS];
  gint64 stride_bytes[TRAFO_MAX_DIMS];
} TrafoCpuRows;

/* As trafo_dtype_get_size() says, and a constant where @dtype is one. */
static inline gsize
trafo_cpu_dtype_size (guint8 dtype)
{
  switch (dtype)
    {
    case TRAFO_DTYPE_FLOAT32:
    case TRAFO_DTYPE_INT32:
      return 4;
    case TRAFO_DTYPE_FLOAT16:
    case TRAFO_DTYPE_BFLOAT16:
      return 2;
    case TRAFO_DTYPE_INT64:
      return 8;
    default:
      return 1;
    }
}

/* The last axis, 1 for a scalar. */
static inline gint64
trafo_cpu_last_dim (const TrafoOperand *operand)
{
  return operand->n_dims > 0 ? operand->shape[operand->n_dims - 1] : 1;
}

/* The stride of the last axis in elements, 1 where it has at most one element. */
static inline gint64
trafo_cpu_last_stride (const TrafoOperand *operand)
{
  return trafo_cpu_last_dim (operand) > 1 ? operand->strides[operand->n_dims - 1] : 1;
}

static inline gboolean
trafo_cpu_is_rows (const TrafoOperand *operand, guint8 dtype)
{
  return operand->dtype == dtype && operand->layout == TRAFO_LAYOUT_STRIDED &&
         trafo_cpu_last_stride (operand) == 1;
}

/* A vector of @length elements next to one another. */
static inline gboolean
trafo_cpu_is_vector (const TrafoOperand *operand, guint8 dtype, gint64 length)
{
  return operand->n_dims == 1 && trafo_cpu_is_rows (operand, dtype) && operand->shape[0] == length;
}

static inline gboolean
trafo_cpu_has_shape_of (const TrafoOperand *a, const TrafoOperand *b)
{
  if (a->n_dims != b->n_dims)
    return FALSE;
  for (guint i = 0; i < a->n_dims; i++)
    if (a->shape[i] != b->shape[i])
      return FALSE;
  return TRUE;
}

/* The product of all axes but the last. */
static inline gsize
trafo_cpu_n_rows (const TrafoOperand *operand)
{
  gsize n_rows = 1;

  for (guint i = 0; i + 1 < operand->n_dims; i++)
    n_rows *= (gsize) operand->shape[i];
  return n_rows;
}

/* As rows of @like's shape: axes that @operand lacks, or has once, repeat. */
static inline TrafoCpuRows
trafo_cpu_rows_like (const TrafoOperand *operand, const TrafoOperand *like)
{
  TrafoCpuRows rows = { .first = operand->data, .n_rows = trafo_cpu_n_rows (like) };
  gint64       size = (gint64) trafo_cpu_dtype_size (operand->dtype);
  gint         missing = (gint) like->n_dims - (gint) operand->n_dims;

  for (gint i = 0; i + 1 < (gint) like->n_dims; i++)
    {
      gint   axis = i - missing;
      gint64 n = like->shape[i];
      gint64 stride = axis < 0 || operand->shape[axis] == 1 ? 0 : operand->strides[axis] * size;
      guint  last = rows.n_axes - 1;

      if (n == 1)
        continue;
      if (rows.n_axes > 0 && rows.stride_bytes[last] == n * stride)
        {
          rows.shape[last] *= n;
          rows.stride_bytes[last] = stride;
          continue;
        }
      rows.shape[rows.n_axes] = n;
      rows.stride_bytes[rows.n_axes++] = stride;
    }
  return rows;
}

static inline TrafoCpuRows
trafo_cpu_rows (const TrafoOperand *operand)
{
  return trafo_cpu_rows_like (operand, operand);
}

static inline gpointer
trafo_cpu_row (const TrafoCpuRows *rows, gsize index)
{
  gint64 rest = (gint64) index;
  gint64 offset = 0;

  for (guint i = rows->n_axes; i-- > 1;)
    {
      offset += rest % rows->shape[i] * rows->stride_bytes[i];
      rest /= rows->shape[i];
    }
  if (rows->n_axes > 0)
    offset += rest * rows->stride_bytes[0];
  return rows->first + offset;
}

/* Piece @task of @n_tasks of the numbers below @n; returns its begin, sets its end. */
static inline gsize
trafo_cpu_share (gsize n, guint task, guint n_tasks, gsize *ret_end)
{
  *ret_end = (gsize) ((__uint128_t) n * (task + 1) / n_tasks);
  return (gsize) ((__uint128_t) n * task / n_tasks);
}

/* How many tasks @n_units pieces of work, @unit_cost elements each, are worth waking threads for. */
static inline guint
trafo_cpu_n_tasks (gsize n_units, gsize unit_cost, guint n_threads)
{
  const gsize worth = 8192;
  gsize       cost = n_units * unit_cost;
  gsize       n_tasks = MIN (n_units, cost / worth);

  return (guint) CLAMP (n_tasks, 1, MAX (n_threads, 1));
}

/* Of an op that goes over the rows of its first input. */
static inline guint
trafo_cpu_n_row_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  return trafo_cpu_n_tasks (trafo_cpu_n_rows (&args->inputs[0]),
                            (gsize) trafo_cpu_last_dim (&args->inputs[0]),
                            n_threads);
}

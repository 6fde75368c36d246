/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "../operand.h"
#include "../simd/vector.h"
#include <string.h>

/* Reading a weight that is to be packed, whatever its parts' dtype and order of axes. */

/* The one place where a part's dtype matters; @dtype is a constant where this is inlined. */
static inline __attribute__ ((always_inline)) VFloat
weight_load_as (guint8 dtype, const char *p, gsize n)
{
  const guint16 *halves = (const guint16 *) p;

  if (dtype == TRAFO_DTYPE_FLOAT32)
    return n >= V_LANES ? v_load ((const float *) p) : v_load_n ((const float *) p, n);
  if (dtype == TRAFO_DTYPE_FLOAT16)
    return n >= V_LANES ? v_load_float16 (halves) : V_LOAD_N_16 (v_load_float16, halves, n);
  return n >= V_LANES ? v_load_bfloat16 (halves) : V_LOAD_N_16 (v_load_bfloat16, halves, n);
}

static inline gint64
weight_part_n_out (const TrafoWeight *weight, guint part)
{
  return weight->parts[part].shape[weight->is_in_out ? 1 : 0];
}

/* Enough for a task to be worth its hand-out, little enough to share evenly. */
#define WEIGHT_TASK_ELEMENTS (128 * 1024)

/* Panels of @n_columns output features. */
static inline gsize
weight_n_panels (const TrafoWeight *weight, gsize n_columns)
{
  return ((gsize) weight->n_out + n_columns - 1) / n_columns;
}

/* How many of them a task packs, but for the last. */
static inline gsize
weight_panels_per_task (const TrafoWeight *weight, gsize n_columns)
{
  return MAX (WEIGHT_TASK_ELEMENTS / (n_columns * (gsize) weight->n_in), 1);
}

static inline guint
weight_n_tasks (const TrafoWeight *weight, gsize n_columns)
{
  gsize per_task = weight_panels_per_task (weight, n_columns);

  return (guint) ((weight_n_panels (weight, n_columns) + per_task - 1) / per_task);
}

/* The part that holds output feature *@n, which becomes relative to the part; -1 past the end. */
static inline gint
weight_find_part (const TrafoWeight *weight, gint64 *n)
{
  for (guint i = 0; i < weight->n_parts; i++)
    {
      if (*n < weight_part_n_out (weight, i))
        return (gint) i;
      *n -= weight_part_n_out (weight, i);
    }
  return -1;
}

static inline __attribute__ ((always_inline)) void
weight_copy_row_as (guint8 dtype, const char *source, gsize n, float *destination)
{
  gsize size = trafo_cpu_dtype_size (dtype);
  gsize j = 0;

  for (; j + V_LANES <= n; j += V_LANES)
    v_store (destination + j, weight_load_as (dtype, source + j * size, V_LANES));
  if (j < n)
    v_store_n (destination + j, weight_load_as (dtype, source + j * size, n - j), n - j);
}

static inline void
weight_copy_row (guint8 dtype, const char *source, gsize n, float *destination)
{
  if (dtype == TRAFO_DTYPE_FLOAT32)
    weight_copy_row_as (TRAFO_DTYPE_FLOAT32, source, n, destination);
  else if (dtype == TRAFO_DTYPE_FLOAT16)
    weight_copy_row_as (TRAFO_DTYPE_FLOAT16, source, n, destination);
  else
    weight_copy_row_as (TRAFO_DTYPE_BFLOAT16, source, n, destination);
}

/* Whether all parts are integers with scales, next to one another. */
static inline gboolean
weight_is_int8 (const TrafoWeight *weight)
{
  for (guint i = 0; i < weight->n_parts; i++)
    if (!trafo_cpu_is_rows (&weight->parts[i], TRAFO_DTYPE_INT8) || weight->parts[i].n_dims != 2 ||
        weight->parts[i].shape[1] != weight->n_in ||
        !trafo_cpu_is_vector (&weight->scales[i], TRAFO_DTYPE_FLOAT32, weight->parts[i].shape[0]))
      return FALSE;
  return weight->dtype == TRAFO_DTYPE_INT8 && !weight->is_in_out;
}

/* Whether all parts are codes of 4 bits, with scales of their blocks. */
static inline gboolean
weight_is_4bit (const TrafoWeight *weight)
{
  if ((weight->encoding != TRAFO_WEIGHT_ENCODING_NF4 &&
       weight->encoding != TRAFO_WEIGHT_ENCODING_FP4 &&
       weight->encoding != TRAFO_WEIGHT_ENCODING_INT4) ||
      weight->dtype != TRAFO_DTYPE_UINT8 || weight->is_in_out || weight->block_size == 0)
    return FALSE;
  for (guint i = 0; i < weight->n_parts; i++)
    {
      const TrafoOperand *part = &weight->parts[i];
      gint64              block_size = weight->block_size;

      if (!trafo_cpu_is_rows (part, TRAFO_DTYPE_UINT8) || part->n_dims != 2 ||
          part->shape[1] != weight->n_in ||
          !trafo_cpu_is_vector (&weight->scales[i],
                                TRAFO_DTYPE_FLOAT32,
                                (part->shape[0] * weight->n_in + block_size - 1) / block_size))
        return FALSE;
    }
  return TRUE;
}

/* Whether its parts are what the functions here read. */
static inline gboolean
weight_is_readable (const TrafoWeight *weight)
{
  if (weight->n_parts == 0 || weight->n_in <= 0 || weight->n_out <= 0)
    return FALSE;
  if (weight->encoding != TRAFO_WEIGHT_ENCODING_NONE)
    return weight->encoding == TRAFO_WEIGHT_ENCODING_LLM_INT8 ||
                   weight->encoding == TRAFO_WEIGHT_ENCODING_INT8
               ? weight_is_int8 (weight)
               : weight_is_4bit (weight);
  for (guint i = 0; i < weight->n_parts; i++)
    {
      guint8 dtype = weight->parts[i].dtype;

      if (dtype != TRAFO_DTYPE_FLOAT32 && dtype != TRAFO_DTYPE_FLOAT16 &&
          dtype != TRAFO_DTYPE_BFLOAT16)
        return FALSE;
      if (dtype != weight->parts[0].dtype || weight->parts[i].n_dims != 2 ||
          trafo_cpu_last_stride (&weight->parts[i]) != 1)
        return FALSE;
    }
  return TRUE;
}

/* Input feature @k of @n_columns output features from @n on, of [K, N] parts: a run of each part that
 * they meet, zeros behind the last. */
static inline void
weight_read_run (const TrafoWeight *weight, gsize n, gsize k, gsize n_columns, float *destination)
{
  gsize column = 0;

  while (column < n_columns)
    {
      gint64              at = (gint64) (n + column);
      gint                part = weight_find_part (weight, &at);
      const TrafoOperand *operand;
      gsize               length;

      if (part < 0)
        break;
      operand = &weight->parts[part];
      length = (gsize) MIN (weight_part_n_out (weight, (guint) part) - at,
                            (gint64) (n_columns - column));
      weight_copy_row (operand->dtype,
                       (const char *) operand->data +
                           ((gint64) k * operand->strides[0] + at) *
                               (gint64) trafo_cpu_dtype_size (operand->dtype),
                       length,
                       destination + column);
      column += length;
    }
  memset (destination + column, 0, (n_columns - column) * sizeof (float));
}

/* Where the row of output feature @n of [N, K] parts begins, NULL behind the last. */
static inline const char *
weight_find_row (const TrafoWeight *weight, gsize n)
{
  gint64              at = (gint64) n;
  gint                part = weight_find_part (weight, &at);
  const TrafoOperand *operand = part < 0 ? NULL : &weight->parts[part];

  if (operand == NULL)
    return NULL;
  return (const char *) operand->data +
         at * operand->strides[0] * (gint64) trafo_cpu_dtype_size (operand->dtype);
}

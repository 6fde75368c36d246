/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ops.h"

#include "../operand.h"
#include "panel.h"

#include <string.h>

/* Enough for a task to be worth its hand-out, little enough to share evenly. */
#define TASK_ELEMENTS (128 * 1024)

/* The one place where a part's dtype matters; @dtype is a constant where this is inlined. */
static inline __attribute__ ((always_inline)) VFloat
load_as (guint8 dtype, const char *p, gsize n)
{
  const guint16 *halves = (const guint16 *) p;

  if (dtype == TRAFO_DTYPE_FLOAT32)
    return n >= V_LANES ? v_load ((const float *) p) : v_load_n ((const float *) p, n);
  if (dtype == TRAFO_DTYPE_FLOAT16)
    return n >= V_LANES ? v_load_float16 (halves) : V_LOAD_N_16 (v_load_float16, halves, n);
  return n >= V_LANES ? v_load_bfloat16 (halves) : V_LOAD_N_16 (v_load_bfloat16, halves, n);
}

/* Past the caches where whole lines are written: nobody reads the weight before the next phase. */
static inline void
store_packed (float *p, VFloat v)
{
  if (V_LANES * sizeof (float) == 64)
    v_stream (p, v);
  else
    v_store (p, v);
}

static gint64
part_n_out (const TrafoWeight *weight, guint part)
{
  return weight->parts[part].shape[weight->is_in_out ? 1 : 0];
}

/* The part that holds output feature *@n, which becomes relative to the part; -1 past the end. */
static gint
find_part (const TrafoWeight *weight, gint64 *n)
{
  for (guint i = 0; i < weight->n_parts; i++)
    {
      if (*n < part_n_out (weight, i))
        return (gint) i;
      *n -= part_n_out (weight, i);
    }
  return -1;
}

/* V_LANES output features of [N, K] parts into one of the vectors of a panel. */
static inline __attribute__ ((always_inline)) void
pack_rows_as (guint8 dtype, const char *const rows[V_LANES], gsize n_in, float *destination)
{
  gsize size = trafo_cpu_dtype_size (dtype);

  for (gsize k = 0; k < n_in; k += V_LANES)
    {
      VFloat square[V_LANES];
      gsize  n = MIN (V_LANES, n_in - k);

#pragma GCC unroll 16
      for (guint i = 0; i < V_LANES; i++)
        square[i] = rows[i] != NULL ? load_as (dtype, rows[i] + k * size, n) : v_zero ();
      v_transpose (square);
      if (n == V_LANES)
        {
#pragma GCC unroll 16
          for (guint i = 0; i < V_LANES; i++)
            store_packed (destination + (k + i) * PANEL, square[i]);
          continue;
        }
      for (guint i = 0; i < n; i++)
        store_packed (destination + (k + i) * PANEL, square[i]);
    }
}

static void
pack_rows (guint8 dtype, const char *const rows[V_LANES], gsize n_in, float *destination)
{
  if (dtype == TRAFO_DTYPE_FLOAT32)
    pack_rows_as (TRAFO_DTYPE_FLOAT32, rows, n_in, destination);
  else if (dtype == TRAFO_DTYPE_FLOAT16)
    pack_rows_as (TRAFO_DTYPE_FLOAT16, rows, n_in, destination);
  else
    pack_rows_as (TRAFO_DTYPE_BFLOAT16, rows, n_in, destination);
}

static void
pack_out_in (const TrafoWeight *weight, gsize panel, float *destination)
{
  for (guint j = 0; j < PANEL_VECTORS; j++)
    {
      const char *rows[V_LANES];

      for (guint i = 0; i < V_LANES; i++)
        {
          gint64              n = (gint64) (panel * PANEL + j * V_LANES + i);
          gint                part = find_part (weight, &n);
          const TrafoOperand *operand = part < 0 ? NULL : &weight->parts[part];

          rows[i] = operand == NULL ? NULL
                                    : (const char *) operand->data +
                                          n * operand->strides[0] *
                                              (gint64) trafo_cpu_dtype_size (operand->dtype);
        }
      pack_rows (weight->parts[0].dtype, rows, (gsize) weight->n_in, destination + j * V_LANES);
    }
}

static inline __attribute__ ((always_inline)) void
copy_row_as (guint8 dtype, const char *source, gsize n, float *destination)
{
  gsize size = trafo_cpu_dtype_size (dtype);
  gsize j = 0;

  for (; j + V_LANES <= n; j += V_LANES)
    v_store (destination + j, load_as (dtype, source + j * size, V_LANES));
  if (j < n)
    v_store_n (destination + j, load_as (dtype, source + j * size, n - j), n - j);
}

static void
copy_row (guint8 dtype, const char *source, gsize n, float *destination)
{
  if (dtype == TRAFO_DTYPE_FLOAT32)
    copy_row_as (TRAFO_DTYPE_FLOAT32, source, n, destination);
  else if (dtype == TRAFO_DTYPE_FLOAT16)
    copy_row_as (TRAFO_DTYPE_FLOAT16, source, n, destination);
  else
    copy_row_as (TRAFO_DTYPE_BFLOAT16, source, n, destination);
}

/* One input feature of a panel from [K, N] parts: a run of each part that the panel meets. */
static void
pack_in_out_row (const TrafoWeight *weight, gsize panel, gsize k, float *destination)
{
  gsize column = 0;

  while (column < PANEL)
    {
      gint64              n = (gint64) (panel * PANEL + column);
      gint                part = find_part (weight, &n);
      const TrafoOperand *operand;
      gsize               length;

      if (part < 0)
        break;
      operand = &weight->parts[part];
      length = (gsize) MIN (part_n_out (weight, (guint) part) - n, (gint64) (PANEL - column));
      copy_row (operand->dtype,
                (const char *) operand->data + ((gint64) k * operand->strides[0] + n) *
                                                   (gint64) trafo_cpu_dtype_size (operand->dtype),
                length,
                destination + column);
      column += length;
    }
  memset (destination + column, 0, (PANEL - column) * sizeof (float));
}

static gsize
n_panels (const TrafoWeight *weight)
{
  return ((gsize) weight->n_out + PANEL - 1) / PANEL;
}

static gboolean
can_pack (const TrafoWeight *weight)
{
  if (weight->dtype != TRAFO_DTYPE_FLOAT32 || weight->n_parts == 0 || weight->n_in <= 0 ||
      weight->n_out <= 0)
    return FALSE;
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

gsize
TRAFO_CPU_SYMBOL (packed_size) (const TrafoWeight *weight)
{
  gsize size;

  if (!can_pack (weight) || (gsize) weight->n_out > G_MAXSIZE - PANEL ||
      !g_size_checked_mul (&size, n_panels (weight) * PANEL, (gsize) weight->n_in) ||
      !g_size_checked_mul (&size, size, sizeof (float)))
    return 0;
  return size;
}

static gsize
panels_per_task (const TrafoWeight *weight)
{
  return MAX (TASK_ELEMENTS / (PANEL * (gsize) weight->n_in), 1);
}

guint
TRAFO_CPU_SYMBOL (pack_n_tasks) (const TrafoWeight *weight)
{
  gsize per_task = panels_per_task (weight);

  return (guint) ((n_panels (weight) + per_task - 1) / per_task);
}

void
TRAFO_CPU_SYMBOL (pack) (const TrafoWeight *weight, gpointer destination, guint task)
{
  gsize  per_task = panels_per_task (weight);
  gsize  begin = task * per_task;
  gsize  end = MIN (begin + per_task, n_panels (weight));
  gsize  n_in = (gsize) weight->n_in;
  float *packed = destination;

  if (!weight->is_in_out)
    for (gsize panel = begin; panel < end; panel++)
      pack_out_in (weight, panel, packed + panel * n_in * PANEL);
  else
    for (gsize k = 0; k < n_in; k++)
      for (gsize panel = begin; panel < end; panel++)
        pack_in_out_row (weight, panel, k, packed + (panel * n_in + k) * PANEL);
  _mm_sfence ();
}

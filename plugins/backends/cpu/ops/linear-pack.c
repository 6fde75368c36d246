/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "pack.h"

#include "panel.h"
#include "weight.h"

/* Past the caches where whole lines are written: nobody reads the weight before the next phase. */
static inline void
store_packed (float *p, VFloat v)
{
  if (V_LANES * sizeof (float) == 64)
    v_stream (p, v);
  else
    v_store (p, v);
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
        square[i] = rows[i] != NULL ? weight_load_as (dtype, rows[i] + k * size, n) : v_zero ();
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
        rows[i] = weight_find_row (weight, panel * PANEL + j * V_LANES + i);
      pack_rows (weight->parts[0].dtype, rows, (gsize) weight->n_in, destination + j * V_LANES);
    }
}

static gsize
packed_size (const TrafoWeight *weight)
{
  gsize size;

  if ((gsize) weight->n_out > G_MAXSIZE - PANEL ||
      !g_size_checked_mul (&size, weight_n_panels (weight, PANEL) * PANEL, (gsize) weight->n_in) ||
      !g_size_checked_mul (&size, size, sizeof (float)))
    return 0;
  return size;
}

static guint
n_tasks (const TrafoWeight *weight)
{
  return weight_n_tasks (weight, PANEL);
}

static void
pack (const TrafoWeight *weight, gpointer destination, guint task)
{
  gsize  per_task = weight_panels_per_task (weight, PANEL);
  gsize  begin = task * per_task;
  gsize  end = MIN (begin + per_task, weight_n_panels (weight, PANEL));
  gsize  n_in = (gsize) weight->n_in;
  float *packed = destination;

  if (!weight->is_in_out)
    for (gsize panel = begin; panel < end; panel++)
      pack_out_in (weight, panel, packed + panel * n_in * PANEL);
  else
    for (gsize k = 0; k < n_in; k++)
      for (gsize panel = begin; panel < end; panel++)
        weight_read_run (weight, panel * PANEL, k, PANEL, packed + (panel * n_in + k) * PANEL);
  _mm_sfence ();
}

const TrafoCpuPacking TRAFO_CPU_SYMBOL (pack_float32) = { packed_size, n_tasks, pack };

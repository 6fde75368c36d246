/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "pack.h"

#include "convert.h"
#include "panel.h"
#include "weight.h"

static inline void
store_bfloat16 (guint16 *destination, VFloat v)
{
  float lanes[V_LANES];

  v_store (lanes, v);
  convert_to_bfloat16 (lanes, destination, V_LANES);
}

/* Past the caches where whole lines are written: nobody reads the weight before the next phase. @dtype
 * is that of the packed weight, a constant where this is inlined, as @from is below. */
static inline __attribute__ ((always_inline)) void
store_packed (guint8 dtype, gpointer destination, gsize at, VFloat v)
{
  if (dtype == TRAFO_DTYPE_FLOAT16)
    v_store_float16 ((guint16 *) destination + at, v);
  else if (dtype == TRAFO_DTYPE_BFLOAT16)
    store_bfloat16 ((guint16 *) destination + at, v);
  else if (V_LANES * sizeof (float) == 64)
    v_stream ((float *) destination + at, v);
  else
    v_store ((float *) destination + at, v);
}

/* V_LANES output features of [N, K] parts into one of the vectors of a panel. */
static inline __attribute__ ((always_inline)) void
pack_rows_as (guint8            from,
              guint8            dtype,
              const char *const rows[V_LANES],
              gsize             n_in,
              gpointer          destination)
{
  gsize size = trafo_cpu_dtype_size (from);

  for (gsize k = 0; k < n_in; k += V_LANES)
    {
      VFloat square[V_LANES];
      gsize  n = MIN (V_LANES, n_in - k);

#pragma GCC unroll 16
      for (guint i = 0; i < V_LANES; i++)
        square[i] = rows[i] != NULL ? weight_load_as (from, rows[i] + k * size, n) : v_zero ();
      v_transpose (square);
      if (n == V_LANES)
        {
#pragma GCC unroll 16
          for (guint i = 0; i < V_LANES; i++)
            store_packed (dtype, destination, (k + i) * PANEL, square[i]);
          continue;
        }
      for (guint i = 0; i < n; i++)
        store_packed (dtype, destination, (k + i) * PANEL, square[i]);
    }
}

static inline __attribute__ ((always_inline)) void
pack_rows_from (guint8            from,
                guint8            dtype,
                const char *const rows[V_LANES],
                gsize             n_in,
                gpointer          destination)
{
  if (dtype == TRAFO_DTYPE_FLOAT16)
    pack_rows_as (from, TRAFO_DTYPE_FLOAT16, rows, n_in, destination);
  else if (dtype == TRAFO_DTYPE_BFLOAT16 && panel_holds (TRAFO_DTYPE_BFLOAT16))
    pack_rows_as (from, TRAFO_DTYPE_BFLOAT16, rows, n_in, destination);
  else
    pack_rows_as (from, TRAFO_DTYPE_FLOAT32, rows, n_in, destination);
}

static void
pack_rows (guint8            from,
           guint8            dtype,
           const char *const rows[V_LANES],
           gsize             n_in,
           gpointer          destination)
{
  if (from == TRAFO_DTYPE_FLOAT32)
    pack_rows_from (TRAFO_DTYPE_FLOAT32, dtype, rows, n_in, destination);
  else if (from == TRAFO_DTYPE_FLOAT16)
    pack_rows_from (TRAFO_DTYPE_FLOAT16, dtype, rows, n_in, destination);
  else
    pack_rows_from (TRAFO_DTYPE_BFLOAT16, dtype, rows, n_in, destination);
}

static void
pack_out_in (const TrafoWeight *weight, gsize panel, char *destination)
{
  gsize vector_bytes = V_LANES * trafo_cpu_dtype_size (weight->dtype);

  for (guint j = 0; j < PANEL_VECTORS; j++)
    {
      const char *rows[V_LANES];

      for (guint i = 0; i < V_LANES; i++)
        rows[i] = weight_find_row (weight, panel * PANEL + j * V_LANES + i);
      pack_rows (weight->parts[0].dtype,
                 weight->dtype,
                 rows,
                 (gsize) weight->n_in,
                 destination + j * vector_bytes);
    }
}

/* Input feature @k of a panel of [K, N] parts. */
static void
pack_in_out (const TrafoWeight *weight, gsize panel, gsize k, gpointer destination)
{
  _Alignas(64) float run[PANEL];

  if (weight->dtype == TRAFO_DTYPE_FLOAT32)
    {
      weight_read_run (weight, panel * PANEL, k, PANEL, destination);
      return;
    }
  weight_read_run (weight, panel * PANEL, k, PANEL, run);
  convert_to_half (weight->dtype, run, destination, PANEL);
}

static gsize
packed_size (const TrafoWeight *weight)
{
  gsize size;

  if ((gsize) weight->n_out > G_MAXSIZE - PANEL ||
      !g_size_checked_mul (&size, weight_n_panels (weight, PANEL) * PANEL, (gsize) weight->n_in) ||
      !g_size_checked_mul (&size, size, trafo_cpu_dtype_size (weight->dtype)))
    return 0;
  return size;
}

static void
pack (const TrafoWeight *weight, gpointer destination, guint task)
{
  gsize per_task = weight_panels_per_task (weight, PANEL);
  gsize begin = task * per_task;
  gsize end = MIN (begin + per_task, weight_n_panels (weight, PANEL));
  gsize n_in = (gsize) weight->n_in;
  gsize row_bytes = PANEL * trafo_cpu_dtype_size (weight->dtype);
  char *packed = destination;

  if (!weight->is_in_out)
    for (gsize panel = begin; panel < end; panel++)
      pack_out_in (weight, panel, packed + panel * n_in * row_bytes);
  else
    for (gsize k = 0; k < n_in; k++)
      for (gsize panel = begin; panel < end; panel++)
        pack_in_out (weight, panel, k, packed + (panel * n_in + k) * row_bytes);
  _mm_sfence ();
}

const TrafoCpuPacking TRAFO_CPU_SYMBOL (pack_float) = { PANEL, packed_size, pack };

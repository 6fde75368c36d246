/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "../simd/vector-math.h"
#include "linear-output.h"
#include "narrow-convert.h"

/* What linear_finish() does, for loops that do it between other things. Where these are inlined the
 * activation is a constant. */

/* A row of a tile, and what is added to it. */
typedef struct
{
  const float *sums;
  const float *before; /* the sums of other terms of K, */
  const float *bias;
  const float *residual; /* each NULL if there is none */

  float         row_scale; /* of sums of integers, */
  const float  *scales;    /* else NULL */
  const gint32 *offsets;
} LinearRow;

/* The results from column @j of the tile on, of which @left are wanted. */
static inline __attribute__ ((always_inline)) VFloat
linear_finish_vector (const LinearRow *row, gsize j, gsize left, guint activation)
{
  VFloat y;

  if (row->scales == NULL)
    y = v_load (row->sums + j);
  else
    y = v_words_to_float (V_OP (sub_epi32) (v_words (row->sums + j), v_words (row->offsets + j))) *
        (v_load (row->scales + j) * v_set (row->row_scale));

  if (row->before != NULL)
    y += v_load_n (row->before + j, left);
  if (row->bias != NULL)
    y += v_load_n (row->bias + j, left);
  y = v_activate (activation, y);
  if (row->residual != NULL)
    y += v_load_n (row->residual + j, left);
  return y;
}

static inline __attribute__ ((always_inline)) void
linear_finish_float32 (const LinearRow *row, gsize width, guint activation, float *output)
{
  for (gsize j = 0; j < width; j += V_LANES)
    v_store_n (output + j, linear_finish_vector (row, j, width - j, activation), width - j);
}

#if defined(V_HAS_BFLOAT16)
static inline __attribute__ ((always_inline)) void
linear_finish_narrow (const LinearRow *row, gsize width, guint activation, guint16 *output)
{
  for (gsize j = 0; j < width; j += 2 * V_LANES)
    {
      gsize  left = width - j;
      VFloat low = linear_finish_vector (row, j, left, activation), high = v_zero ();
      guint8 line[NARROW_BLOCK_BYTES];

      if (left > V_LANES)
        high = linear_finish_vector (row, j + V_LANES, left - V_LANES, activation);
      if (left >= 2 * V_LANES)
        {
          v_store_bfloat16 (output + j, low, high);
          continue;
        }
      v_store_bfloat16 ((guint16 *) line, low, high);
      memcpy (output + j, line, left * sizeof *output);
    }
}
#endif

/* Row @i of a tile. */
static inline __attribute__ ((always_inline)) void
linear_finish_row (const LinearOutput *self,
                   const LinearTile   *tile,
                   gsize               i,
                   const float        *sums,
                   guint               activation)
{
  gsize     width = MIN (tile->stride, self->n_columns - tile->n);
  gpointer  output = trafo_cpu_row (&self->rows, tile->m + i);
  LinearRow row = { .sums = sums };

  if (!tile->is_first)
    row.before = (const float *) output + tile->n;
  if (tile->is_last && self->bias != NULL)
    row.bias = self->bias + tile->n;
  if (tile->is_last && self->has_residual)
    row.residual = (const float *) trafo_cpu_row (&self->residual, tile->m + i) + tile->n;
  if (tile->row_scales != NULL)
    {
      row.row_scale = tile->row_scales[i];
      row.scales = tile->scales;
      row.offsets = tile->offsets;
    }
#if defined(V_HAS_BFLOAT16)
  if (self->dtype == TRAFO_DTYPE_BFLOAT16)
    {
      linear_finish_narrow (&row, width, activation, (guint16 *) output + tile->n);
      return;
    }
#endif
  linear_finish_float32 (&row, width, activation, (float *) output + tile->n);
}

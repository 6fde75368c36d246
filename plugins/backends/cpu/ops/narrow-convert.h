/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "../simd/dot.h"
#include "convert.h"
#include "narrow-panel.h"

/* Floats become what tiles hold. */

static inline float
narrow_greatest (const float *source, gsize n)
{
  VFloat greatest = v_zero ();
  gsize  i = 0;

  for (; i + V_LANES <= n; i += V_LANES)
    greatest = v_max (v_abs (v_load (source + i)), greatest);
  if (i < n)
    greatest = v_max (v_abs (v_load_n (source + i, n - i)), greatest);
  return v_greatest (greatest);
}

/* What a value is multiplied by to become an integer in [-127, 127]. */
static inline float
narrow_inverse (float greatest)
{
  return greatest > 0 ? 127.0f / greatest : 0;
}

/* round (value inverse) + offset, ties to even, for @n <= NARROW_BLOCK_BYTES; zeros become @offset. */
static inline void
narrow_line_int8 (const float *source, gsize n, float inverse, gint offset, guint8 *line)
{
  gint32 rounded[NARROW_BLOCK_BYTES];

  for (gsize i = 0; i < NARROW_BLOCK_BYTES; i += V_LANES)
    {
      VFloat value = i < n ? v_load_n (source + i, n - i) : v_zero ();

      v_store_words (rounded + i, V_OP (cvtps_epi32) (value * v_set (inverse)));
    }
  for (gsize i = 0; i < NARROW_BLOCK_BYTES; i++)
    line[i] = (guint8) (rounded[i] + offset);
}

/* @n <= 32; zeros behind them. */
static inline void
narrow_line_bfloat16 (const float *source, gsize n, guint8 *line)
{
  guint16 halves[NARROW_BLOCK_BYTES / 2] = { 0 };

  convert_to_bfloat16 (source, halves, n);
  memcpy (line, halves, sizeof halves);
}

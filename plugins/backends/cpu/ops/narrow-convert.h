/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "../simd/dot.h"
#include "convert.h"
#include "narrow-panel.h"

/* Floats become what tiles hold. */

/* In several lanes of vectors, or each would wait for the one before. */
static inline float
narrow_greatest (const float *source, gsize n)
{
  VFloat greatest[4] = { v_zero (), v_zero (), v_zero (), v_zero () };
  gsize  i = 0;

  for (; i + 4 * V_LANES <= n; i += 4 * V_LANES)
#pragma GCC unroll 4
    for (gsize j = 0; j < 4; j++)
      greatest[j] = v_max (v_abs (v_load (source + i + j * V_LANES)), greatest[j]);
  for (; i < n; i += V_LANES)
    greatest[0] = v_max (v_abs (v_load_n (source + i, n - i)), greatest[0]);
  return v_greatest (v_max (v_max (greatest[0], greatest[1]), v_max (greatest[2], greatest[3])));
}

/* 0, but no number where some element is infinite or none: integers would hide it. */
static inline float
narrow_spoilt (const float *source, gsize n)
{
  VFloat spoilt = v_zero ();

  for (gsize i = 0; i < n; i += V_LANES)
    {
      VFloat value = v_load_n (source + i, n - i);

      spoilt += value - value;
    }
  return v_sum (spoilt);
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
  for (gsize i = 0; i < NARROW_BLOCK_BYTES; i += V_LANES)
    {
      VFloat value = i < n ? v_load_n (source + i, n - i) : v_zero ();
      VInt   rounded = V_OP (cvtps_epi32) (value * v_set (inverse));

      v_store_bytes (line + i, V_OP (add_epi32) (rounded, v_word ((guint32) offset)));
    }
}

#if defined(V_HAS_BFLOAT16)
/* @n <= 32; zeros behind them. */
static inline void
narrow_line_bfloat16 (const float *source, gsize n, guint8 *line)
{
  if (n == 2 * V_LANES)
    v_store_bfloat16 ((guint16 *) line, v_load (source), v_load (source + V_LANES));
  else
    v_store_bfloat16 ((guint16 *) line,
                      v_load_n (source, n),
                      n > V_LANES ? v_load_n (source + V_LANES, n - V_LANES) : v_zero ());
}
#endif

/* Rows of bytes become rows of words: word w of column c is the c-th of row w. */
static inline void
narrow_store_tile (const guint8 lines[NARROW_COLUMNS][NARROW_BLOCK_BYTES], guint8 *tile)
{
  for (gsize column = 0; column < NARROW_COLUMNS; column += V_LANES)
    for (gsize word = 0; word < NARROW_COLUMNS; word += V_LANES)
      {
        VFloat square[V_LANES];

        for (gsize i = 0; i < V_LANES; i++)
          square[i] = v_load ((const float *) lines[column + i] + word);
        v_transpose (square);
        for (gsize i = 0; i < V_LANES; i++)
          v_store ((float *) (tile + (word + i) * NARROW_BLOCK_BYTES) + column, square[i]);
      }
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "../simd/vector.h"
#include <string.h>
#include <trafo/trafo-dtype.h>

/* @n 16-bit floats become float32. */
static inline void
convert_from_float16 (const guint16 *source, float *destination, gsize n)
{
  gsize i = 0;

  for (; i + V_LANES <= n; i += V_LANES)
    v_store (destination + i, v_load_float16 (source + i));
  if (i < n)
    v_store_n (destination + i, V_LOAD_N_16 (v_load_float16, source + i, n - i), n - i);
}

static inline void
convert_from_bfloat16 (const guint16 *source, float *destination, gsize n)
{
  gsize i = 0;

  for (; i + V_LANES <= n; i += V_LANES)
    v_store (destination + i, v_load_bfloat16 (source + i));
  if (i < n)
    v_store_n (destination + i, V_LOAD_N_16 (v_load_bfloat16, source + i, n - i), n - i);
}

static inline void
convert_from_int8 (const gint8 *source, float *destination, gsize n)
{
  gsize i = 0;

  for (; i + V_LANES <= n; i += V_LANES)
    v_store (destination + i, v_load_int8 (source + i));
  for (; i < n; i++)
    destination[i] = source[i];
}

/* From float16 or bfloat16. */
static inline void
convert_from_half (guint8 dtype, const guint16 *source, float *destination, gsize n)
{
  if (dtype == TRAFO_DTYPE_FLOAT16)
    convert_from_float16 (source, destination, n);
  else
    convert_from_bfloat16 (source, destination, n);
}

/* To the nearest, ties to even. */
static inline void
convert_to_float16 (const float *source, guint16 *destination, gsize n)
{
  guint16 tail[V_LANES];
  gsize   i = 0;

  for (; i + V_LANES <= n; i += V_LANES)
    v_store_float16 (destination + i, v_load (source + i));
  if (i == n)
    return;
  v_store_float16 (tail, v_load_n (source + i, n - i));
  memcpy (destination + i, tail, (n - i) * sizeof *tail);
}

/* The bits of a float32, of which the upper half is the nearest bfloat16, ties to even. */
static inline guint32
round_bfloat16 (float source)
{
  guint32 bits;

  memcpy (&bits, &source, sizeof bits);
  if ((bits & 0x7fffffff) > 0x7f800000)
    return bits | 0x400000; /* a NaN whose upper half alone would be infinite stays one */
  return bits + 0x7fff + ((bits >> 16) & 1);
}

static inline void
convert_to_bfloat16 (const float *source, guint16 *destination, gsize n)
{
  for (gsize i = 0; i < n; i++)
    destination[i] = (guint16) (round_bfloat16 (source[i]) >> 16);
}

/* To the nearest float16 or bfloat16. */
static inline void
convert_to_half (guint8 dtype, const float *source, guint16 *destination, gsize n)
{
  if (dtype == TRAFO_DTYPE_FLOAT16)
    convert_to_float16 (source, destination, n);
  else
    convert_to_bfloat16 (source, destination, n);
}

/* To the nearest values that bfloat16 has. */
static inline void
convert_through_bfloat16 (const float *source, float *destination, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint32 bits = round_bfloat16 (source[i]) & 0xffff0000;

      memcpy (&destination[i], &bits, sizeof bits);
    }
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

/* SSE2, the x86-64 baseline. See vector.h for what each function means. */
#include <emmintrin.h>
#include <string.h>
#include <trafo/trafo-dtype.h>

#define V_LANES 4
#define V_REGISTERS 16

typedef __m128  VFloat;
typedef __m128i VInt;
typedef __m128  VMask;

static inline VFloat
v_zero (void)
{
  return _mm_setzero_ps ();
}

static inline VFloat
v_set (float value)
{
  return _mm_set1_ps (value);
}

static inline VMask
v_first (gsize n)
{
  __m128i lane = _mm_setr_epi32 (0, 1, 2, 3);

  return _mm_castsi128_ps (
      _mm_cmpgt_epi32 (_mm_set1_epi32 (n >= V_LANES ? V_LANES : (int) n), lane));
}

static inline VFloat
v_load (const float *p)
{
  return _mm_loadu_ps (p);
}

static inline void
v_store (float *p, VFloat v)
{
  _mm_storeu_ps (p, v);
}

static inline void
v_stream (float *p, VFloat v)
{
  _mm_stream_ps (p, v);
}

static inline VFloat
v_load_n (const float *p, gsize n)
{
  float lanes[V_LANES] = { 0 };

  if (n >= V_LANES)
    return _mm_loadu_ps (p);
  memcpy (lanes, p, n * sizeof *p);
  return _mm_loadu_ps (lanes);
}

static inline void
v_store_n (float *p, VFloat v, gsize n)
{
  float lanes[V_LANES];

  _mm_storeu_ps (n >= V_LANES ? p : lanes, v);
  if (n < V_LANES)
    memcpy (p, lanes, n * sizeof *p);
}

static inline VFloat
v_load_float16 (const guint16 *p)
{
  const __m128i bias = _mm_set1_epi32 ((127 - 15) << 23), least = _mm_set1_epi32 (1 << 23);
  __m128i bits = _mm_unpacklo_epi16 (_mm_loadl_epi64 ((const __m128i *) p), _mm_setzero_si128 ());
  __m128i sign = _mm_slli_epi32 (_mm_and_si128 (bits, _mm_set1_epi32 (0x8000)), 16);
  __m128i shifted = _mm_slli_epi32 (_mm_and_si128 (bits, _mm_set1_epi32 (0x7fff)), 13);
  __m128i value = _mm_add_epi32 (shifted, bias);
  __m128i is_special = _mm_cmpgt_epi32 (shifted, _mm_set1_epi32 (0x0f7fffff));
  __m128i is_subnormal = _mm_cmplt_epi32 (shifted, least);
  /* 2^-14 (1 + m) - 2^-14 */
  __m128 subnormal = _mm_sub_ps (_mm_castsi128_ps (_mm_add_epi32 (value, least)),
                                 _mm_castsi128_ps (_mm_add_epi32 (bias, least)));

  /* infinities and NaN: the greatest exponent, as they had it */
  value = _mm_add_epi32 (value, _mm_and_si128 (is_special, bias));
  value = _mm_or_si128 (_mm_andnot_si128 (is_subnormal, value),
                        _mm_and_si128 (is_subnormal, _mm_castps_si128 (subnormal)));
  return _mm_castsi128_ps (_mm_or_si128 (value, sign));
}

static inline VFloat
v_load_bfloat16 (const guint16 *p)
{
  __m128i bits = _mm_loadl_epi64 ((const __m128i *) p);

  return _mm_castsi128_ps (_mm_unpacklo_epi16 (_mm_setzero_si128 (), bits));
}

static inline VFloat
v_load_int8 (const gint8 *p)
{
  __m128i bytes = _mm_loadu_si32 (p), zero = _mm_setzero_si128 ();
  __m128i upper = _mm_unpacklo_epi16 (zero, _mm_unpacklo_epi8 (zero, bytes));

  return _mm_cvtepi32_ps (_mm_srai_epi32 (upper, 24));
}

static inline void
v_store_float16 (guint16 *p, VFloat v)
{
  float lanes[V_LANES];

  _mm_storeu_ps (lanes, v);
  for (guint i = 0; i < V_LANES; i++)
    p[i] = trafo_float16_from_float (lanes[i]);
}

static inline VFloat
v_fma (VFloat a, VFloat b, VFloat c)
{
  return _mm_add_ps (_mm_mul_ps (a, b), c);
}

static inline VFloat
v_max (VFloat a, VFloat b)
{
  return _mm_max_ps (a, b);
}

static inline VFloat
v_min (VFloat a, VFloat b)
{
  return _mm_min_ps (a, b);
}

static inline VFloat
v_sqrt (VFloat v)
{
  return _mm_sqrt_ps (v);
}

static inline VFloat
v_abs (VFloat v)
{
  return _mm_andnot_ps (_mm_set1_ps (-0.0f), v);
}

static inline VFloat
v_copy_sign (VFloat magnitude, VFloat sign)
{
  VFloat bit = _mm_set1_ps (-0.0f);

  return _mm_or_ps (_mm_andnot_ps (bit, magnitude), _mm_and_ps (bit, sign));
}

static inline VMask
v_less (VFloat a, VFloat b)
{
  return _mm_cmplt_ps (a, b);
}

static inline VMask
v_is_zero (VFloat v)
{
  return _mm_cmpeq_ps (v, _mm_setzero_ps ());
}

static inline VFloat
v_select (VMask mask, VFloat a, VFloat b)
{
  return _mm_or_ps (_mm_and_ps (mask, a), _mm_andnot_ps (mask, b));
}

/* For magnitudes below 2^31, all that v_exp() needs: SSE2 has no rounding instruction. */
static inline VFloat
v_round (VFloat v)
{
  return _mm_cvtepi32_ps (_mm_cvtps_epi32 (v));
}

static inline VFloat
v_scale (VFloat v, VFloat exponent)
{
  __m128i n = _mm_cvtps_epi32 (exponent);
  __m128i half = _mm_srai_epi32 (n, 1);
  __m128i bias = _mm_set1_epi32 (127);
  __m128i low = _mm_slli_epi32 (_mm_add_epi32 (half, bias), 23);
  __m128i high = _mm_slli_epi32 (_mm_add_epi32 (_mm_sub_epi32 (n, half), bias), 23);

  return v * _mm_castsi128_ps (low) * _mm_castsi128_ps (high);
}

static inline float
v_sum (VFloat v)
{
  v = _mm_add_ps (v, _mm_movehl_ps (v, v));
  return _mm_cvtss_f32 (_mm_add_ss (v, _mm_shuffle_ps (v, v, 1)));
}

static inline float
v_greatest (VFloat v)
{
  v = _mm_max_ps (v, _mm_movehl_ps (v, v));
  return _mm_cvtss_f32 (_mm_max_ss (v, _mm_shuffle_ps (v, v, 1)));
}

/* rows[i] lane j becomes rows[j] lane i. */
static inline void
v_transpose (VFloat rows[V_LANES])
{
  _MM_TRANSPOSE4_PS (rows[0], rows[1], rows[2], rows[3]);
}

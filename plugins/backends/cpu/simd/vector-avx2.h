/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

/* AVX2, FMA and F16C. See vector.h for what each function means. */
#include <immintrin.h>

#define V_LANES 8
#define V_REGISTERS 16

typedef __m256  VFloat;
typedef __m256i VInt;
typedef __m256  VMask;

static inline VFloat
v_zero (void)
{
  return _mm256_setzero_ps ();
}

static inline VFloat
v_set (float value)
{
  return _mm256_set1_ps (value);
}

static inline __m256i
v_first_bits (gsize n)
{
  __m256i lane = _mm256_setr_epi32 (0, 1, 2, 3, 4, 5, 6, 7);

  return _mm256_cmpgt_epi32 (_mm256_set1_epi32 (n >= V_LANES ? V_LANES : (int) n), lane);
}

static inline VMask
v_first (gsize n)
{
  return _mm256_castsi256_ps (v_first_bits (n));
}

static inline VFloat
v_load (const float *p)
{
  return _mm256_loadu_ps (p);
}

static inline void
v_store (float *p, VFloat v)
{
  _mm256_storeu_ps (p, v);
}

static inline void
v_stream (float *p, VFloat v)
{
  _mm256_stream_ps (p, v);
}

static inline VFloat
v_load_n (const float *p, gsize n)
{
  return _mm256_maskload_ps (p, v_first_bits (n));
}

static inline void
v_store_n (float *p, VFloat v, gsize n)
{
  _mm256_maskstore_ps (p, v_first_bits (n), v);
}

static inline VFloat
v_load_float16 (const guint16 *p)
{
  return _mm256_cvtph_ps (_mm_loadu_si128 ((const __m128i *) p));
}

static inline VFloat
v_load_bfloat16 (const guint16 *p)
{
  __m256i bits = _mm256_cvtepu16_epi32 (_mm_loadu_si128 ((const __m128i *) p));

  return _mm256_castsi256_ps (_mm256_slli_epi32 (bits, 16));
}

static inline VFloat
v_load_int8 (const gint8 *p)
{
  return _mm256_cvtepi32_ps (_mm256_cvtepi8_epi32 (_mm_loadl_epi64 ((const __m128i *) p)));
}

static inline void
v_store_float16 (guint16 *p, VFloat v)
{
  _mm_storeu_si128 ((__m128i *) p,
                    _mm256_cvtps_ph (v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}

static inline VFloat
v_fma (VFloat a, VFloat b, VFloat c)
{
  return _mm256_fmadd_ps (a, b, c);
}

static inline VFloat
v_max (VFloat a, VFloat b)
{
  return _mm256_max_ps (a, b);
}

static inline VFloat
v_min (VFloat a, VFloat b)
{
  return _mm256_min_ps (a, b);
}

static inline VFloat
v_sqrt (VFloat v)
{
  return _mm256_sqrt_ps (v);
}

static inline VFloat
v_abs (VFloat v)
{
  return _mm256_andnot_ps (_mm256_set1_ps (-0.0f), v);
}

static inline VFloat
v_copy_sign (VFloat magnitude, VFloat sign)
{
  VFloat bit = _mm256_set1_ps (-0.0f);

  return _mm256_or_ps (_mm256_andnot_ps (bit, magnitude), _mm256_and_ps (bit, sign));
}

static inline VMask
v_less (VFloat a, VFloat b)
{
  return _mm256_cmp_ps (a, b, _CMP_LT_OQ);
}

static inline VMask
v_is_zero (VFloat v)
{
  return _mm256_cmp_ps (v, _mm256_setzero_ps (), _CMP_EQ_OQ);
}

static inline VFloat
v_select (VMask mask, VFloat a, VFloat b)
{
  return _mm256_blendv_ps (b, a, mask);
}

static inline VFloat
v_round (VFloat v)
{
  return _mm256_round_ps (v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

static inline VFloat
v_scale (VFloat v, VFloat exponent)
{
  __m256i n = _mm256_cvtps_epi32 (exponent);
  __m256i half = _mm256_srai_epi32 (n, 1);
  __m256i bias = _mm256_set1_epi32 (127);
  __m256i low = _mm256_slli_epi32 (_mm256_add_epi32 (half, bias), 23);
  __m256i high = _mm256_slli_epi32 (_mm256_add_epi32 (_mm256_sub_epi32 (n, half), bias), 23);

  return v * _mm256_castsi256_ps (low) * _mm256_castsi256_ps (high);
}

static inline float
v_sum (VFloat v)
{
  __m128 s = _mm_add_ps (_mm256_castps256_ps128 (v), _mm256_extractf128_ps (v, 1));

  s = _mm_add_ps (s, _mm_movehl_ps (s, s));
  return _mm_cvtss_f32 (_mm_add_ss (s, _mm_movehdup_ps (s)));
}

static inline float
v_greatest (VFloat v)
{
  __m128 s = _mm_max_ps (_mm256_castps256_ps128 (v), _mm256_extractf128_ps (v, 1));

  s = _mm_max_ps (s, _mm_movehl_ps (s, s));
  return _mm_cvtss_f32 (_mm_max_ss (s, _mm_movehdup_ps (s)));
}

/* rows[i] lane j becomes rows[j] lane i: pairs, fours, then 128-bit lanes. */
static inline void
v_transpose (VFloat rows[V_LANES])
{
  VFloat t[V_LANES];

#pragma GCC unroll 4
  for (guint i = 0; i < 8; i += 2)
    {
      t[i] = _mm256_unpacklo_ps (rows[i], rows[i + 1]);
      t[i + 1] = _mm256_unpackhi_ps (rows[i], rows[i + 1]);
    }
#pragma GCC unroll 2
  for (guint i = 0; i < 8; i += 4)
    {
      rows[i] = _mm256_shuffle_ps (t[i], t[i + 2], 0x44);
      rows[i + 1] = _mm256_shuffle_ps (t[i], t[i + 2], 0xee);
      rows[i + 2] = _mm256_shuffle_ps (t[i + 1], t[i + 3], 0x44);
      rows[i + 3] = _mm256_shuffle_ps (t[i + 1], t[i + 3], 0xee);
    }
#pragma GCC unroll 4
  for (guint i = 0; i < 4; i++)
    {
      t[i] = _mm256_permute2f128_ps (rows[i], rows[i + 4], 0x20);
      t[i + 4] = _mm256_permute2f128_ps (rows[i], rows[i + 4], 0x31);
    }
#pragma GCC unroll 8
  for (guint i = 0; i < 8; i++)
    rows[i] = t[i];
}

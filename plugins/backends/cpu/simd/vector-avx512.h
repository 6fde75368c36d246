/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

/* AVX-512 F, BW, DQ and VL. See vector.h for what each function means. */
#include <immintrin.h>

#define V_LANES 16
#define V_REGISTERS 32
#if defined(__AVX512BF16__)
#define V_HAS_BFLOAT16 /* products of it, see dot.h */
#endif

typedef __m512    VFloat;
typedef __m512i   VInt;
typedef __mmask16 VMask;

static inline VFloat
v_zero (void)
{
  return _mm512_setzero_ps ();
}

static inline VFloat
v_set (float value)
{
  return _mm512_set1_ps (value);
}

static inline VMask
v_first (gsize n)
{
  return n >= V_LANES ? 0xffff : (VMask) ((1u << n) - 1);
}

static inline VFloat
v_load (const float *p)
{
  return _mm512_loadu_ps (p);
}

static inline void
v_store (float *p, VFloat v)
{
  _mm512_storeu_ps (p, v);
}

static inline void
v_stream (float *p, VFloat v)
{
  _mm512_stream_ps (p, v);
}

static inline VFloat
v_load_n (const float *p, gsize n)
{
  return _mm512_maskz_loadu_ps (v_first (n), p);
}

static inline void
v_store_n (float *p, VFloat v, gsize n)
{
  _mm512_mask_storeu_ps (p, v_first (n), v);
}

static inline VFloat
v_load_float16 (const guint16 *p)
{
  return _mm512_cvtph_ps (_mm256_loadu_si256 ((const __m256i *) p));
}

static inline VFloat
v_load_bfloat16 (const guint16 *p)
{
  __m512i bits = _mm512_cvtepu16_epi32 (_mm256_loadu_si256 ((const __m256i *) p));

  return _mm512_castsi512_ps (_mm512_slli_epi32 (bits, 16));
}

static inline VFloat
v_load_int8 (const gint8 *p)
{
  return _mm512_cvtepi32_ps (_mm512_cvtepi8_epi32 (_mm_loadu_si128 ((const __m128i *) p)));
}

static inline void
v_store_float16 (guint16 *p, VFloat v)
{
  _mm256_storeu_si256 ((__m256i *) p,
                       _mm512_cvtps_ph (v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}

static inline VFloat
v_fma (VFloat a, VFloat b, VFloat c)
{
  return _mm512_fmadd_ps (a, b, c);
}

static inline VFloat
v_max (VFloat a, VFloat b)
{
  return _mm512_max_ps (a, b);
}

static inline VFloat
v_min (VFloat a, VFloat b)
{
  return _mm512_min_ps (a, b);
}

static inline VFloat
v_sqrt (VFloat v)
{
  return _mm512_sqrt_ps (v);
}

static inline VFloat
v_abs (VFloat v)
{
  return _mm512_abs_ps (v);
}

static inline VFloat
v_copy_sign (VFloat magnitude, VFloat sign)
{
  /* 0xca: where the constant has a one take the bit of sign, else of magnitude */
  return _mm512_castsi512_ps (_mm512_ternarylogic_epi32 (_mm512_set1_epi32 ((int) 0x80000000),
                                                         _mm512_castps_si512 (sign),
                                                         _mm512_castps_si512 (magnitude),
                                                         0xca));
}

static inline VMask
v_less (VFloat a, VFloat b)
{
  return _mm512_cmp_ps_mask (a, b, _CMP_LT_OQ);
}

static inline VMask
v_is_zero (VFloat v)
{
  return _mm512_cmp_ps_mask (v, _mm512_setzero_ps (), _CMP_EQ_OQ);
}

static inline VFloat
v_select (VMask mask, VFloat a, VFloat b)
{
  return _mm512_mask_blend_ps (mask, b, a);
}

static inline VFloat
v_round (VFloat v)
{
  return _mm512_roundscale_ps (v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

static inline VFloat
v_scale (VFloat v, VFloat exponent)
{
  return _mm512_scalef_ps (v, exponent);
}

static inline float
v_sum (VFloat v)
{
  return _mm512_reduce_add_ps (v);
}

static inline float
v_greatest (VFloat v)
{
  return _mm512_reduce_max_ps (v);
}

/* rows[i] lane j becomes rows[j] lane i: pairs, fours, then 128-bit lanes twice. */
static inline void
v_transpose (VFloat rows[V_LANES])
{
  VFloat t[V_LANES];

#pragma GCC unroll 8
  for (guint i = 0; i < 16; i += 2)
    {
      t[i] = _mm512_unpacklo_ps (rows[i], rows[i + 1]);
      t[i + 1] = _mm512_unpackhi_ps (rows[i], rows[i + 1]);
    }
#pragma GCC unroll 4
  for (guint i = 0; i < 16; i += 4)
    {
      rows[i] = _mm512_shuffle_ps (t[i], t[i + 2], 0x44);
      rows[i + 1] = _mm512_shuffle_ps (t[i], t[i + 2], 0xee);
      rows[i + 2] = _mm512_shuffle_ps (t[i + 1], t[i + 3], 0x44);
      rows[i + 3] = _mm512_shuffle_ps (t[i + 1], t[i + 3], 0xee);
    }
#pragma GCC unroll 4
  for (guint i = 0; i < 4; i++)
    {
      t[i] = _mm512_shuffle_f32x4 (rows[i], rows[i + 4], 0x88);
      t[i + 4] = _mm512_shuffle_f32x4 (rows[i], rows[i + 4], 0xdd);
      t[i + 8] = _mm512_shuffle_f32x4 (rows[i + 8], rows[i + 12], 0x88);
      t[i + 12] = _mm512_shuffle_f32x4 (rows[i + 8], rows[i + 12], 0xdd);
    }
#pragma GCC unroll 4
  for (guint i = 0; i < 4; i++)
    {
      rows[i] = _mm512_shuffle_f32x4 (t[i], t[i + 8], 0x88);
      rows[i + 8] = _mm512_shuffle_f32x4 (t[i], t[i + 8], 0xdd);
      rows[i + 4] = _mm512_shuffle_f32x4 (t[i + 4], t[i + 12], 0x88);
      rows[i + 12] = _mm512_shuffle_f32x4 (t[i + 4], t[i + 12], 0xdd);
    }
}

/* table[i] where the low four, or five, bits of each lane's representation are i. */
#define V_HAS_LOOKUP

static inline VFloat
v_lookup_16 (const float table[16], VFloat index)
{
  return _mm512_permutexvar_ps (_mm512_castps_si512 (index), _mm512_loadu_ps (table));
}

static inline VFloat
v_lookup_32 (const float table[32], VFloat index)
{
  return _mm512_permutex2var_ps (_mm512_loadu_ps (table),
                                 _mm512_castps_si512 (index),
                                 _mm512_loadu_ps (table + 16));
}

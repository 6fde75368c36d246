/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "vector.h"

/* Sums of products of what a 32-bit word holds: two bfloat16, or four 8-bit integers.
 *
 *   v_words          V_LANES words, any alignment
 *   v_word           the same word in every lane
 *   v_no_words       zeros
 *   v_store_words    V_LANES words
 *   v_dot_int8       sum + the four products of unsigned x and signed w, exact in 32 bits
 *   v_words_to_float each word, a signed integer, to nearest
 *   v_store_bytes    the low byte of each word
 *
 * and where V_HAS_BFLOAT16
 *
 *   v_dot_bfloat16   sum + the products of both halves, in float32
 *   v_store_bfloat16 the floats of two vectors, to nearest
 *   v_pair_bfloat16  words of a float of each of two vectors, to nearest */
#if defined(__AVX512F__)
#define V_OP(name) _mm512_##name
#define V_BITS_OP(name) _mm512_##name##_si512
#elif defined(__AVX2__)
#define V_OP(name) _mm256_##name
#define V_BITS_OP(name) _mm256_##name##_si256
#else
#define V_OP(name) _mm_##name
#define V_BITS_OP(name) _mm_##name##_si128
#endif

static inline VInt
v_words (gconstpointer p)
{
  return V_BITS_OP (loadu) (p);
}

static inline VInt
v_word (guint32 word)
{
  return V_OP (set1_epi32) ((gint32) word);
}

static inline VInt
v_no_words (void)
{
  return V_BITS_OP (setzero) ();
}

static inline void
v_store_words (gpointer p, VInt words)
{
  V_BITS_OP (storeu) (p, words);
}

static inline VFloat
v_words_to_float (VInt words)
{
  return V_OP (cvtepi32_ps) (words);
}

static inline void
v_store_bytes (guint8 *p, VInt words)
{
#if defined(__AVX512F__)
  _mm_storeu_si128 ((__m128i *) p, _mm512_cvtepi32_epi8 (words));
#else
  guint32 each[V_LANES];

  v_store_words (each, words);
  for (guint i = 0; i < V_LANES; i++)
    p[i] = (guint8) each[i];
#endif
}

#if defined(V_HAS_BFLOAT16)
static inline void
v_store_bfloat16 (guint16 *p, VFloat a, VFloat b)
{
  _mm512_storeu_si512 (p, (__m512i) _mm512_cvtne2ps_pbh (b, a));
}

static inline VInt
v_pair_bfloat16 (VFloat low, VFloat high)
{
  static const guint16 order[] = { 0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                   8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31 };

  return _mm512_permutexvar_epi16 (v_words (order), (__m512i) _mm512_cvtne2ps_pbh (high, low));
}

static inline VFloat
v_dot_bfloat16 (VInt x, VInt w, VFloat sum)
{
  return _mm512_dpbf16_ps (sum, (__m512bh) x, (__m512bh) w);
}
#endif

#if defined(__AVX512VNNI__)
static inline VInt
v_dot_int8 (VInt x, VInt w, VInt sum)
{
  return _mm512_dpbusd_epi32 (sum, x, w);
}
#else
/* In 16 bits, where nothing can overflow: the odd bytes, then the even ones. */
static inline VInt
v_dot_int8 (VInt x, VInt w, VInt sum)
{
  VInt odd = V_OP (madd_epi16) (V_OP (srli_epi16) (x, 8), V_OP (srai_epi16) (w, 8));
  VInt even = V_OP (madd_epi16) (x & V_OP (set1_epi16) (0xff),
                                 V_OP (srai_epi16) (V_OP (slli_epi16) (w, 8), 8));

  return V_OP (add_epi32) (sum, V_OP (add_epi32) (odd, even));
}
#endif

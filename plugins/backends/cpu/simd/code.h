/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "dot.h"

/* Codes of 4 bits, eight in a word.
 *
 *   v_code_table     what the 16 codes stand for
 *   v_code_values    table[code] of the code in bits @shift to @shift + 3 of each word; @shift is a
 *                    constant where this is inlined */
#if defined(__AVX512F__)
typedef VFloat VCodeTable;

static inline VCodeTable
v_code_table (const float values[16])
{
  return v_load (values);
}

static inline VFloat
v_code_values (VCodeTable table, VInt words, guint shift)
{
  return _mm512_permutexvar_ps (_mm512_srli_epi32 (words, shift), table);
}
#elif defined(__AVX2__)
typedef struct
{
  VFloat low, high;
} VCodeTable;

static inline VCodeTable
v_code_table (const float values[16])
{
  return (VCodeTable){ v_load (values), v_load (values + 8) };
}

/* The permutation goes by three bits, the blend by the sign: the fourth. */
static inline VFloat
v_code_values (VCodeTable table, VInt words, guint shift)
{
  VInt   index = _mm256_srli_epi32 (words, (int) shift);
  VFloat is_high = _mm256_castsi256_ps (_mm256_slli_epi32 (words, (int) (28 - shift)));

  return _mm256_blendv_ps (_mm256_permutevar8x32_ps (table.low, index),
                           _mm256_permutevar8x32_ps (table.high, index),
                           is_high);
}
#else
typedef const float *VCodeTable;

static inline VCodeTable
v_code_table (const float values[16])
{
  return values;
}

static inline VFloat
v_code_values (VCodeTable table, VInt words, guint shift)
{
  guint32 each[V_LANES];
  float   values[V_LANES];

  v_store_words (each, words);
  for (guint i = 0; i < V_LANES; i++)
    values[i] = table[each[i] >> shift & 0xf];
  return v_load (values);
}
#endif

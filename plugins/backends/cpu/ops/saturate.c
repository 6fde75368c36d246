/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ops.h"

#include "../simd/dot.h"

#include <string.h>

/* As many sums at once as hide the latency of adding to them: what is measured is how many there can be. */
#define N_SUMS (V_REGISTERS == 32 ? 24 : 12)
#define N_ROUNDS 2048

/* The compiler must not know what is in a register, which may be what is in another, nor that nobody
 * reads it. */
#define CONCEAL(register) __asm__ volatile("" : "+v"(register))

static guint64
saturate_float32 (void)
{
  VFloat sums[N_SUMS], x = v_set (0.5f);

#pragma GCC unroll 32
  for (guint i = 0; i < N_SUMS; i++)
    {
      sums[i] = v_set (1);
      CONCEAL (sums[i]);
    }
  for (guint round = 0; round < N_ROUNDS; round++)
    {
#pragma GCC unroll 32
      for (guint i = 0; i < N_SUMS; i++)
        sums[i] = v_fma (sums[i], x, x);
    }
#pragma GCC unroll 32
  for (guint i = 0; i < N_SUMS; i++)
    CONCEAL (sums[i]);
  return (guint64) N_ROUNDS * N_SUMS * V_LANES * 2;
}

#if defined(__AMX_TILE__)
#include "../simd/amx.h"

/* Four sums of tiles hide their latency. Each product is of all rows, columns and terms that fit. */
#define DEFINE_SATURATE(dtype, multiply, term_bytes)                                               \
  static guint64 saturate_##dtype (void)                                                           \
  {                                                                                                \
    guint8 bytes[AMX_ROWS * AMX_ROW_BYTES];                                                        \
                                                                                                   \
    memset (bytes, 0x3f, sizeof bytes);                                                            \
    amx_configure (&amx_config);                                                                   \
    _tile_zero (0);                                                                                \
    _tile_zero (1);                                                                                \
    _tile_zero (2);                                                                                \
    _tile_zero (3);                                                                                \
    _tile_loadd (4, bytes, AMX_ROW_BYTES);                                                         \
    _tile_loadd (5, bytes, AMX_ROW_BYTES);                                                         \
    _tile_loadd (6, bytes, AMX_ROW_BYTES);                                                         \
    _tile_loadd (7, bytes, AMX_ROW_BYTES);                                                         \
    for (guint round = 0; round < N_ROUNDS; round++)                                               \
      {                                                                                            \
        multiply (0, 4, 6);                                                                        \
        multiply (1, 4, 7);                                                                        \
        multiply (2, 5, 6);                                                                        \
        multiply (3, 5, 7);                                                                        \
      }                                                                                            \
    _tile_release ();                                                                              \
    return (guint64) N_ROUNDS * 4 * AMX_ROWS * (AMX_ROW_BYTES / 4) *                               \
           (AMX_ROW_BYTES / term_bytes) * 2;                                                       \
  }

DEFINE_SATURATE (bfloat16, _tile_dpbf16ps, 2)
DEFINE_SATURATE (int8, _tile_dpbusd, 1)

#else

/* Widened where the processor has no products of them, so that float32's are the limit. */
static guint64
saturate_bfloat16 (void)
{
#if defined(V_HAS_BFLOAT16)
  VFloat sums[N_SUMS];
  VInt   x = v_word (0x3f803f80);

#pragma GCC unroll 32
  for (guint i = 0; i < N_SUMS; i++)
    {
      sums[i] = v_zero ();
      CONCEAL (sums[i]);
    }
  for (guint round = 0; round < N_ROUNDS; round++)
    {
#pragma GCC unroll 32
      for (guint i = 0; i < N_SUMS; i++)
        sums[i] = v_dot_bfloat16 (x, x, sums[i]);
    }
#pragma GCC unroll 32
  for (guint i = 0; i < N_SUMS; i++)
    CONCEAL (sums[i]);
  return (guint64) N_ROUNDS * N_SUMS * V_LANES * 4;
#else
  return saturate_float32 ();
#endif
}

/* Products of bytes where there are, else of what they are widened to, and the sums. */
static guint64
saturate_int8 (void)
{
  VInt  sums[N_SUMS], x = v_word (0x01010101);
  guint n_terms;

#pragma GCC unroll 32
  for (guint i = 0; i < N_SUMS; i++)
    {
      sums[i] = v_no_words ();
      CONCEAL (sums[i]);
    }
  for (guint round = 0; round < N_ROUNDS; round++)
    {
#pragma GCC unroll 32
      for (guint i = 0; i < N_SUMS; i++)
        {
#if defined(__AVX512VNNI__)
          n_terms = 4;
          sums[i] = v_dot_int8 (x, x, sums[i]);
#else
          n_terms = 2;
          CONCEAL (x);
          sums[i] = V_OP (add_epi32) (sums[i], V_OP (madd_epi16) (x, x));
#endif
        }
    }
#pragma GCC unroll 32
  for (guint i = 0; i < N_SUMS; i++)
    CONCEAL (sums[i]);
  return (guint64) N_ROUNDS * N_SUMS * V_LANES * n_terms * 2;
}

#endif

guint64
TRAFO_CPU_SYMBOL (saturate) (guint16 dtype)
{
  switch (dtype)
    {
    case TRAFO_DTYPE_FLOAT32:
    case TRAFO_DTYPE_FLOAT16: /* is widened to it */
      return saturate_float32 ();
    case TRAFO_DTYPE_BFLOAT16:
      return saturate_bfloat16 ();
    case TRAFO_DTYPE_INT8:
      return saturate_int8 ();
    default:
      return 0;
    }
}

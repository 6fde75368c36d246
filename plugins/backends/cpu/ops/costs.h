/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-dtype.h>

/* What work costs in this tier: nanoseconds of one thread for an element, where it is done a tile or a
 * panel at a time. Kernels of the same bits are chosen by them, so what counts is their proportions, which
 * differ more from tier to tier than from processor to processor; for the rest there is autotune.
 * Measured on an Ice Lake server of 2.8 GHz, from the shapes at which two kernels are equally fast.
 *
 *   MULTIPLY_NS         a product of float32 and its sum
 *   WIDEN_IN_TILE_NS    a weight of 8 or 16 bits becomes float32 in a register, between products
 *   WIDEN_ONCE_NS       the same, written to the second-level cache and read from there
 *   BFLOAT16_...        the same of a bfloat16, where that is less
 *   DECODE_IN_TILE_NS   the same of a code of 4 bits
 *   DECODE_ONCE_NS      the same by way of the first-level cache */
#if defined(__AVX512F__)
#define MULTIPLY_NS 0.017
#define WIDEN_IN_TILE_NS 0.016
#define WIDEN_ONCE_NS 0.10
#define DECODE_IN_TILE_NS 0.014
#define DECODE_ONCE_NS 0.024
#elif defined(__AVX2__)
#define MULTIPLY_NS 0.024
#define WIDEN_IN_TILE_NS 0.012
#define WIDEN_ONCE_NS 0.14
#define DECODE_IN_TILE_NS 0.058
#define DECODE_ONCE_NS 0.085
#else
#define MULTIPLY_NS 0.10
#define WIDEN_IN_TILE_NS 0.44
#define WIDEN_ONCE_NS 0.50
#define BFLOAT16_IN_TILE_NS 0.015
#define BFLOAT16_ONCE_NS 0.12
#define DECODE_IN_TILE_NS 0.21
#define DECODE_ONCE_NS 0.28
#endif
#if defined(__AVX2__)
#define BFLOAT16_IN_TILE_NS WIDEN_IN_TILE_NS
#define BFLOAT16_ONCE_NS WIDEN_ONCE_NS
#endif

/* Of a weight of @dtype. */
static inline double
costs_widen_in_tile (guint8 dtype)
{
  if (dtype == TRAFO_DTYPE_FLOAT32)
    return 0;
  return dtype == TRAFO_DTYPE_BFLOAT16 ? BFLOAT16_IN_TILE_NS : WIDEN_IN_TILE_NS;
}

static inline double
costs_widen_once (guint8 dtype)
{
  return dtype == TRAFO_DTYPE_BFLOAT16 ? BFLOAT16_ONCE_NS : WIDEN_ONCE_NS;
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

/* One vocabulary of vectors for every instruction set; a source that includes this is compiled
 * once per tier (see the meson.build), so nothing here may have external linkage.
 *
 *   v_set, v_zero        every lane the same value
 *   v_load, v_store      V_LANES floats, any alignment; v_stream: aligned, past the caches
 *   v_load_n, v_store_n  the first n lanes alone (n may exceed V_LANES); others load as 0, and
 *                        memory behind them is not touched
 *   v_first              a mask of the first n lanes
 *   v_fma                a * b + c; rounds once where the tier has FMA
 *   v_max, v_min         the second operand if either is NaN
 *   v_select             mask ? a : b
 *   v_scale              v * 2^exponent for an integral exponent in [-280, 250]
 *   v_sum, v_greatest    over all lanes
 *   v_transpose          a square of V_LANES vectors
 *
 * The arithmetic operators work on VFloat as they are. */
#if defined(__AVX512F__)
#include "vector-avx512.h"
#elif defined(__AVX2__)
#include "vector-avx2.h"
#else
#include "vector-sse2.h"
#endif

/* The @n (< V_LANES) 16-bit elements at @p, without reading past them. */
#define V_LOAD_N_16(load, p, n)                                                                    \
  ({                                                                                               \
    guint16 v_tail[V_LANES] = { 0 };                                                               \
    for (gsize v_i = 0; v_i < (n); v_i++)                                                          \
      v_tail[v_i] = (p)[v_i];                                                                      \
    load (v_tail);                                                                                 \
  })

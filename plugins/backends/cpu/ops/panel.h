/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "../simd/tile.h"
#include "ops.h"

/* The right-hand side of a product as its inner loop reads it: panels of PANEL columns, one behind
 * the other; in a panel, for each of the K rows, its PANEL elements, of any dtype that panel_holds(), or
 * int8 of TRAFO_WEIGHT_ENCODING_INT8. The last panel ends with zeros.
 *
 *   element (k, n) lies at (n / PANEL * K + k) * PANEL + n % PANEL
 *
 * Behind panels of int8 lie the scales of all columns, float32, 0 behind the last. */
#define PANEL_VECTORS 3
#define PANEL (PANEL_VECTORS * V_LANES)

/* Whether weights of the dtype are kept so, to be multiplied as float32: bfloat16 where the tier has no
 * products of it. */
static inline gboolean
panel_holds (guint8 dtype)
{
#if !defined(V_HAS_BFLOAT16)
  if (dtype == TRAFO_DTYPE_BFLOAT16)
    return TRUE;
#endif
  return dtype == TRAFO_DTYPE_FLOAT32 || dtype == TRAFO_DTYPE_FLOAT16;
}

/* As many rows as leave registers for a row of the panel and an element; X (n, name) for each number. */
#if V_REGISTERS == 32
#define PANEL_ROWS 8
#define PANEL_FOR_ROWS(X, name)                                                                    \
  X (1, name) X (2, name) X (3, name) X (4, name) X (5, name) X (6, name) X (7, name) X (8, name)
#else
#define PANEL_ROWS 4
#define PANEL_FOR_ROWS(X, name) X (1, name) X (2, name) X (3, name) X (4, name)
#endif

/* A table of what is called name_1 and so on. */
#define PANEL_TILE(n, name) [n] = name##_##n,
#define PANEL_TILES(name)                                                                          \
  {                                                                                                \
    PANEL_FOR_ROWS (PANEL_TILE, name)                                                              \
  }

/* sums [n][PANEL] = rows [n][n_k] panel [n_k][PANEL] */
typedef void (*PanelTile) (const float *const *rows,
                           gconstpointer       panel,
                           gsize               n_k,
                           VPrefetch           prefetch,
                           float              *sums);

/* [n], for panels of the dtype. */
const PanelTile *TRAFO_CPU_SYMBOL (panel_tiles) (guint8 dtype);

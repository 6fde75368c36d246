/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "../simd/tile.h"
#include "ops.h"

/* The right-hand side of a product as its inner loop reads it: panels of PANEL columns, one behind
 * the other; in a panel, for each of the K rows, its PANEL elements, float32 or float16. The last panel
 * ends with zeros.
 *
 *   element (k, n) lies at (n / PANEL * K + k) * PANEL + n % PANEL */
#define PANEL_VECTORS 3
#define PANEL (PANEL_VECTORS * V_LANES)

/* As many rows as leave registers for a row of the panel and an element. */
#define PANEL_ROWS (V_REGISTERS == 32 ? 8 : 4)

/* sums [n][PANEL] = rows [n][n_k] panel [n_k][PANEL], for the n it is listed under. */
typedef void (*PanelTile) (const float *const *rows,
                           gconstpointer       panel,
                           gsize               n_k,
                           VPrefetch           prefetch,
                           float              *sums);

extern const PanelTile TRAFO_CPU_SYMBOL (panel_tiles)[PANEL_ROWS + 1];
extern const PanelTile TRAFO_CPU_SYMBOL (panel_tiles_float16)[PANEL_ROWS + 1];

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "panel.h"

/* One partial sum in all of them, though short tiles then wait for their own additions: a row's result
 * must not depend on how many rows are computed with it. */
#define DEFINE_TILE(n)                                                                             \
  static void tile_##n (const float *const *rows,                                                  \
                        const float        *panel,                                                 \
                        gsize               n_k,                                                   \
                        VPrefetch           prefetch,                                              \
                        float              *sums)                                                  \
  {                                                                                                \
    v_tile (n, PANEL_VECTORS, 1, rows, panel, PANEL, n_k, prefetch, sums, PANEL);                  \
  }

DEFINE_TILE (1)
DEFINE_TILE (2)
DEFINE_TILE (3)
DEFINE_TILE (4)
#if V_REGISTERS == 32
DEFINE_TILE (5)
DEFINE_TILE (6)
DEFINE_TILE (7)
DEFINE_TILE (8)
#endif

const PanelTile TRAFO_CPU_SYMBOL (panel_tiles)[PANEL_ROWS + 1] = {
  NULL,   tile_1, tile_2, tile_3, tile_4,
#if V_REGISTERS == 32
  tile_5, tile_6, tile_7, tile_8,
#endif
};

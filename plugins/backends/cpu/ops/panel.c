/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "panel.h"

#define DEFINE_TILE(n, n_chains)                                                                   \
  static void tile_##n (const float *const *rows,                                                  \
                        const float        *panel,                                                 \
                        gsize               n_k,                                                   \
                        VPrefetch           prefetch,                                              \
                        float              *sums)                                                  \
  {                                                                                                \
    v_tile (n, PANEL_VECTORS, n_chains, rows, panel, PANEL, n_k, prefetch, sums, PANEL);           \
  }

DEFINE_TILE (1, 4)
DEFINE_TILE (2, 2)
DEFINE_TILE (3, 1)
DEFINE_TILE (4, 1)
#if V_REGISTERS == 32
DEFINE_TILE (5, 1)
DEFINE_TILE (6, 1)
DEFINE_TILE (7, 1)
DEFINE_TILE (8, 1)
#endif

const PanelTile TRAFO_CPU_SYMBOL (panel_tiles)[PANEL_ROWS + 1] = {
  NULL,   tile_1, tile_2, tile_3, tile_4,
#if V_REGISTERS == 32
  tile_5, tile_6, tile_7, tile_8,
#endif
};

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "panel.h"

#define DEFINE_TILE(n, dtype)                                                                      \
  static void tile_##dtype##_##n (const float *const *rows,                                        \
                                  gconstpointer       panel,                                       \
                                  gsize               n_k,                                         \
                                  VPrefetch           prefetch,                                    \
                                  float              *sums)                                        \
  {                                                                                                \
    v_tile_of (TRAFO_DTYPE_##dtype,                                                                \
               n,                                                                                  \
               PANEL_VECTORS,                                                                      \
               rows,                                                                               \
               panel,                                                                              \
               PANEL,                                                                              \
               n_k,                                                                                \
               prefetch,                                                                           \
               sums,                                                                               \
               PANEL);                                                                             \
  }

PANEL_FOR_ROWS (DEFINE_TILE, FLOAT32)
PANEL_FOR_ROWS (DEFINE_TILE, FLOAT16)
PANEL_FOR_ROWS (DEFINE_TILE, BFLOAT16)
PANEL_FOR_ROWS (DEFINE_TILE, INT8)

const PanelTile *
TRAFO_CPU_SYMBOL (panel_tiles) (guint8 dtype)
{
  static const PanelTile float32_tiles[PANEL_ROWS + 1] = PANEL_TILES (tile_FLOAT32);
  static const PanelTile float16_tiles[PANEL_ROWS + 1] = PANEL_TILES (tile_FLOAT16);
  static const PanelTile bfloat16_tiles[PANEL_ROWS + 1] = PANEL_TILES (tile_BFLOAT16);
  static const PanelTile int8_tiles[PANEL_ROWS + 1] = PANEL_TILES (tile_INT8);

  if (dtype == TRAFO_DTYPE_FLOAT16)
    return float16_tiles;
  if (dtype == TRAFO_DTYPE_BFLOAT16 && panel_holds (TRAFO_DTYPE_BFLOAT16))
    return bfloat16_tiles;
  if (dtype == TRAFO_DTYPE_INT8)
    return int8_tiles;
  return float32_tiles;
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "panel.h"

#define DEFINE_TILE(n, dtype)                                                                      \
  static void tile_##n##_##dtype (const float *const *rows,                                        \
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

#define DEFINE_TILES(n)                                                                            \
  DEFINE_TILE (n, FLOAT32)                                                                         \
  DEFINE_TILE (n, FLOAT16)                                                                         \
  DEFINE_TILE (n, BFLOAT16)                                                                        \
  DEFINE_TILE (n, INT8)

DEFINE_TILES (1)
DEFINE_TILES (2)
DEFINE_TILES (3)
DEFINE_TILES (4)
#if V_REGISTERS == 32
DEFINE_TILES (5)
DEFINE_TILES (6)
DEFINE_TILES (7)
DEFINE_TILES (8)
#define TILES(dtype)                                                                               \
  {                                                                                                \
    NULL, tile_1_##dtype, tile_2_##dtype, tile_3_##dtype, tile_4_##dtype, tile_5_##dtype,          \
        tile_6_##dtype, tile_7_##dtype, tile_8_##dtype                                             \
  }
#else
#define TILES(dtype)                                                                               \
  {                                                                                                \
    NULL, tile_1_##dtype, tile_2_##dtype, tile_3_##dtype, tile_4_##dtype                           \
  }
#endif

const PanelTile *
TRAFO_CPU_SYMBOL (panel_tiles) (guint8 dtype)
{
  static const PanelTile float32_tiles[PANEL_ROWS + 1] = TILES (FLOAT32);
  static const PanelTile float16_tiles[PANEL_ROWS + 1] = TILES (FLOAT16);
  static const PanelTile bfloat16_tiles[PANEL_ROWS + 1] = TILES (BFLOAT16);
  static const PanelTile int8_tiles[PANEL_ROWS + 1] = TILES (INT8);

  if (dtype == TRAFO_DTYPE_FLOAT16)
    return float16_tiles;
  if (dtype == TRAFO_DTYPE_BFLOAT16 && panel_holds (TRAFO_DTYPE_BFLOAT16))
    return bfloat16_tiles;
  if (dtype == TRAFO_DTYPE_INT8)
    return int8_tiles;
  return float32_tiles;
}

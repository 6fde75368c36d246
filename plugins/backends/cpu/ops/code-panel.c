/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "code-panel.h"

#include "../simd/code.h"

#include <string.h>

#define STREAM_AHEAD_BYTES 4096

/* The products of @n_rows rows and @group codes that share a scale, without it: sum [n_rows][PANEL_VECTORS].
 * The number of rows is a constant where this is inlined, so that the sums stay in registers. */
static inline __attribute__ ((always_inline)) void
multiply_group (guint          n_rows,
                gsize          group,
                VCodeTable     table,
                const guint32 *words,
                const float  **row,
                VFloat        *sum)
{
#pragma GCC unroll 32
  for (guint i = 0; i < n_rows * PANEL_VECTORS; i++)
    sum[i] = v_zero ();
  for (gsize k = 0; k < group; k += CODES_PER_WORD, words += PANEL)
    {
      VInt word[PANEL_VECTORS];

#pragma GCC unroll 4
      for (guint j = 0; j < PANEL_VECTORS; j++)
        {
          word[j] = v_words (words + j * V_LANES);
          _mm_prefetch ((const char *) (words + j * V_LANES) + STREAM_AHEAD_BYTES, _MM_HINT_T0);
        }
#pragma GCC unroll 8
      for (guint s = 0; s < CODES_PER_WORD; s++)
        {
          VFloat value[PANEL_VECTORS];

#pragma GCC unroll 4
          for (guint j = 0; j < PANEL_VECTORS; j++)
            value[j] = v_code_values (table, word[j], 4 * s);
#pragma GCC unroll 32
          for (guint i = 0; i < n_rows * PANEL_VECTORS; i++)
            sum[i] = v_fma (v_set (row[i / PANEL_VECTORS][s]), value[i % PANEL_VECTORS], sum[i]);
        }
#pragma GCC unroll 8
      for (guint i = 0; i < n_rows; i++)
        row[i] += CODES_PER_WORD;
    }
}

static inline __attribute__ ((always_inline)) void
multiply_rows (guint n_rows, const CodePanel *panel, const float *const *rows, float *totals)
{
  VCodeTable     table = v_code_table (panel->values);
  const guint32 *words = panel->words;
  gsize          share = panel->group / panel->n_scales;
  const float   *row[PANEL_ROWS];

#pragma GCC unroll 8
  for (guint i = 0; i < n_rows; i++)
    row[i] = rows[i];
  memset (totals, 0, n_rows * PANEL * sizeof *totals);
  for (gsize i = 0; i < panel->n_groups; i++)
    {
      const guint32 *scales = words + panel->group / CODES_PER_WORD * PANEL;

      for (guint s = 0; s < panel->n_scales; s++, words += share / CODES_PER_WORD * PANEL)
        {
          VFloat sum[PANEL_ROWS * PANEL_VECTORS];

          multiply_group (n_rows, share, table, words, row, sum);
#pragma GCC unroll 32
          for (guint j = 0; j < n_rows * PANEL_VECTORS; j++)
            v_store (totals + j * V_LANES,
                     v_fma (sum[j],
                            code_group_scales (scales, panel->n_scales, s, j % PANEL_VECTORS),
                            v_load (totals + j * V_LANES)));
        }
      words = scales + PANEL;
    }
}

/* One function for a share of K, not a loop over them: the compiler would keep totals on the stack meanwhile. */
static inline __attribute__ ((always_inline)) void
multiply_values (guint               n_rows,
                 const float *const *rows,
                 const float        *values,
                 gsize               n_k,
                 const float        *scales,
                 float              *totals)
{
  float sums[PANEL_ROWS * PANEL];

  v_tile (n_rows, PANEL_VECTORS, rows, values, PANEL, n_k, (VPrefetch){ 0 }, sums, PANEL);
#pragma GCC unroll 32
  for (guint i = 0; i < n_rows * PANEL; i += V_LANES)
    v_store (totals + i,
             v_fma (v_load (sums + i), v_load (scales + i % PANEL), v_load (totals + i)));
}

#define DEFINE_TILE(n, name)                                                                       \
  static void name##_##n (const CodePanel *panel, const float *const *rows, float *totals)         \
  {                                                                                                \
    multiply_rows (n, panel, rows, totals);                                                        \
  }

#define DEFINE_SCALED(n, name)                                                                     \
  static void name##_##n (const float *const *rows,                                                \
                          const float        *values,                                              \
                          gsize               n_k,                                                 \
                          const float        *scales,                                              \
                          float              *totals)                                              \
  {                                                                                                \
    multiply_values (n, rows, values, n_k, scales, totals);                                        \
  }

PANEL_FOR_ROWS (DEFINE_TILE, tile)
PANEL_FOR_ROWS (DEFINE_SCALED, scaled)

const CodePanelTile TRAFO_CPU_SYMBOL (code_panel_tiles)[PANEL_ROWS + 1] = PANEL_TILES (tile);
const ScaledTile    TRAFO_CPU_SYMBOL (scaled_tiles)[PANEL_ROWS + 1] = PANEL_TILES (scaled);

/* Into the first-level cache, where the tiles of float32 read them. */
void
TRAFO_CPU_SYMBOL (code_panel_decode) (const CodePanel *panel, const guint32 *words, float *values)
{
  VCodeTable table = v_code_table (panel->values);

  for (gsize k = 0; k < panel->group; k += CODES_PER_WORD)
    {
#pragma GCC unroll 4
      for (guint j = 0; j < PANEL_VECTORS; j++)
        {
          VInt word = v_words (words + j * V_LANES);

#pragma GCC unroll 8
          for (guint s = 0; s < CODES_PER_WORD; s++)
            v_store (values + s * PANEL + j * V_LANES, v_code_values (table, word, 4 * s));
        }
      words += PANEL;
      values += CODES_PER_WORD * PANEL;
    }
}

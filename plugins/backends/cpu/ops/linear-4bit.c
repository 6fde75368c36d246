/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "../simd/code.h"
#include "code-panel.h"
#include "linear-grid.h"
#include "linear-output.h"

#include <string.h>

/* y [M, N] = activation (x [M, K] W^T + bias) + residual with W in codes of 4 bits
 * (TRAFO_WEIGHT_ENCODING_NF4, _FP4), packed by linear-pack-4bit.c.
 *
 * What a group's codes stand for is multiplied with x and summed, and the sum with the group's scale. Of a
 * single row that happens in registers, for reading W is the limit there; more rows share the values in
 * the first-level cache. Both add the same terms in the same order, so that a row's bits do not depend on
 * its company. */
#define BLOCK_TILES (64 / PANEL_ROWS)
#define BLOCK_ROWS (BLOCK_TILES * PANEL_ROWS)
#define STREAM_AHEAD_BYTES 4096

/* bitsandbytes, functional.py, get_4bit_type(). */
static const float nf4_values[16] = {
  -1.0f,         -0.6961928f, -0.52507305f, -0.3949175f, -0.28444138f, -0.18477343f,
  -0.091050036f, 0.0f,        0.0795803f,   0.1609302f,  0.2461123f,   0.33791524f,
  0.44070983f,   0.562617f,   0.72295684f,  1.0f,
};
static const float fp4_values[16] = {
  0, 0.0625f / 12,  8.0f / 12,  1.0f,  4.0f / 12,  6.0f / 12,  2.0f / 12,  3.0f / 12,
  0, -0.0625f / 12, -8.0f / 12, -1.0f, -4.0f / 12, -6.0f / 12, -2.0f / 12, -3.0f / 12,
};

typedef struct
{
  TrafoCpuRows   x;
  LinearOutput   output;
  LinearGrid     grid;
  const float   *values; /* of the codes */
  const guint32 *panels;
  gsize          group, n_groups;
} Linear4bit;

/* A task's scratch. */
typedef struct
{
  float values[MAX_CODE_GROUP * PANEL]; /* of a group */
  float sums[PANEL_ROWS * PANEL];       /* of a tile and a group */
  float totals[BLOCK_ROWS * PANEL];     /* of a block of tiles */
} Scratch;

static Linear4bit
linear_4bit_from_args (const TrafoKernelArgs *args)
{
  const TrafoLinearAttrs *attrs = args->attrs;
  const CodePanelHeader  *header = args->inputs[1].data;
  Linear4bit              l = {
                 .x = trafo_cpu_rows (&args->inputs[0]),
                 .output = TRAFO_CPU_SYMBOL (linear_output) (args),
                 .values = attrs->encoding == TRAFO_WEIGHT_ENCODING_NF4 ? nf4_values : fp4_values,
                 .panels = (const guint32 *) (header + 1),
                 .group = header->group,
  };

  l.n_groups = (gsize) trafo_cpu_last_dim (&args->inputs[0]) / l.group;
  l.grid = TRAFO_CPU_SYMBOL (linear_grid) (l.x.n_rows, l.output.n_columns, PANEL_ROWS, PANEL);
  return l;
}

static gboolean
linear_4bit_supports (const TrafoKernelArgs *args)
{
  const TrafoOperand     *weight = &args->inputs[1];
  const TrafoLinearAttrs *attrs = args->attrs;

  return (attrs->encoding == TRAFO_WEIGHT_ENCODING_NF4 ||
          attrs->encoding == TRAFO_WEIGHT_ENCODING_FP4) &&
         weight->layout == TRAFO_LAYOUT_PACKED && weight->dtype == TRAFO_DTYPE_UINT8 &&
         TRAFO_CPU_SYMBOL (linear_is_rows) (args);
}

static guint
linear_4bit_n_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  gsize      n_in = (gsize) trafo_cpu_last_dim (&args->inputs[0]);
  LinearGrid grid = TRAFO_CPU_SYMBOL (linear_grid) (trafo_cpu_n_rows (&args->inputs[0]),
                                                    (gsize) trafo_cpu_last_dim (&args->output),
                                                    PANEL_ROWS,
                                                    PANEL);

  return TRAFO_CPU_SYMBOL (linear_grid_n_tasks) (&grid, PANEL_ROWS * n_in, n_threads);
}

static gsize
linear_4bit_scratch_size (const TrafoKernelArgs *args, guint n_threads)
{
  return sizeof (Scratch);
}

/* totals [PANEL] = the products of one row and a panel. */
static void
multiply_row (const Linear4bit *l, const float *x, const guint32 *words, float *totals)
{
  VCodeTable table = v_code_table (l->values);
  VFloat     total[PANEL_VECTORS];

#pragma GCC unroll 4
  for (guint j = 0; j < PANEL_VECTORS; j++)
    total[j] = v_zero ();
  for (gsize i = 0; i < l->n_groups; i++)
    {
      VFloat sum[PANEL_VECTORS];

#pragma GCC unroll 4
      for (guint j = 0; j < PANEL_VECTORS; j++)
        sum[j] = v_zero ();
      for (gsize k = 0; k < l->group; k += CODES_PER_WORD)
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
#pragma GCC unroll 4
            for (guint j = 0; j < PANEL_VECTORS; j++)
              sum[j] = v_fma (v_set (x[s]), v_code_values (table, word[j], 4 * s), sum[j]);
          x += CODES_PER_WORD;
          words += PANEL;
        }
#pragma GCC unroll 4
      for (guint j = 0; j < PANEL_VECTORS; j++)
        total[j] = v_fma (sum[j], v_load ((const float *) words + j * V_LANES), total[j]);
      words += PANEL;
    }
#pragma GCC unroll 4
  for (guint j = 0; j < PANEL_VECTORS; j++)
    v_store (totals + j * V_LANES, total[j]);
}

/* values [group][PANEL] */
static void
decode_group (const Linear4bit *l, const guint32 *words, float *values)
{
  VCodeTable table = v_code_table (l->values);

  for (gsize k = 0; k < l->group; k += CODES_PER_WORD)
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

static void
add_scaled (const float *sums, const float *scales, gsize n_rows, float *totals)
{
  for (gsize i = 0; i < n_rows * PANEL; i += PANEL)
#pragma GCC unroll 4
    for (guint j = 0; j < PANEL; j += V_LANES)
      v_store (totals + i + j,
               v_fma (v_load (sums + i + j), v_load (scales + j), v_load (totals + i + j)));
}

/* Tiles [@tile, @tile_end) of rows and one panel: their totals. */
static void
multiply_block (const Linear4bit *l,
                gsize             tile,
                gsize             tile_end,
                const guint32    *words,
                Scratch          *scratch)
{
  const PanelTile *tiles = TRAFO_CPU_SYMBOL (panel_tiles) (TRAFO_DTYPE_FLOAT32);

  memset (scratch->totals, 0, sizeof scratch->totals);
  for (gsize i = 0; i < l->n_groups; i++)
    {
      decode_group (l, words, scratch->values);
      words += code_group_words (l->group);
      for (gsize t = tile; t < tile_end; t++)
        {
          const float *rows[PANEL_ROWS];
          gsize        end, m = trafo_cpu_share (l->x.n_rows, t, l->grid.n_tiles, &end);

          for (gsize row = m; row < end; row++)
            rows[row - m] = (const float *) trafo_cpu_row (&l->x, row) + i * l->group;
          tiles[end - m](rows, scratch->values, l->group, (VPrefetch){ 0 }, scratch->sums);
          add_scaled (scratch->sums,
                      (const float *) words - PANEL,
                      end - m,
                      scratch->totals + (t - tile) * PANEL_ROWS * PANEL);
        }
    }
}

static void
run_panel (const Linear4bit *l, gsize tile, gsize tile_end, gsize panel, Scratch *scratch)
{
  const guint32 *words = l->panels + panel * l->n_groups * code_group_words (l->group);

  if (l->x.n_rows == 1)
    multiply_row (l, trafo_cpu_row (&l->x, 0), words, scratch->totals);
  else
    multiply_block (l, tile, tile_end, words, scratch);
  for (gsize t = tile; t < tile_end; t++)
    {
      LinearTile output = { .n = panel * PANEL,
                            .stride = PANEL,
                            .is_first = TRUE,
                            .is_last = TRUE };
      gsize      end;

      output.m = trafo_cpu_share (l->x.n_rows, t, l->grid.n_tiles, &end);
      output.n_rows = end - output.m;
      TRAFO_CPU_SYMBOL (linear_finish)
      (&l->output, &output, scratch->totals + (t - tile) * PANEL_ROWS * PANEL);
    }
}

static void
linear_4bit_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  Linear4bit  l = linear_4bit_from_args (args);
  LinearRange range = TRAFO_CPU_SYMBOL (linear_grid_share) (&l.grid, task, n_tasks);

  for (gsize tile = range.tile; tile < range.tile_end; tile += BLOCK_TILES)
    for (gsize panel = range.panel; panel < range.panel_end; panel++)
      run_panel (&l, tile, MIN (tile + BLOCK_TILES, range.tile_end), panel, scratch);
}

const TrafoKernel TRAFO_CPU_SYMBOL (linear_4bit) = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_LINEAR,
  .name = "linear-4bit-" TRAFO_CPU_TIER_NAME,
  .supports = linear_4bit_supports,
  .scratch_size = linear_4bit_scratch_size,
  .n_tasks = linear_4bit_n_tasks,
  .run = linear_4bit_run,
};

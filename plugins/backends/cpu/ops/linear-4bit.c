/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "code-panel.h"
#include "linear-grid.h"
#include "linear-output.h"

#include <string.h>

/* y [M, N] = activation (x [M, K] W^T + bias) + residual with W in codes of 4 bits
 * (TRAFO_WEIGHT_ENCODING_NF4, _FP4, _INT4), packed by linear-pack-4bit.c.
 *
 * What a group's codes stand for is multiplied with x and summed, and the sum with the group's scale, or that
 * of each half with its own. Codes become floats in registers, in each tile of rows, or once for a block of
 * tiles, in the first-level cache: two kernels. Both add the same terms in the same order, so that a row's
 * bits do not depend on its company. */
#define BLOCK_TILES (64 / PANEL_ROWS)
#define BLOCK_ROWS (BLOCK_TILES * PANEL_ROWS)

typedef struct
{
  TrafoCpuRows x;
  LinearOutput output;
  LinearGrid   grid;
  CodePanel    first; /* of the panels */
} Linear4bit;

/* What a task needs that decodes once for a block of tiles. */
typedef struct
{
  float        values[MAX_CODE_GROUP * PANEL]; /* of a group */
  float        scales[PANEL];                  /* of what shares them */
  float        totals[BLOCK_ROWS * PANEL];
  const float *rows[BLOCK_ROWS];
} Scratch;

static LinearGrid
find_grid (const TrafoKernelArgs *args)
{
  return TRAFO_CPU_SYMBOL (linear_grid) (trafo_cpu_n_rows (&args->inputs[0]),
                                         (gsize) trafo_cpu_last_dim (&args->output),
                                         PANEL_ROWS,
                                         PANEL);
}

static Linear4bit
linear_4bit_from_args (const TrafoKernelArgs *args)
{
  const TrafoLinearAttrs *attrs = args->attrs;
  const CodePanelHeader  *header = args->inputs[1].data;
  Linear4bit              l = {
                 .x = trafo_cpu_rows (&args->inputs[0]),
                 .output = TRAFO_CPU_SYMBOL (linear_output) (args),
  };

  l.first.values = trafo_4bit_get_values (attrs->encoding);
  l.first.words = (const guint32 *) (header + 1);
  l.first.group = header->group;
  l.first.n_scales = header->n_scales;
  l.first.n_groups = (gsize) trafo_cpu_last_dim (&args->inputs[0]) / header->group;
  l.grid = find_grid (args);
  return l;
}

static gboolean
linear_4bit_supports (const TrafoKernelArgs *args)
{
  const TrafoOperand     *weight = &args->inputs[1];
  const TrafoLinearAttrs *attrs = args->attrs;

  return trafo_4bit_get_values (attrs->encoding) != NULL && weight->layout == TRAFO_LAYOUT_PACKED &&
         weight->dtype == TRAFO_DTYPE_UINT8 && TRAFO_CPU_SYMBOL (linear_is_rows) (args);
}

static guint
linear_4bit_n_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  gsize      n_in = (gsize) trafo_cpu_last_dim (&args->inputs[0]);
  LinearGrid grid = find_grid (args);

  return TRAFO_CPU_SYMBOL (linear_grid_n_tasks) (&grid, PANEL_ROWS * n_in, n_threads);
}

static gsize
linear_4bit_task_rows (const TrafoKernelArgs *args, guint task, guint n_tasks, gsize *ret_end)
{
  LinearGrid grid = find_grid (args);

  return TRAFO_CPU_SYMBOL (linear_grid_rows) (&grid, task, n_tasks, ret_end);
}

static double
find_cost (const TrafoKernelArgs *args, guint n_threads, LinearCost cost)
{
  LinearGrid grid = find_grid (args);

  cost.n_in = (gsize) trafo_cpu_last_dim (&args->inputs[0]);
  cost.block_tiles = BLOCK_TILES;
  return TRAFO_CPU_SYMBOL (linear_grid_cost) (&grid, linear_4bit_n_tasks (args, n_threads), &cost);
}

static double
linear_4bit_cost (const TrafoKernelArgs *args, guint n_threads)
{
  return find_cost (args, n_threads, (LinearCost){ .tile_ns = DECODE_IN_TILE_NS });
}

static double
decoded_cost (const TrafoKernelArgs *args, guint n_threads)
{
  return find_cost (args, n_threads, (LinearCost){ .block_ns = DECODE_ONCE_NS });
}

static gsize
decoded_scratch_size (const TrafoKernelArgs *args, guint n_threads)
{
  return sizeof (Scratch);
}

/* The rows of a tile, and what becomes of its sums. */
static LinearTile
find_tile (const Linear4bit *l, gsize tile, gsize panel, const float **rows)
{
  LinearTile output = { .n = panel * PANEL, .stride = PANEL, .is_first = TRUE, .is_last = TRUE };
  gsize      end;

  output.m = trafo_cpu_share (l->x.n_rows, tile, l->grid.n_tiles, &end);
  output.n_rows = end - output.m;
  for (gsize i = 0; i < output.n_rows; i++)
    rows[i] = (const float *) trafo_cpu_row (&l->x, output.m + i);
  return output;
}

static void
run_tile (const Linear4bit *l, const CodePanel *codes, gsize tile, gsize panel)
{
  _Alignas(64) float totals[PANEL_ROWS * PANEL];
  const float       *rows[PANEL_ROWS];
  LinearTile         output = find_tile (l, tile, panel, rows);

  TRAFO_CPU_SYMBOL (code_panel_tiles)[output.n_rows](codes, rows, totals);
  TRAFO_CPU_SYMBOL (linear_finish) (&l->output, &output, totals);
}

/* Adds what the @s-th scale of a group is for, and moves the rows on. */
static void
add_share (const CodePanel  *group,
           guint             s,
           const LinearTile *tiles,
           gsize             n_tiles,
           Scratch          *scratch)
{
  const guint32 *scales = group->words + group->group / CODES_PER_WORD * PANEL;
  gsize          share = group->group / group->n_scales;

  for (guint j = 0; j < PANEL_VECTORS; j++)
    v_store (scratch->scales + j * V_LANES, code_group_scales (scales, group->n_scales, s, j));
  for (gsize i = 0; i < n_tiles; i++)
    {
      const float **rows = scratch->rows + i * PANEL_ROWS;

      TRAFO_CPU_SYMBOL (scaled_tiles)
      [tiles[i].n_rows](rows,
                        scratch->values + s * share * PANEL,
                        share,
                        scratch->scales,
                        scratch->totals + i * PANEL_ROWS * PANEL);
      for (gsize row = 0; row < tiles[i].n_rows; row++)
        rows[row] += share;
    }
}

static void
run_decoded (const Linear4bit  *l,
             const CodePanel   *codes,
             const LinearRange *block,
             gsize              panel,
             Scratch           *scratch)
{
  LinearTile tiles[BLOCK_TILES];
  gsize      n_tiles = block->tile_end - block->tile;
  CodePanel  group = *codes;

  memset (scratch->totals, 0, n_tiles * PANEL_ROWS * PANEL * sizeof *scratch->totals);
  for (gsize i = 0; i < n_tiles; i++)
    tiles[i] = find_tile (l, block->tile + i, panel, scratch->rows + i * PANEL_ROWS);
  for (gsize i = 0; i < codes->n_groups; i++, group.words += code_group_words (group.group))
    {
      TRAFO_CPU_SYMBOL (code_panel_decode) (&group, group.words, scratch->values);
      for (guint s = 0; s < group.n_scales; s++)
        add_share (&group, s, tiles, n_tiles, scratch);
    }
  for (gsize i = 0; i < n_tiles; i++)
    {
      const float *totals = scratch->totals + i * PANEL_ROWS * PANEL;

      TRAFO_CPU_SYMBOL (linear_finish) (&l->output, &tiles[i], totals);
    }
}

/* @scratch: NULL to decode in each tile. */
static void
run_task (const TrafoKernelArgs *args, guint task, guint n_tasks, Scratch *scratch)
{
  Linear4bit  l = linear_4bit_from_args (args);
  LinearRange range = TRAFO_CPU_SYMBOL (linear_grid_share) (&l.grid, task, n_tasks);
  LinearRange block = range;

  for (; block.tile < range.tile_end; block.tile = block.tile_end)
    {
      block.tile_end = MIN (block.tile + BLOCK_TILES, range.tile_end);
      for (gsize panel = range.panel; panel < range.panel_end; panel++)
        {
          CodePanel codes = l.first;

          codes.words += panel * codes.n_groups * code_group_words (codes.group);
          if (scratch != NULL)
            run_decoded (&l, &codes, &block, panel, scratch);
          for (gsize tile = block.tile; tile < block.tile_end && scratch == NULL; tile++)
            run_tile (&l, &codes, tile, panel);
        }
    }
}

static void
linear_4bit_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  run_task (args, task, n_tasks, NULL);
}

static void
decoded_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  run_task (args, task, n_tasks, scratch);
}

const TrafoKernel TRAFO_CPU_SYMBOL (linear_4bit) = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_LINEAR,
  .name = "linear-4bit-" TRAFO_CPU_TIER_NAME,
  .supports = linear_4bit_supports,
  .n_tasks = linear_4bit_n_tasks,
  .run = linear_4bit_run,
  .cost = linear_4bit_cost,
  .task_rows = linear_4bit_task_rows,
};

const TrafoKernel TRAFO_CPU_SYMBOL (linear_decoded) = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_LINEAR,
  .name = "linear-4bit-decoded-" TRAFO_CPU_TIER_NAME,
  .supports = linear_4bit_supports,
  .scratch_size = decoded_scratch_size,
  .n_tasks = linear_4bit_n_tasks,
  .run = decoded_run,
  .cost = decoded_cost,
  .task_rows = linear_4bit_task_rows,
};

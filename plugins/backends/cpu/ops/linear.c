/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "linear-grid.h"
#include "linear-output.h"
#include "panel.h"

/* y [M, N] = activation (x [M, K] W^T + bias) + residual, W packed by linear-pack.c.
 *
 * The output is cut in tiles of PANEL_ROWS x PANEL, whose sums fill the registers; a panel of W is
 * used by all tiles of a block of rows while it is in the second-level cache, and the next panel is
 * fetched meanwhile. K is cut in chunks so that a block of x stays there too; the sums of the chunks
 * meet in the output. The terms of a sum and their order depend on K alone, so that neither the number
 * of tasks nor what other rows there are changes a bit of a row. */
#define MAX_CHUNK 1024
#define BLOCK_BYTES (768 * 1024)
#define STREAM_AHEAD_BYTES 4096

typedef struct
{
  TrafoCpuRows x;
  LinearOutput output;
  LinearGrid   grid;
  const float *weight;
  gsize        n_in;
  gsize        chunk; /* terms of K summed at once */
} Linear;

/* A panel's terms [k, k + n_k). */
typedef struct
{
  gsize panel, k, n_k;
} Chunk;

static const float *
panel_at (const Linear *l, gsize panel, gsize k)
{
  return l->weight + (panel * l->n_in + k) * PANEL;
}

static Linear
linear_from_args (const TrafoKernelArgs *args)
{
  Linear l = {
    .x = trafo_cpu_rows (&args->inputs[0]),
    .output = TRAFO_CPU_SYMBOL (linear_output) (args),
    .weight = args->inputs[1].data,
    .n_in = (gsize) trafo_cpu_last_dim (&args->inputs[0]),
  };
  gsize n_chunks = (l.n_in + MAX_CHUNK - 1) / MAX_CHUNK;

  l.grid = TRAFO_CPU_SYMBOL (linear_grid) (l.x.n_rows, l.output.n_columns, PANEL_ROWS, PANEL);
  l.chunk = (l.n_in + n_chunks - 1) / MAX (n_chunks, 1);
  l.chunk = MAX ((l.chunk + V_TILE_STEP - 1) / V_TILE_STEP, 1) * V_TILE_STEP;
  return l;
}

static gboolean
linear_supports (const TrafoKernelArgs *args)
{
  const TrafoOperand *weight = &args->inputs[1];

  return weight->layout == TRAFO_LAYOUT_PACKED && weight->dtype == TRAFO_DTYPE_FLOAT32 &&
         TRAFO_CPU_SYMBOL (linear_is_rows) (args);
}

static guint
linear_n_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  Linear l = linear_from_args (args);

  return TRAFO_CPU_SYMBOL (linear_grid_n_tasks) (&l.grid, PANEL_ROWS * l.n_in, n_threads);
}

static VPrefetch
share_prefetch (const float *next, const Chunk *chunk, gsize t, gsize n_tiles)
{
  guint     n_lines = V_TILE_STEP * PANEL * (guint) sizeof (float) / V_CACHE_LINE;
  VPrefetch prefetch = { .n_lines = (n_lines + n_tiles - 1) / n_tiles };
  gsize     n_steps = chunk->n_k / V_TILE_STEP;

  prefetch.next = (const char *) next + t * n_steps * prefetch.n_lines * V_CACHE_LINE;
  return prefetch;
}

/* All tiles of a block of rows and one panel; @next is the panel that comes after. */
static void
run_panel (const Linear *l, const LinearRange *block, const Chunk *chunk, const float *next)
{
  _Alignas(64) float sums[PANEL_ROWS * PANEL];
  gsize              n_tiles = block->tile_end - block->tile;
  LinearTile         tile = { .n = chunk->panel * PANEL, .stride = PANEL };

  tile.is_first = chunk->k == 0;
  tile.is_last = chunk->k + chunk->n_k >= l->n_in;
  for (gsize t = 0; t < n_tiles; t++)
    {
      VPrefetch    prefetch = share_prefetch (next, chunk, t, n_tiles);
      const float *rows[PANEL_ROWS];
      gsize        end;

      tile.m = trafo_cpu_share (l->x.n_rows, block->tile + t, l->grid.n_tiles, &end);
      tile.n_rows = end - tile.m;
      for (gsize i = 0; i < tile.n_rows; i++)
        rows[i] = (const float *) trafo_cpu_row (&l->x, tile.m + i) + chunk->k;
      TRAFO_CPU_SYMBOL (panel_tiles)
      [tile.n_rows](rows, panel_at (l, chunk->panel, chunk->k), chunk->n_k, prefetch, sums);
      TRAFO_CPU_SYMBOL (linear_finish) (&l->output, &tile, sums);
    }
}

/* One block of rows and one chunk of K, panel by panel. */
static void
run_block (const Linear *l, const LinearRange *block, gsize k)
{
  gboolean is_stream = block->tile_end - block->tile == 1;

  for (gsize panel = block->panel; panel < block->panel_end; panel++)
    {
      const float *current = panel_at (l, panel, k);
      const float *next = panel_at (l, panel + 1 < block->panel_end ? panel + 1 : block->panel, k);
      Chunk        chunk = { panel, k, MIN (l->chunk, l->n_in - k) };

      if (is_stream)
        next = current + STREAM_AHEAD_BYTES / sizeof (float);
      run_panel (l, block, &chunk, next);
    }
}

/* One block of rows and all of K, chunk by chunk. */
static void
run_chunks (const Linear *l, const LinearRange *block)
{
  gsize k = 0;

  do
    {
      run_block (l, block, k);
      k += l->chunk;
    }
  while (k < l->n_in);
}

static void
linear_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  Linear      l = linear_from_args (args);
  gsize       block_tiles = MAX (BLOCK_BYTES / (l.chunk * sizeof (float) * PANEL_ROWS), 1);
  LinearRange range = TRAFO_CPU_SYMBOL (linear_grid_share) (&l.grid, task, n_tasks);

  for (gsize tile = range.tile; tile < range.tile_end; tile += block_tiles)
    {
      LinearRange block = { .tile = tile, .tile_end = MIN (tile + block_tiles, range.tile_end) };
      gsize       n_panels = range.panel_end - range.panel;

      /* a single tile reads the weights in the order in which they lie */
      if (block.tile_end - block.tile == 1)
        n_panels = 1;
      for (gsize panel = range.panel; panel < range.panel_end; panel += n_panels)
        {
          block.panel = panel;
          block.panel_end = MIN (panel + n_panels, range.panel_end);
          run_chunks (&l, &block);
        }
    }
}

const TrafoKernel TRAFO_CPU_SYMBOL (linear) = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_LINEAR,
  .name = "linear-float32-" TRAFO_CPU_TIER_NAME,
  .supports = linear_supports,
  .n_tasks = linear_n_tasks,
  .run = linear_run,
};

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "../cpu-cache.h"
#include "convert.h"
#include "linear-grid.h"
#include "linear-output.h"
#include "panel.h"

/* y [M, N] = activation (x [M, K] W^T + bias) + residual, W packed by linear-pack.c in float32 or in 16 bits,
 * or by linear-pack-int8.c in integers with a scale for each column (TRAFO_WEIGHT_ENCODING_INT8). What is
 * not float32 becomes it in registers, in each tile, or once for all tiles in the second-level cache, which
 * are two kernels: the bits are those of float32 weights of the same values. The sums of integers are then
 * scaled.
 *
 * The output is cut in tiles of PANEL_ROWS x PANEL, whose sums fill the registers; a panel of W is
 * used by all tiles of a block of rows while it is in the second-level cache, and the next panel is
 * fetched meanwhile. K is cut in chunks so that a block of x stays there too; the sums of the chunks
 * meet in the output. The terms of a sum and their order depend on K alone, so that neither the number
 * of tasks nor what other rows there are changes a bit of a row. */
#define MAX_CHUNK 1024
#define STREAM_AHEAD_BYTES 4096
/* A task that takes less is not worth cutting, for others to take a part: 0.6 ms with AVX-512, 0.8 with
 * AVX2. */
#define TASK_PRODUCTS (32 * 1024 * 1024)
#define MAX_TASKS_EACH 8

typedef struct
{
  TrafoCpuRows x;
  LinearOutput output;
  LinearGrid   grid;
  const char  *weight;
  const float *scales; /* of its columns, or NULL */
  guint8       dtype;  /* of the weight */
  gsize        element_bytes;
  gsize        n_in;
  gsize        chunk; /* terms of K summed at once */
} Linear;

/* A panel's terms [k, k + n_k). */
typedef struct
{
  gsize panel, k, n_k;
} Chunk;

static const char *
panel_at (const Linear *l, gsize panel, gsize k)
{
  return l->weight + (panel * l->n_in + k) * PANEL * l->element_bytes;
}

static Linear
linear_from_args (const TrafoKernelArgs *args)
{
  Linear l = {
    .x = trafo_cpu_rows (&args->inputs[0]),
    .output = TRAFO_CPU_SYMBOL (linear_output) (args),
    .weight = args->inputs[1].data,
    .dtype = args->inputs[1].dtype,
    .element_bytes = trafo_cpu_dtype_size (args->inputs[1].dtype),
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
  const TrafoOperand     *weight = &args->inputs[1];
  const TrafoLinearAttrs *attrs = args->attrs;

  return weight->layout == TRAFO_LAYOUT_PACKED &&
         (panel_holds (weight->dtype) ||
          (weight->dtype == TRAFO_DTYPE_INT8 && attrs->encoding == TRAFO_WEIGHT_ENCODING_INT8)) &&
         TRAFO_CPU_SYMBOL (linear_is_rows) (args);
}

static gboolean
widened_supports (const TrafoKernelArgs *args)
{
  return args->inputs[1].dtype != TRAFO_DTYPE_FLOAT32 && linear_supports (args);
}

static guint
linear_n_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  Linear l = linear_from_args (args);
  gsize  n_products = l.x.n_rows * l.n_in * l.output.n_columns;
  guint  n_each = (guint) CLAMP (n_products / n_threads / TASK_PRODUCTS, 1, MAX_TASKS_EACH);
  guint  n = TRAFO_CPU_SYMBOL (linear_grid_n_tasks) (&l.grid, PANEL_ROWS * l.n_in, n_threads);

  return n == n_threads ? n * n_each : n;
}

static gsize
linear_task_rows (const TrafoKernelArgs *args, guint task, guint n_tasks, gsize *ret_end)
{
  Linear l = linear_from_args (args);

  return TRAFO_CPU_SYMBOL (linear_grid_rows) (&l.grid, task, n_tasks, ret_end);
}

static gsize
block_tiles (const Linear *l)
{
  return MAX (trafo_cpu_get_block_bytes () / (l->chunk * sizeof (float) * PANEL_ROWS), 1);
}

static double
find_cost (const TrafoKernelArgs *args, guint n_threads, LinearCost cost)
{
  Linear l = linear_from_args (args);
  guint  n_tasks = linear_n_tasks (args, n_threads);
  guint  n_each = (n_tasks + n_threads - 1) / n_threads;

  cost.n_in = l.n_in;
  cost.block_tiles = block_tiles (&l);
  return n_each * TRAFO_CPU_SYMBOL (linear_grid_cost) (&l.grid, n_tasks, &cost);
}

static double
linear_cost (const TrafoKernelArgs *args, guint n_threads)
{
  guint8 dtype = args->inputs[1].dtype;

  return find_cost (args, n_threads, (LinearCost){ .tile_ns = costs_widen_in_tile (dtype) });
}

static double
widened_cost (const TrafoKernelArgs *args, guint n_threads)
{
  guint8 dtype = args->inputs[1].dtype;

  return find_cost (args, n_threads, (LinearCost){ .block_ns = costs_widen_once (dtype) });
}

/* A chunk of a panel. */
static gsize
widened_scratch_size (const TrafoKernelArgs *args, guint n_threads)
{
  return linear_from_args (args).chunk * PANEL * sizeof (float);
}

static VPrefetch
share_prefetch (const Linear *l, const char *next, const Chunk *chunk, gsize t, gsize n_tiles)
{
  gsize     n_lines = V_TILE_STEP * PANEL * l->element_bytes / V_CACHE_LINE;
  VPrefetch prefetch = { .n_lines = (guint) ((n_lines + n_tiles - 1) / n_tiles) };
  gsize     n_steps = chunk->n_k / V_TILE_STEP;

  prefetch.next = next + t * n_steps * prefetch.n_lines * V_CACHE_LINE;
  return prefetch;
}

static void
widen (guint8 dtype, gconstpointer source, float *destination, gsize n)
{
  if (dtype == TRAFO_DTYPE_INT8)
    convert_from_int8 (source, destination, n);
  else
    convert_from_half (dtype, source, destination, n);
}

static void
scale_sums (const float *scales, gsize n_rows, float *sums)
{
  for (gsize i = 0; i < n_rows; i++)
#pragma GCC unroll 4
    for (gsize j = 0; j < PANEL; j += V_LANES)
      v_store (sums + i * PANEL + j, v_load (sums + i * PANEL + j) * v_load (scales + j));
}

/* All tiles of a block of rows and one panel; @next is the panel that comes after. @widened is room for
 * it, or NULL. */
static void
run_panel (const Linear      *l,
           const LinearRange *block,
           const Chunk       *chunk,
           const char        *next,
           float             *widened)
{
  _Alignas(64) float sums[PANEL_ROWS * PANEL];
  gsize              n_tiles = block->tile_end - block->tile;
  LinearTile         tile = { .n = chunk->panel * PANEL, .stride = PANEL };
  gconstpointer      panel = panel_at (l, chunk->panel, chunk->k);
  const PanelTile   *tiles =
      TRAFO_CPU_SYMBOL (panel_tiles) (widened != NULL ? TRAFO_DTYPE_FLOAT32 : l->dtype);

  tile.is_first = chunk->k == 0;
  tile.is_last = chunk->k + chunk->n_k >= l->n_in;
  if (widened != NULL)
    {
      widen (l->dtype, panel, widened, chunk->n_k * PANEL);
      panel = widened;
    }
  for (gsize t = 0; t < n_tiles; t++)
    {
      VPrefetch    prefetch = share_prefetch (l, next, chunk, t, n_tiles);
      const float *rows[PANEL_ROWS];
      gsize        end;

      tile.m = trafo_cpu_share (l->x.n_rows, block->tile + t, l->grid.n_tiles, &end);
      tile.n_rows = end - tile.m;
      for (gsize i = 0; i < tile.n_rows; i++)
        rows[i] = (const float *) trafo_cpu_row (&l->x, tile.m + i) + chunk->k;
      tiles[tile.n_rows](rows, panel, chunk->n_k, prefetch, sums);
      if (l->scales != NULL)
        scale_sums (l->scales + tile.n, tile.n_rows, sums);
      TRAFO_CPU_SYMBOL (linear_finish) (&l->output, &tile, sums);
    }
}

/* One block of rows and one chunk of K, panel by panel. */
static void
run_block (const Linear *l, const LinearRange *block, gsize k, float *widened)
{
  gboolean is_stream = block->tile_end - block->tile == 1;

  for (gsize panel = block->panel; panel < block->panel_end; panel++)
    {
      const char *current = panel_at (l, panel, k);
      const char *next = panel_at (l, panel + 1 < block->panel_end ? panel + 1 : block->panel, k);
      Chunk       chunk = { panel, k, MIN (l->chunk, l->n_in - k) };

      if (is_stream)
        next = current + STREAM_AHEAD_BYTES;
      run_panel (l, block, &chunk, next, widened);
    }
}

/* One block of rows and all of K, chunk by chunk. */
static void
run_chunks (const Linear *l, const LinearRange *block, float *widened)
{
  gsize k = 0;

  do
    {
      run_block (l, block, k, widened);
      k += l->chunk;
    }
  while (k < l->n_in);
}

static void
run_task (const TrafoKernelArgs *args, guint task, guint n_tasks, float *widened)
{
  Linear      l = linear_from_args (args);
  LinearRange range = TRAFO_CPU_SYMBOL (linear_grid_share) (&l.grid, task, n_tasks);
  gsize       n_tiles = range.tile_end - range.tile;
  gsize       n_blocks = (n_tiles + block_tiles (&l) - 1) / block_tiles (&l);

  if (l.dtype == TRAFO_DTYPE_INT8)
    l.scales = (const float *) (l.weight + l.grid.n_panels * PANEL * l.n_in);
  /* evenly: the time of a few tiles would not do to fetch panels */
  for (gsize i = 0; i < n_blocks; i++)
    {
      LinearRange block = { 0 };
      gsize       n_panels = range.panel_end - range.panel;

      block.tile = range.tile + trafo_cpu_share (n_tiles, i, n_blocks, &block.tile_end);
      block.tile_end += range.tile;
      /* a single tile reads the weights in the order in which they lie */
      if (block.tile_end - block.tile == 1)
        n_panels = 1;
      for (gsize panel = range.panel; panel < range.panel_end; panel += n_panels)
        {
          block.panel = panel;
          block.panel_end = MIN (panel + n_panels, range.panel_end);
          run_chunks (&l, &block, widened);
        }
    }
}

static void
linear_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  run_task (args, task, n_tasks, NULL);
}

static void
widened_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  run_task (args, task, n_tasks, scratch);
}

const TrafoKernel TRAFO_CPU_SYMBOL (linear) = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_LINEAR,
  .name = "linear-float32-" TRAFO_CPU_TIER_NAME,
  .supports = linear_supports,
  .n_tasks = linear_n_tasks,
  .run = linear_run,
  .cost = linear_cost,
  .task_rows = linear_task_rows,
};

const TrafoKernel TRAFO_CPU_SYMBOL (linear_widened) = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_LINEAR,
  .name = "linear-widened-" TRAFO_CPU_TIER_NAME,
  .supports = widened_supports,
  .scratch_size = widened_scratch_size,
  .n_tasks = linear_n_tasks,
  .run = widened_run,
  .cost = widened_cost,
  .task_rows = linear_task_rows,
};

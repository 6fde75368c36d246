/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ops.h"

#include "../operand.h"
#include "../simd/vector-math.h"
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
  TrafoCpuRows x, output, residual;
  const float *weight;
  const float *bias;
  gsize        n_in, n_out;
  gsize        n_tiles, n_panels;
  gsize        chunk; /* terms of K summed at once */
  guint8       activation;
  guint8       has_residual;
} Linear;

/* One tile: rows [m, m + n_rows), the columns of one panel, the terms [k, k + n_k). */
typedef struct
{
  gsize     m, n_rows, panel, k, n_k;
  VPrefetch prefetch;
} Tile;

static const float *
panel_at (const Linear *l, gsize panel, gsize k)
{
  return l->weight + (panel * l->n_in + k) * PANEL;
}

/* Adds the earlier chunks, and after the last one the bias, the activation and the residual. */
static inline __attribute__ ((always_inline)) void
finish_tile (const Linear *l,
             const Tile   *tile,
             const float  *sums,
             guint         activation,
             gboolean      is_last)
{
  gsize n = tile->panel * PANEL;
  gsize width = MIN (PANEL, l->n_out - n);

  for (gsize i = 0; i < tile->n_rows; i++)
    {
      float       *output = (float *) trafo_cpu_row (&l->output, tile->m + i) + n;
      const float *residual = NULL;

      if (is_last && l->has_residual)
        residual = (const float *) trafo_cpu_row (&l->residual, tile->m + i) + n;
      for (gsize j = 0; j < width; j += V_LANES)
        {
          gsize  left = width - j;
          VFloat y = v_load (sums + i * PANEL + j);

          if (tile->k > 0)
            y += v_load_n (output + j, left);
          if (is_last && l->bias != NULL)
            y += v_load_n (l->bias + n + j, left);
          if (is_last)
            y = v_activate (activation, y);
          if (residual != NULL)
            y += v_load_n (residual + j, left);
          v_store_n (output + j, y, left);
        }
    }
}

static void
finish_chunk (const Linear *l, const Tile *tile, const float *sums)
{
  finish_tile (l, tile, sums, TRAFO_ACTIVATION_NONE, FALSE);
}

#define DEFINE_FINISH(activation)                                                                  \
  static void finish_##activation (const Linear *l, const Tile *tile, const float *sums)           \
  {                                                                                                \
    finish_tile (l, tile, sums, TRAFO_ACTIVATION_##activation, TRUE);                              \
  }

DEFINE_FINISH (NONE)
DEFINE_FINISH (GELU)
DEFINE_FINISH (GELU_TANH)
DEFINE_FINISH (RELU)
DEFINE_FINISH (SILU)
DEFINE_FINISH (QUICK_GELU)
DEFINE_FINISH (TANH)
DEFINE_FINISH (SIGMOID)

static void (*const finish[V_N_ACTIVATIONS]) (const Linear *l,
                                              const Tile   *tile,
                                              const float  *sums) = {
  [TRAFO_ACTIVATION_NONE] = finish_NONE,
  [TRAFO_ACTIVATION_GELU] = finish_GELU,
  [TRAFO_ACTIVATION_GELU_TANH] = finish_GELU_TANH,
  [TRAFO_ACTIVATION_RELU] = finish_RELU,
  [TRAFO_ACTIVATION_SILU] = finish_SILU,
  [TRAFO_ACTIVATION_QUICK_GELU] = finish_QUICK_GELU,
  [TRAFO_ACTIVATION_TANH] = finish_TANH,
  [TRAFO_ACTIVATION_SIGMOID] = finish_SIGMOID,
};

static Linear
linear_from_args (const TrafoKernelArgs *args)
{
  const TrafoLinearAttrs *attrs = args->attrs;
  Linear                  l = {
                     .x = trafo_cpu_rows (&args->inputs[0]),
                     .output = trafo_cpu_rows (&args->output),
                     .weight = args->inputs[1].data,
                     .n_in = (gsize) trafo_cpu_last_dim (&args->inputs[0]),
                     .n_out = (gsize) trafo_cpu_last_dim (&args->output),
                     .activation = (guint8) attrs->activation,
                     .has_residual = attrs->has_residual,
  };
  gsize n_rows = l.x.n_rows;
  gsize n_chunks = (l.n_in + MAX_CHUNK - 1) / MAX_CHUNK;

  if (attrs->has_bias)
    l.bias = args->inputs[2].data;
  if (attrs->has_residual)
    l.residual = trafo_cpu_rows (&args->inputs[attrs->has_bias ? 3 : 2]);
  l.n_tiles = (n_rows + PANEL_ROWS - 1) / PANEL_ROWS;
  l.n_panels = (l.n_out + PANEL - 1) / PANEL;
  l.chunk = (l.n_in + n_chunks - 1) / MAX (n_chunks, 1);
  l.chunk = MAX ((l.chunk + V_TILE_STEP - 1) / V_TILE_STEP, 1) * V_TILE_STEP;
  return l;
}

static gboolean
linear_supports (const TrafoKernelArgs *args)
{
  const TrafoLinearAttrs *attrs = args->attrs;
  const TrafoOperand     *x = &args->inputs[0];
  const TrafoOperand     *weight = &args->inputs[1];
  const TrafoOperand     *residual = &args->inputs[attrs->has_bias ? 3 : 2];
  gint64                  n_out = trafo_cpu_last_dim (&args->output);

  if (attrs->activation >= V_N_ACTIVATIONS)
    return FALSE;
  if (weight->layout != TRAFO_LAYOUT_PACKED || weight->dtype != TRAFO_DTYPE_FLOAT32)
    return FALSE;
  if (!trafo_cpu_is_rows (x, TRAFO_DTYPE_FLOAT32) ||
      !trafo_cpu_is_rows (&args->output, TRAFO_DTYPE_FLOAT32))
    return FALSE;
  if (attrs->has_bias && !trafo_cpu_is_vector (&args->inputs[2], TRAFO_DTYPE_FLOAT32, n_out))
    return FALSE;
  return !attrs->has_residual || (trafo_cpu_is_rows (residual, TRAFO_DTYPE_FLOAT32) &&
                                  trafo_cpu_has_shape_of (residual, &args->output));
}

/* How @n_tasks tasks share tiles and panels: as evenly as can be, and then so that they read little
 * twice. Returns the largest share in tiles x panels. */
static gsize
choose_grid (const Linear *l, guint n_tasks, guint *ret_n_row_groups)
{
  gsize best_share = G_MAXSIZE, best_traffic = G_MAXSIZE;

  *ret_n_row_groups = 1;
  for (guint rows = 1; rows <= n_tasks; rows++)
    {
      guint columns = n_tasks / rows;
      gsize share, traffic;

      if (n_tasks % rows != 0)
        continue;
      share = (l->n_tiles + rows - 1) / rows * ((l->n_panels + columns - 1) / columns);
      traffic = rows * l->n_out + columns * l->x.n_rows;
      if (share > best_share || (share == best_share && traffic >= best_traffic))
        continue;
      best_share = share;
      best_traffic = traffic;
      *ret_n_row_groups = rows;
    }
  return best_share;
}

static guint
linear_n_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  Linear l = linear_from_args (args);
  gsize  n_units = l.n_tiles * l.n_panels;
  guint  limit = trafo_cpu_n_tasks (n_units, PANEL_ROWS * l.n_in, n_threads);
  gsize  best = G_MAXSIZE;
  guint  n_tasks = 1;

  for (guint n = 1; n <= limit; n++)
    {
      guint n_row_groups;
      gsize share = choose_grid (&l, n, &n_row_groups);

      if (share < best)
        {
          best = share;
          n_tasks = n;
        }
    }
  return n_tasks;
}

/* What the tasks' loops go over: tiles, panels; and what comes after them. */
typedef struct
{
  gsize tile, tile_end;
  gsize panel, panel_end;
} Range;

/* All tiles of a block of rows and one panel; @next is the panel that comes after. */
static void
run_panel (const Linear *l, const Range *block, Tile *tile, const float *next)
{
  _Alignas(64) float sums[PANEL_ROWS * PANEL];
  gsize              n_tiles = block->tile_end - block->tile;
  gsize              n_steps = tile->n_k / V_TILE_STEP;
  guint              n_lines = V_TILE_STEP * PANEL * (guint) sizeof (float) / V_CACHE_LINE;

  for (gsize t = 0; t < n_tiles; t++)
    {
      const float *rows[PANEL_ROWS];
      gsize        end;

      tile->m = trafo_cpu_share (l->x.n_rows, block->tile + t, l->n_tiles, &end);
      tile->n_rows = end - tile->m;
      for (gsize i = 0; i < tile->n_rows; i++)
        rows[i] = (const float *) trafo_cpu_row (&l->x, tile->m + i) + tile->k;
      tile->prefetch.n_lines = (n_lines + n_tiles - 1) / n_tiles;
      tile->prefetch.next =
          (const char *) next + t * n_steps * tile->prefetch.n_lines * V_CACHE_LINE;
      TRAFO_CPU_SYMBOL (panel_tiles)
      [tile->n_rows](rows, panel_at (l, tile->panel, tile->k), tile->n_k, tile->prefetch, sums);
      if (tile->k + tile->n_k < l->n_in)
        finish_chunk (l, tile, sums);
      else
        finish[l->activation](l, tile, sums);
    }
}

/* One block of rows and one chunk of K, panel by panel. */
static void
run_block (const Linear *l, const Range *block, gsize k)
{
  gboolean is_stream = block->tile_end - block->tile == 1;

  for (gsize panel = block->panel; panel < block->panel_end; panel++)
    {
      const float *current = panel_at (l, panel, k);
      const float *next = panel_at (l, panel + 1 < block->panel_end ? panel + 1 : block->panel, k);
      Tile         tile = { .panel = panel, .k = k, .n_k = MIN (l->chunk, l->n_in - k) };

      if (is_stream)
        next = current + STREAM_AHEAD_BYTES / sizeof (float);
      run_panel (l, block, &tile, next);
    }
}

/* One block of rows and all of K, chunk by chunk. */
static void
run_chunks (const Linear *l, const Range *block)
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
  Linear l = linear_from_args (args);
  gsize  block_tiles = MAX (BLOCK_BYTES / (l.chunk * sizeof (float) * PANEL_ROWS), 1);
  guint  n_row_groups;
  Range  range;

  choose_grid (&l, n_tasks, &n_row_groups);
  range.tile = trafo_cpu_share (l.n_tiles, task % n_row_groups, n_row_groups, &range.tile_end);
  range.panel =
      trafo_cpu_share (l.n_panels, task / n_row_groups, n_tasks / n_row_groups, &range.panel_end);
  for (gsize tile = range.tile; tile < range.tile_end; tile += block_tiles)
    {
      Range block = { .tile = tile, .tile_end = MIN (tile + block_tiles, range.tile_end) };
      gsize n_panels = range.panel_end - range.panel;

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

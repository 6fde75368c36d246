/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "linear-grid.h"
#include "linear-output.h"
#include "narrow-convert.h"
#include "narrow-panel.h"

/* y [M, N] = activation (x [M, K] W^T + bias) + residual with W in bfloat16 or in integers of 8 bits,
 * packed by linear-pack-narrow.c; x, bias, residual and y are float32, beside bfloat16 x and y may be
 * that, too.
 *
 * bfloat16: x is rounded to bfloat16 too, and the sums are float32: an element is off by at most
 * 2^-8 of sum |x w|, and what float32 sums cost. int8: each row of x is rounded to multiples of its
 * greatest magnitude / 127 as each row of W is, and the sums are exact: off by at most a half of
 * each operand's scale times the other's sum of magnitudes, and K quarters of the scales' product.
 *
 * A task makes a block of rows narrow, then goes through its panels. Rows do not depend on each
 * other, nor the order of a sum's terms on how many there are. */
#define BLOCK_BYTES (768 * 1024)

typedef struct
{
  TrafoCpuRows  x;
  LinearOutput  output;
  LinearGrid    grid;
  const guint8 *panels;
  const float  *scales;
  const gint32 *offsets;
  guint8        dtype, x_dtype;
  gsize         n_in, n_blocks;
  gsize         block_rows; /* made narrow at once, a multiple of NARROW_MAX_ROWS */
} Narrow;

/* Of a task: the rows of a block, and what their integers stand for. */
typedef struct
{
  guint8 *tiles;
  float  *scales;
} Block;

static Narrow
narrow_from_args (const TrafoKernelArgs *args)
{
  Narrow l = {
    .x = trafo_cpu_rows (&args->inputs[0]),
    .output = TRAFO_CPU_SYMBOL (linear_output) (args),
    .panels = args->inputs[1].data,
    .dtype = args->inputs[1].dtype,
    .x_dtype = args->inputs[0].dtype,
    .n_in = (gsize) trafo_cpu_last_dim (&args->inputs[0]),
  };
  gsize n_rows = (l.x.n_rows + NARROW_MAX_ROWS - 1) / NARROW_MAX_ROWS * NARROW_MAX_ROWS;
  gsize row_bytes;

  l.grid = TRAFO_CPU_SYMBOL (
      linear_grid) (l.x.n_rows, l.output.n_columns, NARROW_MAX_ROWS, NARROW_PANEL);
  l.n_blocks = narrow_n_blocks (l.dtype, l.n_in);
  row_bytes = MAX (l.n_blocks, 1) * NARROW_BLOCK_BYTES;
  l.block_rows = BLOCK_BYTES / row_bytes / NARROW_MAX_ROWS * NARROW_MAX_ROWS;
  l.block_rows = MIN (MAX (l.block_rows, NARROW_MAX_ROWS), n_rows);
  l.scales = (const float *) (l.panels + l.grid.n_panels * narrow_panel_bytes (l.n_blocks));
  l.offsets = (const gint32 *) (l.scales + l.grid.n_panels * NARROW_PANEL);
  return l;
}

static gboolean
narrow_supports (const TrafoKernelArgs *args)
{
  const TrafoOperand     *weight = &args->inputs[1];
  const TrafoLinearAttrs *attrs = args->attrs;

  return weight->layout == TRAFO_LAYOUT_PACKED && attrs->encoding == TRAFO_WEIGHT_ENCODING_NONE &&
         (weight->dtype == TRAFO_DTYPE_BFLOAT16
              ? TRAFO_CPU_SYMBOL (linear_is_narrow_rows) (args)
              : weight->dtype == TRAFO_DTYPE_INT8 && TRAFO_CPU_SYMBOL (linear_is_rows) (args));
}

static guint
narrow_n_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  Narrow l = narrow_from_args (args);

  return TRAFO_CPU_SYMBOL (linear_grid_n_tasks) (&l.grid, NARROW_MAX_ROWS * l.n_in, n_threads);
}

static gsize
narrow_scratch_size (const TrafoKernelArgs *args, guint n_threads)
{
  Narrow l = narrow_from_args (args);

  return l.block_rows * (l.n_blocks * NARROW_BLOCK_BYTES + sizeof (float));
}

static void
convert_row_int8 (const Narrow *l, const float *x, guint8 *row, float *scale)
{
  float greatest = narrow_greatest (x, l->n_in);
  float inverse = narrow_inverse (greatest);

  *scale = greatest / 127;
  for (gsize i = 0; i < l->n_blocks; i++)
    narrow_line_int8 (x + i * NARROW_BLOCK_BYTES,
                      MIN (NARROW_BLOCK_BYTES, l->n_in - i * NARROW_BLOCK_BYTES),
                      inverse,
                      NARROW_OFFSET,
                      row + i * NARROW_TILE_BYTES);
}

/* The row is bfloat16 already. */
static void
copy_row (const Narrow *l, const guint16 *x, guint8 *row)
{
  const gsize length = NARROW_BLOCK_BYTES / 2;

  for (gsize i = 0; i < l->n_blocks; i++)
    {
      gsize n = MIN (length, l->n_in - i * length);

      memcpy (row + i * NARROW_TILE_BYTES, x + i * length, n * sizeof *x);
      if (n < length)
        memset (row + i * NARROW_TILE_BYTES + n * sizeof *x, 0, (length - n) * sizeof *x);
    }
}

static void
convert_row_bfloat16 (const Narrow *l, const float *x, guint8 *row)
{
  const gsize length = NARROW_BLOCK_BYTES / 2;

  for (gsize i = 0; i < l->n_blocks; i++)
    narrow_line_bfloat16 (x + i * length,
                          MIN (length, l->n_in - i * length),
                          row + i * NARROW_TILE_BYTES);
}

/* Rows [m, m + n); what is missing in their last tile is zeros. */
static void
convert_rows (const Narrow *l, gsize m, gsize n, const Block *block)
{
  gsize tile_bytes = l->n_blocks * NARROW_TILE_BYTES;
  gsize padded = (n + NARROW_ROWS - 1) / NARROW_ROWS * NARROW_ROWS;

  if (padded > n)
    memset (block->tiles + (padded / NARROW_ROWS - 1) * tile_bytes, 0, tile_bytes);
  for (gsize i = 0; i < n; i++)
    {
      gconstpointer x = trafo_cpu_row (&l->x, m + i);
      guint8       *row =
          block->tiles + i / NARROW_ROWS * tile_bytes + i % NARROW_ROWS * NARROW_BLOCK_BYTES;

      if (l->x_dtype == TRAFO_DTYPE_BFLOAT16)
        copy_row (l, x, row);
      else if (l->dtype == TRAFO_DTYPE_INT8)
        convert_row_int8 (l, x, row, &block->scales[i]);
      else
        convert_row_bfloat16 (l, x, row);
    }
}

/* Sums of integers become what they stand for, where they lie. */
static void
scale_sums (const Narrow *l, const LinearTile *tile, const float *row_scales, gpointer sums)
{
  for (gsize i = 0; i < tile->n_rows; i++)
    for (gsize j = 0; j < NARROW_PANEL; j += V_LANES)
      {
        float *at = (float *) sums + i * NARROW_PANEL + j;
        VInt   sum = V_OP (sub_epi32) (v_words (at), v_words (l->offsets + tile->n + j));

        v_store (at,
                 v_words_to_float (sum) *
                     (v_load (l->scales + tile->n + j) * v_set (row_scales[i])));
      }
}

/* Rows [m, m + n) of the block and one panel. */
static void
run_panel (const Narrow *l, const Block *block, gsize m, gsize n, gsize panel)
{
  const guint8 *weights = l->panels + panel * narrow_panel_bytes (l->n_blocks);

  for (gsize i = 0; i < n; i += NARROW_GROUP_ROWS)
    {
      _Alignas(64) float sums[NARROW_GROUP_ROWS * NARROW_PANEL];
      LinearTile         tile = { .m = m + i,
                                  .n_rows = MIN (NARROW_GROUP_ROWS, n - i),
                                  .n = panel * NARROW_PANEL,
                                  .stride = NARROW_PANEL,
                                  .is_first = TRUE,
                                  .is_last = TRUE };

      TRAFO_CPU_SYMBOL (narrow_multiply)
      (l->dtype,
       block->tiles + i * l->n_blocks * NARROW_BLOCK_BYTES,
       tile.n_rows,
       weights,
       l->n_blocks,
       i > 0,
       sums);
      if (l->dtype == TRAFO_DTYPE_INT8)
        scale_sums (l, &tile, block->scales + i, sums);
      TRAFO_CPU_SYMBOL (linear_finish) (&l->output, &tile, sums);
    }
}

static void
narrow_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  Narrow      l = narrow_from_args (args);
  LinearRange range = TRAFO_CPU_SYMBOL (linear_grid_share) (&l.grid, task, n_tasks);
  Block       block = { .tiles = scratch };
  gsize       end = MIN (range.tile_end * NARROW_MAX_ROWS, l.x.n_rows);

  block.scales = (float *) (block.tiles + l.block_rows * l.n_blocks * NARROW_BLOCK_BYTES);
  TRAFO_CPU_SYMBOL (narrow_begin) (l.x.n_rows);
  for (gsize m = range.tile * NARROW_MAX_ROWS; m < end; m += l.block_rows)
    {
      gsize n = MIN (l.block_rows, end - m);

      convert_rows (&l, m, n, &block);
      for (gsize panel = range.panel; panel < range.panel_end; panel++)
        run_panel (&l, &block, m, n, panel);
    }
  TRAFO_CPU_SYMBOL (narrow_end) ();
}

const TrafoKernel TRAFO_CPU_SYMBOL (linear_narrow) = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_LINEAR,
  .name = "linear-narrow-" TRAFO_CPU_TIER_NAME,
  .supports = narrow_supports,
  .scratch_size = narrow_scratch_size,
  .n_tasks = narrow_n_tasks,
  .run = narrow_run,
};

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "../cpu-cache.h"
#include "linear-grid.h"
#include "narrow-group.h"
#include "panel.h"

/* y [M, N] = activation (x [M, K] W^T + bias) + residual with W in integers of 8 bits or, where the tier
 * has products of it, in bfloat16, packed by linear-pack-narrow.c; x, bias, residual and y are float32,
 * beside bfloat16 x and y may be that, too.
 *
 * bfloat16: x is rounded to bfloat16 too, and the sums are float32: an element is off by at most
 * 2^-8 of sum |x w|, and what float32 sums cost. int8: each row of x is rounded to multiples of its
 * greatest magnitude / 127 as each row of W is, and the sums are exact: off by at most a half of
 * each operand's scale times the other's sum of magnitudes, and K quarters of the scales' product.
 *
 * A task makes a block of rows narrow, then goes through its panels; while a group of rows passes one,
 * the sums of the group before are finished. Rows do not depend on each other, nor the order of a sum's
 * terms on how many there are. */

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

/* Of a task: n rows from m on, and what their integers stand for. */
typedef struct
{
  gsize   m, n;
  guint8 *tiles;
  float  *scales;
} Block;

static Narrow
narrow_from_args (const TrafoKernelArgs *args)
{
  Narrow l = {
    .x = trafo_cpu_rows (&args->inputs[0]),
    .output = TRAFO_CPU_SYMBOL (linear_output) (args),
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
  l.block_rows = trafo_cpu_get_block_bytes () / row_bytes / NARROW_MAX_ROWS * NARROW_MAX_ROWS;
  l.block_rows = MIN (MAX (l.block_rows, NARROW_MAX_ROWS), n_rows);
  l.grid.tile_panels = NARROW_TILE_PANELS;
  l.grid.panel_tiles = NARROW_FETCH_TILES;
  l.grid.block_tiles = l.block_rows / NARROW_MAX_ROWS;
  return l;
}

/* Where a task finds the weight; sizes are asked for before there is one. */
static void
find_panels (Narrow *l, const TrafoKernelArgs *args)
{
  l->panels = args->inputs[1].data;
  l->scales = (const float *) (l->panels + l->grid.n_panels * narrow_panel_bytes (l->n_blocks));
  l->offsets = (const gint32 *) (l->scales + l->grid.n_panels * NARROW_PANEL);
}

static gboolean
narrow_supports (const TrafoKernelArgs *args)
{
  const TrafoOperand     *weight = &args->inputs[1];
  const TrafoLinearAttrs *attrs = args->attrs;

  if (weight->layout != TRAFO_LAYOUT_PACKED || attrs->encoding != TRAFO_WEIGHT_ENCODING_NONE ||
      panel_holds (weight->dtype))
    return FALSE;
  if (weight->dtype == TRAFO_DTYPE_BFLOAT16)
    return TRAFO_CPU_SYMBOL (linear_is_narrow_rows) (args);
  return weight->dtype == TRAFO_DTYPE_INT8 && TRAFO_CPU_SYMBOL (linear_is_rows) (args);
}

static guint
narrow_n_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  Narrow l = narrow_from_args (args);

  return TRAFO_CPU_SYMBOL (linear_grid_n_tasks) (&l.grid, NARROW_MAX_ROWS * l.n_in, n_threads);
}

static gsize
narrow_task_rows (const TrafoKernelArgs *args, guint task, guint n_tasks, gsize *ret_end)
{
  Narrow      l = narrow_from_args (args);
  LinearRange range = TRAFO_CPU_SYMBOL (linear_grid_share) (&l.grid, task, n_tasks);

  *ret_end = MIN (range.tile_end * NARROW_MAX_ROWS, l.x.n_rows);
  return range.tile * NARROW_MAX_ROWS;
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

  *scale = (greatest + narrow_spoilt (x, l->n_in)) / 127;
  for (gsize i = 0; i < l->n_blocks; i++)
    narrow_line_int8 (x + i * NARROW_BLOCK_BYTES,
                      MIN (NARROW_BLOCK_BYTES, l->n_in - i * NARROW_BLOCK_BYTES),
                      inverse,
                      NARROW_OFFSET,
                      row + i * NARROW_ROWS_BYTES);
}

#if defined(V_HAS_BFLOAT16)
/* The row is bfloat16 already. */
static void
copy_row (const Narrow *l, const guint16 *x, guint8 *row)
{
  const gsize length = NARROW_BLOCK_BYTES / 2;
  gsize       n_whole = l->n_in / length, rest = l->n_in % length;

  for (gsize i = 0; i < n_whole; i++)
    memcpy (row + i * NARROW_ROWS_BYTES, x + i * length, NARROW_BLOCK_BYTES);
  if (rest == 0)
    return;
  row += n_whole * NARROW_ROWS_BYTES;
  memcpy (row, x + n_whole * length, rest * sizeof *x);
  memset (row + rest * sizeof *x, 0, (length - rest) * sizeof *x);
}

static void
convert_row_bfloat16 (const Narrow *l, const float *x, guint8 *row)
{
  const gsize length = NARROW_BLOCK_BYTES / 2;

  for (gsize i = 0; i < l->n_blocks; i++)
    narrow_line_bfloat16 (x + i * length,
                          MIN (length, l->n_in - i * length),
                          row + i * NARROW_ROWS_BYTES);
}
#endif

static void
convert_row (const Narrow *l, gconstpointer x, guint8 *row, float *scale)
{
#if defined(V_HAS_BFLOAT16)
  if (l->dtype == TRAFO_DTYPE_BFLOAT16)
    {
      if (l->x_dtype == TRAFO_DTYPE_BFLOAT16)
        copy_row (l, x, row);
      else
        convert_row_bfloat16 (l, x, row);
      return;
    }
#endif
  convert_row_int8 (l, x, row, scale);
}

/* What is missing in the last tile of rows is zeros. */
static void
convert_rows (const Narrow *l, const Block *block)
{
  gsize tile_bytes = l->n_blocks * NARROW_ROWS_BYTES;
  gsize padded = (block->n + NARROW_ROWS - 1) / NARROW_ROWS * NARROW_ROWS;

  if (padded > block->n)
    memset (block->tiles + (padded / NARROW_ROWS - 1) * tile_bytes, 0, tile_bytes);
  for (gsize i = 0; i < block->n; i++)
    {
      gconstpointer x = trafo_cpu_row (&l->x, block->m + i);
      guint8       *row =
          block->tiles + i / NARROW_ROWS * tile_bytes + i % NARROW_ROWS * NARROW_BLOCK_BYTES;

      convert_row (l, x, row, &block->scales[i]);
    }
}

/* The group of rows from @i of the block on, and a panel. */
static void
begin_group (const Narrow *l, const Block *block, gsize i, gsize panel, NarrowGroup *group)
{
  gsize column = panel * NARROW_PANEL;

  group->output = &l->output;
  group->n_finished = 0;
  group->tile = (LinearTile){ .m = block->m + i,
                              .n_rows = MIN (NARROW_GROUP_ROWS, block->n - i),
                              .n = column,
                              .stride = NARROW_PANEL,
                              .is_first = TRUE,
                              .is_last = TRUE };
  for (gsize row = 0; row < NARROW_RESIDUAL_AHEAD; row++)
    narrow_group_fetch (group, row);
  if (l->dtype != TRAFO_DTYPE_INT8)
    return;
  group->tile.row_scales = block->scales + i;
  group->tile.scales = l->scales + column;
  group->tile.offsets = l->offsets + column;
}

/* The sums of @group, whose rows begin at @x; @before is finished meanwhile. */
static void
multiply_group (const Narrow *l,
                const guint8 *x,
                NarrowAhead  *ahead,
                NarrowGroup  *before,
                NarrowGroup  *group)
{
  NarrowProduct product = { .dtype = l->dtype,
                            .x = x,
                            .x_tile_bytes = l->n_blocks * NARROW_ROWS_BYTES,
                            .n_rows = group->tile.n_rows,
                            .n_blocks = l->n_blocks };
  gsize         n_passes = (product.n_rows + NARROW_MAX_ROWS - 1) / NARROW_MAX_ROWS;
  gsize         n_blocks = MAX (n_passes * l->n_blocks, 1);

  product.panel = l->panels + group->tile.n / NARROW_PANEL * narrow_panel_bytes (l->n_blocks);
  before->pace = (before->tile.n_rows * NARROW_PACE + n_blocks - 1) / n_blocks;
  TRAFO_CPU_SYMBOL (narrow_multiply) (&product, ahead, before, group->sums);
  narrow_group_finish (before);
}

static void
run_block (const Narrow *l, const Block *block, const LinearRange *range)
{
  _Alignas(64) float sums[2][NARROW_GROUP_ROWS * NARROW_PANEL];
  NarrowGroup        groups[2] = { { .output = &l->output, .sums = sums[0] }, { .sums = sums[1] } };
  guint              turn = 0;

  for (gsize panel = range->panel; panel < range->panel_end; panel++)
    {
      const guint8 *weights = l->panels + panel * narrow_panel_bytes (l->n_blocks);
      NarrowAhead   ahead = narrow_look_ahead (weights, l->n_blocks, block->n);

      for (gsize i = 0; i < block->n; i += NARROW_GROUP_ROWS)
        {
          const guint8 *x = block->tiles + i * l->n_blocks * NARROW_BLOCK_BYTES;

          turn ^= 1;
          begin_group (l, block, i, panel, &groups[turn]);
          multiply_group (l, x, &ahead, &groups[turn ^ 1], &groups[turn]);
        }
    }
  narrow_group_finish (&groups[turn]);
}

static void
narrow_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  Narrow      l = narrow_from_args (args);
  LinearRange range = TRAFO_CPU_SYMBOL (linear_grid_share) (&l.grid, task, n_tasks);
  Block       block = { .tiles = scratch };
  gsize       end;

  find_panels (&l, args);
  block.scales = (float *) (block.tiles + l.block_rows * l.n_blocks * NARROW_BLOCK_BYTES);
  TRAFO_CPU_SYMBOL (narrow_begin) (l.x.n_rows);
  for (block.m = narrow_task_rows (args, task, n_tasks, &end); block.m < end;
       block.m += l.block_rows)
    {
      block.n = MIN (l.block_rows, end - block.m);
      convert_rows (&l, &block);
      run_block (&l, &block, &range);
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
  .task_rows = narrow_task_rows,
};

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "linear-grid.h"
#include "linear-output.h"
#include "narrow-group.h"

#include <math.h>

/* y [M, N] = activation (x [M, K] W^T + bias) + residual with W in LLM.int8() (TRAFO_WEIGHT_ENCODING_LLM_INT8),
 * packed by linear-pack-narrow.c. The integers, their scales and the sums of their products are those
 * of bitsandbytes, bit for bit; so is y in float32 where no column of x is an outlier, before bias and
 * what follows. The outliers' products are added in float32, column by column.
 *
 * Whether a column is an outlier is only known when all rows were seen. So run() makes tiles of rows of x
 * into integers and notes the outliers of each; finish() multiplies all columns and takes back what the
 * outliers' integers added. Where rows are few each task makes all of them for itself. */
#define UNIT 7.874015718698502e-3f /* 1 / 127, as bitsandbytes writes it */
#define UNIT_SQUARED 6.200124e-05f

/* Elements of x that a task makes integers of in about the time that waiting for others takes. */
#define FEW_ELEMENTS 16384

typedef struct
{
  TrafoCpuRows  x;
  LinearOutput  output;
  LinearGrid    grid;
  const guint8 *panels;
  const float  *scales;
  const gint32 *offsets;
  float         threshold;
  gsize         n_in, n_blocks, n_tiles;
  /* what is made of x, shared by all tasks or a task's own */
  guint8  *tiles;
  float   *greatest; /* of each row, without outliers */
  guint8  *flags;    /* [tile][n_in]: whether the column has an outlier there */
  guint32 *columns;  /* for each task that multiplies room for n_in, the outliers */
} LlmInt8;

static gsize
count_tiles (const TrafoKernelArgs *args)
{
  return (trafo_cpu_n_rows (&args->inputs[0]) + NARROW_ROWS - 1) / NARROW_ROWS;
}

static LlmInt8
llm_int8_from_args (const TrafoKernelArgs *args)
{
  const TrafoLinearAttrs *attrs = args->attrs;
  LlmInt8                 l = {
                    .x = trafo_cpu_rows (&args->inputs[0]),
                    .output = TRAFO_CPU_SYMBOL (linear_output) (args),
                    .n_in = (gsize) trafo_cpu_last_dim (&args->inputs[0]),
                    .n_tiles = count_tiles (args),
  };
  guint16 threshold[V_LANES];

  /* compared as float16 */
  v_store_float16 (threshold, v_set (attrs->threshold));
  convert_from_float16 (threshold, &l.threshold, 1);
  l.grid = TRAFO_CPU_SYMBOL (
      linear_grid) (l.x.n_rows, l.output.n_columns, NARROW_MAX_ROWS, NARROW_PANEL);
  l.n_blocks = narrow_n_blocks (TRAFO_DTYPE_INT8, l.n_in);
  return l;
}

/* Where a task finds the weight and, in @memory, what is made of x; sizes are asked for before. */
static void
place (LlmInt8 *l, const TrafoKernelArgs *args, gpointer memory)
{
  l->panels = args->inputs[1].data;
  l->scales = (const float *) (l->panels + l->grid.n_panels * narrow_panel_bytes (l->n_blocks));
  l->offsets = (const gint32 *) (l->scales + l->grid.n_panels * NARROW_PANEL);
  l->tiles = memory;
  l->greatest = (float *) (l->tiles + l->n_tiles * l->n_blocks * NARROW_ROWS_BYTES);
  l->flags = (guint8 *) (l->greatest + l->n_tiles * NARROW_ROWS);
  l->columns = (guint32 *) (l->flags + l->n_tiles * l->n_blocks * NARROW_BLOCK_BYTES);
}

static gboolean
llm_int8_supports (const TrafoKernelArgs *args)
{
  const TrafoOperand     *weight = &args->inputs[1];
  const TrafoLinearAttrs *attrs = args->attrs;

  return attrs->encoding == TRAFO_WEIGHT_ENCODING_LLM_INT8 &&
         weight->layout == TRAFO_LAYOUT_PACKED && weight->dtype == TRAFO_DTYPE_INT8 &&
         trafo_cpu_last_dim (&args->inputs[0]) <= G_MAXINT32 &&
         TRAFO_CPU_SYMBOL (linear_is_rows) (args);
}

static gboolean
few_supports (const TrafoKernelArgs *args)
{
  const TrafoOperand *x = &args->inputs[0];

  return llm_int8_supports (args) && trafo_cpu_n_rows (x) <= FEW_ELEMENTS &&
         trafo_cpu_n_rows (x) * (gsize) trafo_cpu_last_dim (x) <= FEW_ELEMENTS;
}

/* How many tasks multiply. */
static guint
llm_int8_n_products (const TrafoKernelArgs *args, guint n_threads)
{
  LlmInt8 l = llm_int8_from_args (args);

  return TRAFO_CPU_SYMBOL (linear_grid_n_tasks) (&l.grid, NARROW_MAX_ROWS * l.n_in, n_threads);
}

/* At least as many as tasks that multiply, though some may find nothing to do. */
static guint
llm_int8_n_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  guint n_tasks = trafo_cpu_n_tasks (count_tiles (args),
                                     NARROW_ROWS * (gsize) trafo_cpu_last_dim (&args->inputs[0]),
                                     n_threads);

  return MAX (n_tasks, llm_int8_n_products (args, n_threads));
}

/* Of what is made of x for @n_products tasks that multiply. */
static gsize
get_memory_size (const TrafoKernelArgs *args, guint n_products)
{
  gsize n_tiles = count_tiles (args);
  gsize n_in = (gsize) trafo_cpu_last_dim (&args->inputs[0]);
  gsize row = narrow_n_blocks (TRAFO_DTYPE_INT8, n_in) * NARROW_BLOCK_BYTES;
  gsize size_bytes, columns;

  /* a tile's integers, scales and flags */
  if (!g_size_checked_mul (&size_bytes, n_tiles, (NARROW_ROWS + 1) * row + NARROW_ROWS_BYTES) ||
      !g_size_checked_mul (&columns, n_products, n_in * sizeof (guint32)) ||
      !g_size_checked_add (&size_bytes, size_bytes, columns))
    return G_MAXSIZE;
  return size_bytes;
}

static gsize
llm_int8_shared_size (const TrafoKernelArgs *args, guint n_threads)
{
  return get_memory_size (args, llm_int8_n_products (args, n_threads));
}

/* A row as float16 rounds it. */
static gsize
llm_int8_scratch_size (const TrafoKernelArgs *args, guint n_threads)
{
  return ((gsize) trafo_cpu_last_dim (&args->inputs[0]) + NARROW_BLOCK_BYTES) * sizeof (float);
}

static gsize
few_scratch_size (const TrafoKernelArgs *args, guint n_threads)
{
  return get_memory_size (args, 1) + llm_int8_scratch_size (args, n_threads);
}

static float
clear_outliers (float *values, gsize n, float threshold, guint8 *flags)
{
  for (gsize k = 0; k < n; k++)
    if (fabsf (values[k]) >= threshold)
      {
        values[k] = 0;
        flags[k] = 1;
      }
  return narrow_greatest (values, n);
}

/* @row: what the row rounds to, without outliers, whose columns get a flag. Returns the greatest
 * magnitude, which is no number where one of the row is none. */
static float
round_row (const LlmInt8 *l, const float *x, guint8 *flags, float *row)
{
  float greatest = 0, spoilt = 0;

  for (gsize k = 0; k < l->n_in; k += NARROW_BLOCK_BYTES)
    {
      guint16 halves[NARROW_BLOCK_BYTES];
      gsize   n = MIN (NARROW_BLOCK_BYTES, l->n_in - k);
      float   block_greatest;

      convert_to_float16 (x + k, halves, n);
      convert_from_float16 (halves, row + k, n);
      block_greatest = narrow_greatest (row + k, n);
      if (l->threshold > 0 && block_greatest >= l->threshold)
        block_greatest = clear_outliers (row + k, n, l->threshold, flags + k);
      greatest = MAX (greatest, block_greatest);
      spoilt += narrow_spoilt (row + k, n);
    }
  return greatest + spoilt;
}

static void
run_tile (const LlmInt8 *l, gsize tile, float *row)
{
  guint8 *lines = l->tiles + tile * l->n_blocks * NARROW_ROWS_BYTES;
  guint8 *flags = l->flags + tile * l->n_in;
  gsize   first = tile * NARROW_ROWS;
  gsize   n_rows = MIN (NARROW_ROWS, l->x.n_rows - first);

  memset (flags, 0, l->n_in);
  if (n_rows < NARROW_ROWS)
    memset (lines, 0, l->n_blocks * NARROW_ROWS_BYTES);
  for (gsize i = 0; i < n_rows; i++)
    {
      float greatest = round_row (l, trafo_cpu_row (&l->x, first + i), flags, row);
      /* 127 / greatest, as torch divides a number by a tensor */
      float inverse = greatest > 0 ? 1.0f / greatest * 127.0f : 0;

      l->greatest[first + i] = greatest;
      for (gsize block = 0; block < l->n_blocks; block++)
        narrow_line_int8 (row + block * NARROW_BLOCK_BYTES,
                          MIN (NARROW_BLOCK_BYTES, l->n_in - block * NARROW_BLOCK_BYTES),
                          inverse,
                          NARROW_OFFSET,
                          lines + block * NARROW_ROWS_BYTES + i * NARROW_BLOCK_BYTES);
    }
}

static void
llm_int8_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  LlmInt8 l = llm_int8_from_args (args);
  gsize   end;

  place (&l, args, args->shared);
  for (gsize tile = trafo_cpu_share (l.n_tiles, task, n_tasks, &end); tile < end; tile++)
    run_tile (&l, tile, scratch);
}

/* The columns that some row has an outlier in. */
static gsize
list_outliers (const LlmInt8 *l, guint32 *columns)
{
  gsize n_columns = 0;

  if (!(l->threshold > 0))
    return 0;
  memset (columns, 0, l->n_in * sizeof *columns);
  for (gsize tile = 0; tile < l->n_tiles; tile++)
    for (gsize k = 0; k < l->n_in; k++)
      columns[k] |= l->flags[tile * l->n_in + k];
  for (gsize k = 0; k < l->n_in; k++)
    if (columns[k])
      columns[n_columns++] = (guint32) k;
  return n_columns;
}

/* The integers of input @k and of V_LANES outputs from @column of the panel on, as words. */
static inline VInt
load_weights (const guint8 *panel, gsize k, gsize column)
{
  gsize         word = k % NARROW_BLOCK_BYTES / 4;
  const guint8 *at = panel + narrow_panel_bytes (k / NARROW_BLOCK_BYTES) +
                     column / NARROW_COLUMNS * NARROW_TILE_BYTES + word * NARROW_BLOCK_BYTES +
                     column % NARROW_COLUMNS * 4;
  VInt shifted = V_OP (sll_epi32) (v_words (at), _mm_cvtsi32_si128 (24 - 8 * (gint) (k % 4)));

  return V_OP (srai_epi32) (shifted, 24);
}

/* What is to be multiplied: rows from @tile->m, a panel, and the outliers. */
typedef struct
{
  const LinearTile *tile;
  const guint8     *panel;
  NarrowAhead       ahead;
  const guint32    *columns;
  gsize             n_columns;
} Product;

/* Takes the products of the outliers' integers out of @sums and adds those of their values to @extra. */
static void
move_outliers (const LlmInt8 *l, const Product *product, gint32 *sums, float *extra)
{
  for (gsize c = 0; c < product->n_columns; c++)
    for (gsize i = 0; i < product->tile->n_rows; i++)
      {
        gsize         k = product->columns[c];
        gsize         m = product->tile->m + i;
        const float  *x = trafo_cpu_row (&l->x, m);
        const guint8 *line =
            l->tiles +
            (m / NARROW_ROWS * l->n_blocks + k / NARROW_BLOCK_BYTES) * NARROW_ROWS_BYTES +
            m % NARROW_ROWS * NARROW_BLOCK_BYTES;
        guint16 integer = (guint16) (line[k % NARROW_BLOCK_BYTES] - NARROW_OFFSET);

        for (gsize j = 0; j < NARROW_PANEL; j += V_LANES)
          {
            VInt    w = load_weights (product->panel, k, j);
            gint32 *sum = sums + i * NARROW_PANEL + j;
            float  *at = extra + i * NARROW_PANEL + j;
            VFloat  scale = v_load (l->scales + product->tile->n + j);

            /* of each word's halves, the upper one of x is 0 */
            v_store_words (sum,
                           V_OP (sub_epi32) (v_words (sum),
                                             V_OP (madd_epi16) (w, v_word (integer))));
            v_store (at,
                     v_fma (v_set (x[k]),
                            v_words_to_float (w) * scale * v_set (UNIT),
                            v_load (at)));
          }
      }
}

/* Sums of integers become what they stand for, where they lie. */
static void
scale_sums (const LlmInt8 *l, const LinearTile *tile, gint32 *sums, const float *extra)
{
  for (gsize i = 0; i < tile->n_rows; i++)
    for (gsize j = 0; j < NARROW_PANEL; j += V_LANES)
      {
        gint32 *at = sums + i * NARROW_PANEL + j;
        VInt    sum = V_OP (sub_epi32) (v_words (at), v_words (l->offsets + tile->n + j));
        VFloat  scale = v_set (l->greatest[tile->m + i]) * v_load (l->scales + tile->n + j);
        VFloat  y = v_words_to_float (sum) * scale * v_set (UNIT_SQUARED);

        if (extra != NULL)
          y += v_load (extra + i * NARROW_PANEL + j);
        v_store ((float *) at, y);
      }
}

static void
multiply_group (const LlmInt8 *l, Product *product)
{
  const LinearTile   *tile = product->tile;
  _Alignas(64) gint32 sums[NARROW_GROUP_ROWS * NARROW_PANEL];
  _Alignas(64) float  extra[NARROW_GROUP_ROWS * NARROW_PANEL];
  NarrowGroup         none = { 0 };

  TRAFO_CPU_SYMBOL (narrow_multiply)
  (&(NarrowProduct){ .dtype = TRAFO_DTYPE_INT8,
                     .x = l->tiles + tile->m * l->n_blocks * NARROW_BLOCK_BYTES,
                     .x_tile_bytes = l->n_blocks * NARROW_ROWS_BYTES,
                     .n_rows = tile->n_rows,
                     .panel = product->panel,
                     .n_blocks = l->n_blocks },
   &product->ahead,
   &none,
   sums);
  if (product->n_columns > 0)
    {
      memset (extra, 0, tile->n_rows * NARROW_PANEL * sizeof *extra);
      move_outliers (l, product, sums, extra);
    }
  scale_sums (l, tile, sums, product->n_columns > 0 ? extra : NULL);
  TRAFO_CPU_SYMBOL (linear_finish) (&l->output, tile, (const float *) sums);
}

static gsize
llm_int8_task_rows (const TrafoKernelArgs *args, guint task, guint n_tasks, gsize *ret_end)
{
  LlmInt8     l = llm_int8_from_args (args);
  LinearRange range = TRAFO_CPU_SYMBOL (linear_grid_share) (&l.grid, task, n_tasks);

  *ret_end = MIN (range.tile_end * NARROW_MAX_ROWS, l.x.n_rows);
  return range.tile * NARROW_MAX_ROWS;
}

/* The products of one of @n_tasks, which lists outliers in @columns. */
static void
multiply_share (const LlmInt8 *l, guint32 *columns, guint task, guint n_tasks)
{
  LinearRange range = TRAFO_CPU_SYMBOL (linear_grid_share) (&l->grid, task, n_tasks);
  Product     product = { .columns = columns, .n_columns = list_outliers (l, columns) };
  gsize       start = range.tile * NARROW_MAX_ROWS;
  gsize       end = MIN (range.tile_end * NARROW_MAX_ROWS, l->x.n_rows);

  TRAFO_CPU_SYMBOL (narrow_begin) (l->x.n_rows);
  for (gsize panel = range.panel; panel < range.panel_end; panel++)
    {
      product.panel = l->panels + panel * narrow_panel_bytes (l->n_blocks);
      product.ahead = narrow_look_ahead (product.panel, l->n_blocks, end - start);
      for (gsize m = start; m < end; m += NARROW_GROUP_ROWS)
        {
          LinearTile tile = { .m = m,
                              .n_rows = MIN (NARROW_GROUP_ROWS, end - m),
                              .n = panel * NARROW_PANEL,
                              .stride = NARROW_PANEL,
                              .is_first = TRUE,
                              .is_last = TRUE };

          product.tile = &tile;
          multiply_group (l, &product);
        }
    }
  TRAFO_CPU_SYMBOL (narrow_end) ();
}

static void
llm_int8_finish (const TrafoKernelArgs *args, guint task, guint n_tasks)
{
  LlmInt8 l = llm_int8_from_args (args);

  place (&l, args, args->shared);
  multiply_share (&l, l.columns + task * l.n_in, task, n_tasks);
}

static void
few_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  LlmInt8 l = llm_int8_from_args (args);

  place (&l, args, scratch);
  for (gsize tile = 0; tile < l.n_tiles; tile++)
    run_tile (&l, tile, (float *) (l.columns + l.n_in));
  multiply_share (&l, l.columns, task, n_tasks);
}

const TrafoKernel TRAFO_CPU_SYMBOL (linear_llm_int8_few) = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_LINEAR,
  .name = "linear-llm-int8-few-" TRAFO_CPU_TIER_NAME,
  .supports = few_supports,
  .scratch_size = few_scratch_size,
  .n_tasks = llm_int8_n_products,
  .run = few_run,
  .task_rows = llm_int8_task_rows,
};

const TrafoKernel TRAFO_CPU_SYMBOL (linear_llm_int8) = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_LINEAR,
  .name = "linear-llm-int8-" TRAFO_CPU_TIER_NAME,
  .supports = llm_int8_supports,
  .scratch_size = llm_int8_scratch_size,
  .n_tasks = llm_int8_n_tasks,
  .run = llm_int8_run,
  .shared_size = llm_int8_shared_size,
  .n_finish_tasks = llm_int8_n_products,
  .finish = llm_int8_finish,
};

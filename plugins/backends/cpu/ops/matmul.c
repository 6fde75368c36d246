/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ops.h"

#include "../operand.h"
#include "panel.h"

/* y [..., M, N] = a [..., M, K] b [..., K, N], leading axes broadcast, either side transposed: the
 * product for which no weight was packed. Each unit of work, ROW_GROUP rows of one panel of one
 * batch, packs its panel of b for itself. */
#define ROW_GROUP 128

typedef struct
{
  const TrafoOperand *a, *b, *y;
  gsize               n_rows, n_columns, n_k;
  gint64              a_row, a_k, b_k, b_column; /* strides in elements */
  gsize               n_batches, n_panels, n_groups;
} Matmul;

/* Where the matrices of a unit start. */
typedef struct
{
  const float *a, *b;
  float       *y;
  gsize        column, first_row, end_row;
} Unit;

static Matmul
matmul_from_args (const TrafoKernelArgs *args)
{
  const TrafoMatmulAttrs *attrs = args->attrs;
  const TrafoOperand     *a = &args->inputs[0];
  const TrafoOperand     *b = &args->inputs[1];
  const TrafoOperand     *y = &args->output;
  guint                   a_rows = attrs->transpose_a ? a->n_dims - 1u : a->n_dims - 2u;
  guint                   a_k = attrs->transpose_a ? a->n_dims - 2u : a->n_dims - 1u;
  guint                   b_k = attrs->transpose_b ? b->n_dims - 1u : b->n_dims - 2u;
  guint                   b_columns = attrs->transpose_b ? b->n_dims - 2u : b->n_dims - 1u;
  Matmul                  m = {
                     .a = a,
                     .b = b,
                     .y = y,
                     .n_rows = (gsize) a->shape[a_rows],
                     .n_columns = (gsize) b->shape[b_columns],
                     .n_k = (gsize) a->shape[a_k],
                     .a_row = a->strides[a_rows],
                     .a_k = a->shape[a_k] > 1 ? a->strides[a_k] : 1,
                     .b_k = b->strides[b_k],
                     .b_column = b->strides[b_columns],
                     .n_batches = 1,
  };

  for (guint i = 0; i + 2 < y->n_dims; i++)
    m.n_batches *= (gsize) y->shape[i];
  m.n_panels = (m.n_columns + PANEL - 1) / PANEL;
  m.n_groups = (m.n_rows + ROW_GROUP - 1) / ROW_GROUP;
  return m;
}

static gboolean
can_broadcast (const TrafoOperand *operand, const TrafoOperand *like)
{
  if (operand->dtype != TRAFO_DTYPE_FLOAT32 || operand->layout != TRAFO_LAYOUT_STRIDED ||
      operand->n_dims < 2 || operand->n_dims > like->n_dims)
    return FALSE;
  for (guint i = 0; i + 2 < operand->n_dims; i++)
    if (operand->shape[i] != 1 &&
        operand->shape[i] != like->shape[(guint) like->n_dims - operand->n_dims + i])
      return FALSE;
  return TRUE;
}

static gboolean
matmul_supports (const TrafoKernelArgs *args)
{
  return trafo_cpu_is_rows (&args->output, TRAFO_DTYPE_FLOAT32) &&
         can_broadcast (&args->inputs[0], &args->output) &&
         can_broadcast (&args->inputs[1], &args->output);
}

/* The matrix of @operand that goes with matrix number @batch of the output. */
static float *
batch_start (const TrafoOperand *operand, const TrafoOperand *output, gsize batch)
{
  gint64 offset = 0;
  guint  missing = (guint) output->n_dims - operand->n_dims;

  for (guint i = output->n_dims - 2u; i-- > 0;)
    {
      gint64 index = (gint64) (batch % (gsize) output->shape[i]);

      batch /= (gsize) output->shape[i];
      if (i >= missing && operand->shape[i - missing] != 1)
        offset += index * operand->strides[i - missing];
    }
  return (float *) operand->data + offset;
}

/* V_LANES columns of b whose elements follow one another along k. */
static void
pack_transposed (const Matmul *m, const float *b, gsize n_columns, float *panel)
{
  for (gsize k = 0; k < m->n_k; k += V_LANES)
    {
      VFloat square[V_LANES];

      for (gsize j = 0; j < V_LANES; j++)
        square[j] = j < n_columns ? v_load_n (b + (gint64) j * m->b_column + (gint64) k, m->n_k - k)
                                  : v_zero ();
      v_transpose (square);
      for (gsize i = 0; i < V_LANES && k + i < m->n_k; i++)
        v_store (panel + (k + i) * PANEL, square[i]);
    }
}

static void
pack_strided (const Matmul *m, const float *b, gsize n_columns, float *panel)
{
  for (gsize k = 0; k < m->n_k; k++)
    for (gsize j = 0; j < V_LANES; j++)
      panel[k * PANEL + j] =
          j < n_columns ? b[(gint64) k * m->b_k + (gint64) j * m->b_column] : 0.0f;
}

static void
pack_rows (const Matmul *m, const float *b, gsize n_columns, float *panel)
{
  for (gsize k = 0; k < m->n_k; k++)
    v_store (panel + k * PANEL, v_load_n (b + (gint64) k * m->b_k, n_columns));
}

static void
pack_panel (const Matmul *m, const Unit *unit, float *panel)
{
  for (gsize j = 0; j < PANEL; j += V_LANES)
    {
      gsize        column = unit->column + j;
      gsize        n_columns = column < m->n_columns ? m->n_columns - column : 0;
      const float *b = n_columns > 0 ? unit->b + (gint64) column * m->b_column : unit->b;

      if (m->b_column == 1 || n_columns == 0)
        pack_rows (m, b, n_columns, panel + j);
      else if (m->b_k == 1)
        pack_transposed (m, b, n_columns, panel + j);
      else
        pack_strided (m, b, n_columns, panel + j);
    }
}

/* The rows of a tile, copied to @copies [PANEL_ROWS][K] unless they lie along k already. */
static void
find_rows (const Matmul *m, const Unit *unit, gsize row, gsize n, float *copies, const float **rows)
{
  for (gsize i = 0; i < n; i++)
    {
      const float *a = unit->a + (gint64) (row + i) * m->a_row;

      rows[i] = a;
      if (m->a_k == 1)
        continue;
      rows[i] = copies + i * m->n_k;
      for (gsize k = 0; k < m->n_k; k++)
        copies[i * m->n_k + k] = a[(gint64) k * m->a_k];
    }
}

static void
run_unit (const Matmul *m, const Unit *unit, float *scratch)
{
  _Alignas(64) float sums[PANEL_ROWS * PANEL];
  float             *copies = scratch + m->n_k * PANEL;
  gsize              width = MIN (PANEL, m->n_columns - unit->column);
  VPrefetch          none = { 0 };

  pack_panel (m, unit, scratch);
  for (gsize row = unit->first_row; row < unit->end_row; row += PANEL_ROWS)
    {
      const float *rows[PANEL_ROWS];
      gsize        n = MIN (PANEL_ROWS, unit->end_row - row);

      find_rows (m, unit, row, n, copies, rows);
      TRAFO_CPU_SYMBOL (panel_tiles) (TRAFO_DTYPE_FLOAT32)[n](rows, scratch, m->n_k, none, sums);
      for (gsize i = 0; i < n; i++)
        {
          float *y = unit->y + (gint64) (row + i) * m->y->strides[m->y->n_dims - 2] +
                     (gint64) unit->column;

          for (gsize j = 0; j < width; j += V_LANES)
            v_store_n (y + j, v_load (sums + i * PANEL + j), width - j);
        }
    }
}

static gsize
matmul_scratch_size (const TrafoKernelArgs *args, guint n_threads)
{
  return matmul_from_args (args).n_k * (PANEL + PANEL_ROWS) * sizeof (float);
}

static guint
matmul_n_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  Matmul m = matmul_from_args (args);

  return trafo_cpu_n_tasks (m.n_batches * m.n_groups * m.n_panels,
                            MIN (ROW_GROUP, m.n_rows) * m.n_k,
                            n_threads);
}

static void
matmul_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  Matmul m = matmul_from_args (args);
  gsize  end;
  gsize  i = trafo_cpu_share (m.n_batches * m.n_groups * m.n_panels, task, n_tasks, &end);

  for (; i < end; i++)
    {
      gsize batch = i / (m.n_groups * m.n_panels);
      gsize group = i % m.n_groups;
      Unit  unit = {
         .a = batch_start (m.a, m.y, batch),
         .b = batch_start (m.b, m.y, batch),
         .y = batch_start (m.y, m.y, batch),
         .column = i / m.n_groups % m.n_panels * PANEL,
         .first_row = group * ROW_GROUP,
         .end_row = MIN ((group + 1) * ROW_GROUP, m.n_rows),
      };

      run_unit (&m, &unit, scratch);
    }
}

const TrafoKernel TRAFO_CPU_SYMBOL (matmul) = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_MATMUL,
  .name = "matmul-float32-" TRAFO_CPU_TIER_NAME,
  .supports = matmul_supports,
  .scratch_size = matmul_scratch_size,
  .n_tasks = matmul_n_tasks,
  .run = matmul_run,
};

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ops.h"

#include "convert.h"
#include "elementwise.h"
#include "panel.h"
#include <string.h>

/* y [ids..., C...] = table [n, C...] at each id: a copy, or float32 from a 16-bit table. An id
 * outside [0, n) is taken as the nearest inside: ids come from requests, and no kernel may read past
 * a table. A table that is packed as a weight [n, C] has the elements of a row PANEL apart. */
static gsize
row_length (const TrafoOperand *table)
{
  gsize length = 1;

  for (guint i = 1; i < table->n_dims; i++)
    length *= (gsize) table->shape[i];
  return length;
}

static gboolean
has_contiguous_rows (const TrafoOperand *table)
{
  gint64 stride = 1;

  for (guint i = table->n_dims; i-- > 1;)
    {
      if (table->shape[i] != 1 && table->strides[i] != stride)
        return FALSE;
      stride *= table->shape[i];
    }
  return table->n_dims > 0 && table->layout == TRAFO_LAYOUT_STRIDED;
}

static gboolean
is_packed (const TrafoOperand *table)
{
  return table->layout == TRAFO_LAYOUT_PACKED && table->n_dims == 2 && panel_holds (table->dtype);
}

static gboolean
gather_supports (const TrafoKernelArgs *args)
{
  const TrafoOperand *table = &args->inputs[0];
  const TrafoOperand *ids = &args->inputs[1];
  guint8              to = args->output.dtype;

  if (ids->dtype != TRAFO_DTYPE_INT32 && ids->dtype != TRAFO_DTYPE_INT64)
    return FALSE;
  if (to != table->dtype && (to != TRAFO_DTYPE_FLOAT32 || (table->dtype != TRAFO_DTYPE_FLOAT16 &&
                                                           table->dtype != TRAFO_DTYPE_BFLOAT16)))
    return FALSE;
  return trafo_cpu_is_rows (ids, ids->dtype) &&
         (has_contiguous_rows (table) || is_packed (table)) &&
         elementwise_is_contiguous (&args->output);
}

static guint
gather_n_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  return trafo_cpu_n_tasks (elementwise_n_elements (&args->inputs[1]),
                            row_length (&args->inputs[0]),
                            n_threads);
}

/* Id number @index, ids' rows being @n long. */
static gint64
id_at (const TrafoKernelArgs *args, const TrafoCpuRows *rows, gsize index, gsize n)
{
  gconstpointer row = trafo_cpu_row (rows, index / n);

  if (args->inputs[1].dtype == TRAFO_DTYPE_INT64)
    return ((const gint64 *) row)[index % n];
  return ((const gint32 *) row)[index % n];
}

static void
gather_packed_half (guint8 dtype, const guint16 *x, float *y, gsize n)
{
  guint16 row[64];

  for (gsize k = 0; k < n; k += G_N_ELEMENTS (row))
    {
      gsize length = MIN (G_N_ELEMENTS (row), n - k);

      for (gsize i = 0; i < length; i++)
        row[i] = x[(k + i) * PANEL];
      convert_from_half (dtype, row, y + k, length);
    }
}

static void
gather_packed_row (const TrafoOperand *table, gint64 id, float *y, gsize n)
{
  gsize        row = (gsize) id, first = row / PANEL * n * PANEL + row % PANEL;
  const float *x = (const float *) table->data + first;

  if (table->dtype != TRAFO_DTYPE_FLOAT32)
    {
      gather_packed_half (table->dtype, (const guint16 *) table->data + first, y, n);
      return;
    }
  for (gsize k = 0; k < n; k++)
    y[k] = x[k * PANEL];
}

static void
gather_row (const TrafoOperand *table, gint64 id, gpointer y, guint8 to, gsize n)
{
  gsize       size = trafo_cpu_dtype_size (table->dtype);
  const char *x = (const char *) table->data + id * table->strides[0] * (gint64) size;

  if (to == table->dtype)
    memcpy (y, x, n * size);
  else
    convert_from_half (table->dtype, (const guint16 *) x, y, n);
}

static void
gather_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  const TrafoOperand *table = &args->inputs[0];
  TrafoCpuRows        ids = trafo_cpu_rows (&args->inputs[1]);
  gsize               ids_length = (gsize) trafo_cpu_last_dim (&args->inputs[1]);
  gsize               n = row_length (table);
  gsize               size_bytes = n * trafo_cpu_dtype_size (args->output.dtype);
  gsize               n_ids = elementwise_n_elements (&args->inputs[1]);
  gsize               end;

  for (gsize i = trafo_cpu_share (n_ids, task, n_tasks, &end); i < end; i++)
    {
      gint64 id = id_at (args, &ids, i, ids_length);
      char  *y = (char *) args->output.data + i * size_bytes;

      id = CLAMP (id, 0, table->shape[0] - 1);
      if (table->shape[0] == 0)
        memset (y, 0, size_bytes);
      else if (is_packed (table))
        gather_packed_row (table, id, (float *) y, n);
      else
        gather_row (table, id, y, args->output.dtype, n);
    }
}

const TrafoKernel TRAFO_CPU_SYMBOL (gather) = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_GATHER,
  .name = "gather-" TRAFO_CPU_TIER_NAME,
  .supports = gather_supports,
  .n_tasks = gather_n_tasks,
  .run = gather_run,
};

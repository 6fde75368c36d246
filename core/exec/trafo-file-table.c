/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-file-table-private.h"

#include <string.h>

#include "trafo-element-private.h"
#include "trafo-execution-private.h"

struct _TrafoFileTable
{
  const TrafoWeightSource *source;
  TrafoOperand             operand; /* where the source has it mapped */
  guint                    file;
  gsize                    offset_bytes; /* of its first row in it */
};

/* Rows that are worth another thread: reading one takes about a microsecond. */
#define MIN_TASK_ROWS 16

static gsize
count_elements (const TrafoOperand *operand, guint first_axis)
{
  gsize n = 1;

  for (guint i = first_axis; i < operand->n_dims; i++)
    n *= (gsize) operand->shape[i];
  return n;
}

static gsize
row_bytes (const TrafoOperand *table)
{
  return count_elements (table, 1) * trafo_dtype_get_size (table->dtype);
}

TrafoFileTable *
trafo_file_table_new (const TrafoWeightSource *source, const TrafoOperand *operand)
{
  TrafoFileTable *self;
  guint           file;
  gsize           offset_bytes;

  if (source->read == NULL || operand->n_dims == 0 || !trafo_operand_is_row_major (operand) ||
      (gsize) operand->shape[0] * row_bytes (operand) < TRAFO_WEIGHT_SMALL_BYTES ||
      !source->locate (source->data, operand, &file, &offset_bytes))
    return NULL;
  self = g_new0 (TrafoFileTable, 1);
  self->source = source;
  self->operand = *operand;
  self->file = file;
  self->offset_bytes = offset_bytes;
  return self;
}

void
trafo_file_table_free (TrafoFileTable *self)
{
  g_free (self);
}

gboolean
trafo_file_table_is (const TrafoFileTable *self, const TrafoOperand *operand)
{
  const TrafoOperand *own = &self->operand;

  return operand->data == own->data && operand->dtype == own->dtype &&
         operand->layout == own->layout && operand->n_dims == own->n_dims &&
         memcmp (operand->shape, own->shape, own->n_dims * sizeof own->shape[0]) == 0 &&
         trafo_operand_is_row_major (operand);
}

static void
read_row (const TrafoFileTable *self, gint64 id, gpointer row, GError **error)
{
  gsize   size_bytes = row_bytes (&self->operand);
  GError *local = NULL;

  id = CLAMP (id, 0, self->operand.shape[0] - 1);
  if (self->source->read (self->source->data,
                          self->file,
                          self->offset_bytes + (gsize) id * size_bytes,
                          row,
                          size_bytes,
                          &local))
    return;
  memset (row, 0, size_bytes);
  if (!g_atomic_pointer_compare_and_exchange (error, NULL, local))
    g_error_free (local);
}

static gint64
id_at (const TrafoOperand *ids, gsize i)
{
  return ids->dtype == TRAFO_DTYPE_INT64 ? ((const gint64 *) ids->data)[i]
                                         : ((const gint32 *) ids->data)[i];
}

static gsize
find_scratch_size (const TrafoKernelArgs *args, guint n_threads)
{
  return args->output.dtype == args->inputs[0].dtype ? 0 : row_bytes (&args->inputs[0]);
}

static guint
count_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  return (guint) CLAMP (count_elements (&args->inputs[1], 0) / MIN_TASK_ROWS, 1, n_threads);
}

static void
run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  const TrafoOperand *table = &args->inputs[0];
  const TrafoOperand *ids = &args->inputs[1];
  gboolean            widens = args->output.dtype != table->dtype;
  gsize               n_ids = count_elements (ids, 0), n = count_elements (table, 1);
  gsize               size_bytes = n * trafo_dtype_get_size (args->output.dtype);

  for (gsize i = n_ids * task / n_tasks; i < n_ids * (task + 1) / n_tasks; i++)
    {
      gpointer to = (guint8 *) args->output.data + i * size_bytes;

      read_row (table->data, id_at (ids, i), widens ? scratch : to, args->device);
      for (gsize j = 0; widens && j < n; j++)
        trafo_element_convert (args->output.dtype, to, j, table->dtype, scratch, j);
    }
}

static const TrafoKernel kernel = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_GATHER,
  .name = "gather-from-file",
  .scratch_size = find_scratch_size,
  .n_tasks = count_tasks,
  .run = run,
};

/* The kernel needs no device, but somewhere to put an error, which is the run's and not the table's. */
const TrafoKernel *
trafo_file_table_bind (TrafoFileTable *self, TrafoKernelArgs *args, GError **error)
{
  const TrafoOperand *ids = &args->inputs[1];

  if ((ids->dtype != TRAFO_DTYPE_INT32 && ids->dtype != TRAFO_DTYPE_INT64) ||
      !trafo_operand_is_row_major (ids) || !trafo_operand_is_row_major (&args->output))
    return NULL;
  args->inputs[0].data = self;
  args->device = error;
  return &kernel;
}

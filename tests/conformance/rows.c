/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "trafo-device-private.h"
#include "trafo-tensor-private.h"

#define POISON 0xa5

/* An output of poison, in rows. */
typedef struct
{
  TrafoKernelArgs args;
  guint8         *data;
  gsize           size_bytes;
  gsize           n_rows;
  gsize           row_bytes;
} Output;

static void
output_init (Output *self, const TrafoStep *step)
{
  const TrafoOperand *output = &step->args.output;

  self->args = step->args;
  self->n_rows = trafo_operand_count_rows (output);
  self->size_bytes = trafo_operand_span_bytes (output);
  self->row_bytes = self->size_bytes / self->n_rows;
  self->data = self->args.output.data = trafo_aligned_try_alloc (self->size_bytes);
  memset (self->data, POISON, self->size_bytes);
}

static gboolean
is_poison (const Output *self, gsize begin, gsize end)
{
  for (gsize i = begin * self->row_bytes; i < end * self->row_bytes; i++)
    if (self->data[i] != POISON)
      return FALSE;
  return TRUE;
}

/* A copy of the first input with rows [begin, end) alone: all others are NaN. */
static guint8 *
copy_rows (const TrafoOperand *input, gsize n_rows, gsize begin, gsize end)
{
  gsize   size_bytes = trafo_operand_span_bytes (input), row_bytes = size_bytes / n_rows;
  guint8 *copy = trafo_aligned_try_alloc (size_bytes);

  memset (copy, 0xff, size_bytes);
  memcpy (copy + begin * row_bytes,
          (const guint8 *) input->data + begin * row_bytes,
          (end - begin) * row_bytes);
  return copy;
}

/* Rows alone, in pieces that are not those of tasks, the last first, of a first input of which nothing else
 * is there. */
static gboolean
check_run_rows (const TrafoStep *step, const TrafoKernel *kernel)
{
  const TrafoOperand *input = &step->args.inputs[0];
  Output              output;
  gboolean            is_same;

  if (!trafo_operand_is_row_major (input))
    return TRUE;
  output_init (&output, step);
  for (gsize end = output.n_rows, n = 1; end > 0; end -= MIN (n, end), n += 2)
    {
      gsize begin = end - MIN (n, end);

      output.args.inputs[0].data = copy_rows (input, output.n_rows, begin, end);
      kernel->run_rows (&output.args, begin, end);
      free (output.args.inputs[0].data);
    }
  is_same = memcmp (output.data, step->args.output.data, output.size_bytes) == 0;
  free (output.data);
  return is_same;
}

/* The task that is last to write some rows finds all of them there. */
static gboolean
check_task (const TrafoStep   *step,
            const TrafoKernel *kernel,
            guint              task,
            guint              n_tasks,
            gpointer           scratch)
{
  gsize    begin, end;
  gboolean holds = TRUE;
  Output   output;

  begin = kernel->task_rows (&step->args, task, n_tasks, &end);
  output_init (&output, step);
  kernel->run (&output.args, task, n_tasks, scratch);
  holds = begin < end && end <= output.n_rows && is_poison (&output, 0, begin) &&
          is_poison (&output, end, output.n_rows);
  for (guint other = 0; other < n_tasks && holds; other++)
    {
      gsize other_end, other_begin = kernel->task_rows (&step->args, other, n_tasks, &other_end);

      if (other_begin == begin && other != task)
        kernel->run (&output.args, other, n_tasks, scratch);
      holds =
          (other_begin == begin && other_end == end) || other_end <= begin || other_begin >= end;
    }
  holds = holds && memcmp (output.data + begin * output.row_bytes,
                           (const guint8 *) step->args.output.data + begin * output.row_bytes,
                           (end - begin) * output.row_bytes) == 0;
  free (output.data);
  return holds;
}

/* Each row is some task's. */
static gboolean
check_cover (const TrafoStep *step, const TrafoKernel *kernel, guint n_tasks)
{
  gsize n_rows = trafo_operand_count_rows (&step->args.output);

  for (gsize row = 0; row < n_rows; row++)
    {
      guint task = 0;
      gsize end, begin = kernel->task_rows (&step->args, task, n_tasks, &end);

      while ((row < begin || row >= end) && ++task < n_tasks)
        begin = kernel->task_rows (&step->args, task, n_tasks, &end);
      if (task == n_tasks)
        return FALSE;
    }
  return TRUE;
}

const char *
rows_explain (const TrafoStep *step, const TrafoKernel *kernel, guint n_threads)
{
  TrafoKernelSplit split;
  gpointer         scratch;
  gboolean         holds;

  if (TRAFO_HAS (kernel, run_rows) && !check_run_rows (step, kernel))
    return "other bits of rows alone";
  if (!TRAFO_HAS (kernel, task_rows))
    return NULL;
  trafo_kernel_split (kernel, &step->args, n_threads, &split);
  if (!check_cover (step, kernel, split.n_tasks))
    return "rows of no task";
  scratch = trafo_aligned_try_alloc (MAX (split.scratch_bytes, 1));
  holds = TRUE;
  for (guint task = 0; task < split.n_tasks && holds; task++)
    holds = check_task (step, kernel, task, split.n_tasks, scratch);
  free (scratch);
  return holds ? NULL : "other rows than a task's";
}

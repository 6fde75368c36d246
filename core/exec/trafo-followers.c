/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-execution-private.h"

/* Elements of a step whose own tasks would save about what waiting for them costs. */
#define FEW_ELEMENTS 65536

/* A step that computes each row from the same row of what the step before writes, such as a layer norm behind
 * a linear layer, follows it: who writes the last part of some rows goes on with them. */

gboolean
trafo_execution_may_follow (guint op)
{
  return op == TRAFO_OP_LAYER_NORM;
}

/* But for the rows that it takes, @step reads nothing that @leader writes. Where @step itself writes, memory
 * is planned from @leader on. */
static gboolean
is_apart (const TrafoStep *leader, const TrafoStep *step)
{
  for (guint i = 1; i < step->args.n_inputs; i++)
    if (trafo_range_overlaps (&leader->ranges[0], &step->ranges[1 + i]))
      return FALSE;
  return leader->mutates == 0;
}

/* What one writes is what the other takes, row for row. */
static gboolean
has_same_rows (const TrafoOperand *output, const TrafoOperand *input)
{
  return output->data == input->data && output->n_dims > 0 && input->n_dims > 0 &&
         trafo_operand_is_row_major (output) && trafo_operand_is_row_major (input) &&
         output->shape[output->n_dims - 1] == input->shape[input->n_dims - 1] &&
         trafo_operand_count_rows (output) == trafo_operand_count_rows (input);
}

static gboolean
takes_rows_of (const TrafoStep *leader, const TrafoStep *step)
{
  return trafo_execution_may_follow (step->args.op) && leader->kernel != NULL &&
         step->kernel != NULL && leader->n_tasks > 0 && step->n_tasks > 0 &&
         leader->n_finish_tasks == 0 && step->n_finish_tasks == 0 &&
         TRAFO_HAS (leader->kernel, task_rows) && TRAFO_HAS (step->kernel, run_rows) &&
         has_same_rows (&leader->args.output, &step->args.inputs[0]) &&
         trafo_operand_count_rows (&step->args.output) ==
             trafo_operand_count_rows (&leader->args.output) &&
         is_apart (leader, step);
}

static TrafoTaskRows *
reserve_task_rows (TrafoExecution *self, guint n_tasks)
{
  guint n = self->n_task_rows + n_tasks;

  if (n > self->task_rows_capacity)
    {
      self->task_rows = g_renew (TrafoTaskRows, self->task_rows, n);
      self->task_rows_capacity = n;
    }
  return &self->task_rows[self->n_task_rows];
}

/* The first task before @task that has some row of it; @task if there is none. */
static guint
find_sharing (const TrafoTaskRows *rows, guint task)
{
  guint i = 0;

  while (i < task && (rows[i].end <= rows[task].begin || rows[i].begin >= rows[task].end))
    i++;
  return i;
}

/* Into how many pieces the tasks cut the rows; 0 if it is not each row into one of them. */
static guint
find_pieces (const TrafoStep *leader, TrafoTaskRows *rows)
{
  gsize n_rows = trafo_operand_count_rows (&leader->args.output), n_found = 0;
  guint n_pieces = 0;

  for (guint task = 0; task < leader->n_tasks; task++)
    {
      TrafoTaskRows *own = &rows[task], *first;

      *own = (TrafoTaskRows){ 0 };
      own->begin = leader->kernel->task_rows (&leader->args, task, leader->n_tasks, &own->end);
      if (own->begin >= own->end || own->end > n_rows)
        return 0;
      own->first = find_sharing (rows, task);
      first = &rows[own->first];
      if (first->begin != own->begin || first->end != own->end)
        return 0;
      if (first->n_tasks++ > 0)
        continue;
      n_pieces++;
      n_found += own->end - own->begin;
    }
  return n_found == n_rows ? n_pieces : 0;
}

/* In fewer pieces than it would have tasks it takes longer, unless it is short. */
static gboolean
is_worth_it (const TrafoStep *step, guint n_pieces)
{
  const TrafoOperand *output = &step->args.output;
  gsize n_elements = trafo_operand_count_rows (output) * (gsize) output->shape[output->n_dims - 1];

  return n_pieces >= step->n_tasks || (n_pieces > 0 && n_elements <= FEW_ELEMENTS);
}

gboolean
trafo_execution_follow (TrafoExecution *self, guint i, guint since)
{
  TrafoStep *step = &self->steps[i], *leader;

  step->needs_barrier = step->is_follower = step->is_followed = FALSE;
  if (i == 0 || !self->program->is_host)
    return FALSE;
  leader = step - 1;
  if (leader->is_follower || !takes_rows_of (leader, step))
    return FALSE;
  for (guint j = since; j + 1 < i; j++)
    if (trafo_execution_conflicts (&self->steps[j], step))
      return FALSE;
  if (!is_worth_it (step, find_pieces (leader, reserve_task_rows (self, leader->n_tasks))))
    return FALSE;
  leader->is_followed = step->is_follower = TRUE;
  leader->first_rows = self->n_task_rows;
  self->n_task_rows += leader->n_tasks;
  return TRUE;
}

void
trafo_execution_reset_rows (TrafoExecution *self)
{
  for (guint i = 0; i < self->n_task_rows; i++)
    self->task_rows[i].n_left = self->task_rows[i].n_tasks;
}

void
trafo_execution_run_follower (TrafoExecution *self, const TrafoStep *step, guint task)
{
  TrafoTaskRows *rows = &self->task_rows[step->first_rows];
  TrafoTaskRows *own = &rows[task];

  /* the last to come sees what all others wrote */
  if (__atomic_sub_fetch (&rows[own->first].n_left, 1, __ATOMIC_ACQ_REL) == 0)
    step[1].kernel->run_rows (&step[1].args, own->begin, own->end);
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-execution-private.h"

gboolean
trafo_range_overlaps (const TrafoRange *a, const TrafoRange *b)
{
  return a->space == b->space && a->begin < b->end && b->begin < a->end;
}

/* @a writes what @b reads or writes. */
static gboolean
writes_into (const TrafoStep *a, const TrafoStep *b)
{
  guint written = 1 | (guint) a->mutates << 1;

  for (guint i = 0; written >> i != 0; i++)
    for (guint j = 0; j <= b->args.n_inputs && (written >> i & 1) != 0; j++)
      if (trafo_range_overlaps (&a->ranges[i], &b->ranges[j]))
        return TRUE;
  return FALSE;
}

gboolean
trafo_execution_conflicts (const TrafoStep *a, const TrafoStep *b)
{
  return writes_into (a, b) || writes_into (b, a) ||
         (a->n_finish_tasks > 0 && b->n_finish_tasks > 0);
}

/* Several workers have a part in it. */
static gboolean
is_wide (const TrafoExecution *self, guint i)
{
  const TrafoStep *step = &self->steps[i];

  return step->n_tasks > 1 || (step->is_follower && step[-1].n_tasks > 1);
}

static gboolean
needs_barrier (const TrafoExecution *self, guint i, guint since)
{
  for (guint j = since; j < i; j++)
    if ((is_wide (self, i) || is_wide (self, j)) &&
        trafo_execution_conflicts (&self->steps[j], &self->steps[i]))
      return TRUE;
  return FALSE;
}

/* Steps of one task all run on worker 0, in order, and need no barrier among themselves. */
void
trafo_execution_place_barriers (TrafoExecution *self)
{
  guint since = 0;

  self->n_task_rows = 0;
  for (guint i = 0; i < self->n_steps; i++)
    {
      TrafoStep *step = &self->steps[i];

      if (trafo_execution_follow (self, i, since))
        continue;
      step->needs_barrier = needs_barrier (self, i, since);
      if (step->needs_barrier)
        since = i;
    }
}

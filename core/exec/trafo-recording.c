/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-recording-private.h"

#include <string.h>

#include "trafo-device-private.h"

void
trafo_recording_free (TrafoRecording *self)
{
  if (self == NULL)
    return;
  g_free (self->spans);
  g_free (self->works);
  g_free (self->times);
  g_free (self->rows);
  g_free (self);
}

static void
find_rows (TrafoRecording *self, const TrafoExecution *execution, TrafoProfile *profile)
{
  const TrafoGraph *graph = execution->program->graph;

  if (self->serial == profile->serial && self->n_plans == execution->n_plans)
    return;
  self->serial = profile->serial;
  self->n_plans = execution->n_plans;
  self->n_entries = 2 * execution->n_steps;
  self->n_workers = execution->n_workers;
  self->spans = g_renew (TrafoSpan, self->spans, (gsize) self->n_workers * self->n_entries);
  self->works = g_renew (TrafoOpWork, self->works, execution->n_steps);
  self->times = g_renew (TrafoRecordedTimes, self->times, execution->n_steps);
  self->rows = g_renew (guint, self->rows, execution->n_steps);
  for (guint i = 0; i < execution->n_steps; i++)
    {
      const TrafoStep *step = &execution->steps[i];

      self->rows[i] = trafo_profile_find_row (profile,
                                              step->kernel,
                                              &step->args,
                                              trafo_graph_get_node (graph, step->sym)->path);
    }
}

void
trafo_recording_start (TrafoExecution *execution, TrafoProfile *profile)
{
  TrafoRecording *self = execution->last_recording;

  if (self == NULL)
    self = execution->last_recording = g_new0 (TrafoRecording, 1);
  find_rows (self, execution, profile);
  if (self->n_entries > 0)
    {
      memset (self->spans, 0, (gsize) self->n_workers * self->n_entries * sizeof *self->spans);
      memset (self->works, 0, execution->n_steps * sizeof *self->works);
      memset (self->times, 0, execution->n_steps * sizeof *self->times);
    }
  self->profile = profile;
  self->n_running = 1;
  execution->recording = self;
}

void
trafo_recording_count (TrafoRecording *self, const TrafoExecution *execution, guint step)
{
  TrafoKernelArgs args = execution->steps[step].args;

  for (guint i = 0; i < args.n_inputs && !execution->program->is_host; i++)
    args.inputs[i].data = NULL;
  trafo_op_count_work (trafo_op_lookup (args.op), &args, &self->works[step]);
}

/* What lies between two barriers: the entries from first to before end. */
typedef struct
{
  guint  first;
  guint  end;
  gint64 begin_ns;
  gint64 end_ns;
  double busy_ns; /* of all workers together */
} Stage;

static double
busy_of (const TrafoRecording *self, guint entry)
{
  double busy_ns = 0;

  for (guint worker = 0; worker < self->n_workers; worker++)
    {
      const TrafoSpan *span = &self->spans[(gsize) worker * self->n_entries + entry];

      busy_ns += (double) (span->end_ns - span->begin_ns);
    }
  return busy_ns;
}

static gboolean
begins_stage (const TrafoRecording *self, const TrafoExecution *execution, guint entry)
{
  const TrafoStep *step = &execution->steps[entry / 2];

  return self->n_running == 1 || (entry % 2 == 0 ? step->needs_barrier : step->n_finish_tasks > 1);
}

static Stage
find_stage (const TrafoRecording *self, const TrafoExecution *execution, guint first)
{
  Stage stage = { .first = first, .end = first, .begin_ns = G_MAXINT64 };

  do
    {
      for (guint worker = 0; worker < self->n_workers; worker++)
        {
          const TrafoSpan *span = &self->spans[(gsize) worker * self->n_entries + stage.end];

          if (span->end_ns == 0)
            continue;
          stage.begin_ns = MIN (stage.begin_ns, span->begin_ns);
          stage.end_ns = MAX (stage.end_ns, span->end_ns);
        }
      stage.busy_ns += busy_of (self, stage.end);
      stage.end++;
    }
  while (stage.end < self->n_entries && !begins_stage (self, execution, stage.end));
  return stage;
}

/* The time from the first to begin until the last has ended, shared by what is in the stage as the
 * threads' time is. */
static void
share_stage (TrafoRecording *self, const Stage *stage)
{
  double time_ns = (double) MAX (stage->end_ns - stage->begin_ns, 0);

  for (guint entry = stage->first; entry < stage->end && stage->busy_ns > 0; entry++)
    {
      double busy_ns = busy_of (self, entry);
      double share_ns = time_ns * busy_ns / stage->busy_ns;

      self->times[entry / 2].time_ns += share_ns;
      self->times[entry / 2].wait_ns += MAX (share_ns * self->n_running - busy_ns, 0);
    }
}

static void
add_events (const TrafoRecording *self, guint entry, guint caller)
{
  for (guint worker = 0; worker < self->n_workers; worker++)
    {
      const TrafoSpan  *span = &self->spans[(gsize) worker * self->n_entries + entry];
      TrafoProfileEvent event = { span->begin_ns,
                                  span->end_ns,
                                  self->rows[entry / 2],
                                  worker == 0 ? caller : worker };

      if (span->end_ns != 0)
        trafo_profile_add_event (self->profile, &event);
    }
}

static gboolean
was_run (const TrafoRecording *self, guint step)
{
  for (guint worker = 0; worker < self->n_workers; worker++)
    if (self->spans[(gsize) worker * self->n_entries + 2 * step].end_ns != 0)
      return TRUE;
  return FALSE;
}

static void
add_step (const TrafoRecording *self, guint step)
{
  TrafoProfileRow          *row = g_ptr_array_index (self->profile->rows, self->rows[step]);
  const TrafoRecordedTimes *times = &self->times[step];

  if (!was_run (self, step))
    return;
  row->dtype = self->works[step].dtype;
  row->min_ns = row->n_calls == 0 ? times->time_ns : MIN (row->min_ns, times->time_ns);
  row->n_calls++;
  row->time_ns += times->time_ns;
  row->wait_ns += times->wait_ns;
  row->flops += self->works[step].flops;
  row->bytes += self->works[step].bytes;
}

void
trafo_recording_stop (TrafoExecution *execution)
{
  TrafoRecording *self = g_steal_pointer (&execution->recording);
  TrafoProfile   *profile = self->profile;
  guint           caller;

  for (guint entry = 0; entry < self->n_entries;)
    {
      Stage stage = find_stage (self, execution, entry);

      share_stage (self, &stage);
      entry = stage.end;
    }
  g_mutex_lock (&profile->lock);
  caller = trafo_profile_get_caller_track (profile);
  for (guint i = 0; i < execution->n_steps; i++)
    add_step (self, i);
  for (guint entry = 0; entry < self->n_entries; entry++)
    add_events (self, entry, caller);
  g_set_object (&profile->device, execution->program->device);
  g_mutex_unlock (&profile->lock);
}

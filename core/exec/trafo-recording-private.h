/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-execution-private.h"
#include "trafo-profile-private.h"

G_BEGIN_DECLS

/* When each thread began and ended its part of each step, in one run that is profiled. A step is two
 * entries: what run() does and what finish() does. */

typedef struct
{
  gint64 begin_ns;
  gint64 end_ns; /* 0: nothing was done */
} TrafoSpan;

typedef struct
{
  double time_ns; /* of the wall clock */
  double wait_ns; /* of all threads together */
} TrafoRecordedTimes;

struct _TrafoRecording
{
  TrafoProfile *profile;
  guint         n_workers;
  guint         n_running; /* of them: fewer where another run has the pool */
  guint         n_entries; /* twice the steps */
  TrafoSpan    *spans;     /* by worker, then by entry */
  TrafoOpWork  *works;     /* by step */
  guint        *rows;      /* by step: in the profile of this serial, for this plan */

  TrafoRecordedTimes *times; /* by step */

  guint64 serial;
  guint64 n_plans;
};

/* Begins to record a run that is planned, and whose operands are bound. */
void trafo_recording_start (TrafoExecution *execution, TrafoProfile *profile);

/* Adds what was recorded to the profile. */
void trafo_recording_stop (TrafoExecution *execution);

void trafo_recording_free (TrafoRecording *self);

/* What a step is about to compute, which only its operands may tell. */
void trafo_recording_count (TrafoRecording *self, const TrafoExecution *execution, guint step);

static inline TrafoSpan *
trafo_recording_get_span (TrafoRecording *self, guint worker, guint step, gboolean is_finish)
{
  return &self->spans[(gsize) worker * self->n_entries + 2 * step + (is_finish ? 1 : 0)];
}

G_END_DECLS

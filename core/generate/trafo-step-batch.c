/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-step-batch-private.h"

#include <trafo/trafo-ops.h>

G_STATIC_ASSERT (TRAFO_STEP_MIN_PIECE > TRAFO_FEW_TOKENS);

void
trafo_step_work_init (TrafoStepWork *self)
{
  self->n_run = g_array_new (FALSE, TRUE, sizeof (guint));
  self->n_taken = g_array_new (FALSE, TRUE, sizeof (guint));
}

void
trafo_step_work_clear (TrafoStepWork *self)
{
  g_array_unref (self->n_run);
  g_array_unref (self->n_taken);
}

void
trafo_step_work_begin (TrafoStepWork *self, const TrafoRunnerRow *rows, guint n_rows)
{
  self->rows = rows;
  self->n_rows = n_rows;
  g_array_set_size (self->n_run, 0);
  g_array_set_size (self->n_run, n_rows);
  g_array_set_size (self->n_taken, 0);
  g_array_set_size (self->n_taken, n_rows);
}

static guint *
count_at (const GArray *counts, guint row)
{
  return &g_array_index (counts, guint, row);
}

static guint
count_left (const TrafoStepWork *self, guint row)
{
  return self->rows[row].n_tokens - *count_at (self->n_run, row);
}

static gsize
count_all_left (const TrafoStepWork *self)
{
  gsize n_left = 0;

  for (guint i = 0; i < self->n_rows; i++)
    n_left += count_left (self, i);
  return n_left;
}

gboolean
trafo_step_work_is_done (const TrafoStepWork *self)
{
  return count_all_left (self) == 0;
}

void
trafo_step_work_advance (TrafoStepWork *self)
{
  for (guint i = 0; i < self->n_rows; i++)
    *count_at (self->n_run, i) += *count_at (self->n_taken, i);
}

static gboolean
is_few (const TrafoStepWork *self)
{
  for (guint i = 0; i < self->n_rows; i++)
    if (self->rows[i].n_tokens > TRAFO_FEW_TOKENS)
      return FALSE;
  return TRUE;
}

/* How many tokens of a row a step can run of which at most @max are to be run, and leave a piece, with
 * all logits; 0 if it cannot be cut so. */
static guint
cut_row (const TrafoStepWork *self, guint row, gsize max)
{
  guint n_left = count_left (self, row);
  guint n_last = MAX (TRAFO_STEP_MIN_PIECE, self->rows[row].n_logits);

  if (n_left < n_last + TRAFO_STEP_MIN_PIECE || max < TRAFO_STEP_MIN_PIECE)
    return 0;
  return (guint) MIN (max, n_left - n_last);
}

/* At most @max tokens, of which the last are left, or all where none can be cut. Returns how many. */
static gsize
take (TrafoStepWork *self, gsize max)
{
  gsize n_taken = 0;

  for (guint i = 0; i < self->n_rows; i++)
    {
      guint n = count_all_left (self) <= max ? 0 : cut_row (self, i, max - n_taken);

      *count_at (self->n_taken, i) = n;
      n_taken += n;
    }
  for (guint i = 0; i < self->n_rows && n_taken == 0; i++)
    *count_at (self->n_taken, i) = count_left (self, i);
  return n_taken > 0 ? n_taken : count_all_left (self);
}

/* The same, but none where those that cannot be cut are more than @max. The first of a kind gets a
 * piece at least. */
static gsize
take_if_fits (TrafoStepWork *self, gsize max, gboolean is_first)
{
  gsize n_taken = take (self, is_first ? MAX (max, TRAFO_STEP_MIN_PIECE) : max);

  if (n_taken <= max || is_first)
    return n_taken;
  for (guint i = 0; i < self->n_rows; i++)
    *count_at (self->n_taken, i) = 0;
  return 0;
}

/* Pieces that end a row have its logits. */
static void
append_rows (GArray *batch, TrafoStepWork *work, guint *n_logits)
{
  work->n_logits_before = *n_logits;
  for (guint i = 0; i < work->n_rows; i++)
    {
      TrafoRunnerRow row = work->rows[i];
      guint          n_run = *count_at (work->n_run, i), n_taken = *count_at (work->n_taken, i);

      if (n_taken == 0)
        continue;
      if (n_run + n_taken < row.n_tokens)
        row.n_logits = 0;
      row.tokens += n_run;
      row.n_tokens = n_taken;
      *n_logits += row.n_logits;
      g_array_append_val (batch, row);
    }
}

void
trafo_step_batch_fill (GArray *batch, TrafoStepWork **works, guint n_works, gsize max_tokens)
{
  gsize    n_all = 0;
  gboolean has_long = FALSE, is_first = TRUE;
  guint    n_logits = 0;

  g_array_set_size (batch, 0);
  for (guint i = 0; i < n_works; i++)
    has_long |= !is_few (works[i]);
  for (guint pass = 0; pass < 2; pass++, is_first = TRUE)
    for (guint i = 0; i < n_works; i++)
      {
        gsize max = pass == 0 && has_long ? max_tokens - max_tokens / 4 : max_tokens;

        if (is_few (works[i]) != (pass == 0))
          continue;
        n_all += take_if_fits (works[i], max > n_all ? max - n_all : 0, is_first);
        is_first = FALSE;
      }
  for (guint i = 0; i < n_works; i++)
    append_rows (batch, works[i], &n_logits);
}

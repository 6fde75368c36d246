/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-kept-sequences-private.h"

#include "trafo-common-tokens-private.h"

typedef struct
{
  guint   sequence;
  gint64 *tokens;
  gsize   n_tokens;
} Kept;

static void
clear_kept (gpointer data)
{
  Kept *kept = data;

  g_free (kept->tokens);
}

TrafoKeptSequences *
trafo_kept_sequences_new (TrafoStepScheduler *scheduler)
{
  TrafoKeptSequences *self = g_new0 (TrafoKeptSequences, 1);

  self->scheduler = scheduler;
  self->sequences = g_array_new (FALSE, FALSE, sizeof (Kept));
  g_array_set_clear_func (self->sequences, clear_kept);
  return self;
}

void
trafo_kept_sequences_free (TrafoKeptSequences *self)
{
  trafo_kept_sequences_clear (self);
  g_array_unref (self->sequences);
  trafo_step_scheduler_unref (self->scheduler);
  g_free (self);
}

/* At least one token is left to be run: its logits are wanted. */
guint
trafo_kept_sequences_take (TrafoKeptSequences *self,
                           const gint64       *tokens,
                           gsize               n_tokens,
                           gsize              *ret_length)
{
  gsize best = 0;
  guint best_index = 0, sequence;

  for (guint i = 0; i < self->sequences->len; i++)
    {
      const Kept *kept = &g_array_index (self->sequences, Kept, i);
      gsize common = trafo_count_common_tokens (kept->tokens, kept->n_tokens, tokens, n_tokens - 1);

      if (common > best)
        {
          best = common;
          best_index = i;
        }
    }
  *ret_length = best;
  if (best == 0)
    return trafo_step_scheduler_begin (self->scheduler);
  sequence = g_array_index (self->sequences, Kept, best_index).sequence;
  g_array_remove_index (self->sequences, best_index);
  trafo_step_scheduler_truncate (self->scheduler, sequence, best);
  return sequence;
}

void
trafo_kept_sequences_give (TrafoKeptSequences *self,
                           guint               sequence,
                           const gint64       *tokens,
                           gsize               n_tokens)
{
  gsize length = trafo_step_scheduler_get_length (self->scheduler, sequence);
  Kept  kept = { sequence, NULL, MIN (length, n_tokens) };

  kept.tokens = g_memdup2 (tokens, kept.n_tokens * sizeof *tokens);
  g_array_append_val (self->sequences, kept);
}

void
trafo_kept_sequences_clear (TrafoKeptSequences *self)
{
  for (guint i = 0; i < self->sequences->len; i++)
    trafo_step_scheduler_release (self->scheduler,
                                  g_array_index (self->sequences, Kept, i).sequence);
  g_array_set_size (self->sequences, 0);
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* The likeliest token each time, or one that is drawn (generation/utils.py of transformers,
 * _sample). */
#include "trafo-generation-run-private.h"

#include <string.h>

#include "trafo-prompt-lookup-private.h"

typedef struct
{
  const TrafoGenerationPrompt *prompt;
  TrafoTokenDraws              draws;
  guint                        sequence;
  gboolean                     has_sequence;
  GArray                      *ids;    /* of gint64, the prompt's first */
  GArray                      *draft;  /* of gint64: what is guessed to follow */
  GArray                      *tokens; /* what is run without a cache, or with a draft */
  gboolean                     is_done;
  gboolean                     is_ended; /* by a token or a string */
} Row;

typedef struct
{
  GArray *rows; /* of Row: all of the first prompt, then all of the second, ... */
  GArray *runner_rows;
} State;

static void
clear_row (gpointer data)
{
  Row *row = data;

  g_array_unref (row->ids);
  g_array_unref (row->draft);
  g_array_unref (row->tokens);
}

static gsize
count_rows (const TrafoGenerationRun *run)
{
  return run->prompts->n_rows * run->plan->num_return_sequences;
}

static gpointer
begin (TrafoGenerationRun *run)
{
  State *state = g_new0 (State, 1);

  state->rows = g_array_new (FALSE, TRUE, sizeof (Row));
  g_array_set_clear_func (state->rows, clear_row);
  state->runner_rows = g_array_new (FALSE, FALSE, sizeof (TrafoRunnerRow));
  for (gsize i = 0; i < count_rows (run); i++)
    {
      gsize copy = i % run->plan->num_return_sequences;
      Row   row = { .prompt = &run->prompts->rows[i / run->plan->num_return_sequences] };

      row.draws = (TrafoTokenDraws){ run->plan->seed, row.prompt->stream };
      row.draws.stream ^= (guint64) copy << 32;
      row.ids = g_array_new (FALSE, FALSE, sizeof (gint64));
      row.draft = g_array_new (FALSE, FALSE, sizeof (gint64));
      row.tokens = g_array_new (FALSE, FALSE, sizeof (gint64));
      g_array_append_vals (row.ids, row.prompt->ids, run->prompts->length);
      g_array_append_val (state->rows, row);
    }
  return state;
}

static const gint64 *
ids_of (const Row *row)
{
  return (const gint64 *) (gpointer) row->ids->data;
}

static gboolean
choose (TrafoGenerationRun *run, gsize index, const float *logits, GError **error)
{
  State   *state = run->state;
  Row     *row = &g_array_index (state->rows, Row, index);
  gsize    vocab_size = run->plan->vocab_size, chosen;
  gint64   token;
  gboolean is_drawn = run->plan->do_sample;

  trafo_logits_reset (&run->row, vocab_size);
  memcpy (run->row.scores, logits, vocab_size * sizeof *logits);
  trafo_generation_run_keep_logits (run, index, logits);
  if (!trafo_generation_plan_process (run->plan,
                                      &run->row,
                                      ids_of (row),
                                      row->ids->len,
                                      row->prompt->n_padding,
                                      error))
    return FALSE;
  if (!is_drawn)
    chosen = trafo_token_choose_best (&run->row);
  else if (!trafo_token_draw (&run->row,
                              trafo_token_draws_get (&row->draws, run->n_steps, 0),
                              &chosen,
                              error))
    return FALSE;
  trafo_generation_run_keep_scores (run, index, &run->row);
  token = (gint64) chosen;
  g_array_append_val (row->ids, token);
  row->is_ended = trafo_generation_run_is_end (run, ids_of (row), row->ids->len);
  row->is_done = row->is_ended || row->ids->len >= run->plan->max_length;
  return TRUE;
}

/* Guesses what follows the only row, as far as it may become the result, and no more than gives each
 * token the bits that it has alone. Not with the prompt, with which it would have others. */
static void
draft (TrafoGenerationRun *run, Row *row)
{
  gsize length =
      MIN (run->plan->max_length - 1, trafo_step_scheduler_get_max_length (run->scheduler));

  g_array_set_size (row->draft, 0);
  if (row->ids->len >= length)
    return;
  trafo_prompt_lookup_draft (run->plan, &run->row, row->ids, row->prompt->n_padding, row->draft);
  length = MIN (length - row->ids->len, TRAFO_FEW_TOKENS - 1);
  g_array_set_size (row->draft, MIN (row->draft->len, length));
}

/* The row and its draft behind it. */
static void
append_draft (Row *row, TrafoRunnerRow *runner_row)
{
  g_array_set_size (row->tokens, 0);
  g_array_append_vals (row->tokens, runner_row->tokens, runner_row->n_tokens);
  g_array_append_vals (row->tokens, row->draft->data, row->draft->len);
  runner_row->tokens = (const gint64 *) (gpointer) row->tokens->data;
  runner_row->n_tokens += row->draft->len;
  runner_row->n_logits += row->draft->len;
}

/* One step with each prompt; then each of its rows goes its own way. */
static const float *
run_prompts (TrafoGenerationRun *run, GCancellable *cancellable, GError **error)
{
  State *state = run->state;
  g_autoptr (GArray) sequences = g_array_new (FALSE, FALSE, sizeof (guint));
  gsize        n_copies = run->plan->num_return_sequences;
  const float *logits = trafo_generation_run_begin_prompts (run, sequences, cancellable, error);

  if (logits == NULL)
    return NULL;
  for (gsize i = 0; i < state->rows->len; i++)
    {
      Row  *row = &g_array_index (state->rows, Row, i);
      guint sequence = g_array_index (sequences, guint, i / n_copies);

      row->sequence =
          i % n_copies != 0 ? trafo_step_scheduler_fork (run->scheduler, sequence) : sequence;
      row->has_sequence = TRUE;
    }
  return logits;
}

static const float *
run_rows (TrafoGenerationRun *run, GCancellable *cancellable, GError **error)
{
  State *state = run->state;

  g_array_set_size (state->runner_rows, 0);
  for (gsize i = 0; i < state->rows->len; i++)
    {
      Row           *row = &g_array_index (state->rows, Row, i);
      TrafoRunnerRow runner_row;

      if (row->is_done)
        continue;
      runner_row = trafo_generation_run_get_row (run,
                                                 row->sequence,
                                                 row->prompt,
                                                 ids_of (row),
                                                 row->ids->len,
                                                 row->tokens);
      if (run->plan->prompt_lookup_num_tokens > 0)
        {
          draft (run, row);
          append_draft (row, &runner_row);
        }
      g_array_append_val (state->runner_rows, runner_row);
    }
  return trafo_step_request_run (run->request,
                                 (const TrafoRunnerRow *) (gpointer) state->runner_rows->data,
                                 state->runner_rows->len,
                                 cancellable,
                                 error);
}

/* The next token of a row, and, as long as those that were guessed are right, those after it. */
static gboolean
choose_tokens (TrafoGenerationRun *run, gsize index, const float *logits, GError **error)
{
  State   *state = run->state;
  Row     *row = &g_array_index (state->rows, Row, index);
  guint    n_right = 0;
  gboolean is_right = TRUE;

  while (is_right && !row->is_done)
    {
      gint64 token;

      if ((n_right > 0 && !trafo_generation_run_next_token (run, error)) ||
          !choose (run, index, logits + n_right * run->plan->vocab_size, error))
        return FALSE;
      token = ids_of (row)[row->ids->len - 1];
      if (run->on_token != NULL)
        run->on_token (run->user_data, (guint) index, token);
      is_right = n_right < row->draft->len && g_array_index (row->draft, gint64, n_right) == token;
      n_right += is_right;
    }
  if (row->draft->len > n_right)
    {
      gsize length = trafo_step_scheduler_get_length (run->scheduler, row->sequence);

      trafo_step_scheduler_truncate (run->scheduler,
                                     row->sequence,
                                     length + n_right - row->draft->len);
    }
  g_array_set_size (row->draft, 0);
  return TRUE;
}

static gboolean
advance (TrafoGenerationRun *run, GCancellable *cancellable, GError **error)
{
  State       *state = run->state;
  gboolean     is_first = run->n_steps == 0, is_done = TRUE, is_late;
  gsize        n_copies = run->plan->num_return_sequences, n_run = 0;
  const float *logits =
      is_first ? run_prompts (run, cancellable, error) : run_rows (run, cancellable, error);

  if (logits == NULL)
    return FALSE;
  is_late = trafo_generation_run_is_late (run);
  run->is_done = TRUE; /* should the rest of the step fail: it cannot be made again */
  for (gsize i = 0; i < state->rows->len; i++)
    {
      Row  *row = &g_array_index (state->rows, Row, i);
      gsize logits_row = is_first ? i / n_copies : n_run;

      if (row->is_done)
        continue;
      if (!choose_tokens (run, i, logits + logits_row * run->plan->vocab_size, error))
        return FALSE;
      row->is_done |= is_late;
      is_done &= row->is_done;
      n_run++;
    }
  run->is_done = is_done;
  return TRUE;
}

static GArray *
finish (TrafoGenerationRun *run)
{
  State  *state = run->state;
  GArray *results = g_array_new (FALSE, TRUE, sizeof (TrafoGeneratedRow));

  for (gsize i = 0; i < state->rows->len; i++)
    {
      const Row        *row = &g_array_index (state->rows, Row, i);
      TrafoGeneratedRow result = { .n_tokens = row->ids->len - run->prompts->length };

      result.tokens =
          g_memdup2 (ids_of (row) + run->prompts->length, result.n_tokens * sizeof *result.tokens);
      result.is_ended = row->is_ended;
      g_array_append_val (results, result);
    }
  return results;
}

static void
end (TrafoGenerationRun *run)
{
  State *state = run->state;

  for (gsize i = 0; i < state->rows->len; i++)
    {
      Row  *row = &g_array_index (state->rows, Row, i);
      gsize n_ids = row->ids->len;

      if (!row->has_sequence)
        continue;
      if (row->prompt->ends_in_padding) /* what follows stands at other positions than a text's */
        n_ids = run->prompts->length;
      trafo_generation_run_get_tokens (run, row->prompt, ids_of (row), n_ids, row->tokens);
      trafo_kept_sequences_give (run->kept,
                                 row->sequence,
                                 (const gint64 *) (gpointer) row->tokens->data,
                                 row->tokens->len);
    }
  g_array_unref (state->rows);
  g_array_unref (state->runner_rows);
  g_free (state);
}

const TrafoGenerationSearch trafo_token_search = { count_rows, begin, advance, finish, end };

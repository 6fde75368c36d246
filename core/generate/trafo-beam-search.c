/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* The best of many sequences, followed side by side (generation/utils.py of transformers,
 * _beam_search, whose float32 sums and -1e9 for what is out of the race these are). */
#include "trafo-generation-run-private.h"

#include <math.h>
#include <string.h>

#include "score-blocks-private.h"
#include "trafo-top-k-private.h"

#define OUT -1e9f
#define LEAST_OF_A_SEQUENCE -1e8f /* what is less was out of the race */

/* A sequence that is followed, or one that ended. */
typedef struct
{
  GArray  *ids;      /* of gint64, the prompt's first; a reference */
  float    score;    /* sum of log-probabilities; of one that ended, over its length */
  gboolean is_ended; /* or reached its length */
} Beam;

/* A way in which a beam may go on. */
typedef struct
{
  guint parent;
  Beam  beam;
} Candidate;

/* The beams of one prompt. */
typedef struct
{
  const TrafoGenerationPrompt *prompt;
  TrafoTokenDraws              draws;
  Beam                        *running;
  Beam                        *ended; /* the best so far, the best first */
  guint                       *sequences;
  gboolean                     has_sequences;
  gboolean                     can_improve;
  gboolean                     has_continuation; /* one of the last step did not end */
  gboolean                     is_done;
} Group;

typedef struct
{
  GArray    *groups; /* of Group */
  GArray    *runner_rows;
  GPtrArray *tokens;        /* of GArray: what each row of the runner runs without a cache */
  gsize      n_candidates;  /* of a step */
  gsize     *chosen;        /* where in the scores the candidates are */
  Candidate *candidates;    /* in the order in which they were chosen */
  float     *ranked_scores; /* of candidates and ended beams */
  guint32   *order;         /* of those scores */
} State;

static Beam
beam_copy (const Beam *beam)
{
  return (Beam){ g_array_ref (beam->ids), beam->score, beam->is_ended };
}

static void
beams_free (Beam *beams, gsize n_beams)
{
  for (gsize i = 0; i < n_beams; i++)
    g_array_unref (beams[i].ids);
  g_free (beams);
}

static const gint64 *
ids_of (const Beam *beam)
{
  return (const gint64 *) (gpointer) beam->ids->data;
}

static gsize
count_rows (const TrafoGenerationRun *run)
{
  return run->prompts->n_rows * run->plan->num_beams;
}

/* All but the first are out of the race until the first step has made them differ. */
static void
begin_group (const TrafoGenerationRun *run, Group *group, const TrafoGenerationPrompt *prompt)
{
  gsize n_beams = run->plan->num_beams;
  Beam  first = { g_array_new (FALSE, FALSE, sizeof (gint64)), 0, FALSE };
  Beam  out;

  g_array_append_vals (first.ids, prompt->ids, run->prompts->length);
  group->prompt = prompt;
  group->draws = (TrafoTokenDraws){ run->plan->seed, prompt->stream };
  group->running = g_new (Beam, n_beams);
  group->ended = g_new (Beam, n_beams);
  group->sequences = g_new0 (guint, n_beams);
  group->can_improve = TRUE;
  out = (Beam){ first.ids, OUT, FALSE };
  for (gsize i = 0; i < n_beams; i++)
    {
      group->running[i] = beam_copy (i == 0 ? &first : &out);
      group->ended[i] = beam_copy (&out);
    }
  g_array_unref (first.ids);
}

static gpointer
begin (TrafoGenerationRun *run)
{
  State *state = g_new0 (State, 1);
  gsize  n_beams = run->plan->num_beams;

  state->groups = g_array_new (FALSE, TRUE, sizeof (Group));
  g_array_set_size (state->groups, (guint) run->prompts->n_rows);
  state->runner_rows = g_array_new (FALSE, FALSE, sizeof (TrafoRunnerRow));
  state->tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  state->n_candidates = trafo_generation_plan_get_n_candidates (run->plan);
  state->chosen = g_new (gsize, state->n_candidates);
  state->candidates = g_new0 (Candidate, state->n_candidates);
  state->ranked_scores = g_new (float, n_beams + state->n_candidates);
  state->order = g_new (guint32, n_beams + state->n_candidates);
  for (gsize i = 0; i < run->prompts->n_rows; i++)
    begin_group (run, &g_array_index (state->groups, Group, i), &run->prompts->rows[i]);
  for (gsize i = 0; i < count_rows (run); i++)
    g_ptr_array_add (state->tokens, g_array_new (FALSE, FALSE, sizeof (gint64)));
  return state;
}

static const float *
run_prompts (TrafoGenerationRun *run, GCancellable *cancellable, GError **error)
{
  State *state = run->state;
  g_autoptr (GArray) sequences = g_array_new (FALSE, FALSE, sizeof (guint));
  const float *logits = trafo_generation_run_begin_prompts (run, sequences, cancellable, error);

  if (logits == NULL)
    return NULL;
  for (guint i = 0; i < state->groups->len; i++)
    {
      Group *group = &g_array_index (state->groups, Group, i);
      guint  first = g_array_index (sequences, guint, i);

      group->has_sequences = TRUE;
      group->sequences[0] = first;
      for (gsize k = 1; k < run->plan->num_beams; k++)
        group->sequences[k] = trafo_step_scheduler_fork (run->scheduler, first);
    }
  return logits;
}

static const float *
run_beams (TrafoGenerationRun *run, GCancellable *cancellable, GError **error)
{
  State *state = run->state;

  g_array_set_size (state->runner_rows, 0);
  for (guint i = 0; i < state->groups->len; i++)
    {
      Group *group = &g_array_index (state->groups, Group, i);

      for (gsize k = 0; !group->is_done && k < run->plan->num_beams; k++)
        {
          const Beam    *beam = &group->running[k];
          GArray        *tokens = g_ptr_array_index (state->tokens, state->runner_rows->len);
          TrafoRunnerRow row = trafo_generation_run_get_row (run,
                                                             group->sequences[k],
                                                             group->prompt,
                                                             ids_of (beam),
                                                             beam->ids->len,
                                                             tokens);

          g_array_append_val (state->runner_rows, row);
        }
    }
  return trafo_step_request_run (run->request,
                                 (const TrafoRunnerRow *) (gpointer) state->runner_rows->data,
                                 state->runner_rows->len,
                                 cancellable,
                                 error);
}

/* The scores of all continuations of a beam, processed as log-probabilities. */
static gboolean
score_beam (TrafoGenerationRun *run,
            gsize               row,
            const Group        *group,
            gsize               index,
            const float        *logits,
            GError            **error)
{
  const Beam *beam = &group->running[index];
  gsize       vocab_size = run->plan->vocab_size;
  TrafoLogits part = run->row;

  trafo_logits_reset (&part, vocab_size);
  part.scores += index * vocab_size;
  trafo_generation_run_keep_logits (run, row, logits);
  memcpy (part.scores, logits, vocab_size * sizeof *part.scores);
  trafo_logits_normalize (&part);
  if (!trafo_generation_plan_process (run->plan,
                                      &part,
                                      ids_of (beam),
                                      beam->ids->len,
                                      group->prompt->n_padding,
                                      error))
    return FALSE;
  trafo_logits_spread (&part, vocab_size);
  trafo_generation_run_keep_scores (run, row, &part);
  trafo_score_blocks_add (part.scores, vocab_size, beam->score);
  return TRUE;
}

/* The best continuations of all beams, or some that are drawn, without those that were replaced. */
static gboolean
choose_candidates (TrafoGenerationRun *run, const Group *group, gboolean is_late, GError **error)
{
  State *state = run->state;

  if (!run->plan->do_sample)
    trafo_token_choose_many (&run->row, state->chosen, state->n_candidates);
  else if (!trafo_token_draw_many (&run->row,
                                   &group->draws,
                                   run->n_steps,
                                   state->chosen,
                                   state->n_candidates,
                                   error))
    return FALSE;
  for (gsize i = 0; i < state->n_candidates; i++)
    {
      Candidate  *candidate = &state->candidates[i];
      gint64      token = state->chosen[i] % run->plan->vocab_size;
      const Beam *parent;

      candidate->parent = state->chosen[i] / run->plan->vocab_size;
      parent = &group->running[candidate->parent];
      candidate->beam.ids = g_array_sized_new (FALSE, FALSE, sizeof (gint64), parent->ids->len + 1);
      g_array_append_vals (candidate->beam.ids, parent->ids->data, parent->ids->len);
      g_array_append_val (candidate->beam.ids, token);
      candidate->beam.score = run->row.scores[state->chosen[i]];
      candidate->beam.is_ended =
          is_late || candidate->beam.ids->len >= run->plan->max_length ||
          trafo_generation_run_is_end (run, ids_of (&candidate->beam), candidate->beam.ids->len);
    }
  return TRUE;
}

/* The best that did not end go on. */
static void
update_running (TrafoGenerationRun *run, Group *group)
{
  State            *state = run->state;
  gsize             n_beams = run->plan->num_beams;
  g_autofree guint *parents = g_new (guint, n_beams);
  Beam             *running = g_new (Beam, n_beams);

  for (gsize i = 0; i < state->n_candidates; i++)
    {
      const Beam *beam = &state->candidates[i].beam;

      state->ranked_scores[i] = beam->is_ended ? beam->score + OUT : beam->score;
    }
  trafo_top_k (state->ranked_scores, state->n_candidates, state->order, n_beams);
  for (gsize i = 0; i < n_beams; i++)
    {
      const Candidate *candidate = &state->candidates[state->order[i]];

      running[i] = beam_copy (&candidate->beam);
      running[i].score = state->ranked_scores[state->order[i]];
      parents[i] = candidate->parent;
    }
  beams_free (group->running, n_beams);
  group->running = running;
  trafo_step_scheduler_reorder (run->scheduler, group->sequences, parents, (guint) n_beams);
}

static gboolean
has_all (const TrafoGenerationRun *run, const Group *group)
{
  for (gsize i = 0; i < run->plan->num_beams; i++)
    if (!group->ended[i].is_ended)
      return FALSE;
  return TRUE;
}

/* Of those that ended only the first count: the others were looked at lest too few go on. */
static void
update_ended (TrafoGenerationRun *run, Group *group)
{
  State   *state = run->state;
  gsize    n_beams = run->plan->num_beams;
  gsize    n_new = state->candidates[0].beam.ids->len - run->prompts->length;
  float    divisor = (float) pow ((double) n_new, run->plan->length_penalty);
  Beam    *ended = g_new (Beam, n_beams);
  gboolean is_full = run->plan->early_stopping == TRAFO_EARLY_STOPPING_TRUE && has_all (run, group);

  for (gsize i = 0; i < n_beams; i++)
    state->ranked_scores[i] = group->ended[i].score;
  for (gsize i = 0; i < state->n_candidates; i++)
    {
      Beam *beam = &state->candidates[i].beam;

      beam->score /= divisor;
      beam->is_ended &= i < n_beams;
      beam->score += is_full ? OUT : 0;
      beam->score += group->can_improve ? 0 : OUT;
      beam->score += beam->is_ended ? 0 : OUT;
      state->ranked_scores[n_beams + i] = beam->score;
    }
  trafo_top_k (state->ranked_scores, n_beams + state->n_candidates, state->order, n_beams);
  for (gsize i = 0; i < n_beams; i++)
    {
      gsize index = state->order[i];

      ended[i] = beam_copy (index < n_beams ? &group->ended[index]
                                            : &state->candidates[index - n_beams].beam);
    }
  beams_free (group->ended, n_beams);
  group->ended = ended;
}

/* Whether the best that goes on may become better than the worst that ended, or there are too few. */
static gboolean
can_improve (const TrafoGenerationRun *run, const Group *group)
{
  const TrafoGenerationPlan *plan = run->plan;
  gsize                      length = group->running[0].ids->len;
  gboolean                   has_any = FALSE;
  float                      worst = group->ended[0].score;
  float                      best;

  if (plan->early_stopping == TRAFO_EARLY_STOPPING_NEVER && plan->length_penalty > 0)
    length = plan->max_length;
  best = group->running[0].score /
         (float) pow ((double) (length - run->prompts->length), plan->length_penalty);
  for (gsize i = 0; i < plan->num_beams; i++)
    {
      has_any |= group->ended[i].is_ended;
      worst = MIN (worst, group->ended[i].score);
    }
  return (has_any && best > worst) || (!has_all (run, group) && best > OUT);
}

/* Whether what is still to come cannot replace what ended. transformers runs all groups to the end of
 * the last; one without enough sequences that are in the race may get others until then. */
static gboolean
is_settled (const TrafoGenerationRun *run, const Group *group)
{
  for (gsize i = 0; i < run->plan->num_beams; i++)
    if (!group->ended[i].is_ended || !(group->ended[i].score > LEAST_OF_A_SEQUENCE))
      return FALSE;
  return !group->can_improve || !group->has_continuation ||
         run->plan->early_stopping == TRAFO_EARLY_STOPPING_TRUE;
}

static void
release (TrafoGenerationRun *run, Group *group)
{
  for (gsize i = 0; group->has_sequences && i < run->plan->num_beams; i++)
    trafo_step_scheduler_release (run->scheduler, group->sequences[i]);
  group->has_sequences = FALSE;
}

static gboolean
advance_group (TrafoGenerationRun *run, Group *group, gboolean is_late, GError **error)
{
  State *state = run->state;

  if (!choose_candidates (run, group, is_late, error))
    return FALSE;
  group->has_continuation = FALSE;
  for (gsize i = 0; i < state->n_candidates; i++)
    group->has_continuation |= !state->candidates[i].beam.is_ended;
  update_running (run, group);
  update_ended (run, group);
  for (gsize i = 0; i < state->n_candidates; i++)
    g_clear_pointer (&state->candidates[i].beam.ids, g_array_unref);
  group->can_improve = group->can_improve && can_improve (run, group);
  group->is_done = is_settled (run, group);
  if (group->is_done)
    release (run, group);
  return TRUE;
}

/* Whether no group can do better, each has all its sequences that is to stop then, or none goes on. */
static gboolean
is_finished (const TrafoGenerationRun *run)
{
  const State *state = run->state;
  gboolean     can_improve = FALSE, has_continuation = FALSE;
  gboolean     is_full = run->plan->early_stopping == TRAFO_EARLY_STOPPING_TRUE;

  for (guint i = 0; i < state->groups->len; i++)
    {
      const Group *group = &g_array_index (state->groups, Group, i);

      is_full = is_full && has_all (run, group);
      can_improve |= !group->is_done && group->can_improve;
      has_continuation |= !group->is_done && group->has_continuation;
    }
  return is_full || !can_improve || !has_continuation;
}

static gboolean
advance (TrafoGenerationRun *run, GCancellable *cancellable, GError **error)
{
  State       *state = run->state;
  gsize        n_beams = run->plan->num_beams, n_run = 0;
  gboolean     is_first = run->n_steps == 0, is_late;
  const float *logits =
      is_first ? run_prompts (run, cancellable, error) : run_beams (run, cancellable, error);

  if (logits == NULL)
    return FALSE;
  is_late = trafo_generation_run_is_late (run);
  run->is_done = TRUE; /* should the rest of the step fail: it cannot be made again */
  for (guint i = 0; i < state->groups->len; i++)
    {
      Group *group = &g_array_index (state->groups, Group, i);

      if (group->is_done)
        continue;
      for (gsize k = 0; k < n_beams; k++)
        {
          const float *row = logits + (is_first ? i : n_run++) * run->plan->vocab_size;

          if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
              !score_beam (run, i * n_beams + k, group, k, row, error))
            return FALSE;
        }
      if (!advance_group (run, group, is_late, error))
        return FALSE;
    }
  run->is_done = is_finished (run);
  return TRUE;
}

static GArray *
finish (TrafoGenerationRun *run)
{
  State  *state = run->state;
  GArray *results = g_array_new (FALSE, TRUE, sizeof (TrafoGeneratedRow));

  for (guint i = 0; i < state->groups->len; i++)
    for (gsize k = 0; k < run->plan->num_return_sequences; k++)
      {
        const Beam       *beam = &g_array_index (state->groups, Group, i).ended[k];
        TrafoGeneratedRow result = { .n_tokens = beam->ids->len - run->prompts->length };

        result.tokens = g_memdup2 (ids_of (beam) + run->prompts->length,
                                   result.n_tokens * sizeof *result.tokens);
        result.is_ended =
            result.n_tokens > 0 && trafo_generation_run_is_end (run, ids_of (beam), beam->ids->len);
        result.score = beam->score;
        g_array_append_val (results, result);
      }
  return results;
}

static void
end (TrafoGenerationRun *run)
{
  State *state = run->state;

  for (guint i = 0; i < state->groups->len; i++)
    {
      Group *group = &g_array_index (state->groups, Group, i);

      release (run, group);
      beams_free (group->running, run->plan->num_beams);
      beams_free (group->ended, run->plan->num_beams);
      g_free (group->sequences);
    }
  for (gsize i = 0; i < state->n_candidates; i++)
    g_clear_pointer (&state->candidates[i].beam.ids, g_array_unref);
  g_array_unref (state->groups);
  g_array_unref (state->runner_rows);
  g_ptr_array_unref (state->tokens);
  g_free (state->chosen);
  g_free (state->candidates);
  g_free (state->ranked_scores);
  g_free (state->order);
  g_free (state);
}

const TrafoGenerationSearch trafo_beam_search = { count_rows, begin, advance, finish, end };

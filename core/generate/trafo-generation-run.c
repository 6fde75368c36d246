/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-generation-run-private.h"

#include <string.h>
#include <trafo/trafo-error.h>

#include "trafo-model-runtime-private.h"
#include "trafo-padded-prompt-private.h"

void
trafo_generation_run_free (TrafoGenerationRun *self)
{
  if (self->state != NULL)
    self->search->end (self);
  trafo_step_request_free (self->request);
  trafo_logits_clear (&self->row);
  g_free (self->prompt_logits);
  g_clear_pointer (&self->stop_strings, trafo_stop_strings_free);
  g_clear_pointer (&self->prompts, trafo_generation_prompts_free);
  g_clear_pointer (&self->plan, trafo_generation_plan_free);
  g_clear_pointer (&self->scores, g_ptr_array_unref);
  g_clear_pointer (&self->logits, g_ptr_array_unref);
  g_free (self);
}

/* A beam search ranks the tokens of all its beams at once. */
static gboolean
init_row (TrafoGenerationRun *self, GError **error)
{
  gsize n_scores;

  if (g_size_checked_mul (&n_scores, self->plan->num_beams, self->plan->vocab_size))
    return trafo_logits_init (&self->row, n_scores, error);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NO_MEMORY,
               "no memory for %" G_GSIZE_FORMAT " beams",
               self->plan->num_beams);
  return FALSE;
}

static gboolean
check_lookup (const TrafoGenerationRun *self, GError **error)
{
  if (self->plan->prompt_lookup_num_tokens > 0 &&
      !trafo_model_computes_texts_apart (trafo_step_scheduler_get_model (self->scheduler)))
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_UNSUPPORTED,
                   "found prompt_lookup_num_tokens with LLM.int8(), whose outliers depend on the "
                   "tokens that are computed together; expected llm_int8_threshold 0, or none");
      return FALSE;
    }
  if (self->plan->prompt_lookup_num_tokens == 0 || self->prompts->n_rows == 1)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "found %" G_GSIZE_FORMAT " prompts, expected 1 with prompt_lookup_num_tokens",
               self->prompts->n_rows);
  return FALSE;
}

TrafoGenerationRun *
trafo_generation_run_new (TrafoKeptSequences    *kept,
                          TrafoTensorDict       *inputs,
                          TrafoGenerationConfig *config,
                          TrafoTokenizer        *tokenizer,
                          GError               **error)
{
  g_autoptr (TrafoGenerationRun) self = g_new0 (TrafoGenerationRun, 1);
  gsize vocab_size = trafo_step_scheduler_get_vocab_size (kept->scheduler);

  self->kept = kept;
  self->scheduler = kept->scheduler;
  self->start_time = g_get_monotonic_time ();
  self->scores = g_ptr_array_new_with_free_func (g_free);
  self->logits = g_ptr_array_new_with_free_func (g_free);
  self->prompts = trafo_generation_prompts_new (inputs, config, vocab_size, error);
  if (self->prompts == NULL)
    return NULL;
  self->plan = trafo_generation_plan_new (config,
                                          self->prompts->length,
                                          vocab_size,
                                          trafo_step_scheduler_get_max_length (kept->scheduler),
                                          error);
  if (self->plan == NULL || !check_lookup (self, error) || !init_row (self, error))
    return NULL;
  if (self->plan->stop_strings != NULL)
    {
      self->stop_strings =
          trafo_stop_strings_new ((const char *const *) self->plan->stop_strings, tokenizer, error);
      if (self->stop_strings == NULL)
        return NULL;
    }
  self->search = self->plan->num_beams > 1 ? &trafo_beam_search : &trafo_token_search;
  self->state = self->search->begin (self);
  return g_steal_pointer (&self);
}

/* Room for a step's scores, 0 where none are put. */
static gboolean
add_step (TrafoGenerationRun *self, GPtrArray *steps, GError **error)
{
  gsize  n_scores;
  float *scores = NULL;

  if (g_size_checked_mul (&n_scores, self->search->count_rows (self), self->plan->vocab_size))
    scores = g_try_new0 (float, n_scores);
  if (scores != NULL)
    {
      g_ptr_array_add (steps, scores);
      return TRUE;
    }
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NO_MEMORY,
               "no memory to keep the scores of step %u",
               self->n_steps);
  return FALSE;
}

static gboolean
begin_step (TrafoGenerationRun *self, GError **error)
{
  return (!self->plan->output_scores || add_step (self, self->scores, error)) &&
         (!self->plan->output_logits || add_step (self, self->logits, error));
}

gboolean
trafo_generation_run_next_token (TrafoGenerationRun *self, GError **error)
{
  self->n_steps++;
  return begin_step (self, error);
}

/* Forgets what a step kept that did not come to its end. */
static void
drop_step (TrafoGenerationRun *self, GPtrArray *steps)
{
  if (steps->len > self->n_steps)
    g_ptr_array_set_size (steps, self->n_steps);
}

static gboolean
advance (TrafoGenerationRun *self, GCancellable *cancellable, GError **error)
{
  if (!begin_step (self, error) || !self->search->advance (self, cancellable, error))
    {
      drop_step (self, self->scores);
      drop_step (self, self->logits);
      return FALSE;
    }
  self->n_steps++;
  return TRUE;
}

gboolean
trafo_generation_run_advance (TrafoGenerationRun *self, GCancellable *cancellable, GError **error)
{
  gboolean is_well;

  if (self->is_done)
    return TRUE;
  is_well = !g_cancellable_set_error_if_cancelled (cancellable, error) &&
            advance (self, cancellable, error);
  if (self->request != NULL && (!is_well || self->is_done || !self->comes_back))
    trafo_step_request_pause (self->request);
  return is_well;
}

gboolean
trafo_generation_run_is_late (const TrafoGenerationRun *self)
{
  double seconds = (double) (g_get_monotonic_time () - self->start_time) / G_USEC_PER_SEC;

  return self->plan->max_time >= 0 && seconds > self->plan->max_time;
}

gboolean
trafo_generation_run_is_end (const TrafoGenerationRun *self, const gint64 *ids, gsize n_ids)
{
  return trafo_generation_plan_is_end (self->plan, ids[n_ids - 1]) ||
         (self->stop_strings != NULL && trafo_stop_strings_match (self->stop_strings, ids, n_ids));
}

void
trafo_generation_run_get_tokens (const TrafoGenerationRun    *self,
                                 const TrafoGenerationPrompt *prompt,
                                 const gint64                *ids,
                                 gsize                        n_ids,
                                 GArray                      *tokens)
{
  g_array_set_size (tokens, 0);
  g_array_append_vals (tokens, prompt->tokens, prompt->n_tokens);
  g_array_append_vals (tokens, ids + self->prompts->length, n_ids - self->prompts->length);
}

TrafoRunnerRow
trafo_generation_run_get_row (const TrafoGenerationRun    *self,
                              guint                        sequence,
                              const TrafoGenerationPrompt *prompt,
                              const gint64                *ids,
                              gsize                        n_ids,
                              GArray                      *tokens)
{
  TrafoRunnerRow row = { sequence, 1, 1, ids + n_ids - 1, 0, 0 };

  if (prompt->ends_in_padding) /* which stands at 0, and what follows counts on from there */
    {
      row.shift_from = prompt->n_tokens;
      row.shift = 1 - (gint64) prompt->n_tokens;
    }
  if (self->plan->use_cache)
    return row;
  trafo_generation_run_get_tokens (self, prompt, ids, n_ids, tokens);
  trafo_step_scheduler_truncate (self->scheduler, sequence, 0);
  row.n_tokens = tokens->len;
  row.tokens = (const gint64 *) (gpointer) tokens->data;
  return row;
}

/* Longest generation that memory is taken for at once. */
#define MAX_RESERVED 1024

static gboolean
ask_for_room (TrafoGenerationRun *self, GError **error)
{
  const TrafoGenerationPlan *plan = self->plan;
  gsize                      per_prompt = MAX (plan->num_beams, plan->num_return_sequences);
  gsize                      length = MIN (plan->max_length, plan->prompt_length + MAX_RESERVED);
  gsize                      n_sequences;

  if (self->request != NULL)
    return TRUE;
  length = MIN (length, trafo_step_scheduler_get_max_length (self->scheduler));
  if (g_size_checked_mul (&n_sequences, self->prompts->n_rows, per_prompt) &&
      n_sequences <= G_MAXINT32)
    {
      self->request = trafo_step_request_new (self->scheduler, (guint) n_sequences, length);
      return TRUE;
    }
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NO_MEMORY,
               "no memory for %" G_GSIZE_FORMAT " prompts of %" G_GSIZE_FORMAT " sequences",
               self->prompts->n_rows,
               per_prompt);
  return FALSE;
}

/* The sequences go back to those that are kept, with what of their prompts they had before. */
static void
give_up_prompts (TrafoGenerationRun *self, GArray *sequences)
{
  for (guint i = 0; i < sequences->len; i++)
    trafo_kept_sequences_give (self->kept,
                               g_array_index (sequences, guint, i),
                               self->prompts->rows[i].tokens,
                               self->prompts->rows[i].n_tokens);
  g_array_set_size (sequences, 0);
}

/* Begins a sequence for each prompt and puts into @rows what is not kept of it, and into @fresh those
 * that nothing of an earlier generation is in. */
static void
begin_sequences (TrafoGenerationRun *self, GArray *sequences, GArray *rows, GArray *fresh)
{
  for (guint i = 0; i < self->prompts->n_rows; i++)
    {
      const TrafoGenerationPrompt *prompt = &self->prompts->rows[i];
      TrafoRunnerRow               row = { .n_logits = 1 };
      gsize                        length;

      row.sequence =
          trafo_kept_sequences_take (self->kept, prompt->tokens, prompt->n_tokens, &length);
      if (length == 0 && self->plan->use_cache)
        {
          g_array_append_val (fresh, i);
          length = trafo_step_scheduler_recall (self->scheduler,
                                                row.sequence,
                                                prompt->tokens,
                                                prompt->n_tokens);
        }
      row.n_tokens = prompt->n_tokens - length;
      row.tokens = prompt->tokens + length;
      g_array_append_val (sequences, row.sequence);
      g_array_append_val (rows, row);
    }
  trafo_kept_sequences_clear (self->kept);
}

static void
remember_prompts (TrafoGenerationRun *self, const GArray *sequences, const GArray *fresh)
{
  for (guint i = 0; i < fresh->len; i++)
    {
      guint                        index = g_array_index (fresh, guint, i);
      const TrafoGenerationPrompt *prompt = &self->prompts->rows[index];

      trafo_step_scheduler_remember (self->scheduler,
                                     g_array_index (sequences, guint, index),
                                     prompt->tokens,
                                     prompt->n_tokens);
    }
}

/* @logits are those of the prompts' tokens; where one ends in padding, the padding's count. */
static const float *
add_padding (TrafoGenerationRun *self,
             const float        *logits,
             GCancellable       *cancellable,
             GError            **error)
{
  gsize    vocab_size = self->plan->vocab_size, n_logits;
  gboolean has_padding = FALSE;

  for (gsize i = 0; i < self->prompts->n_rows; i++)
    has_padding |= self->prompts->rows[i].ends_in_padding;
  if (!has_padding)
    return logits;
  g_clear_pointer (&self->prompt_logits, g_free);
  if (g_size_checked_mul (&n_logits, self->prompts->n_rows, vocab_size))
    self->prompt_logits = g_try_new (float, n_logits);
  if (self->prompt_logits == NULL)
    {
      g_set_error (error, TRAFO_ERROR, TRAFO_ERROR_NO_MEMORY, "no memory for the prompts' logits");
      return NULL;
    }
  for (gsize i = 0; i < self->prompts->n_rows; i++)
    {
      const TrafoGenerationPrompt *prompt = &self->prompts->rows[i];
      float                       *row = self->prompt_logits + i * vocab_size;

      if (!prompt->ends_in_padding)
        memcpy (row, logits + i * vocab_size, vocab_size * sizeof *row);
      else if (!trafo_padded_prompt_run (trafo_step_scheduler_get_model (self->scheduler),
                                         prompt,
                                         self->prompts->length,
                                         row,
                                         vocab_size,
                                         cancellable,
                                         error))
        return NULL;
    }
  return self->prompt_logits;
}

const float *
trafo_generation_run_begin_prompts (TrafoGenerationRun *self,
                                    GArray             *sequences,
                                    GCancellable       *cancellable,
                                    GError            **error)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (TrafoRunnerRow));
  g_autoptr (GArray) fresh = g_array_new (FALSE, FALSE, sizeof (guint));
  const float *logits = NULL;

  if (!self->plan->use_cache)
    trafo_kept_sequences_clear (self->kept);
  begin_sequences (self, sequences, rows, fresh);
  if (ask_for_room (self, error))
    logits = trafo_step_request_run (self->request,
                                     (const TrafoRunnerRow *) (gpointer) rows->data,
                                     rows->len,
                                     cancellable,
                                     error);
  if (logits != NULL)
    remember_prompts (self, sequences, fresh);
  if (logits != NULL)
    logits = add_padding (self, logits, cancellable, error);
  if (logits == NULL)
    give_up_prompts (self, sequences);
  return logits;
}

static void
keep (const TrafoGenerationRun *self, GPtrArray *steps, gsize row, const float *scores)
{
  float *step;

  if (steps->len == 0)
    return;
  step = g_ptr_array_index (steps, steps->len - 1);
  memcpy (step + row * self->plan->vocab_size, scores, self->plan->vocab_size * sizeof *scores);
}

void
trafo_generation_run_keep_scores (TrafoGenerationRun *self, gsize row, TrafoLogits *logits)
{
  if (!self->plan->output_scores)
    return;
  trafo_logits_spread (logits, self->plan->vocab_size);
  keep (self, self->scores, row, logits->scores);
}

void
trafo_generation_run_keep_logits (TrafoGenerationRun *self, gsize row, const float *logits)
{
  keep (self, self->logits, row, logits);
}

/* A tensor of what was kept; NULL where there is nothing, or, with the error, no memory. */
static TrafoTensor *
join_steps (TrafoGenerationRun *self, GPtrArray *steps, GError **error)
{
  gsize        n_rows = self->search->count_rows (self), n_scores = n_rows * self->plan->vocab_size;
  const gint64 shape[] = { steps->len, n_rows, self->plan->vocab_size };
  TrafoTensor *tensor;
  float       *data;

  if (steps->len == 0)
    return NULL;
  tensor = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, shape, 3, error);
  if (tensor == NULL)
    return NULL;
  data = trafo_tensor_get_data (tensor);
  for (guint i = 0; i < steps->len; i++)
    memcpy (data + i * n_scores, g_ptr_array_index (steps, i), n_scores * sizeof *data);
  return tensor;
}

/* A beam search of transformers takes an id of 0 for none when it fills up, and fills up with -1 if no
 * token ends a sequence; so do we. */
static gint64
get_filler (const TrafoGenerationPlan *plan)
{
  if (plan->num_beams > 1 && plan->eos == NULL)
    return -1;
  if (plan->num_beams > 1 && plan->pad_token == 0)
    return g_array_index (plan->eos, gint64, 0);
  return MAX (plan->pad_token, 0);
}

static TrafoTensor *
join_sequences (TrafoGenerationRun *self, const GArray *rows, GError **error)
{
  const TrafoGenerationPrompts *prompts = self->prompts;
  gsize                         n_new = 0, per_prompt = rows->len / prompts->n_rows;
  gint64                        shape[2] = { rows->len, 0 };
  TrafoTensor                  *tensor;
  gint64                       *data;

  for (guint i = 0; i < rows->len; i++)
    n_new = MAX (n_new, g_array_index (rows, TrafoGeneratedRow, i).n_tokens);
  shape[1] = prompts->length + n_new;
  tensor = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, error);
  if (tensor == NULL)
    return NULL;
  data = trafo_tensor_get_data (tensor);
  for (guint i = 0; i < rows->len; i++)
    {
      const TrafoGeneratedRow *row = &g_array_index (rows, TrafoGeneratedRow, i);

      memcpy (data, prompts->rows[i / per_prompt].ids, prompts->length * sizeof *data);
      if (row->n_tokens > 0)
        memcpy (data + prompts->length, row->tokens, row->n_tokens * sizeof *data);
      for (gsize k = prompts->length + row->n_tokens; k < (gsize) shape[1]; k++)
        data[k] = get_filler (self->plan);
      data += shape[1];
    }
  return tensor;
}

static TrafoTensor *
join_scores (TrafoGenerationRun *self, const GArray *rows, GError **error)
{
  const gint64 shape[] = { rows->len };
  TrafoTensor *tensor;
  float       *data;

  if (self->plan->num_beams == 1)
    return NULL;
  tensor = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, shape, 1, error);
  if (tensor == NULL)
    return NULL;
  data = trafo_tensor_get_data (tensor);
  for (guint i = 0; i < rows->len; i++)
    data[i] = g_array_index (rows, TrafoGeneratedRow, i).score;
  return tensor;
}

static void
clear_row (gpointer data)
{
  TrafoGeneratedRow *row = data;

  g_free (row->tokens);
}

TrafoGenerationResult *
trafo_generation_run_finish (TrafoGenerationRun *self, GError **error)
{
  g_autoptr (GArray) rows = self->search->finish (self);
  g_autoptr (TrafoTensor) sequences = NULL;
  g_autoptr (TrafoTensor) sequences_scores = NULL;
  g_autoptr (TrafoTensor) scores = NULL;
  g_autoptr (TrafoTensor) logits = NULL;
  g_autoptr (GError) local = NULL;

  g_array_set_clear_func (rows, clear_row);
  sequences = join_sequences (self, rows, &local);
  if (local == NULL)
    sequences_scores = join_scores (self, rows, &local);
  if (local == NULL)
    scores = join_steps (self, self->scores, &local);
  if (local == NULL)
    logits = join_steps (self, self->logits, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return trafo_generation_result_new (g_steal_pointer (&rows),
                                      sequences,
                                      sequences_scores,
                                      scores,
                                      logits,
                                      (gint64) self->plan->seed);
}

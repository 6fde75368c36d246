/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <trafo/trafo-error.h>

#include "trafo-generation-plan-private.h"

typedef struct
{
  const TrafoGenerationPlan *plan;
  TrafoLogits               *logits;
  const gint64              *ids;
  gsize                      n_ids;
  gsize                      n_padding;
} Row;

static void
process_repetition (const Row *row)
{
  const TrafoGenerationPlan *plan = row->plan;

  if (plan->n_biases > 0)
    trafo_logits_bias_sequences (row->logits, row->ids, row->n_ids, plan->biases, plan->n_biases);
  if (plan->encoder_repetition_penalty != 1)
    trafo_logits_penalize_repetition (row->logits,
                                      row->ids,
                                      plan->prompt_length,
                                      1 / plan->encoder_repetition_penalty);
  if (plan->repetition_penalty != 1)
    trafo_logits_penalize_repetition (row->logits,
                                      row->ids + row->n_padding,
                                      row->n_ids - row->n_padding,
                                      plan->repetition_penalty);
  if (plan->no_repeat_ngram_size > 0)
    trafo_logits_forbid_ngrams (row->logits,
                                row->ids,
                                row->n_ids,
                                row->ids,
                                row->n_ids,
                                plan->no_repeat_ngram_size);
  if (plan->encoder_no_repeat_ngram_size > 0)
    trafo_logits_forbid_ngrams (row->logits,
                                row->ids,
                                plan->prompt_length,
                                row->ids,
                                row->n_ids,
                                plan->encoder_no_repeat_ngram_size);
  if (plan->n_bad_words > 0)
    trafo_logits_bias_sequences (row->logits,
                                 row->ids,
                                 row->n_ids,
                                 plan->bad_words,
                                 plan->n_bad_words);
}

static void
forbid (const Row *row, const GArray *tokens)
{
  trafo_logits_forbid (row->logits, (const gint64 *) (gpointer) tokens->data, tokens->len);
}

static void
force (const Row *row, const gint64 *tokens, gsize n_tokens)
{
  trafo_logits_force (row->logits, tokens, n_tokens);
}

static void
process_tokens (const Row *row)
{
  const TrafoGenerationPlan *plan = row->plan;
  gsize                      n_new = row->n_ids - plan->prompt_length;
  gint64                     n_beyond = (gint64) n_new - plan->decay_start;
  gsize begin = plan->prompt_length + (plan->prompt_length == 1 && plan->forced_bos_token >= 0);

  if (plan->eos != NULL && (row->n_ids < plan->min_length || n_new < plan->min_new_tokens))
    forbid (row, plan->eos);
  if (plan->forced_bos_token >= 0 && row->n_ids == 1)
    force (row, &plan->forced_bos_token, 1);
  if (plan->forced_eos != NULL && row->n_ids + 1 == plan->max_length)
    force (row, (const gint64 *) (gpointer) plan->forced_eos->data, plan->forced_eos->len);
  if (plan->remove_invalid_values)
    trafo_logits_replace_invalid (row->logits);
  if (plan->has_decay && n_beyond > 0)
    trafo_logits_decay_length (row->logits,
                               (const gint64 *) (gpointer) plan->eos->data,
                               plan->eos->len,
                               plan->decay_factor,
                               (gsize) n_beyond);
  if (plan->suppress != NULL)
    forbid (row, plan->suppress);
  if (plan->begin_suppress != NULL && row->n_ids == begin)
    forbid (row, plan->begin_suppress);
}

static void
filter (const Row *row)
{
  const TrafoGenerationPlan *plan = row->plan;
  gsize                      keep = plan->min_tokens_to_keep;

  if (plan->temperature != 1)
    trafo_logits_divide (row->logits, plan->temperature);
  if (plan->top_h >= 0)
    trafo_logits_keep_top_h (row->logits, plan->top_h);
  if (plan->top_k > 0)
    trafo_logits_keep_top_k (row->logits, MAX (plan->top_k, keep));
  if (plan->top_p < 1)
    trafo_logits_keep_top_p (row->logits, plan->top_p, keep);
  if (plan->min_p >= 0)
    trafo_logits_keep_min_p (row->logits, plan->min_p, keep);
  if (plan->typical_p < 1)
    trafo_logits_keep_typical (row->logits, plan->typical_p, keep);
  if (plan->epsilon_cutoff > 0 && plan->epsilon_cutoff < 1)
    trafo_logits_keep_epsilon (row->logits, plan->epsilon_cutoff, keep);
  if (plan->eta_cutoff > 0 && plan->eta_cutoff < 1)
    trafo_logits_keep_eta (row->logits, plan->eta_cutoff, keep);
}

static gboolean
check_numbers (const Row *row, GError **error)
{
  gsize i = 0;

  if (!isnan (trafo_logits_find_maximum (row->logits)))
    return TRUE;
  while (!isnan (row->logits->scores[i]))
    i++;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "found a score of the model that is no number, at token %" G_GSIZE_FORMAT
               " after %" G_GSIZE_FORMAT " tokens; remove_invalid_values replaces such",
               i,
               row->n_ids);
  return FALSE;
}

gboolean
trafo_generation_plan_forbids (const TrafoGenerationPlan *self)
{
  return self->n_biases > 0 || self->n_bad_words > 0 || self->no_repeat_ngram_size > 0 ||
         self->encoder_no_repeat_ngram_size > 0 || self->forced_bos_token >= 0 ||
         self->forced_eos != NULL || self->suppress != NULL || self->begin_suppress != NULL ||
         (self->eos != NULL && MAX (self->min_length, self->min_new_tokens) > 0);
}

gboolean
trafo_generation_plan_process (const TrafoGenerationPlan *self,
                               TrafoLogits               *logits,
                               const gint64              *ids,
                               gsize                      n_ids,
                               gsize                      n_padding,
                               GError                   **error)
{
  Row row = { self, logits, ids, n_ids, n_padding };

  if (!self->remove_invalid_values && !check_numbers (&row, error))
    return FALSE;
  process_repetition (&row);
  process_tokens (&row);
  if (self->do_sample)
    filter (&row);
  if (self->renormalize_logits)
    trafo_logits_normalize (logits);
  return TRUE;
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-logits-private.h"

#include <math.h>
#include <trafo/trafo-error.h>

#include "score-blocks-private.h"

gboolean
trafo_logits_init (TrafoLogits *self, gsize n_scores, GError **error)
{
  gsize n_blocks = TRAFO_N_SCORE_BLOCKS (n_scores);

  trafo_logits_reset (self, n_scores);
  self->scores = g_try_new (float, n_scores);
  self->tokens = g_try_new (guint32, n_scores);
  self->maxima = g_try_new (float, n_blocks);
  self->weights = g_try_new (float, n_blocks *TRAFO_SCORE_BLOCK);
  self->sums = g_try_new (double, n_blocks);
  self->keys = g_try_new (guint32, n_scores);
  if (self->scores != NULL && self->tokens != NULL && self->maxima != NULL &&
      self->weights != NULL && self->sums != NULL && self->keys != NULL)
    return TRUE;
  trafo_logits_clear (self);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NO_MEMORY,
               "no memory for the scores of %" G_GSIZE_FORMAT " tokens",
               n_scores);
  return FALSE;
}

void
trafo_logits_clear (TrafoLogits *self)
{
  g_clear_pointer (&self->scores, g_free);
  g_clear_pointer (&self->tokens, g_free);
  g_clear_pointer (&self->maxima, g_free);
  g_clear_pointer (&self->weights, g_free);
  g_clear_pointer (&self->sums, g_free);
  g_clear_pointer (&self->keys, g_free);
}

void
trafo_logits_reset (TrafoLogits *self, gsize n_scores)
{
  self->n_scores = n_scores;
  self->is_whole = TRUE;
}

static void
drop (float *scores, gsize start, gsize end)
{
  for (gsize i = start; i < end; i++)
    scores[i] = -INFINITY;
}

/* From the end: no score moves to where one is still to be read. */
void
trafo_logits_spread (TrafoLogits *self, gsize n_tokens)
{
  gsize end = n_tokens;

  if (self->is_whole)
    return;
  for (gsize i = self->n_scores; i-- > 0; end = self->tokens[i])
    {
      self->scores[self->tokens[i]] = self->scores[i];
      drop (self->scores, self->tokens[i] + 1, end);
    }
  drop (self->scores, 0, end);
  trafo_logits_reset (self, n_tokens);
}

float
trafo_logits_find_maximum (TrafoLogits *self)
{
  trafo_score_blocks_get_maxima (self->scores, self->n_scores, self->maxima);
  self->maximum = -INFINITY;
  for (gsize i = 0; i < TRAFO_N_SCORE_BLOCKS (self->n_scores) && !isnan (self->maximum); i++)
    if (!(self->maxima[i] <= self->maximum))
      self->maximum = self->maxima[i];
  return self->maximum;
}

gboolean
trafo_logits_weigh (TrafoLogits *self)
{
  if (!isfinite (trafo_logits_find_maximum (self)))
    return FALSE;
  trafo_score_blocks_get_weights (self->scores,
                                  self->n_scores,
                                  self->maximum,
                                  self->weights,
                                  self->sums);
  self->sum = 0;
  for (gsize i = 0; i < TRAFO_N_SCORE_BLOCKS (self->n_scores); i++)
    self->sum += self->sums[i];
  return TRUE;
}

/* With p = w / s and w = e^(x - m), the sum of -p log p is log s + (sum of w (m - x)) / s. */
double
trafo_logits_get_entropy (const TrafoLogits *self)
{
  double deficit =
      trafo_score_blocks_get_deficit (self->scores, self->n_scores, self->maximum, self->weights);

  return log (self->sum) + deficit / self->sum;
}

void
trafo_logits_normalize (TrafoLogits *self)
{
  float log_sum = trafo_logits_weigh (self) ? (float) log (self->sum) : NAN;

  trafo_score_blocks_add (self->scores, self->n_scores, -self->maximum);
  trafo_score_blocks_add (self->scores, self->n_scores, -log_sum);
}

void
trafo_logits_divide (TrafoLogits *self, double temperature)
{
  trafo_score_blocks_divide (self->scores, self->n_scores, (float) temperature);
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-token-choice-private.h"

#include <trafo/trafo-error.h>

#include "score-blocks-private.h"
#include "trafo-philox-private.h"
#include "trafo-top-k-private.h"

double
trafo_token_draws_get (const TrafoTokenDraws *self, guint32 step, guint32 index)
{
  guint32 words[4];

  trafo_philox (self->seed, self->stream, (guint64) step << 32 | index, words);
  return (double) (((guint64) words[0] << 32 | words[1]) >> 11) * 0x1p-53;
}

gsize
trafo_token_choose_best (TrafoLogits *logits)
{
  const float *scores = logits->scores;
  gsize        best = 0;

  trafo_logits_find_maximum (logits);
  for (gsize start = 0; start < logits->n_scores; start += TRAFO_SCORE_BLOCK)
    if (!(logits->maxima[start / TRAFO_SCORE_BLOCK] <= scores[best]))
      for (gsize i = start; i < MIN (start + TRAFO_SCORE_BLOCK, logits->n_scores); i++)
        if (scores[i] > scores[best])
          best = i;
  return trafo_logits_get_token (logits, best);
}

/* The block in which the sum of the weights exceeds @target, or the last with any weight where
 * rounding leaves none; and the sum of those before. */
static gsize
find_block (const TrafoLogits *logits, double target, double *ret_before)
{
  gsize  block = 0;
  double before = 0;

  for (gsize i = 0; i < TRAFO_N_SCORE_BLOCKS (logits->n_scores) && before <= target; i++)
    if (logits->sums[i] > 0)
      {
        block = i;
        *ret_before = before;
        before += logits->sums[i];
      }
  return block;
}

/* The same of the tokens. */
static gsize
find_share (const TrafoLogits *logits, double target)
{
  double sum = 0;
  gsize  start = find_block (logits, target, &sum) * TRAFO_SCORE_BLOCK, last = start;

  for (gsize i = start; i < MIN (start + TRAFO_SCORE_BLOCK, logits->n_scores); i++)
    if (logits->weights[i] > 0)
      {
        sum += logits->weights[i];
        last = i;
        if (sum > target)
          break;
      }
  return last;
}

static gboolean
weigh (TrafoLogits *logits, GError **error)
{
  if (trafo_logits_weigh (logits))
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "no token can be drawn: none has a finite score");
  return FALSE;
}

gboolean
trafo_token_draw (TrafoLogits *logits, double number, gsize *ret_token, GError **error)
{
  if (!weigh (logits, error))
    return FALSE;
  *ret_token = trafo_logits_get_token (logits, find_share (logits, number * logits->sum));
  return TRUE;
}

void
trafo_token_choose_many (TrafoLogits *logits, gsize *tokens, gsize n_tokens)
{
  trafo_top_k (logits->scores, logits->n_scores, logits->keys, n_tokens);
  for (gsize i = 0; i < n_tokens; i++)
    tokens[i] = logits->keys[i];
}

static double
sum_blocks (const TrafoLogits *logits)
{
  double sum = 0;

  for (gsize i = 0; i < TRAFO_N_SCORE_BLOCKS (logits->n_scores); i++)
    sum += logits->sums[i];
  return sum;
}

/* Without it, its block is summed again: to subtract might leave what no token has. */
static void
take_away (TrafoLogits *logits, gsize token)
{
  gsize   start = token - token % TRAFO_SCORE_BLOCK;
  double *sum = &logits->sums[token / TRAFO_SCORE_BLOCK];

  logits->weights[token] = 0;
  *sum = 0;
  for (gsize i = start; i < MIN (start + TRAFO_SCORE_BLOCK, logits->n_scores); i++)
    *sum += logits->weights[i];
}

/* Where fewer have a probability than are asked for, those without one follow in their order. */
gboolean
trafo_token_draw_many (TrafoLogits           *logits,
                       const TrafoTokenDraws *draws,
                       guint32                step,
                       gsize                 *tokens,
                       gsize                  n_tokens,
                       GError               **error)
{
  gsize n_drawn = 0;

  if (!weigh (logits, error))
    return FALSE;
  for (double sum; n_drawn < n_tokens && (sum = sum_blocks (logits)) > 0; n_drawn++)
    {
      double number = trafo_token_draws_get (draws, step, (guint32) n_drawn);

      tokens[n_drawn] = find_share (logits, number * sum);
      take_away (logits, tokens[n_drawn]);
    }
  for (gsize i = 0; i < n_drawn; i++)
    logits->weights[tokens[i]] = 1;
  for (gsize i = 0; i < logits->n_scores && n_drawn < n_tokens; i++)
    if (logits->weights[i] == 0)
      tokens[n_drawn++] = i;
  return TRUE;
}

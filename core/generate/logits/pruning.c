/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "pruning-private.h"

#include <float.h>
#include <math.h>

#include "score-blocks-private.h"
#include "trafo-selection-private.h"

/* A score that @n_tokens or more reach: the largest of so many blocks do. */
static float
find_bound (TrafoLogits *self, gsize n_tokens)
{
  gsize          n_blocks = TRAFO_N_SCORE_BLOCKS (self->n_scores);
  TrafoSelection found;

  if (n_tokens <= 1)
    return self->maximum;
  if (n_tokens > n_blocks)
    return -INFINITY;
  trafo_score_blocks_get_keys (self->maxima, n_blocks, self->keys);
  trafo_selection_find (self->keys, NULL, n_blocks, (double) n_tokens, &found);
  return trafo_selection_value (found.key);
}

/* What has no probability goes too. Without branches, for nobody knows which of a block stay. */
static void
drop_below (TrafoLogits *self, float bound)
{
  const TrafoLogits before = *self;
  gsize             n_left = 0;

  bound = MAX (bound, -FLT_MAX); /* of NaN and -FLT_MAX, the latter */
  for (gsize start = 0; start < before.n_scores; start += TRAFO_SCORE_BLOCK)
    {
      gsize end = MIN (start + TRAFO_SCORE_BLOCK, before.n_scores);

      if (before.maxima[start / TRAFO_SCORE_BLOCK] < bound)
        continue;
      for (gsize i = start; i < end; i++)
        {
          float score = before.scores[i];

          before.tokens[n_left] = (guint32) trafo_logits_get_token (&before, i);
          before.scores[n_left] = score;
          n_left += score >= bound;
        }
    }
  self->n_scores = n_left;
  self->is_whole = FALSE;
}

void
trafo_logits_prune_to_best (TrafoLogits *self, gsize n_tokens)
{
  drop_below (self, find_bound (self, n_tokens));
}

/* The margin is more than the rounding of weights and scores. */
void
trafo_logits_prune_unlikely (TrafoLogits *self, double weight, gsize min_tokens)
{
  double margin = 1e-3 + 1e-6 * fabs (self->maximum);
  float  bound = (float) (self->maximum + log (weight) - margin);

  drop_below (self, MIN (bound, find_bound (self, min_tokens)));
  trafo_logits_weigh (self);
}

/* Half of it, for the sums are rounded too. */
double
trafo_logits_get_tail_weight (const TrafoLogits *self, double mass)
{
  return (1 - mass) / 2 * self->sum / (double) self->n_scores;
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>

#include "pruning-private.h"
#include "ranking-private.h"
#include "score-blocks-private.h"

/* Drops what weighs less than @weight. Ties with the last of those that must stay do too, as in
 * transformers. */
static void
cut_off (TrafoLogits *self, double weight, gsize min_tokens_to_keep)
{
  TrafoRanking ranking;

  trafo_logits_prune_unlikely (self, weight, min_tokens_to_keep);
  trafo_score_blocks_get_keys (self->scores, self->n_scores, self->keys);
  ranking = trafo_ranking_first (self, min_tokens_to_keep);
  ranking.n_last = self->n_scores;
  for (gsize i = 0; i < self->n_scores; i++)
    if (self->weights[i] >= weight)
      self->keys[i] = G_MAXUINT32;
  trafo_ranking_keep (&ranking, self);
}

/* Hewitt et al. 2022, "Truncation Sampling as Language Model Desmoothing", section 4. */
void
trafo_logits_keep_epsilon (TrafoLogits *self, double epsilon, gsize min_tokens_to_keep)
{
  if (trafo_logits_weigh (self))
    cut_off (self, epsilon * self->sum, min_tokens_to_keep);
}

/* The same paper, section 4.2: the threshold falls with the entropy. */
void
trafo_logits_keep_eta (TrafoLogits *self, double epsilon, gsize min_tokens_to_keep)
{
  double eta;

  if (!trafo_logits_weigh (self))
    return;
  eta = MIN (epsilon, sqrt (epsilon) * exp (-trafo_logits_get_entropy (self)));
  cut_off (self, eta * self->sum, min_tokens_to_keep);
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>

#include "pruning-private.h"
#include "ranking-private.h"

/* How far a token's surprise is from what is to be expected, negative, so that the nearest rank
 * first. */
static void
rank_distances (TrafoLogits *self, double log_sum, double entropy)
{
  for (gsize i = 0; i < self->n_scores; i++)
    {
      float surprise = (float) log_sum - (self->scores[i] - self->maximum);

      self->keys[i] = trafo_selection_key (-fabsf (surprise - (float) entropy));
    }
}

/* Of tokens less likely than this none is taken: those that are as near to the entropy as what the
 * tail leaves out have the mass already. The tail's first and the likeliest are the farthest of them. */
static double
find_least_weight (const TrafoLogits *self, double typical_p, double log_sum, double entropy)
{
  double tail_surprise = log_sum - log (trafo_logits_get_tail_weight (self, typical_p));

  return exp (log_sum - MAX (tail_surprise, 2 * entropy - log_sum));
}

/* Meister et al. 2022, "Locally Typical Sampling", section 4. Tokens as far as the last one that
 * @typical_p takes stay. */
void
trafo_logits_keep_typical (TrafoLogits *self, double typical_p, gsize min_tokens_to_keep)
{
  TrafoSelection found;
  TrafoRanking   ranking;
  double         mass, log_sum, entropy;

  if (!trafo_logits_weigh (self))
    return;
  mass = typical_p * self->sum;
  log_sum = log (self->sum);
  entropy = trafo_logits_get_entropy (self);
  trafo_logits_prune_unlikely (self,
                               find_least_weight (self, typical_p, log_sum, entropy),
                               min_tokens_to_keep);
  rank_distances (self, log_sum, entropy);
  trafo_selection_find (self->keys, self->weights, self->n_scores, mass, &found);
  ranking = trafo_ranking_longer ((TrafoRanking){ found.key, self->n_scores },
                                  trafo_ranking_first (self, min_tokens_to_keep));
  trafo_ranking_keep (&ranking, self);
}

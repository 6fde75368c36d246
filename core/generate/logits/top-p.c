/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "pruning-private.h"
#include "ranking-private.h"
#include "score-blocks-private.h"

/* The first tokens that weigh @mass together: as many of the last key as that takes. */
static TrafoRanking
rank_mass (const TrafoLogits *self, double mass)
{
  TrafoRanking   ranking = { 0 };
  TrafoSelection found;
  double         taken;

  trafo_selection_find (self->keys, self->weights, self->n_scores, mass, &found);
  taken = found.weight_above;
  ranking.key = found.key;
  for (gsize i = 0; i < self->n_scores && taken < mass; i++)
    if (self->keys[i] == found.key)
      {
        taken += self->weights[i];
        ranking.n_last++;
      }
  return ranking;
}

/* Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration", section 3.1. */
void
trafo_logits_keep_top_p (TrafoLogits *self, double top_p, gsize min_tokens_to_keep)
{
  TrafoRanking ranking;
  double       mass;

  if (!trafo_logits_weigh (self))
    return;
  mass = top_p * self->sum;
  trafo_logits_prune_unlikely (self,
                               trafo_logits_get_tail_weight (self, top_p),
                               min_tokens_to_keep);
  trafo_score_blocks_get_keys (self->scores, self->n_scores, self->keys);
  ranking =
      trafo_ranking_longer (rank_mass (self, mass), trafo_ranking_first (self, min_tokens_to_keep));
  trafo_ranking_keep (&ranking, self);
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>

#include "pruning-private.h"
#include "ranking-private.h"
#include "score-blocks-private.h"

/* Nguyen et al. 2024, "Turning Up the Heat: Min-p Sampling", section 3. The likeliest weighs 1. */
void
trafo_logits_keep_min_p (TrafoLogits *self, double min_p, gsize min_tokens_to_keep)
{
  TrafoRanking ranking;

  if (!isfinite (trafo_logits_find_maximum (self)))
    return;
  trafo_logits_prune_unlikely (self, min_p, min_tokens_to_keep);
  trafo_score_blocks_get_keys (self->weights, self->n_scores, self->keys);
  ranking = (TrafoRanking){ trafo_selection_key ((float) min_p), self->n_scores };
  ranking = trafo_ranking_longer (ranking, trafo_ranking_first (self, min_tokens_to_keep));
  trafo_ranking_keep (&ranking, self);
}

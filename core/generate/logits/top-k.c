/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "pruning-private.h"
#include "ranking-private.h"
#include "score-blocks-private.h"

/* Fan et al. 2018, "Hierarchical Neural Story Generation", section 5.4. Ties with the last one
 * stay, as in transformers. */
void
trafo_logits_keep_top_k (TrafoLogits *self, gsize top_k)
{
  TrafoRanking ranking;

  trafo_logits_find_maximum (self);
  trafo_logits_prune_to_best (self, top_k);
  trafo_score_blocks_get_keys (self->scores, self->n_scores, self->keys);
  ranking = trafo_ranking_first (self, top_k);
  ranking.n_last = self->n_scores;
  trafo_ranking_keep (&ranking, self);
}

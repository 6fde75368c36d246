/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ranking-private.h"

/* Fan et al. 2018, "Hierarchical Neural Story Generation", section 5.4. Ties with the last one
 * stay, as in transformers. */
void
trafo_logits_keep_top_k (float *scores, TrafoLogitsRoom *room, gsize top_k)
{
  TrafoRanking ranking;

  trafo_ranking_set_keys (room, scores);
  ranking = trafo_ranking_first (room, top_k);
  ranking.n_last = room->n_scores;
  trafo_ranking_keep (&ranking, room, scores);
}

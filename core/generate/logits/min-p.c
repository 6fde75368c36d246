/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ranking-private.h"

/* Nguyen et al. 2024, "Turning Up the Heat: Min-p Sampling", section 3. */
void
trafo_logits_keep_min_p (float           *scores,
                         TrafoLogitsRoom *room,
                         double           min_p,
                         gsize            min_tokens_to_keep)
{
  TrafoRanking ranking;
  float        threshold = 0;

  if (!trafo_logits_get_probabilities (scores, room->n_scores, room->weights))
    return;
  for (gsize i = 0; i < room->n_scores; i++)
    threshold = MAX (threshold, room->weights[i]);
  threshold *= (float) min_p;
  trafo_ranking_set_keys (room, room->weights);
  ranking = (TrafoRanking){ trafo_selection_key (threshold), room->n_scores };
  ranking = trafo_ranking_longer (ranking, trafo_ranking_first (room, min_tokens_to_keep));
  trafo_ranking_keep (&ranking, room, scores);
}

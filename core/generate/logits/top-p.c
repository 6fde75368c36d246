/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ranking-private.h"

/* The first tokens with a mass of @top_p: as many of the last key as that takes. */
static TrafoRanking
rank_mass (const TrafoLogitsRoom *room, double top_p)
{
  TrafoRanking   ranking = { 0 };
  TrafoSelection found;
  double         mass;

  trafo_selection_find (room->keys, room->weights, room->n_scores, top_p, &found);
  mass = found.weight_above;
  ranking.key = found.key;
  for (gsize i = 0; i < room->n_scores && mass < top_p; i++)
    if (room->keys[i] == found.key)
      {
        mass += room->weights[i];
        ranking.n_last++;
      }
  return ranking;
}

/* Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration", section 3.1. */
void
trafo_logits_keep_top_p (float           *scores,
                         TrafoLogitsRoom *room,
                         double           top_p,
                         gsize            min_tokens_to_keep)
{
  TrafoRanking ranking;

  if (!trafo_logits_get_probabilities (scores, room->n_scores, room->weights))
    return;
  trafo_ranking_set_keys (room, scores);
  ranking = trafo_ranking_longer (rank_mass (room, top_p),
                                  trafo_ranking_first (room, min_tokens_to_keep));
  trafo_ranking_keep (&ranking, room, scores);
}

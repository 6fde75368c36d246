/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>

#include "ranking-private.h"

/* How far a token's surprise is from what is to be expected, negative, so that the nearest rank
 * first. */
static void
rank_distances (TrafoLogitsRoom *room)
{
  float entropy = (float) trafo_logits_get_entropy (room->weights, room->n_scores);

  for (gsize i = 0; i < room->n_scores; i++)
    {
      float surprise = -logf (room->weights[i]);

      room->keys[i] = trafo_selection_key (-fabsf (surprise - entropy));
    }
}

/* Meister et al. 2022, "Locally Typical Sampling", section 4. Tokens as far as the last one that
 * @typical_p takes stay. */
void
trafo_logits_keep_typical (float           *scores,
                           TrafoLogitsRoom *room,
                           double           typical_p,
                           gsize            min_tokens_to_keep)
{
  TrafoSelection found;
  TrafoRanking   ranking;

  if (!trafo_logits_get_probabilities (scores, room->n_scores, room->weights))
    return;
  rank_distances (room);
  trafo_selection_find (room->keys, room->weights, room->n_scores, typical_p, &found);
  ranking = trafo_ranking_longer ((TrafoRanking){ found.key, room->n_scores },
                                  trafo_ranking_first (room, min_tokens_to_keep));
  trafo_ranking_keep (&ranking, room, scores);
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ranking-private.h"

#include <math.h>

TrafoRanking
trafo_ranking_first (const TrafoLogitsRoom *room, gsize n_tokens)
{
  TrafoSelection found;

  n_tokens = MIN (n_tokens, room->n_scores);
  trafo_selection_find (room->keys, NULL, room->n_scores, (double) n_tokens, &found);
  return (TrafoRanking){ found.key, n_tokens - (gsize) found.weight_above };
}

TrafoRanking
trafo_ranking_longer (TrafoRanking a, TrafoRanking b)
{
  if (a.key != b.key)
    return a.key < b.key ? a : b;
  return a.n_last > b.n_last ? a : b;
}

void
trafo_ranking_set_keys (TrafoLogitsRoom *room, const float *values)
{
  for (gsize i = 0; i < room->n_scores; i++)
    room->keys[i] = trafo_selection_key (values[i]);
}

void
trafo_ranking_keep (const TrafoRanking *ranking, const TrafoLogitsRoom *room, float *scores)
{
  gsize n_left = ranking->n_last;

  for (gsize i = 0; i < room->n_scores; i++)
    if (room->keys[i] == ranking->key && n_left > 0)
      n_left--;
    else if (room->keys[i] <= ranking->key)
      scores[i] = -INFINITY;
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>

#include "ranking-private.h"

/* Drops what is less likely than @threshold; the room has the probabilities. Ties with the last of
 * those that must stay do too, as in transformers. */
static void
cut_off (float *scores, TrafoLogitsRoom *room, float threshold, gsize min_tokens_to_keep)
{
  TrafoRanking ranking;

  trafo_ranking_set_keys (room, scores);
  ranking = trafo_ranking_first (room, min_tokens_to_keep);
  for (gsize i = 0; i < room->n_scores; i++)
    if (room->weights[i] < threshold && room->keys[i] < ranking.key)
      scores[i] = -INFINITY;
}

/* Hewitt et al. 2022, "Truncation Sampling as Language Model Desmoothing", section 4. */
void
trafo_logits_keep_epsilon (float           *scores,
                           TrafoLogitsRoom *room,
                           double           epsilon,
                           gsize            min_tokens_to_keep)
{
  if (trafo_logits_get_probabilities (scores, room->n_scores, room->weights))
    cut_off (scores, room, (float) epsilon, min_tokens_to_keep);
}

/* The same paper, section 4.2: the threshold falls with the entropy. */
void
trafo_logits_keep_eta (float           *scores,
                       TrafoLogitsRoom *room,
                       double           epsilon,
                       gsize            min_tokens_to_keep)
{
  double entropy;

  if (!trafo_logits_get_probabilities (scores, room->n_scores, room->weights))
    return;
  entropy = trafo_logits_get_entropy (room->weights, room->n_scores);
  cut_off (scores,
           room,
           (float) MIN (epsilon, sqrt (epsilon) * exp (-entropy)),
           min_tokens_to_keep);
}

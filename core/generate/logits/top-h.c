/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <stdlib.h>

#include "ranking-private.h"

/* Only so many tokens are looked at, as in transformers. */
#define N_CANDIDATES 100

typedef struct
{
  float score;
  gsize token;
} Candidate;

static int
compare (const void *a, const void *b)
{
  const Candidate *x = a, *y = b;

  if (x->score != y->score)
    return x->score < y->score ? 1 : -1;
  return x->token < y->token ? -1 : 1;
}

/* How many of the sorted candidates share the part @top_h of their entropy. */
static gsize
count_kept (const Candidate *candidates, gsize n_candidates, double top_h)
{
  float  scores[N_CANDIDATES], probabilities[N_CANDIDATES];
  double left, taken = 0;
  gsize  n_kept = 0;

  for (gsize i = 0; i < n_candidates; i++)
    scores[i] = candidates[i].score;
  if (!trafo_logits_get_probabilities (scores, n_candidates, probabilities))
    return n_candidates;
  left = top_h * trafo_logits_get_entropy (probabilities, n_candidates);
  while (n_kept < n_candidates && probabilities[n_kept] > 0)
    {
      taken -= probabilities[n_kept] * log (probabilities[n_kept]);
      if (taken > left && n_kept > 0)
        break;
      n_kept++;
    }
  return n_kept;
}

/* Potraghloo et al. 2025, "Top-H Decoding", algorithm 1. */
void
trafo_logits_keep_top_h (float *scores, TrafoLogitsRoom *room, double top_h)
{
  Candidate    candidates[N_CANDIDATES];
  gsize        n_candidates = 0, n_kept;
  TrafoRanking ranking;

  trafo_ranking_set_keys (room, scores);
  ranking = trafo_ranking_first (room, N_CANDIDATES);
  trafo_ranking_keep (&ranking, room, scores);
  for (gsize i = 0; i < room->n_scores && n_candidates < N_CANDIDATES; i++)
    if (scores[i] > -INFINITY)
      candidates[n_candidates++] = (Candidate){ scores[i], i };
  qsort (candidates, n_candidates, sizeof *candidates, compare);
  n_kept = count_kept (candidates, n_candidates, top_h);
  for (gsize i = n_kept; i < n_candidates; i++)
    scores[candidates[i].token] = -INFINITY;
}

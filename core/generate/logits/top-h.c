/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <stdlib.h>

#include "pruning-private.h"
#include "ranking-private.h"
#include "score-blocks-private.h"

/* Only so many tokens are looked at, as in transformers. */
#define N_CANDIDATES 100

typedef struct
{
  float score;
  gsize index;
} Candidate;

static int
compare (const void *a, const void *b)
{
  const Candidate *x = a, *y = b;

  if (x->score != y->score)
    return x->score < y->score ? 1 : -1;
  return x->index < y->index ? -1 : 1;
}

/* How many of the sorted candidates share the part @top_h of their entropy. */
static gsize
count_kept (const TrafoLogits *self, const Candidate *candidates, double top_h)
{
  double left = top_h * trafo_logits_get_entropy (self), taken = 0;
  gsize  n_kept = 0;

  while (n_kept < self->n_scores && self->weights[candidates[n_kept].index] > 0)
    {
      double probability = self->weights[candidates[n_kept].index] / self->sum;

      taken -= probability * log (probability);
      if (taken > left && n_kept > 0)
        break;
      n_kept++;
    }
  return n_kept;
}

/* Potraghloo et al. 2025, "Top-H Decoding", algorithm 1. */
void
trafo_logits_keep_top_h (TrafoLogits *self, double top_h)
{
  Candidate    candidates[N_CANDIDATES];
  TrafoRanking ranking;
  gsize        n_kept;

  trafo_logits_find_maximum (self);
  trafo_logits_prune_to_best (self, N_CANDIDATES);
  trafo_score_blocks_get_keys (self->scores, self->n_scores, self->keys);
  ranking = trafo_ranking_first (self, N_CANDIDATES);
  trafo_ranking_keep (&ranking, self);
  if (!trafo_logits_weigh (self))
    return;
  for (gsize i = 0; i < self->n_scores; i++)
    candidates[i] = (Candidate){ self->scores[i], i };
  qsort (candidates, self->n_scores, sizeof *candidates, compare);
  n_kept = count_kept (self, candidates, top_h);
  for (gsize i = 0; i < self->n_scores; i++)
    self->keys[candidates[i].index] = i < n_kept;
  ranking = (TrafoRanking){ 0 };
  trafo_ranking_keep (&ranking, self);
}

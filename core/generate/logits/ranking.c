/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ranking-private.h"

static guint32
get_largest_key (const TrafoLogits *logits)
{
  guint32 largest = 0;

  for (gsize i = 0; i < logits->n_scores; i++)
    largest = MAX (largest, logits->keys[i]);
  return largest;
}

TrafoRanking
trafo_ranking_first (const TrafoLogits *logits, gsize n_tokens)
{
  TrafoSelection found;

  n_tokens = MIN (n_tokens, logits->n_scores);
  if (n_tokens == 1)
    return (TrafoRanking){ get_largest_key (logits), 1 };
  trafo_selection_find (logits->keys, NULL, logits->n_scores, (double) n_tokens, &found);
  return (TrafoRanking){ found.key, n_tokens - (gsize) found.weight_above };
}

TrafoRanking
trafo_ranking_longer (TrafoRanking a, TrafoRanking b)
{
  if (a.key != b.key)
    return a.key < b.key ? a : b;
  return a.n_last > b.n_last ? a : b;
}

/* Where the ties that stay end. */
static gsize
find_end_of_ties (const TrafoRanking *ranking, const TrafoLogits *logits)
{
  gsize n_left = ranking->n_last, end = 0;

  if (n_left >= logits->n_scores)
    return logits->n_scores;
  for (; n_left > 0 && end < logits->n_scores; end++)
    n_left -= logits->keys[end] == ranking->key;
  return end;
}

/* Takes those from @start to @end whose key is @least or more, behind the @n_taken that were. Without
 * branches, for nobody knows which they are. */
static gsize
take (const TrafoLogits *logits, gsize start, gsize end, guint64 least, gsize n_taken)
{
  const TrafoLogits all = *logits;

  for (gsize i = start; i < end; i++)
    {
      all.tokens[n_taken] = (guint32) trafo_logits_get_token (&all, i);
      all.scores[n_taken] = all.scores[i];
      n_taken += all.keys[i] >= least;
    }
  return n_taken;
}

void
trafo_ranking_keep (const TrafoRanking *ranking, TrafoLogits *logits)
{
  gsize end_of_ties = find_end_of_ties (ranking, logits);
  gsize n_taken = take (logits, 0, end_of_ties, ranking->key, 0);

  logits->n_scores =
      take (logits, end_of_ties, logits->n_scores, (guint64) ranking->key + 1, n_taken);
  logits->is_whole = FALSE;
}

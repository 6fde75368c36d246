/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>

#include "trafo-logits-private.h"

void
trafo_logits_forbid (float *scores, gsize n_scores, const gint64 *tokens, gsize n_tokens)
{
  for (gsize i = 0; i < n_tokens; i++)
    if ((gsize) tokens[i] < n_scores)
      scores[tokens[i]] = -INFINITY;
}

void
trafo_logits_force (float *scores, gsize n_scores, const gint64 *tokens, gsize n_tokens)
{
  for (gsize i = 0; i < n_scores; i++)
    scores[i] = -INFINITY;
  for (gsize i = 0; i < n_tokens; i++)
    if ((gsize) tokens[i] < n_scores)
      scores[tokens[i]] = 0;
}

void
trafo_logits_decay_length (float        *scores,
                           gsize         n_scores,
                           const gint64 *tokens,
                           gsize         n_tokens,
                           double        factor,
                           gsize         n_beyond)
{
  float growth = (float) (pow (factor, (double) n_beyond) - 1);

  for (gsize i = 0; i < n_tokens; i++)
    if ((gsize) tokens[i] < n_scores && isfinite (scores[tokens[i]]))
      scores[tokens[i]] += fabsf (scores[tokens[i]]) * growth;
}

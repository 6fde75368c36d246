/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>

#include "trafo-logits-private.h"

void
trafo_logits_forbid (TrafoLogits *self, const gint64 *tokens, gsize n_tokens)
{
  for (gsize i = 0; i < n_tokens; i++)
    if ((gsize) tokens[i] < self->n_scores)
      self->scores[tokens[i]] = -INFINITY;
}

void
trafo_logits_force (TrafoLogits *self, const gint64 *tokens, gsize n_tokens)
{
  for (gsize i = 0; i < self->n_scores; i++)
    self->scores[i] = -INFINITY;
  for (gsize i = 0; i < n_tokens; i++)
    if ((gsize) tokens[i] < self->n_scores)
      self->scores[tokens[i]] = 0;
}

void
trafo_logits_decay_length (TrafoLogits  *self,
                           const gint64 *tokens,
                           gsize         n_tokens,
                           double        factor,
                           gsize         n_beyond)
{
  float growth = (float) (pow (factor, (double) n_beyond) - 1);

  for (gsize i = 0; i < n_tokens; i++)
    if ((gsize) tokens[i] < self->n_scores && isfinite (self->scores[tokens[i]]))
      self->scores[tokens[i]] += fabsf (self->scores[tokens[i]]) * growth;
}

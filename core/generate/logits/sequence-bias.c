/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "trafo-logits-private.h"

static gboolean
is_continued (const TrafoSequenceBias *bias, const gint64 *ids, gsize n_ids)
{
  gsize n_before = bias->n_ids - 1;

  return n_before <= n_ids &&
         memcmp (ids + n_ids - n_before, bias->ids, n_before * sizeof *ids) == 0;
}

/* transformers sums the biases of a token first and then adds the sum, which rounds otherwise than
 * adding one by one. */
void
trafo_logits_bias_sequences (TrafoLogits             *self,
                             const gint64            *ids,
                             gsize                    n_ids,
                             const TrafoSequenceBias *biases,
                             gsize                    n_biases)
{
  float *sums = self->weights;

  for (gsize i = 0; i < n_biases; i++)
    sums[biases[i].ids[biases[i].n_ids - 1]] = 0;
  for (gsize i = 0; i < n_biases; i++)
    if (is_continued (&biases[i], ids, n_ids))
      sums[biases[i].ids[biases[i].n_ids - 1]] += biases[i].bias;
  for (gsize i = 0; i < n_biases; i++)
    {
      gint64 last = biases[i].ids[biases[i].n_ids - 1];

      self->scores[last] += sums[last];
      sums[last] = 0;
    }
}

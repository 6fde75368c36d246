/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <string.h>

#include "trafo-logits-private.h"

void
trafo_logits_forbid_ngrams (TrafoLogits  *self,
                            const gint64 *source,
                            gsize         n_source,
                            const gint64 *ids,
                            gsize         n_ids,
                            gsize         ngram_size)
{
  gsize         n_before = ngram_size - 1;
  const gint64 *end;

  if (n_ids < n_before)
    return;
  end = ids + n_ids - n_before;
  for (gsize i = 0; i + n_before < n_source; i++)
    if ((gsize) source[i + n_before] < self->n_scores &&
        memcmp (source + i, end, n_before * sizeof *ids) == 0)
      self->scores[source[i + n_before]] = -INFINITY;
}

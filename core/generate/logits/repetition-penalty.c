/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-logits-private.h"

/* Keskar et al. 2019, "CTRL", section 4.1; a token counts once, however often it came. */
void
trafo_logits_penalize_repetition (TrafoLogits *self, const gint64 *ids, gsize n_ids, double penalty)
{
  float    factor = (float) penalty;
  guint32 *is_done = self->keys;

  for (gsize i = 0; i < n_ids; i++)
    if ((gsize) ids[i] < self->n_scores)
      is_done[ids[i]] = FALSE;
  for (gsize i = 0; i < n_ids; i++)
    if ((gsize) ids[i] < self->n_scores && !is_done[ids[i]])
      {
        float *score = &self->scores[ids[i]];

        *score = *score < 0 ? *score * factor : *score / factor;
        is_done[ids[i]] = TRUE;
      }
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <float.h>
#include <math.h>

#include "trafo-logits-private.h"

void
trafo_logits_replace_invalid (TrafoLogits *self)
{
  for (gsize i = 0; i < self->n_scores; i++)
    if (isnan (self->scores[i]))
      self->scores[i] = 0;
    else
      self->scores[i] = CLAMP (self->scores[i], -FLT_MAX, FLT_MAX);
}

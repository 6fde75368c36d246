/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <float.h>
#include <math.h>

#include "trafo-logits-private.h"

void
trafo_logits_replace_invalid (float *scores, gsize n_scores)
{
  for (gsize i = 0; i < n_scores; i++)
    if (isnan (scores[i]))
      scores[i] = 0;
    else
      scores[i] = CLAMP (scores[i], -FLT_MAX, FLT_MAX);
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>

#include "trafo-logits-private.h"

/* The largest score; NaN if there is one. */
static float
get_maximum (const float *scores, gsize n_scores)
{
  float maximum = -INFINITY;

  for (gsize i = 0; i < n_scores; i++)
    if (!(scores[i] <= maximum))
      {
        if (isnan (scores[i]))
          return scores[i];
        maximum = scores[i];
      }
  return maximum;
}

/* Most scores are -inf once something was filtered: exp() is left to the others. */
gboolean
trafo_logits_get_probabilities (const float *scores, gsize n_scores, float *probabilities)
{
  float  maximum = get_maximum (scores, n_scores);
  double sum = 0;
  float  scale;

  if (!isfinite (maximum))
    return FALSE;
  for (gsize i = 0; i < n_scores; i++)
    {
      probabilities[i] = scores[i] > -INFINITY ? expf (scores[i] - maximum) : 0;
      sum += probabilities[i];
    }
  scale = (float) (1 / sum);
  for (gsize i = 0; i < n_scores; i++)
    probabilities[i] *= scale;
  return TRUE;
}

void
trafo_logits_normalize (float *scores, gsize n_scores)
{
  float  maximum = get_maximum (scores, n_scores);
  double sum = 0;
  float  log_sum;

  for (gsize i = 0; i < n_scores; i++)
    if (scores[i] > -INFINITY)
      sum += expf (scores[i] - maximum);
  log_sum = (float) log (sum);
  for (gsize i = 0; i < n_scores; i++)
    scores[i] = scores[i] - maximum - log_sum;
}

double
trafo_logits_get_entropy (const float *probabilities, gsize n_scores)
{
  double entropy = 0;

  for (gsize i = 0; i < n_scores; i++)
    if (probabilities[i] > 0)
      entropy -= probabilities[i] * log (probabilities[i]);
  return entropy;
}

void
trafo_logits_divide (float *scores, gsize n_scores, double temperature)
{
  float divisor = (float) temperature;

  for (gsize i = 0; i < n_scores; i++)
    scores[i] /= divisor;
}

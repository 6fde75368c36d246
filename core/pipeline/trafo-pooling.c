/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* What sentence_transformers/sentence_transformer/modules/{pooling,normalize}.py (6.2) compute. */
#include <math.h>

#include "trafo-pooling-private.h"

static const struct
{
  const char *name;
  const char *key;
} poolings[TRAFO_N_POOLINGS] = {
  [TRAFO_POOLING_CLS] = { "cls", "pooling_mode_cls_token" },
  [TRAFO_POOLING_MAX] = { "max", "pooling_mode_max_tokens" },
  [TRAFO_POOLING_MEAN] = { "mean", "pooling_mode_mean_tokens" },
  [TRAFO_POOLING_MEAN_SQRT_LENGTH] = { "mean_sqrt_len_tokens",
                                       "pooling_mode_mean_sqrt_len_tokens" },
  [TRAFO_POOLING_WEIGHTED_MEAN] = { "weightedmean", "pooling_mode_weightedmean_tokens" },
  [TRAFO_POOLING_LAST_TOKEN] = { "lasttoken", "pooling_mode_lasttoken" },
};

const char *
trafo_pooling_get_name (TrafoPooling pooling)
{
  return poolings[pooling].name;
}

const char *
trafo_pooling_get_key (TrafoPooling pooling)
{
  return poolings[pooling].key;
}

/* The state of the first token that counts, or of the last one. */
static void
pick (const float  *states,
      const gint64 *mask,
      gsize         n_tokens,
      gsize         hidden_size,
      gboolean      is_last,
      float        *result)
{
  gsize chosen = 0;

  for (gsize i = 0; i < n_tokens; i++)
    {
      chosen = is_last ? n_tokens - 1 - i : i;
      if (mask[chosen] != 0)
        break;
    }
  for (gsize j = 0; j < hidden_size; j++)
    result[j] = n_tokens > 0 ? states[chosen * hidden_size + j] : 0;
}

static void
maximum (const float *states, const gint64 *mask, gsize n_tokens, gsize hidden_size, float *result)
{
  for (gsize j = 0; j < hidden_size; j++)
    result[j] = -INFINITY;
  for (gsize i = 0; i < n_tokens; i++)
    for (gsize j = 0; mask[i] != 0 && j < hidden_size; j++)
      result[j] = fmaxf (result[j], states[i * hidden_size + j]);
}

/* The sum over tokens, a token's weight being 1 or its place; returns the sum of the weights. */
static double
sum (const float  *states,
     const gint64 *mask,
     gsize         n_tokens,
     gsize         hidden_size,
     gboolean      is_weighted,
     float        *result)
{
  double total = 0;
  gsize  place = 0;

  for (gsize j = 0; j < hidden_size; j++)
    result[j] = 0;
  for (gsize i = 0; i < n_tokens; i++)
    {
      float weight;

      if (mask[i] == 0)
        continue;
      weight = is_weighted ? ++place : 1;
      total += weight;
      for (gsize j = 0; j < hidden_size; j++)
        result[j] += weight * states[i * hidden_size + j];
    }
  return fmax (total, 1e-9);
}

static void
scale (float *vector, gsize size, double factor)
{
  for (gsize j = 0; j < size; j++)
    vector[j] = vector[j] * factor;
}

void
trafo_pooling_apply (TrafoPooling  pooling,
                     const float  *states,
                     const gint64 *mask,
                     gsize         n_tokens,
                     gsize         hidden_size,
                     float        *result)
{
  double total;

  switch (pooling)
    {
    case TRAFO_POOLING_MAX:
      maximum (states, mask, n_tokens, hidden_size, result);
      break;
    case TRAFO_POOLING_MEAN:
    case TRAFO_POOLING_MEAN_SQRT_LENGTH:
    case TRAFO_POOLING_WEIGHTED_MEAN:
      total =
          sum (states, mask, n_tokens, hidden_size, pooling == TRAFO_POOLING_WEIGHTED_MEAN, result);
      scale (result,
             hidden_size,
             1 / (pooling == TRAFO_POOLING_MEAN_SQRT_LENGTH ? sqrt (total) : total));
      break;
    case TRAFO_POOLING_CLS:
    case TRAFO_POOLING_LAST_TOKEN:
    default:
      pick (states, mask, n_tokens, hidden_size, pooling == TRAFO_POOLING_LAST_TOKEN, result);
    }
}

void
trafo_pooling_normalize (float *vector, gsize size)
{
  double squares = 0;

  for (gsize j = 0; j < size; j++)
    squares += (double) vector[j] * vector[j];
  scale (vector, size, 1 / fmax (sqrt (squares), 1e-12));
}

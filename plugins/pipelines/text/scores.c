/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "scores.h"

#include <math.h>

void
scores_softmax (float *scores, gsize n_scores)
{
  double max = -INFINITY, sum = 0;

  for (gsize i = 0; i < n_scores; i++)
    max = MAX (max, scores[i]);
  for (gsize i = 0; i < n_scores; i++)
    sum += exp (scores[i] - max);
  for (gsize i = 0; i < n_scores; i++)
    scores[i] = exp (scores[i] - max) / sum;
}

void
scores_sigmoid (float *scores, gsize n_scores)
{
  for (gsize i = 0; i < n_scores; i++)
    scores[i] = 1 / (1 + exp (-(double) scores[i]));
}

gsize
scores_argmax (const float *scores, gsize n_scores)
{
  gsize best = 0;

  for (gsize i = 1; i < n_scores; i++)
    if (scores[i] > scores[best])
      best = i;
  return best;
}

static gint
compare_scores (gconstpointer a, gconstpointer b, gpointer data)
{
  const float *scores = data;
  guint        left = *(const guint *) a, right = *(const guint *) b;

  if (scores[left] != scores[right])
    return scores[left] > scores[right] ? -1 : 1;
  return left < right ? -1 : left > right;
}

guint *
scores_sort (const float *scores, gsize n_scores)
{
  guint *order = g_new (guint, n_scores);

  for (gsize i = 0; i < n_scores; i++)
    order[i] = i;
  g_qsort_with_data (order, n_scores, sizeof *order, compare_scores, (gpointer) scores);
  return order;
}

char **
scores_get_labels (TrafoModel *model, gsize n_labels, GError **error)
{
  TrafoConfig *config = trafo_model_get_config (model);
  gsize        n_found;
  g_auto (GStrv) labels = trafo_config_get_labels (config, &n_found);

  if (labels == NULL)
    {
      trafo_config_check (config, error);
      return NULL;
    }
  if (n_found >= n_labels)
    return g_steal_pointer (&labels);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "config.json: found %" G_GSIZE_FORMAT " labels, expected %" G_GSIZE_FORMAT
               " as the model has scores",
               n_found,
               n_labels);
  return NULL;
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-top-k-private.h"

typedef struct
{
  gsize   n_scores, k, n_values;
  int     sign;
  guint64 hash;
} Case;

static const Case cases[] = {
#include "cases/top-k.h"
};

/* As scores_of() of tests/tools/make-top-k-cases.py. */
static float *
make_scores (const Case *item)
{
  gsize  n = item->n_scores;
  float *scores = g_new0 (float, n);

  for (gsize i = 0; i < n && item->n_values > 0; i++)
    scores[i] = (float) ((i * i * 31 + i * 7) % item->n_values);
  for (gsize i = 1; i <= n / 2 && item->n_values == 0; i++)
    {
      scores[n / 2 + i - 1] = (float) (2 * i);
      if (i % 2 == 1)
        {
          scores[i - 1] = (float) i;
          scores[i] = (float) (n / 2 + i);
        }
    }
  for (gsize i = 0; i < n; i++)
    scores[i] *= (float) item->sign;
  return scores;
}

static void
test_torch (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case         *item = &cases[i];
      g_autofree float   *scores = make_scores (item);
      g_autofree guint32 *order = g_new (guint32, item->n_scores);
      guint64             hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

      trafo_top_k (scores, item->n_scores, order, item->k);
      for (gsize k = 0; k < item->k; k++)
        hash = (hash ^ order[k]) * G_GUINT64_CONSTANT (0x100000001b3);
      g_test_message ("case %" G_GSIZE_FORMAT, i);
      g_assert_cmphex (hash, ==, item->hash);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/generate/top-k/torch", test_torch);
  return g_test_run ();
}

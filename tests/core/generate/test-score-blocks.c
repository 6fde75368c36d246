/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>

#include "score-blocks-private.h"
#include "trafo-selection-private.h"

#define MAX_SCORES 1000

static const gsize sizes[] = { 1, 3, 63, 64, 65, 128, 200, 999, 1000 };

/* From -20 to 12, with as many bits as a float has. */
static void
fill (float *scores, gsize n_scores, guint32 seed)
{
  for (gsize i = 0; i < n_scores; i++)
    {
      seed = seed * 1664525 + 1013904223;
      scores[i] = (float) seed / 134217728 - 20;
    }
}

static void
test_maxima (void)
{
  float scores[MAX_SCORES], maxima[TRAFO_N_SCORE_BLOCKS (MAX_SCORES)];

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      fill (scores, sizes[s], s);
      trafo_score_blocks_get_maxima (scores, sizes[s], maxima);
      for (gsize start = 0; start < sizes[s]; start += TRAFO_SCORE_BLOCK)
        {
          float largest = -INFINITY;

          for (gsize i = start; i < MIN (start + TRAFO_SCORE_BLOCK, sizes[s]); i++)
            largest = MAX (largest, scores[i]);
          g_assert_cmpfloat (maxima[start / TRAFO_SCORE_BLOCK], ==, largest);
        }
    }
}

/* Wherever in a block it is, a NaN is seen, and an infinity is no more than a number. */
static void
test_maxima_of_no_numbers (void)
{
  float scores[TRAFO_SCORE_BLOCK + 1], maxima[2];

  for (gsize i = 0; i < G_N_ELEMENTS (scores); i++)
    {
      fill (scores, G_N_ELEMENTS (scores), 1);
      scores[i] = NAN;
      scores[(i + 7) % TRAFO_SCORE_BLOCK] = INFINITY;
      trafo_score_blocks_get_maxima (scores, G_N_ELEMENTS (scores), maxima);
      g_assert_true (isnan (maxima[i / TRAFO_SCORE_BLOCK]));
      if (i == TRAFO_SCORE_BLOCK)
        g_assert_cmpfloat (maxima[0], ==, INFINITY);
      for (gsize k = 0; k < TRAFO_SCORE_BLOCK; k++)
        scores[k] = -INFINITY;
      trafo_score_blocks_get_maxima (scores, TRAFO_SCORE_BLOCK, maxima);
      g_assert_cmpfloat (maxima[0], ==, -INFINITY);
    }
}

/* To 1 ulp of what exp() gives, which is 2^-23 of it at most; sums to 2^-22: six additions, each of
 * half an ulp. */
static void
test_weights (void)
{
  float  scores[MAX_SCORES], weights[TRAFO_N_SCORE_BLOCKS (MAX_SCORES) * TRAFO_SCORE_BLOCK];
  double sums[TRAFO_N_SCORE_BLOCKS (MAX_SCORES)];

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      gsize n_scores = sizes[s];

      fill (scores, n_scores, s);
      trafo_score_blocks_get_weights (scores, n_scores, 12, weights, sums);
      for (gsize start = 0; start < n_scores; start += TRAFO_SCORE_BLOCK)
        {
          double sum = 0;

          for (gsize i = start; i < MIN (start + TRAFO_SCORE_BLOCK, n_scores); i++)
            {
              double expected = exp ((double) (scores[i] - 12));

              g_assert_cmpfloat_with_epsilon (weights[i] / expected, 1, 0x1p-23);
              sum += expected;
            }
          g_assert_cmpfloat_with_epsilon (sums[start / TRAFO_SCORE_BLOCK] / sum, 1, 0x1p-22);
        }
    }
}

static void
test_edges_of_weights (void)
{
  const float scores[] = { 5, 5 - 87, 5 - 87.1f, -1e30f, -INFINITY };
  float       weights[TRAFO_SCORE_BLOCK];
  double      sum;

  trafo_score_blocks_get_weights (scores, 5, 5, weights, &sum);
  g_assert_cmpfloat (weights[0], ==, 1);
  g_assert_cmpfloat_with_epsilon (weights[1] / exp (-87), 1, 0x1p-23);
  for (guint i = 2; i < 5; i++)
    g_assert_cmpfloat (weights[i], ==, 0);
  g_assert_cmpfloat (sum, ==, 1);
}

static void
test_deficit (void)
{
  float  scores[MAX_SCORES], weights[TRAFO_N_SCORE_BLOCKS (MAX_SCORES) * TRAFO_SCORE_BLOCK];
  double sums[TRAFO_N_SCORE_BLOCKS (MAX_SCORES)];

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      double expected = 0, deficit;

      fill (scores, sizes[s], s);
      scores[sizes[s] / 2] = -INFINITY;
      scores[0] = 11.5f;
      trafo_score_blocks_get_weights (scores, sizes[s], 12, weights, sums);
      for (gsize i = 0; i < sizes[s]; i++)
        if (scores[i] > -INFINITY)
          expected += exp ((double) scores[i] - 12) * (12 - (double) scores[i]);
      deficit = trafo_score_blocks_get_deficit (scores, sizes[s], 12, weights);
      g_assert_cmpfloat_with_epsilon (deficit / expected, 1, 1e-6);
    }
}

static void
test_keys_and_arithmetic (void)
{
  float   scores[MAX_SCORES], results[MAX_SCORES];
  guint32 keys[MAX_SCORES];

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      fill (scores, sizes[s], s);
      trafo_score_blocks_get_keys (scores, sizes[s], keys);
      for (gsize i = 0; i < sizes[s]; i++)
        {
          g_assert_cmphex (keys[i], ==, trafo_selection_key (scores[i]));
          results[i] = scores[i];
        }
      trafo_score_blocks_add (results, sizes[s], 0.3f);
      trafo_score_blocks_divide (results, sizes[s], 0.7f);
      for (gsize i = 0; i < sizes[s]; i++)
        g_assert_cmpfloat (results[i], ==, (scores[i] + 0.3f) / 0.7f);
    }
}

/* The same on all processors: FNV-1a over the bits. */
static void
test_bits (void)
{
  float   scores[MAX_SCORES], weights[TRAFO_N_SCORE_BLOCKS (MAX_SCORES) * TRAFO_SCORE_BLOCK];
  double  sums[TRAFO_N_SCORE_BLOCKS (MAX_SCORES)], total = 0;
  guint64 hash = G_GUINT64_CONSTANT (0xCBF29CE484222325);

  fill (scores, MAX_SCORES, 7);
  trafo_score_blocks_get_weights (scores, MAX_SCORES, 12, weights, sums);
  for (gsize i = 0; i < MAX_SCORES; i++)
    {
      union
      {
        float   value;
        guint32 bits;
      } as = { .value = weights[i] };

      hash = (hash ^ as.bits) * G_GUINT64_CONSTANT (0x100000001B3);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (sums); i++)
    total += sums[i];
  g_assert_cmphex (hash, ==, G_GUINT64_CONSTANT (0xA79CE9FCDD615F7B));
  g_assert_cmpfloat (total, ==, 0x1.0c64d738p+5);
  g_assert_cmpfloat (trafo_score_blocks_get_deficit (scores, MAX_SCORES, 12, weights),
                     ==,
                     0x1.f01b4eep+4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/generate/score-blocks/maxima", test_maxima);
  g_test_add_func ("/core/generate/score-blocks/no-numbers", test_maxima_of_no_numbers);
  g_test_add_func ("/core/generate/score-blocks/weights", test_weights);
  g_test_add_func ("/core/generate/score-blocks/edges", test_edges_of_weights);
  g_test_add_func ("/core/generate/score-blocks/deficit", test_deficit);
  g_test_add_func ("/core/generate/score-blocks/keys-and-arithmetic", test_keys_and_arithmetic);
  g_test_add_func ("/core/generate/score-blocks/bits", test_bits);
  return g_test_run ();
}

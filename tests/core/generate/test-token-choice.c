/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>

#include "trafo-token-choice-private.h"

/* Numbers spread evenly, and known by where they stand. */
static void
test_draws (void)
{
  TrafoTokenDraws draws = { 7, 3 };
  guint           counts[16] = { 0 };
  double          squares = 0;

  for (guint32 step = 0; step < 16000; step++)
    {
      double number = trafo_token_draws_get (&draws, step, 0);

      g_assert_true (number >= 0 && number < 1);
      counts[(gsize) (number * 16)]++;
    }
  for (guint i = 0; i < 16; i++)
    squares += (counts[i] - 1000.0) * (counts[i] - 1000.0) / 1000;
  /* chi-square with 15 degrees of freedom: 0.999 */
  g_assert_cmpfloat (squares, <, 37.7);
  g_assert_cmpfloat (trafo_token_draws_get (&draws, 5, 1),
                     !=,
                     trafo_token_draws_get (&draws, 5, 0));
  g_assert_cmpfloat (trafo_token_draws_get (&draws, 5, 1),
                     ==,
                     trafo_token_draws_get (&draws, 5, 1));
  draws.stream++;
  g_assert_cmpfloat (trafo_token_draws_get (&draws, 5, 1),
                     !=,
                     trafo_token_draws_get (&(TrafoTokenDraws){ 7, 3 }, 5, 1));
}

static void
init (TrafoLogits *logits, const float *scores, gsize n_scores)
{
  g_assert_true (trafo_logits_init (logits, n_scores, NULL));
  for (gsize i = 0; i < n_scores && scores != NULL; i++)
    logits->scores[i] = scores[i];
}

static void
test_best (void)
{
  const float scores[] = { -INFINITY, 2, 3, 3, -1 };
  TrafoLogits logits;

  init (&logits, scores, 5);
  g_assert_cmpuint (trafo_token_choose_best (&logits), ==, 2);
  logits.n_scores = 1;
  g_assert_cmpuint (trafo_token_choose_best (&logits), ==, 0);
  trafo_logits_clear (&logits);
  init (&logits, NULL, 300);
  for (gsize best = 0; best < 300; best += 13)
    {
      for (gsize i = 0; i < 300; i++)
        logits.scores[i] = i < best ? 1 : 2;
      g_assert_cmpuint (trafo_token_choose_best (&logits), ==, best);
    }
  trafo_logits_clear (&logits);
}

/* Each number between 0 and 1 is some token's, in proportion to its probability. */
static void
test_draw (void)
{
  const float  scores[] = { -INFINITY, 0, logf (3), -INFINITY, logf (4), -INFINITY };
  const double shares[] = { 0, 1 / 8.0, 3 / 8.0, 0, 4 / 8.0, 0 };
  double       counts[6] = { 0 };
  TrafoLogits  logits;
  g_autoptr (GError) error = NULL;
  gsize token;

  init (&logits, scores, 6);
  for (guint i = 0; i < 8000; i++)
    {
      g_assert_true (trafo_token_draw (&logits, (i + 0.5) / 8000, &token, NULL));
      counts[token]++;
    }
  for (guint i = 0; i < 6; i++)
    g_assert_cmpfloat_with_epsilon (counts[i] / 8000, shares[i], 2.0 / 8000);
  g_assert_true (trafo_token_draw (&logits, 1 - 0x1p-53, &token, NULL));
  g_assert_cmpuint (token, ==, 4);
  logits.scores[0] = logits.scores[5];
  logits.n_scores = 1;
  g_assert_false (trafo_token_draw (&logits, 0.5, &token, &error));
  g_assert_nonnull (error);
  trafo_logits_clear (&logits);
}

static void
test_choose_many (void)
{
  const float scores[] = { 1, -INFINITY, 5, 3, 6, 2, 4 };
  const gsize expected[] = { 4, 2, 6, 3, 5, 0, 1 };
  TrafoLogits logits;
  gsize       tokens[7];

  init (&logits, scores, 7);
  for (gsize n = 1; n <= 7; n++)
    {
      trafo_token_choose_many (&logits, tokens, n);
      for (gsize i = 0; i < n; i++)
        g_assert_cmpuint (tokens[i], ==, expected[i]);
    }
  trafo_logits_clear (&logits);
}

/* Without putting back: no token twice, the first as one draw would give it, the rest of the tokens
 * where no other has a probability. */
static void
test_draw_many (void)
{
  const float scores[] = { -INFINITY, 0, logf (3), -INFINITY, logf (4) };
  guint       firsts[5] = { 0 };
  TrafoLogits logits;
  gsize       tokens[5];

  init (&logits, scores, 5);
  for (guint32 step = 0; step < 8000; step++)
    {
      TrafoTokenDraws draws = { 1, 2 };
      guint           seen = 0;

      g_assert_true (trafo_token_draw_many (&logits, &draws, step, tokens, 5, NULL));
      for (guint i = 0; i < 5; i++)
        seen |= 1u << tokens[i];
      g_assert_cmpuint (seen, ==, 31);
      g_assert_cmpuint (tokens[3], ==, 0);
      g_assert_cmpuint (tokens[4], ==, 3);
      firsts[tokens[0]]++;
    }
  /* four standard deviations */
  g_assert_cmpfloat_with_epsilon (firsts[1] / 8000.0, 1 / 8.0, 0.015);
  g_assert_cmpfloat_with_epsilon (firsts[2] / 8000.0, 3 / 8.0, 0.022);
  trafo_logits_clear (&logits);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/generate/token-choice/draws", test_draws);
  g_test_add_func ("/core/generate/token-choice/best", test_best);
  g_test_add_func ("/core/generate/token-choice/draw", test_draw);
  g_test_add_func ("/core/generate/token-choice/choose-many", test_choose_many);
  g_test_add_func ("/core/generate/token-choice/draw-many", test_draw_many);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "allocations.h"
#include "tiny-causal.h"
#include "trafo-device-choice.h"
#include "trafo-model-runner-private.h"

#define N_ROWS 4

/* One token of each row, the most likely one of the last step. */
static const float *
decode_step (TrafoModelRunner *runner, TrafoRunnerRow *rows, gint64 *tokens, const float *logits)
{
  gsize vocab_size = trafo_model_runner_get_vocab_size (runner);

  for (guint i = 0; i < N_ROWS; i++)
    {
      const float *row = logits + i * vocab_size;

      tokens[i] = 0;
      for (gsize j = 1; j < vocab_size; j++)
        if (row[j] > row[tokens[i]])
          tokens[i] = (gint64) j;
      rows[i].n_tokens = 1;
      rows[i].tokens = &tokens[i];
    }
  logits = trafo_model_runner_step (runner, rows, N_ROWS, NULL, NULL);
  g_assert_nonnull (logits);
  return logits;
}

/* Once memory is reserved and the first step is planned, decoding allocates nothing: across the
 * borders of pages, and with beams that change places. */
static void
test_decode (gconstpointer data)
{
  static const guint parents[] = { 1, 1, 3, 0 };
  const gboolean     has_beams = data != NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model = tiny_causal_new (&tiny_causal_default, "cpu");
  g_autoptr (TrafoModelRunner) runner = trafo_model_runner_new (model, &error);
  gint64         prompt[] = { 3, 1, 4, 1, 5, 9, 2 }, tokens[N_ROWS];
  TrafoRunnerRow rows[N_ROWS];
  guint          sequences[N_ROWS], before;
  const float   *logits;

  g_assert_no_error (error);
  g_assert_true (
      trafo_model_runner_reserve (runner,
                                  2 * N_ROWS * trafo_model_runner_count_pages (runner, 100),
                                  100,
                                  &error));
  for (guint i = 0; i < N_ROWS; i++)
    {
      sequences[i] = trafo_model_runner_begin (runner);
      rows[i] = (TrafoRunnerRow){ sequences[i], G_N_ELEMENTS (prompt), 1, prompt };
    }
  logits = trafo_model_runner_step (runner, rows, N_ROWS, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 20; i++)
    {
      if (has_beams)
        trafo_model_runner_reorder (runner, sequences, parents, N_ROWS);
      logits = decode_step (runner, rows, tokens, logits);
    }
  before = allocations_get_count ();
  for (guint i = 0; i < 50; i++)
    {
      if (has_beams)
        trafo_model_runner_reorder (runner, sequences, parents, N_ROWS);
      logits = decode_step (runner, rows, tokens, logits);
    }
  if (allocations_are_counted ())
    g_assert_cmpuint (allocations_get_count () - before, ==, 0);
  else
    g_test_skip ("a sanitizer has its own allocator");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/decode/allocations/greedy", NULL, test_decode);
  g_test_add_data_func ("/decode/allocations/beams", "beams", test_decode);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <gio/gio.h>

#include "tiny-causal.h"
#include "trafo-kept-sequences-private.h"

/* The longest beginning that both have, but for the last token, is not run again. */
static void
test_take (void)
{
  static const struct
  {
    gint64 tokens[5];
    gsize  n_tokens;
    gsize  n_common;
  } cases[] = {
    { { 1, 2, 3, 4, 5 }, 5, 4 }, { { 1, 2, 3, 4 }, 4, 3 }, { { 1, 2, 9 }, 3, 2 },
    { { 9, 2, 3 }, 3, 0 },       { { 7, 8, 9 }, 3, 2 },    { { 1 }, 1, 0 },
  };
  const gint64 first[] = { 1, 2, 3, 4 }, second[] = { 7, 8 };
  g_autoptr (TrafoModel) model = tiny_causal_new (&tiny_causal_default, "cpu");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      TrafoStepScheduler *scheduler = trafo_step_scheduler_new (model, &error);
      g_autoptr (TrafoKeptSequences) kept = trafo_kept_sequences_new (scheduler);
      g_autoptr (TrafoStepRequest) request = NULL;
      gsize          length;
      TrafoRunnerRow rows[2] = {
        { trafo_kept_sequences_take (kept, first, 4, &length), 4, 1, first },
        { 0, 2, 1, second }
      };

      rows[1].sequence = trafo_kept_sequences_take (kept, second, 2, &length);
      request = trafo_step_request_new (scheduler, 2, 4);
      g_assert_nonnull (trafo_step_request_run (request, rows, 2, NULL, &error));
      trafo_kept_sequences_give (kept, rows[0].sequence, first, 4);
      trafo_kept_sequences_give (kept, rows[1].sequence, second, 2);
      rows[0].sequence =
          trafo_kept_sequences_take (kept, cases[i].tokens, cases[i].n_tokens, &length);
      g_assert_cmpuint (length, ==, cases[i].n_common);
      g_assert_cmpuint (trafo_step_scheduler_get_length (scheduler, rows[0].sequence), ==, length);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/generate/kept-sequences/take", test_take);
  return g_test_run ();
}

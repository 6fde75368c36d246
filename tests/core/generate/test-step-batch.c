/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "trafo-step-batch-private.h"

#define MAX_WORKS 5
#define MAX_STEPS 4

typedef struct
{
  gsize max_tokens;
  guint n_tokens[MAX_WORKS];
  guint expected[MAX_STEPS][MAX_WORKS]; /* as many steps as have any */
} Case;

/* One step with the works that are not done. */
static void
check_step (TrafoStepWork *works, guint n_works, const gint64 *tokens, const Case *c, guint step)
{
  g_autoptr (GArray) batch = g_array_new (FALSE, FALSE, sizeof (TrafoRunnerRow));
  TrafoStepWork *left[MAX_WORKS];
  guint          n_left = 0, n_rows = 0;

  for (guint i = 0; i < n_works; i++)
    if (!trafo_step_work_is_done (&works[i]))
      left[n_left++] = &works[i];
  trafo_step_batch_fill (batch, left, n_left, c->max_tokens);
  for (guint i = 0; i < n_left; i++)
    {
      guint           number = (guint) (left[i] - works);
      TrafoRunnerRow *row = &g_array_index (batch, TrafoRunnerRow, n_rows);

      if (c->expected[step][number] > 0)
        {
          g_assert_cmpuint (n_rows, <, batch->len);
          g_assert_cmpuint (row->sequence, ==, number);
          g_assert_cmpuint (row->n_tokens, ==, c->expected[step][number]);
          g_assert_true (row->tokens == tokens + g_array_index (left[i]->n_run, guint, 0));
          n_rows++;
        }
      trafo_step_work_advance (left[i]);
      if (c->expected[step][number] > 0)
        g_assert_cmpuint (row->n_logits, ==, trafo_step_work_is_done (left[i]));
    }
  g_assert_cmpuint (n_rows, ==, batch->len);
}

/* How many tokens each work, of one row, runs in each step. */
static void
test_steps (void)
{
  static const Case cases[] = {
    { 512, { 1000 }, { { 512 }, { 488 } } }, /* pieces */
    { 512, { 513 }, { { 481 }, { 32 } } },   /* none of them too small */
    { 512, { 512 }, { { 512 } } },
    { 32, { 63 }, { { 63 } } },                           /* what cannot be cut */
    { 128, { 1, 200, 1 }, { { 1, 126, 1 }, { 0, 74 } } }, /* decoding goes on beside a prompt */
    { 128, { 200, 200 }, { { 128 }, { 72, 56 }, { 0, 112 }, { 0, 32 } } }, /* the oldest first */
    { 64, { 16, 16, 16, 16, 16 }, { { 16, 16, 16, 16 }, { 0, 0, 0, 0, 16 } } },
    { 32, { 16, 16, 80 }, { { 16, 0, 32 }, { 0, 16, 48 } } }, /* some for each kind */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64         tokens[1000] = { 0 };
      TrafoRunnerRow rows[MAX_WORKS];
      TrafoStepWork  works[MAX_WORKS];
      guint          n_works = 0, step = 0;

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      for (; n_works < MAX_WORKS && cases[i].n_tokens[n_works] > 0; n_works++)
        {
          rows[n_works] = (TrafoRunnerRow){ n_works, cases[i].n_tokens[n_works], 1, tokens };
          trafo_step_work_init (&works[n_works]);
          trafo_step_work_begin (&works[n_works], &rows[n_works], 1);
        }
      while (step < MAX_STEPS &&
             memcmp (cases[i].expected[step], &(Case){ 0 }.n_tokens, sizeof cases[i].n_tokens) != 0)
        check_step (works, n_works, tokens, &cases[i], step++);
      for (guint k = 0; k < n_works; k++)
        {
          g_assert_true (trafo_step_work_is_done (&works[k]));
          trafo_step_work_clear (&works[k]);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/generate/step-batch/steps", test_steps);
  return g_test_run ();
}

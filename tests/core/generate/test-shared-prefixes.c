/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <gio/gio.h>
#include <string.h>

#include "tiny-causal.h"
#include "trafo-device-choice.h"
#include "trafo-step-scheduler-private.h"

enum
{
  PAGE = 16,
  MAX_TOKENS = 200,
  VOCAB = 61,
};

typedef struct
{
  TrafoModel         *model;
  TrafoStepScheduler *scheduler;
} Fixture;

/* @dtype: of the weights. */
static void
set_up (Fixture *self, gconstpointer dtype)
{
  TinyCausalConfig config = tiny_causal_default;

  config.dtype = GPOINTER_TO_INT (dtype);
  config.vocab_size = VOCAB;
  config.n_positions = 2 * MAX_TOKENS;
  self->model = tiny_causal_new (&config, "cpu");
  self->scheduler = trafo_step_scheduler_new (self->model, NULL);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  trafo_step_scheduler_unref (self->scheduler);
  g_object_unref (self->model);
}

/* Tokens that differ from others' of another @kind from token @from on. */
static void
fill (gint64 *tokens, gsize n_tokens, gsize from, gint64 kind)
{
  for (gsize i = 0; i < n_tokens; i++)
    tokens[i] = (gint64) (i * i + (i >= from ? kind : 0)) % VOCAB;
}

/* Runs a prompt and leaves it behind; returns how many of its tokens were run. @logits: of the last. */
static gsize
run_prompt (TrafoStepScheduler *scheduler, const gint64 *tokens, gsize n_tokens, float *logits)
{
  g_autoptr (TrafoStepRequest) request = trafo_step_request_new (scheduler, 1, n_tokens);
  guint64        n_run = trafo_step_scheduler_get_n_run (scheduler);
  guint          sequence = trafo_step_scheduler_begin (scheduler);
  gsize          length = trafo_step_scheduler_recall (scheduler, sequence, tokens, n_tokens);
  TrafoRunnerRow row = { sequence, (guint) (n_tokens - length), 1, tokens + length, 0, 0 };
  g_autoptr (GError) error = NULL;
  const float *found;

  g_assert_cmpuint (trafo_step_scheduler_get_length (scheduler, sequence), ==, length);
  found = trafo_step_request_run (request, &row, 1, NULL, &error);
  g_assert_no_error (error);
  memcpy (logits, found, VOCAB * sizeof *logits);
  trafo_step_scheduler_remember (scheduler, sequence, tokens, n_tokens);
  trafo_step_scheduler_release (scheduler, sequence);
  return trafo_step_scheduler_get_n_run (scheduler) - n_run;
}

/* A prompt gives the same bits whether or not its beginning was kept, and what was is not run again. */
static void
test_recall (Fixture *self, gconstpointer unused)
{
  static const struct
  {
    gsize n_first, n_second, n_common, n_kept;
  } cases[] = {
    { 100, 100, 100, 64 }, /* as many are left as a prompt has at least */
    { 100, 150, 100, 96 }, /* whole pages alone */
    { 100, 150, 70, 64 },  { 96, 128, 96, 96 }, { 150, 60, 60, 16 }, { 40, 80, 40, 32 },
    { 100, 100, 15, 0 },   { 100, 40, 40, 0 },  { 31, 100, 31, 0 }, /* too short to be kept */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TrafoStepScheduler *fresh = trafo_step_scheduler_new (self->model, NULL);
      TrafoStepScheduler *used = trafo_step_scheduler_new (self->model, NULL);
      gint64              first[MAX_TOKENS], second[MAX_TOKENS];
      float               logits[VOCAB], expected[VOCAB];
      gsize               n_run;

      fill (first, cases[i].n_first, 0, 0);
      fill (second, cases[i].n_second, cases[i].n_common, 7);
      run_prompt (fresh, second, cases[i].n_second, expected);
      g_assert_cmpuint (run_prompt (used, first, cases[i].n_first, logits), ==, cases[i].n_first);
      n_run = run_prompt (used, second, cases[i].n_second, logits);
      g_assert_cmpuint (n_run, ==, cases[i].n_second - cases[i].n_kept);
      g_assert_cmpmem (logits, sizeof logits, expected, sizeof expected);
      trafo_step_scheduler_unref (fresh);
      trafo_step_scheduler_unref (used);
    }
}

/* A longer prompt takes the place of its beginning; the one used longest ago goes when pages are short,
 * and so do all where a request needs them. */
static void
test_bounds (Fixture *self, gconstpointer unused)
{
  TrafoStepScheduler *scheduler = self->scheduler;
  gint64              a[MAX_TOKENS], b[MAX_TOKENS], c[MAX_TOKENS];
  float               logits[VOCAB];

  fill (a, MAX_TOKENS, 0, 0);
  fill (b, MAX_TOKENS, 0, 1);
  fill (c, MAX_TOKENS, 0, 2);
  /* a quarter is 8 pages: two prompts of 64 tokens */
  trafo_step_scheduler_set_bounds (scheduler, 512, 32);
  g_assert_cmpuint (run_prompt (scheduler, a, 64, logits), ==, 64);
  g_assert_cmpuint (run_prompt (scheduler, b, 64, logits), ==, 64);
  g_assert_cmpuint (run_prompt (scheduler, a, 64, logits), ==, 32);
  g_assert_cmpuint (run_prompt (scheduler, c, 64, logits), ==, 64);
  g_assert_cmpuint (run_prompt (scheduler, a, 64, logits), ==, 32);
  g_assert_cmpuint (run_prompt (scheduler, b, 64, logits), ==, 64);
  /* 128 tokens that begin as a does are all that there is room for */
  g_assert_cmpuint (run_prompt (scheduler, a, 128, logits), ==, 64);
  g_assert_cmpuint (run_prompt (scheduler, a, 128, logits), ==, 32);
  g_assert_cmpuint (run_prompt (scheduler, b, 64, logits), ==, 64);
  /* more than a quarter is not kept, and needs what is */
  trafo_step_scheduler_set_bounds (scheduler, 512, 13);
  g_assert_cmpuint (run_prompt (scheduler, c, 200, logits), ==, 200);
  g_assert_cmpuint (run_prompt (scheduler, c, 200, logits), ==, 200);
  g_assert_cmpuint (run_prompt (scheduler, b, 64, logits), ==, 64);
}

/* The longer prompt needs no room beside its beginning, so that another is kept, though longer unused. */
static void
test_replaced (Fixture *self, gconstpointer unused)
{
  TrafoStepScheduler *scheduler = self->scheduler;
  gint64              a[MAX_TOKENS], b[MAX_TOKENS];
  float               logits[VOCAB];

  fill (a, MAX_TOKENS, 0, 0);
  fill (b, MAX_TOKENS, 0, 1);
  /* a quarter is 12 pages: 64 and 128 tokens */
  trafo_step_scheduler_set_bounds (scheduler, 512, 48);
  g_assert_cmpuint (run_prompt (scheduler, b, 64, logits), ==, 64);
  g_assert_cmpuint (run_prompt (scheduler, a, 64, logits), ==, 64);
  g_assert_cmpuint (run_prompt (scheduler, a, 128, logits), ==, 64);
  g_assert_cmpuint (run_prompt (scheduler, b, 64, logits), ==, 32);
  g_assert_cmpuint (run_prompt (scheduler, a, 128, logits), ==, 32);
}

/* With LLM.int8() nothing is kept: a prompt has other bits than its pieces. */
static void
test_llm_int8 (void)
{
  TinyCausalConfig config = tiny_causal_default;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoDevice) device = trafo_device_open ("cpu", NULL, &error);
  g_autoptr (TrafoModel) model = NULL;
  g_autoptr (TrafoStepScheduler) scheduler = NULL;
  gint64 tokens[MAX_TOKENS];
  float  expected[VOCAB], logits[VOCAB];

  if (device == NULL)
    {
      g_test_skip (error->message);
      return;
    }
  config.load_in_8bit = TRUE;
  model = tiny_causal_new (&config, "cpu");
  scheduler = trafo_step_scheduler_new (model, NULL);
  fill (tokens, 100, 0, 0);
  g_assert_cmpuint (run_prompt (scheduler, tokens, 100, expected), ==, 100);
  g_assert_cmpuint (run_prompt (scheduler, tokens, 100, logits), ==, 100);
  g_assert_cmpmem (logits, sizeof logits, expected, sizeof expected);
}

/* What goes on after a prompt does not change what is kept of it. */
static void
test_unchanged (Fixture *self, gconstpointer unused)
{
  TrafoStepScheduler *scheduler = self->scheduler;
  gint64              tokens[MAX_TOKENS];
  float               expected[VOCAB], logits[VOCAB];
  gsize               length;
  TrafoRunnerRow      row = { 0 };
  g_autoptr (TrafoStepRequest) request = trafo_step_request_new (scheduler, 1, MAX_TOKENS);

  fill (tokens, 100, 0, 0);
  run_prompt (scheduler, tokens, 100, expected);
  row.sequence = trafo_step_scheduler_begin (scheduler);
  length = trafo_step_scheduler_recall (scheduler, row.sequence, tokens, 100);
  g_assert_cmpuint (length, ==, 4 * PAGE);
  row.tokens = tokens;
  row.n_tokens = 50;
  g_assert_nonnull (trafo_step_request_run (request, &row, 1, NULL, NULL));
  trafo_step_scheduler_release (scheduler, row.sequence);
  trafo_step_request_pause (request);
  g_assert_cmpuint (run_prompt (scheduler, tokens, 100, logits), ==, 36);
  g_assert_cmpmem (logits, sizeof logits, expected, sizeof expected);
}

static const TrafoDType dtypes[] = { TRAFO_DTYPE_FLOAT32, TRAFO_DTYPE_BFLOAT16, TRAFO_DTYPE_INT8 };

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    {
      gpointer         dtype = GINT_TO_POINTER (dtypes[i]);
      g_autofree char *path = g_strdup_printf ("/core/generate/shared-prefixes/recall/%s",
                                               trafo_dtype_get_name (dtypes[i]));

      g_test_add (path, Fixture, dtype, set_up, test_recall, tear_down);
    }
  g_test_add ("/core/generate/shared-prefixes/bounds",
              Fixture,
              NULL,
              set_up,
              test_bounds,
              tear_down);
  g_test_add ("/core/generate/shared-prefixes/replaced",
              Fixture,
              NULL,
              set_up,
              test_replaced,
              tear_down);
  g_test_add_func ("/core/generate/shared-prefixes/llm-int8", test_llm_int8);
  g_test_add ("/core/generate/shared-prefixes/unchanged",
              Fixture,
              NULL,
              set_up,
              test_unchanged,
              tear_down);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <trafo/trafo-error.h>

#include "tiny-causal.h"
#include "trafo-device-choice.h"
#include "trafo-generator.h"
#include "trafo-model-generate.h"
#include "trafo-step-scheduler-private.h"

#define N_CALLS 64
#define MAX_PROMPT 200

/* One call of generate(), and what it comes to. */
typedef struct
{
  TrafoModel            *model;
  TrafoTensorDict       *inputs;
  TrafoGenerationConfig *config;
  gint                   cancel_at; /* the token after which it is cancelled; 0: none */
  GCancellable          *cancellable;
  TrafoGenerationResult *expected, *found;
  GError                *error;
} Call;

static void
draw_prompts (Call *call, gint64 n_rows, gint64 length)
{
  gint64 shape[] = { n_rows, length };
  gint64 ids[MAX_PROMPT];
  gint   period = g_test_rand_int_range (1, MAX_PROMPT);
  gint   n_common = g_test_rand_bit () ? g_test_rand_int_range (0, MAX_PROMPT) : 0;
  g_autoptr (TrafoTensor) tensor = NULL;

  for (gint64 i = 0; i < shape[0] * shape[1]; i++)
    ids[i] = i < period ? g_test_rand_int_range (0, 61) : ids[i - period];
  /* as others' prompts begin, too */
  for (gint64 i = 0; i < shape[0] * shape[1]; i++)
    if (i % length < n_common)
      ids[i] = i % length % 61;
  tensor = trafo_tensor_new_from_int64s (shape, 2, ids, shape[0] * shape[1], NULL);
  call->inputs = trafo_tensor_dict_new ();
  trafo_tensor_dict_set (call->inputs, "input_ids", tensor);
}

/* Greedily, drawn, with beams or with guesses, of one prompt or several. */
static void
call_init (Call *call, TrafoModel *model)
{
  gint choice = g_test_rand_int_range (0, 5), n_rows;

  *call = (Call){ .model = model, .config = trafo_generation_config_new () };
  n_rows = choice == 4 ? 1 : g_test_rand_int_range (1, 4);
  draw_prompts (call, n_rows, g_test_rand_int_range (1, MAX_PROMPT / n_rows));
  g_object_set (call->config,
                "max-new-tokens",
                (gint64) g_test_rand_int_range (1, 30),
                "output-logits",
                TRUE,
                "do-sample",
                choice == 1 || choice == 2,
                "seed",
                (gint64) g_test_rand_int_range (0, 1000),
                "num-return-sequences",
                (gint64) (choice == 2 ? 3 : 1),
                "num-beams",
                (gint64) (choice == 3 ? 3 : 1),
                NULL);
  if (choice == 4)
    g_object_set (call->config, "prompt-lookup-num-tokens", (gint64) 8, NULL);
}

static void
call_clear (Call *call)
{
  trafo_tensor_dict_unref (call->inputs);
  g_object_unref (call->config);
  g_clear_object (&call->cancellable);
  g_clear_object (&call->expected);
  g_clear_object (&call->found);
  g_clear_error (&call->error);
}

static void
count_token (TrafoGenerator *generator, guint row, gint64 token, Call *call)
{
  if (--call->cancel_at == 0)
    g_cancellable_cancel (call->cancellable);
}

static gpointer
run_call (gpointer data)
{
  Call *call = data;
  g_autoptr (TrafoGenerator) generator =
      trafo_generator_new (call->model, NULL, call->config, &call->error);

  g_assert_no_error (call->error);
  if (call->cancel_at > 0)
    g_signal_connect (generator, "token", G_CALLBACK (count_token), call);
  call->found = trafo_generator_generate (generator, call->inputs, call->cancellable, &call->error);
  return NULL;
}

static void
assert_same_bits (TrafoTensor *found, TrafoTensor *expected)
{
  g_assert_cmpmem (trafo_tensor_get_data (found),
                   trafo_tensor_get_size_bytes (found),
                   trafo_tensor_get_data (expected),
                   trafo_tensor_get_size_bytes (expected));
}

/* All at once: none is run before all wait. */
static void
run_together (TrafoStepScheduler *scheduler, Call *calls, guint n_calls)
{
  const gint64 token = 1;
  g_autoptr (TrafoStepRequest) gate = trafo_step_request_new (scheduler, 1, 1);
  TrafoRunnerRow       row = { trafo_step_scheduler_begin (scheduler), 1, 1, &token };
  g_autofree GThread **threads = g_new (GThread *, n_calls);

  g_assert_nonnull (trafo_step_request_run (gate, &row, 1, NULL, NULL));
  for (guint i = 0; i < n_calls; i++)
    threads[i] = g_thread_new ("call", run_call, &calls[i]);
  while (trafo_step_scheduler_get_n_waiting (scheduler) < n_calls)
    g_usleep (1000);
  trafo_step_request_pause (gate);
  for (guint i = 0; i < n_calls; i++)
    g_thread_join (threads[i]);
  trafo_step_scheduler_release (scheduler, row.sequence);
}

typedef struct
{
  const char *name;
  const char *device;
  gsize       max_tokens, max_pages; /* 0: as they are */
  guint       times;                 /* fewer steps than one after the other, at least */
} Bounds;

/* 64 calls at once, of which one is cancelled and one fails: all others get, to the bit, what they get
 * one after the other, in far fewer steps, and nothing is left behind. */
static void
test_together (gconstpointer data)
{
  const Bounds    *bounds = data;
  TinyCausalConfig config = tiny_causal_default;
  g_autoptr (TrafoModel) model = NULL;
  g_autoptr (TrafoStepScheduler) scheduler = NULL;
  g_autoptr (GError) error = NULL;
  Call    calls[N_CALLS];
  guint64 n_serial, n_together;

  config.n_positions = MAX_PROMPT + 40;
  model = tiny_causal_new (&config, bounds->device);
  scheduler = trafo_step_scheduler_get (model, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N_CALLS; i++)
    {
      call_init (&calls[i], model);
      if (i == 20) /* it runs out of positions */
        {
          trafo_tensor_dict_unref (calls[i].inputs);
          draw_prompts (&calls[i], 1, MAX_PROMPT);
          g_clear_object (&calls[i].config);
          calls[i].config = trafo_generation_config_new ();
          g_object_set (calls[i].config, "max-new-tokens", (gint64) 100, NULL);
        }
      else
        run_call (&calls[i]);
      g_assert_no_error (calls[i].error);
      calls[i].expected = g_steal_pointer (&calls[i].found);
    }
  n_serial = trafo_step_scheduler_get_n_steps (scheduler);
  if (bounds->max_tokens > 0)
    trafo_step_scheduler_set_bounds (scheduler, bounds->max_tokens, bounds->max_pages);
  g_object_set (calls[10].config, "max-new-tokens", (gint64) 30, "num-beams", (gint64) 1, NULL);
  calls[10].cancellable = g_cancellable_new ();
  calls[10].cancel_at = 3;
  run_together (scheduler, calls, N_CALLS);
  n_together = trafo_step_scheduler_get_n_steps (scheduler) - n_serial;
  for (guint i = 0; i < N_CALLS; i++)
    {
      g_test_message ("call %u", i);
      if (i == 10)
        g_assert_error (calls[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      else if (i == 20)
        g_assert_error (calls[i].error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
      else
        {
          g_assert_no_error (calls[i].error);
          assert_same_bits (trafo_generation_result_get_sequences (calls[i].found),
                            trafo_generation_result_get_sequences (calls[i].expected));
          assert_same_bits (trafo_generation_result_get_logits (calls[i].found),
                            trafo_generation_result_get_logits (calls[i].expected));
        }
      call_clear (&calls[i]);
    }
  g_test_message ("%" G_GUINT64_FORMAT " steps, one by one %" G_GUINT64_FORMAT,
                  n_together,
                  n_serial);
  g_assert_cmpuint (n_together * bounds->times, <, n_serial);
  g_assert_cmpuint (trafo_step_scheduler_begin (scheduler), ==, 0);
}

/* A generator that waits for its caller between texts keeps nobody waiting, nor does one whose signal's
 * handler generates. */
static void
generate_inside (TrafoGenerator *generator, guint row, gint64 token, Call *call)
{
  if (call->found == NULL)
    run_call (call);
}

static void
test_away (void)
{
  g_autoptr (TrafoModel) model = tiny_causal_new (&tiny_causal_default, "cpu");
  g_autoptr (TrafoGenerationResult) result = NULL;
  g_autoptr (TrafoGenerator) generator = NULL;
  g_autoptr (GError) error = NULL;
  Call outer, inner;

  call_init (&outer, model);
  call_init (&inner, model);
  g_object_set (outer.config, "num-beams", (gint64) 1, NULL);
  generator = trafo_generator_new (model, NULL, outer.config, &error);
  g_assert_no_error (error);
  g_signal_connect (generator, "token", G_CALLBACK (generate_inside), &inner);
  result = trafo_generator_generate (generator, outer.inputs, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (inner.found);
  call_clear (&outer);
  call_clear (&inner);
}

enum
{
  VOCAB = 61,
  PAGE = 16,
};

/* A prompt in a sequence of its own. */
typedef struct
{
  TrafoStepScheduler *scheduler;
  TrafoStepRequest   *request;
  guint               sequence;
  guint               n_tokens;
  gint64              tokens[MAX_PROMPT];
  float               logits[VOCAB]; /* of the last */
  GError             *error;
  GThread            *thread;
} Prompt;

static void
prompt_init (Prompt *self, TrafoStepScheduler *scheduler, guint n_tokens, guint kind)
{
  *self = (Prompt){ .scheduler = scheduler, .n_tokens = n_tokens };
  self->request = trafo_step_request_new (scheduler, 1, n_tokens);
  self->sequence = trafo_step_scheduler_begin (scheduler);
  for (guint i = 0; i < n_tokens; i++)
    self->tokens[i] = (i * i + kind) % VOCAB;
}

static void
prompt_clear (Prompt *self)
{
  trafo_step_scheduler_release (self->scheduler, self->sequence);
  trafo_step_request_free (self->request);
  g_clear_error (&self->error);
}

static gpointer
prompt_run (gpointer data)
{
  Prompt        *self = data;
  TrafoRunnerRow row = { self->sequence, self->n_tokens, 1, self->tokens };
  const float   *logits = trafo_step_request_run (self->request, &row, 1, NULL, &self->error);

  if (logits != NULL)
    memcpy (self->logits, logits, sizeof self->logits);
  trafo_step_request_pause (self->request);
  return NULL;
}

/* In a thread, while somebody else keeps steps from being made. */
static void
prompt_start (Prompt *self)
{
  guint n_waiting = trafo_step_scheduler_get_n_waiting (self->scheduler);

  self->thread = g_thread_new ("prompt", prompt_run, self);
  while (trafo_step_scheduler_get_n_waiting (self->scheduler) == n_waiting)
    g_usleep (1000);
}

static void
prompt_finish (Prompt *self)
{
  g_thread_join (self->thread);
  g_assert_no_error (self->error);
}

/* Who wait together share a step, but with LLM.int8(): each has the bits that it has alone. */
static void
test_company (gconstpointer load_in_8bit)
{
  TinyCausalConfig config = tiny_causal_default;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoDevice) device = trafo_device_open ("cpu", NULL, &error);
  g_autoptr (TrafoModel) model = NULL;
  g_autoptr (TrafoStepScheduler) scheduler = NULL;
  Prompt  alone[4], together[4], gate;
  guint64 n_steps;

  if (device == NULL)
    {
      g_test_skip (error->message);
      return;
    }
  config.load_in_8bit = GPOINTER_TO_INT (load_in_8bit);
  model = tiny_causal_new (&config, "cpu");
  scheduler = trafo_step_scheduler_new (model, NULL);
  prompt_init (&gate, scheduler, 1, 0);
  for (guint i = 0; i < G_N_ELEMENTS (alone); i++)
    {
      prompt_init (&alone[i], scheduler, 5 + i, i);
      prompt_run (&alone[i]);
      g_assert_no_error (alone[i].error);
    }
  trafo_step_request_run (gate.request,
                          &(TrafoRunnerRow){ gate.sequence, 1, 1, gate.tokens },
                          1,
                          NULL,
                          NULL);
  n_steps = trafo_step_scheduler_get_n_steps (scheduler);
  for (guint i = 0; i < G_N_ELEMENTS (together); i++)
    {
      prompt_init (&together[i], scheduler, 5 + i, i);
      prompt_start (&together[i]);
    }
  trafo_step_request_pause (gate.request);
  for (guint i = 0; i < G_N_ELEMENTS (together); i++)
    {
      prompt_finish (&together[i]);
      g_assert_cmpmem (together[i].logits,
                       sizeof together[i].logits,
                       alone[i].logits,
                       sizeof alone[i].logits);
    }
  n_steps = trafo_step_scheduler_get_n_steps (scheduler) - n_steps;
  g_assert_cmpuint (n_steps, ==, config.load_in_8bit ? G_N_ELEMENTS (together) : 1);
  for (guint i = 0; i < G_N_ELEMENTS (together); i++)
    {
      prompt_clear (&alone[i]);
      prompt_clear (&together[i]);
    }
  prompt_clear (&gate);
}

/* One whose pages are too many waits for those that are being run, and whoever comes behind it waits with
 * it, though there were room. */
static void
test_admission (void)
{
  g_autoptr (TrafoModel) model = tiny_causal_new (&tiny_causal_default, "reference");
  g_autoptr (TrafoStepScheduler) scheduler = trafo_step_scheduler_new (model, NULL);
  const gint64   token = 1;
  guint          sequence = trafo_step_scheduler_begin (scheduler);
  TrafoRunnerRow row = { sequence, 1, 1, &token };
  g_autoptr (TrafoStepRequest) first = trafo_step_request_new (scheduler, 1, 4 * PAGE);
  Prompt large, small;

  trafo_step_scheduler_set_bounds (scheduler, 512, 10);
  prompt_init (&large, scheduler, 8 * PAGE, 1);
  prompt_init (&small, scheduler, PAGE, 2);
  g_assert_nonnull (trafo_step_request_run (first, &row, 1, NULL, NULL));
  prompt_start (&large);
  prompt_start (&small);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_nonnull (trafo_step_request_run (first, &row, 1, NULL, NULL));
      g_assert_cmpuint (trafo_step_scheduler_get_n_waiting (scheduler), ==, 2);
    }
  g_assert_cmpuint (trafo_step_scheduler_get_length (scheduler, large.sequence), ==, 0);
  g_assert_cmpuint (trafo_step_scheduler_get_length (scheduler, small.sequence), ==, 0);
  g_clear_pointer (&first, trafo_step_request_free);
  prompt_finish (&large);
  prompt_finish (&small);
  /* both in one step, for the two have room */
  g_assert_cmpuint (trafo_step_scheduler_get_n_steps (scheduler), ==, 5);
  prompt_clear (&large);
  prompt_clear (&small);
}

/* Of a prompt that fails after some of its steps nothing is left, and what was there before goes on. */
static void
test_failure (void)
{
  TinyCausalConfig config = tiny_causal_default;
  g_autoptr (TrafoModel) model = tiny_causal_new (&config, "reference");
  g_autoptr (TrafoStepScheduler) scheduler = trafo_step_scheduler_new (model, NULL);
  Prompt prompts[2];

  /* 100 tokens are two steps */
  trafo_step_scheduler_set_bounds (scheduler, 64, 1000);
  for (guint i = 0; i < G_N_ELEMENTS (prompts); i++)
    {
      Prompt *prompt = &prompts[i];
      guint64 n_run;

      prompt_init (prompt, scheduler, 10, 0);
      prompt_run (prompt);
      prompt->n_tokens = 100;
      for (guint j = 0; j < prompt->n_tokens; j++)
        prompt->tokens[j] = j % VOCAB;
      if (i == 1)
        {
          prompt->tokens[90] = VOCAB;
          n_run = trafo_step_scheduler_get_n_run (scheduler);
          prompt_run (prompt);
          g_assert_error (prompt->error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
          g_clear_error (&prompt->error);
          g_assert_cmpuint (trafo_step_scheduler_get_n_run (scheduler) - n_run, ==, 64);
          g_assert_cmpuint (trafo_step_scheduler_get_length (scheduler, prompt->sequence), ==, 10);
          prompt->tokens[90] = 90 % VOCAB;
        }
      prompt_run (prompt);
      g_assert_no_error (prompt->error);
      g_assert_cmpuint (trafo_step_scheduler_get_length (scheduler, prompt->sequence), ==, 110);
    }
  g_assert_cmpmem (prompts[0].logits,
                   sizeof prompts[0].logits,
                   prompts[1].logits,
                   sizeof prompts[1].logits);
  prompt_clear (&prompts[0]);
  prompt_clear (&prompts[1]);
}

/* What is shared lives as long as somebody has it. */
static void
test_shared (void)
{
  g_autoptr (TrafoModel) model = tiny_causal_new (&tiny_causal_default, "reference");
  TrafoStepScheduler *first = trafo_step_scheduler_get (model, NULL);
  TrafoStepScheduler *second = trafo_step_scheduler_get (model, NULL);

  g_assert_true (first == second);
  trafo_step_scheduler_unref (first);
  g_assert_true (trafo_step_scheduler_get (model, NULL) == second);
  trafo_step_scheduler_unref (second);
  trafo_step_scheduler_unref (second);
  second = trafo_step_scheduler_new (model, NULL);
  first = trafo_step_scheduler_get (model, NULL);
  g_assert_true (first != second);
  trafo_step_scheduler_unref (first);
  trafo_step_scheduler_unref (second);
}

int
main (int argc, char **argv)
{
  static const Bounds bounds[] = {
    { "cpu", "cpu", 0, 0, 10 },
    { "reference", "reference", 0, 0, 10 },
    { "few-tokens", "cpu", 64, 100000, 3 },
    { "few-pages", "cpu", 512, 60, 1 }, /* how many fit in them depends on the draw */
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (bounds); i++)
    {
      g_autofree char *path =
          g_strconcat ("/core/generate/step-scheduler/together/", bounds[i].name, NULL);

      g_test_add_data_func (path, &bounds[i], test_together);
    }
  g_test_add_data_func ("/core/generate/step-scheduler/company", NULL, test_company);
  g_test_add_data_func ("/core/generate/step-scheduler/no-company",
                        GINT_TO_POINTER (TRUE),
                        test_company);
  g_test_add_func ("/core/generate/step-scheduler/admission", test_admission);
  g_test_add_func ("/core/generate/step-scheduler/failure", test_failure);
  g_test_add_func ("/core/generate/step-scheduler/away", test_away);
  g_test_add_func ("/core/generate/step-scheduler/shared", test_shared);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <time.h>
#include <trafo/trafo-json-reader.h>
#include <trafo/trafo-plugin.h>

#include "../../slowdown.h"
#include "fake-device.h"
#include "tiny-causal.h"
#include "trafo-generation-run-private.h"
#include "trafo-registry.h"

/* A backend of this program, whose kernels cancel what the test names. */
static FakeDevice fake = { .n_tasks = 1 };

typedef struct
{
  GObject parent_instance;
} FakeBackend;
typedef struct
{
  GObjectClass parent_class;
} FakeBackendClass;

static GType fake_backend_get_type (void);
static void  fake_backend_iface_init (TrafoBackendInterface *iface);

G_DEFINE_TYPE_WITH_CODE (FakeBackend,
                         fake_backend,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TRAFO_TYPE_BACKEND, fake_backend_iface_init))
TRAFO_PLUGIN_DEFINE (fake,
                     "1.0.0",
                     "MIT",
                     "References that cancel",
                     TRAFO_PLUGIN_BACKEND ("fake", FakeBackend, fake_backend, TRAFO_RANK_NONE, ))

static gboolean
fake_backend_probe (TrafoBackend *backend, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static GListModel *
fake_backend_list_devices (TrafoBackend *backend)
{
  g_autoptr (TrafoDevice) device = fake_host_device_new (&fake);
  GListStore *devices = g_list_store_new (TRAFO_TYPE_DEVICE);

  g_list_store_append (devices, device);
  return G_LIST_MODEL (devices);
}

static void
fake_backend_iface_init (TrafoBackendInterface *iface)
{
  iface->probe = fake_backend_probe;
  iface->list_devices = fake_backend_list_devices;
}

static void
fake_backend_class_init (FakeBackendClass *klass)
{
}

static void
fake_backend_init (FakeBackend *self)
{
}

/* Two prompts, of which the second has one token of padding. */
static TrafoTensorDict *
make_inputs (void)
{
  const gint64 shape[] = { 2, 3 }, ids[] = { 5, 60, 17, 0, 9, 4 }, mask[] = { 1, 1, 1, 0, 1, 1 };
  g_autoptr (TrafoTensor) id_tensor = trafo_tensor_new_from_int64s (shape, 2, ids, 6, NULL);
  g_autoptr (TrafoTensor) mask_tensor = trafo_tensor_new_from_int64s (shape, 2, mask, 6, NULL);
  TrafoTensorDict *inputs = trafo_tensor_dict_new ();

  trafo_tensor_dict_set (inputs, "input_ids", id_tensor);
  trafo_tensor_dict_set (inputs, "attention_mask", mask_tensor);
  return inputs;
}

static TrafoGenerationRun *
make_run (TrafoKeptSequences *kept, const char *json)
{
  g_autoptr (GBytes) bytes = g_bytes_new (json, strlen (json));
  g_autoptr (GVariant) parameters = trafo_json_to_variant (bytes, "test", NULL);
  g_autoptr (TrafoTensorDict) inputs = make_inputs ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoGenerationConfig) config =
      trafo_generation_config_new_from_variant (parameters, &error);
  TrafoGenerationRun *run;

  g_assert_no_error (error);
  run = trafo_generation_run_new (kept, inputs, config, NULL, &error);
  g_assert_no_error (error);
  return run;
}

/* Cancelled inside of the next step, several times. */
static void
fail_step (TrafoGenerationRun *run)
{
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;

      fake.cancel = cancellable;
      g_assert_false (trafo_generation_run_advance (run, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      fake.cancel = NULL;
    }
}

/* @is_cancelled: each step, before it is made. */
static TrafoGenerationResult *
generate (TrafoKeptSequences *kept, const char *json, gboolean is_cancelled)
{
  g_autoptr (TrafoGenerationRun) run = make_run (kept, json);
  g_autoptr (GError) error = NULL;
  TrafoGenerationResult *result;

  while (!run->is_done)
    {
      if (is_cancelled)
        fail_step (run);
      trafo_generation_run_advance (run, NULL, &error);
      g_assert_no_error (error);
    }
  result = trafo_generation_run_finish (run, &error);
  g_assert_no_error (error);
  return result;
}

static void
assert_same (TrafoTensor *found, TrafoTensor *expected)
{
  g_assert_cmpmem (trafo_tensor_get_data (found),
                   trafo_tensor_get_size_bytes (found),
                   trafo_tensor_get_data (expected),
                   trafo_tensor_get_size_bytes (expected));
}

/* A generation that was cancelled inside of each of its steps, and went on each time, gives what one
 * gives that was not: tokens, and the scores of as many steps. It leaves no sequences behind. */
static void
test_cancelled_steps (gconstpointer json)
{
  g_autoptr (TrafoModel) model = tiny_causal_new (&tiny_causal_default, "fake");
  g_autoptr (GError) error = NULL;
  TrafoStepScheduler *scheduler = trafo_step_scheduler_new (model, &error);
  g_autoptr (TrafoKeptSequences) kept = trafo_kept_sequences_new (scheduler);
  g_autoptr (TrafoGenerationResult) expected = generate (kept, json, FALSE);
  g_autoptr (TrafoGenerationResult) found = NULL;

  trafo_kept_sequences_clear (kept);
  found = generate (kept, json, TRUE);
  assert_same (trafo_generation_result_get_sequences (found),
               trafo_generation_result_get_sequences (expected));
  assert_same (trafo_generation_result_get_scores (found),
               trafo_generation_result_get_scores (expected));
  assert_same (trafo_generation_result_get_logits (found),
               trafo_generation_result_get_logits (expected));
  trafo_kept_sequences_clear (kept);
  g_assert_cmpuint (trafo_step_scheduler_begin (scheduler), ==, 0);
}

/* One that is given up in its first step leaves none either. */
static void
test_given_up (gconstpointer json)
{
  g_autoptr (TrafoModel) model = tiny_causal_new (&tiny_causal_default, "fake");
  g_autoptr (GError) error = NULL;
  TrafoStepScheduler *scheduler = trafo_step_scheduler_new (model, &error);
  g_autoptr (TrafoKeptSequences) kept = trafo_kept_sequences_new (scheduler);
  TrafoGenerationRun *run = make_run (kept, json);

  fail_step (run);
  trafo_generation_run_free (run);
  trafo_kept_sequences_clear (kept);
  g_assert_cmpuint (trafo_step_scheduler_begin (scheduler), ==, 0);
}

/* The tokens of a row that is continued greedily by 5. */
static GArray *
continue_row (TrafoKeptSequences *kept, const gint64 *ids, gsize n_ids)
{
  const gint64 shape[] = { 1, (gint64) n_ids };
  g_autoptr (TrafoGenerationConfig) config = trafo_generation_config_new ();
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) tensor = trafo_tensor_new_from_int64s (shape, 2, ids, n_ids, NULL);
  g_autoptr (TrafoGenerationRun) run = NULL;
  g_autoptr (TrafoGenerationResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GArray *tokens = g_array_new (FALSE, FALSE, sizeof (gint64));

  g_object_set (config, "max-new-tokens", (gint64) 5, NULL);
  trafo_tensor_dict_set (inputs, "input_ids", tensor);
  run = trafo_generation_run_new (kept, inputs, config, NULL, &error);
  g_assert_no_error (error);
  while (!run->is_done)
    g_assert_true (trafo_generation_run_advance (run, NULL, NULL));
  result = trafo_generation_run_finish (run, &error);
  g_assert_no_error (error);
  g_array_append_vals (tokens,
                       trafo_tensor_get_data (trafo_generation_result_get_sequences (result)),
                       n_ids + 5);
  return tokens;
}

/* What goes on from a kept cache runs what is new, and the last token of before, whose logits nobody
 * wanted; it comes to what is computed at one go. */
static void
test_continued (void)
{
  const gint64 begin[] = { 5, 60, 17 }, more[] = { 9, 33 };
  g_autoptr (TrafoModel) model = tiny_causal_new (&tiny_causal_default, "cpu");
  TrafoStepScheduler *scheduler = trafo_step_scheduler_new (model, NULL);
  g_autoptr (TrafoKeptSequences) kept = trafo_kept_sequences_new (scheduler);
  g_autoptr (TrafoKeptSequences) none =
      trafo_kept_sequences_new (trafo_step_scheduler_new (model, NULL));
  g_autoptr (GArray) said = continue_row (kept, begin, 3);
  g_autoptr (GArray) continued = NULL;
  g_autoptr (GArray) expected = NULL;

  g_assert_cmpuint (trafo_step_scheduler_get_n_run (scheduler), ==, 3 + 4);
  g_array_append_vals (said, more, 2);
  continued = continue_row (kept, (const gint64 *) (gpointer) said->data, said->len);
  g_assert_cmpuint (trafo_step_scheduler_get_n_run (scheduler), ==, 3 + 4 + 1 + 2 + 4);
  expected = continue_row (none, (const gint64 *) (gpointer) said->data, said->len);
  g_assert_cmpuint (trafo_step_scheduler_get_n_run (none->scheduler), ==, 3 + 5 + 2 + 4);
  g_assert_cmpmem (continued->data,
                   continued->len * sizeof (gint64),
                   expected->data,
                   expected->len * sizeof (gint64));
}

/* A prompt that begins as another one did, of whoever generates with the model, is not run again. */
static void
test_shared (void)
{
  g_autoptr (TrafoModel) model = tiny_causal_new (&tiny_causal_default, "cpu");
  g_autoptr (TrafoKeptSequences) first =
      trafo_kept_sequences_new (trafo_step_scheduler_get (model, NULL));
  g_autoptr (TrafoKeptSequences) second =
      trafo_kept_sequences_new (trafo_step_scheduler_get (model, NULL));
  g_autoptr (GArray) expected = NULL;
  g_autoptr (GArray) found = NULL;
  gint64 prompt[100];

  for (guint i = 0; i < G_N_ELEMENTS (prompt); i++)
    prompt[i] = i * i % 61;
  expected = continue_row (first, prompt, G_N_ELEMENTS (prompt));
  g_assert_cmpuint (trafo_step_scheduler_get_n_run (first->scheduler), ==, 100 + 4);
  found = continue_row (second, prompt, G_N_ELEMENTS (prompt));
  g_assert_cmpuint (trafo_step_scheduler_get_n_run (first->scheduler), ==, 100 + 4 + 36 + 4);
  g_assert_cmpmem (found->data,
                   found->len * sizeof (gint64),
                   expected->data,
                   expected->len * sizeof (gint64));
}

/* A step's work grows with the beams, hardly faster: 1500 of them were some 10 s a step. In seconds of
 * the processor. */
static void
test_many_beams (void)
{
  const char *json = "{\"num_beams\": 1500, \"max_new_tokens\": 4, \"eos_token_id\": null}";
  g_autoptr (TrafoModel) model = tiny_causal_new (&tiny_causal_default, "cpu");
  g_autoptr (GError) error = NULL;
  TrafoStepScheduler *scheduler = trafo_step_scheduler_new (model, &error);
  g_autoptr (TrafoKeptSequences) kept = trafo_kept_sequences_new (scheduler);
  g_autoptr (TrafoGenerationResult) result = NULL;
  clock_t begin = clock ();

  result = generate (kept, json, FALSE);
  g_assert_cmpuint (trafo_generation_result_get_n_sequences (result), ==, 2);
  g_assert_cmpfloat ((double) (clock () - begin) / CLOCKS_PER_SEC, <, 10 * get_slowdown ());
}

#define PARAMETERS                                                                                 \
  "\"max_new_tokens\": 5, \"eos_token_id\": null, \"output_scores\": true, "                       \
  "\"output_logits\": true"

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    const char *json;
  } cases[] = {
    { "greedy", "{" PARAMETERS "}" },
    { "copies", "{" PARAMETERS ", \"do_sample\": true, \"num_return_sequences\": 3, \"seed\": 4}" },
    { "uncached", "{" PARAMETERS ", \"use_cache\": false}" },
    { "beams", "{" PARAMETERS ", \"num_beams\": 3}" },
    { "uncached-beams", "{" PARAMETERS ", \"num_beams\": 3, \"use_cache\": false}" },
  };
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  trafo_registry_add_static (trafo_registry_get_default (), &trafo_plugin_fake_descriptor, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *cancelled = g_strconcat ("/generation-run/cancelled/", cases[i].name, NULL);
      g_autofree char *given_up = g_strconcat ("/generation-run/given-up/", cases[i].name, NULL);

      g_test_add_data_func (cancelled, cases[i].json, test_cancelled_steps);
      g_test_add_data_func (given_up, cases[i].json, test_given_up);
    }
  g_test_add_func ("/generation-run/continued", test_continued);
  g_test_add_func ("/generation-run/shared", test_shared);
  g_test_add_func ("/generation-run/many-beams", test_many_beams);
  return g_test_run ();
}

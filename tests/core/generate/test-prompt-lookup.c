/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <json-glib/json-glib.h>
#include <string.h>
#include <trafo/trafo.h>

#include "tiny-causal.h"
#include "trafo-device-choice.h"
#include "trafo-generation-run-private.h"
#include "trafo-prompt-lookup-private.h"

/* tests/data/prompt-lookup.json, or the file of TRAFO_TEST_PROMPT_LOOKUP: what transformers proposes. */
static JsonArray *
read_cases (JsonParser *parser, const char *name)
{
  g_autofree char *data = g_test_build_filename (G_TEST_DIST, "data", "prompt-lookup.json", NULL);
  const char      *other = g_getenv ("TRAFO_TEST_PROMPT_LOOKUP");
  g_autoptr (GError) error = NULL;
  JsonArray *cases;

  json_parser_load_from_file (parser, other != NULL ? other : data, &error);
  g_assert_no_error (error);
  cases = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), name);
  g_assert_cmpuint (json_array_get_length (cases), >, 0);
  return cases;
}

static TrafoGenerationConfig *
make_config (const char *json)
{
  g_autoptr (GBytes) bytes = g_bytes_new (json, strlen (json));
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) parameters = trafo_json_to_variant (bytes, "params", &error);
  TrafoGenerationConfig *config;

  g_assert_no_error (error);
  config = trafo_generation_config_new_from_variant (parameters, &error);
  g_assert_no_error (error);
  return config;
}

static TrafoGenerationConfig *
read_config (JsonObject *item)
{
  g_autofree char *json = json_to_string (json_object_get_member (item, "params"), FALSE);

  return make_config (json);
}

static GArray *
read_ids (JsonObject *item, const char *name)
{
  JsonArray *values = json_object_get_array_member (item, name);
  GArray    *ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < json_array_get_length (values); i++)
    {
      gint64 id = json_array_get_int_element (values, i);

      g_array_append_val (ids, id);
    }
  return ids;
}

static void
assert_same (const GArray *found, const GArray *expected)
{
  g_assert_cmpmem (found->data,
                   found->len * sizeof (gint64),
                   expected->data,
                   expected->len * sizeof (gint64));
}

static void
test_drafts (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *cases = read_cases (parser, "drafts");

  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *item = json_array_get_object_element (cases, i);
      gsize       vocab_size = json_object_get_int_member (item, "vocab_size");
      gsize       prompt_length = json_object_get_int_member (item, "prompt_length");
      g_autoptr (TrafoGenerationConfig) config = read_config (item);
      g_autoptr (GArray) ids = read_ids (item, "ids");
      g_autoptr (GArray) expected = read_ids (item, "draft");
      g_autoptr (GArray) draft = g_array_new (FALSE, FALSE, sizeof (gint64));
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoGenerationPlan) plan =
          trafo_generation_plan_new (config, prompt_length, vocab_size, G_MAXSIZE, &error);
      TrafoLogits logits;

      g_test_message ("case %u", i);
      g_assert_no_error (error);
      g_assert_true (trafo_logits_init (&logits, vocab_size, NULL));
      trafo_prompt_lookup_draft (plan, &logits, ids, 0, draft);
      assert_same (draft, expected);
      trafo_logits_clear (&logits);
    }
}

/* One prompt continued, in how many steps of the model. */
static TrafoGenerationResult *
generate (TrafoModel            *model,
          const gint64          *ids,
          gsize                  n_ids,
          TrafoGenerationConfig *config,
          guint64               *ret_n_steps)
{
  const gint64 shape[] = { 1, (gint64) n_ids };
  g_autoptr (GError) error = NULL;
  TrafoStepScheduler *scheduler = trafo_step_scheduler_new (model, &error);
  g_autoptr (TrafoKeptSequences) kept = trafo_kept_sequences_new (scheduler);
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) tensor = trafo_tensor_new_from_int64s (shape, 2, ids, n_ids, &error);
  g_autoptr (TrafoGenerationRun) run = NULL;
  TrafoGenerationResult *result;

  g_assert_no_error (error);
  trafo_tensor_dict_set (inputs, "input_ids", tensor);
  run = trafo_generation_run_new (kept, inputs, config, NULL, &error);
  g_assert_no_error (error);
  while (!run->is_done)
    {
      trafo_generation_run_advance (run, NULL, &error);
      g_assert_no_error (error);
    }
  *ret_n_steps = trafo_step_scheduler_get_n_steps (scheduler);
  result = trafo_generation_run_finish (run, &error);
  g_assert_no_error (error);
  return result;
}

/* The tokens of transformers, in as many passes of the model. */
static void
test_generations (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *cases = read_cases (parser, "generations");
  g_autoptr (GHashTable) models =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject      *item = json_array_get_object_element (cases, i);
      const char      *name = json_object_get_string_member (item, "model");
      TrafoModel      *model = g_hash_table_lookup (models, name);
      g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "data", "models", name, NULL);
      g_autoptr (TrafoGenerationConfig) config = read_config (item);
      g_autoptr (GArray) ids = read_ids (item, "input_ids");
      g_autoptr (GArray) expected = read_ids (item, "sequence");
      g_autoptr (TrafoGenerationResult) result = NULL;
      TrafoTensor *sequence;
      guint64      n_steps;

      if (model == NULL)
        {
          model =
              trafo_auto_model_from_pretrained_for_task (folder, "causal-lm", NULL, NULL, &error);
          g_assert_no_error (error);
          g_hash_table_insert (models, (char *) name, model);
        }
      g_test_message ("case %u", i);
      result = generate (model, (gint64 *) (gpointer) ids->data, ids->len, config, &n_steps);
      sequence = trafo_generation_result_get_sequences (result);
      g_assert_cmpmem (trafo_tensor_get_data (sequence),
                       trafo_tensor_get_size_bytes (sequence),
                       expected->data,
                       expected->len * sizeof (gint64));
      g_assert_cmpuint (n_steps, ==, json_object_get_int_member (item, "n_passes"));
    }
}

static void
assert_same_bits (TrafoTensor *found, TrafoTensor *expected)
{
  g_assert_cmpmem (trafo_tensor_get_data (found),
                   trafo_tensor_get_size_bytes (found),
                   trafo_tensor_get_data (expected),
                   trafo_tensor_get_size_bytes (expected));
}

/* 100 random prompts, half of them of a piece that is repeated: the same tokens and scores, to the bit,
 * as without looking up, greedily and drawn, however many tokens are wanted. */
static void
test_equal (gconstpointer device)
{
  static const char *const parameters[] = {
    "{\"max_new_tokens\": 40, \"output_scores\": true, \"output_logits\": true}",
    "{\"max_new_tokens\": 40, \"output_scores\": true, \"output_logits\": true, "
    "\"do_sample\": true, \"temperature\": 0.05, \"seed\": 5}",
  };
  g_autoptr (TrafoModel) model = tiny_causal_new (&tiny_causal_default, device);
  guint64 n_steps_plain = 0, n_steps = 0;

  for (guint i = 0; i < 100; i++)
    {
      gint64 ids[40];
      gsize  n_ids = g_test_rand_int_range (1, 41);
      gint   period = i % 2 == 0 ? 40 : g_test_rand_int_range (1, 6);
      g_autoptr (TrafoGenerationConfig) config = make_config (parameters[i % 10 == 9]);
      g_autoptr (TrafoGenerationResult) plain = NULL;
      g_autoptr (TrafoGenerationResult) found = NULL;
      guint64 n;

      for (gsize k = 0; k < n_ids; k++)
        ids[k] = k < (gsize) period ? g_test_rand_int_range (0, 61) : ids[k - period];
      plain = generate (model, ids, n_ids, config, &n);
      n_steps_plain += n;
      g_object_set (config,
                    "prompt-lookup-num-tokens",
                    (gint64) g_test_rand_int_range (1, 41),
                    "max-matching-ngram-size",
                    (gint64) g_test_rand_int_range (1, 4),
                    NULL);
      found = generate (model, ids, n_ids, config, &n);
      n_steps += n;
      assert_same_bits (trafo_generation_result_get_sequences (found),
                        trafo_generation_result_get_sequences (plain));
      assert_same_bits (trafo_generation_result_get_scores (found),
                        trafo_generation_result_get_scores (plain));
      assert_same_bits (trafo_generation_result_get_logits (found),
                        trafo_generation_result_get_logits (plain));
    }
  g_assert_cmpuint (n_steps_plain, ==, 4000);
  g_assert_cmpuint (n_steps, <, 3800);
}

/* What does not go together with it, as in transformers. A beam search goes on without. */
static void
test_refused (void)
{
  static const struct
  {
    const char *json;
    gsize       n_rows;
    const char *message;
  } cases[] = {
    { "\"do_sample\": true, \"num_return_sequences\": 2", 1, "num_return_sequences = 2" },
    { "\"use_cache\": false", 1, "use_cache" },
    { "\"do_sample\": false", 2, "found 2 prompts" },
    { "\"num_beams\": 2, \"num_return_sequences\": 2", 2, NULL },
  };
  const gint64 ids[] = { 1, 2 };
  g_autoptr (TrafoModel) model = tiny_causal_new (&tiny_causal_default, "reference");
  g_autoptr (TrafoKeptSequences) kept =
      trafo_kept_sequences_new (trafo_step_scheduler_new (model, NULL));

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const gint64     shape[] = { (gint64) cases[i].n_rows, 2 / (gint64) cases[i].n_rows };
      g_autofree char *json =
          g_strdup_printf ("{\"prompt_lookup_num_tokens\": 3, %s}", cases[i].json);
      g_autoptr (TrafoGenerationConfig) config = make_config (json);
      g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
      g_autoptr (TrafoTensor) tensor = trafo_tensor_new_from_int64s (shape, 2, ids, 2, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoGenerationRun) run = NULL;

      trafo_tensor_dict_set (inputs, "input_ids", tensor);
      run = trafo_generation_run_new (kept, inputs, config, NULL, &error);
      if (cases[i].message == NULL)
        {
          g_assert_no_error (error);
          g_assert_cmpuint (run->plan->prompt_lookup_num_tokens, ==, 0);
          continue;
        }
      g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, cases[i].message));
    }
}

/* Nor does LLM.int8() go together with it, whose numbers depend on the tokens that are run together. */
static void
test_llm_int8 (void)
{
  TinyCausalConfig config = tiny_causal_default;
  const gint64     ids[] = { 1, 2 }, shape[] = { 1, 2 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoDevice) device = trafo_device_open ("cpu", NULL, &error);
  g_autoptr (TrafoModel) model = NULL;
  g_autoptr (TrafoKeptSequences) kept = NULL;
  g_autoptr (TrafoGenerationConfig) plain = make_config ("{}");
  g_autoptr (TrafoGenerationConfig) lookup = make_config ("{\"prompt_lookup_num_tokens\": 3}");
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) tensor = trafo_tensor_new_from_int64s (shape, 2, ids, 2, NULL);
  g_autoptr (TrafoGenerationRun) run = NULL;

  if (device == NULL)
    {
      g_test_skip (error->message);
      return;
    }
  config.load_in_8bit = TRUE;
  model = tiny_causal_new (&config, "cpu");
  kept = trafo_kept_sequences_new (trafo_step_scheduler_new (model, NULL));
  trafo_tensor_dict_set (inputs, "input_ids", tensor);
  run = trafo_generation_run_new (kept, inputs, plain, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (trafo_generation_run_new (kept, inputs, lookup, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "prompt_lookup_num_tokens with LLM.int8()"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/generate/prompt-lookup/drafts", test_drafts);
  g_test_add_func ("/core/generate/prompt-lookup/generations", test_generations);
  g_test_add_data_func ("/core/generate/prompt-lookup/equal/reference", "reference", test_equal);
  g_test_add_data_func ("/core/generate/prompt-lookup/equal/cpu", "cpu", test_equal);
  g_test_add_func ("/core/generate/prompt-lookup/refused", test_refused);
  g_test_add_func ("/core/generate/prompt-lookup/llm-int8", test_llm_int8);
  return g_test_run ();
}

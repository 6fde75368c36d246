/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>
#include <trafo/trafo.h>
#include <unistd.h>

/* tests/data/generation.json, greedy.json, padded.json and spent.json, or the file of TRAFO_TEST_GENERATION: what transformers
 * generates. */

static TrafoTensor *
read_matrix (JsonArray *rows)
{
  gint64 shape[] = { json_array_get_length (rows),
                     json_array_get_length (json_array_get_array_element (rows, 0)) };
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GError) error = NULL;
  TrafoTensor *tensor;

  for (guint i = 0; i < shape[0]; i++)
    for (guint k = 0; k < shape[1]; k++)
      {
        JsonArray *row = json_array_get_array_element (rows, i);
        gint64     value = json_array_get_int_element (row, k);

        g_array_append_val (values, value);
      }
  tensor = trafo_tensor_new_from_int64s (shape,
                                         2,
                                         (const gint64 *) (gpointer) values->data,
                                         values->len,
                                         &error);
  g_assert_no_error (error);
  return tensor;
}

static TrafoTensorDict *
read_inputs (JsonObject *item)
{
  TrafoTensorDict *inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) ids = read_matrix (json_object_get_array_member (item, "input_ids"));
  g_autoptr (TrafoTensor) mask =
      read_matrix (json_object_get_array_member (item, "attention_mask"));

  trafo_tensor_dict_set (inputs, "input_ids", ids);
  trafo_tensor_dict_set (inputs, "attention_mask", mask);
  return inputs;
}

static TrafoGenerationConfig *
read_config (JsonObject *item)
{
  g_autofree char *json = json_to_string (json_object_get_member (item, "params"), FALSE);
  g_autoptr (GBytes) bytes = g_bytes_new (json, strlen (json));
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) parameters = trafo_json_to_variant (bytes, "params", &error);
  TrafoGenerationConfig *config;

  g_assert_no_error (error);
  config = trafo_generation_config_new_from_variant (parameters, &error);
  g_assert_no_error (error);
  g_object_set (config, "pad-token-id", (gint64) 1, "output-scores", TRUE, NULL);
  return config;
}

static void
check_sequences (JsonObject *item, TrafoGenerationResult *result)
{
  g_autoptr (TrafoTensor) expected = NULL;

  if (json_object_get_null_member (item, "sequences"))
    return;
  expected = read_matrix (json_object_get_array_member (item, "sequences"));
  g_assert_cmpfloat (trafo_tensor_max_difference (trafo_generation_result_get_sequences (result),
                                                  expected),
                     ==,
                     0);
}

/* Sums of up to ten float32 log-probabilities. */
static void
check_sequences_scores (JsonObject *item, TrafoGenerationResult *result)
{
  TrafoTensor *scores = trafo_generation_result_get_sequences_scores (result);
  JsonArray   *expected;

  if (json_object_get_null_member (item, "sequences_scores"))
    {
      g_assert_null (scores);
      return;
    }
  expected = json_object_get_array_member (item, "sequences_scores");
  g_assert_cmpuint (trafo_tensor_get_dim (scores, 0), ==, json_array_get_length (expected));
  for (guint i = 0; i < json_array_get_length (expected); i++)
    {
      double value = json_array_get_double_element (expected, i);

      g_assert_cmpfloat_with_epsilon (trafo_tensor_get_value (scores, i),
                                      value,
                                      1e-4 * fabs (value) + 1e-5);
    }
}

/* What is left of the scores of the first step: which tokens may come, and how likely. */
static void
check_first_scores (JsonObject *item, TrafoGenerationResult *result)
{
  TrafoTensor *scores = trafo_generation_result_get_scores (result);
  JsonArray   *expected;
  gint64       vocab_size;

  if (json_object_get_null_member (item, "first_scores"))
    return;
  expected = json_object_get_array_member (item, "first_scores");
  vocab_size = trafo_tensor_get_dim (scores, 2);
  g_assert_cmpuint (trafo_tensor_get_dim (scores, 1), ==, json_array_get_length (expected));
  for (guint row = 0; row < json_array_get_length (expected); row++)
    {
      JsonArray *of_row = json_array_get_array_element (expected, row);
      double     sum = 0, magnitude = 0;
      gint64     n_finite = 0;

      for (gint64 i = 0; i < vocab_size; i++)
        {
          double score = trafo_tensor_get_value (scores, row * vocab_size + i);

          if (!isfinite (score))
            continue;
          n_finite++;
          sum += score;
          magnitude += fabs (score);
        }
      g_assert_cmpint (n_finite, ==, json_array_get_int_element (of_row, 0));
      g_assert_cmpfloat_with_epsilon (sum,
                                      json_array_get_double_element (of_row, 1),
                                      1e-5 * magnitude + 1e-6);
    }
}

static TrafoModel *
load (GHashTable *models, const char *name)
{
  TrafoModel *model = g_hash_table_lookup (models, name);
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;

  if (model != NULL)
    return model;
  folder = g_path_is_absolute (name)
               ? g_strdup (name)
               : g_test_build_filename (G_TEST_DIST, "data", "models", name, NULL);
  model = trafo_auto_model_from_pretrained_for_task (folder, "causal-lm", NULL, NULL, &error);
  g_assert_no_error (error);
  g_hash_table_insert (models, g_strdup (name), model);
  return model;
}

static void
test_transformers (gconstpointer name)
{
  g_autofree char *data = g_test_build_filename (G_TEST_DIST, "data", name, NULL);
  const char      *other = g_getenv ("TRAFO_TEST_GENERATION");
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GHashTable) models =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  g_autoptr (GError) error = NULL;
  JsonArray *items;

  json_parser_load_from_file (parser, other != NULL ? other : data, &error);
  g_assert_no_error (error);
  items = json_node_get_array (json_parser_get_root (parser));
  g_assert_cmpuint (json_array_get_length (items), >, 0);
  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonObject *item = json_array_get_object_element (items, i);
      TrafoModel *model = load (models, json_object_get_string_member (item, "model"));
      g_autoptr (TrafoTensorDict) inputs = read_inputs (item);
      g_autoptr (TrafoGenerationConfig) config = read_config (item);
      g_autoptr (TrafoGenerationResult) result = NULL;

      g_test_message ("case %u", i);
      result = trafo_model_generate (model, inputs, config, NULL, NULL, &error);
      g_assert_no_error (error);
      check_sequences (item, result);
      check_sequences_scores (item, result);
      check_first_scores (item, result);
    }
}

/* A mask of other numbers would count positions otherwise than it hides tokens. */
static void
test_mask (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "data", "models", "opt-lm", NULL);
  g_autoptr (TrafoModel) model =
      trafo_auto_model_from_pretrained_for_task (folder, "causal-lm", NULL, NULL, NULL);
  const gint64 shape[] = { 1, 3 }, ids[] = { 5, 9, 7 };
  const gint64 masks[][3] = { { 1, 2, 1 }, { 0, 1, -1 } };
  g_autoptr (TrafoTensor) id_tensor = trafo_tensor_new_from_int64s (shape, 2, ids, 3, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (masks); i++)
    {
      g_autoptr (TrafoTensor) mask = trafo_tensor_new_from_int64s (shape, 2, masks[i], 3, NULL);
      g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
      g_autoptr (GError) error = NULL;

      trafo_tensor_dict_set (inputs, "input_ids", id_tensor);
      trafo_tensor_dict_set (inputs, "attention_mask", mask);
      g_assert_null (trafo_model_generate (model, inputs, NULL, NULL, NULL, &error));
      g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, "expected 0 and 1 alone"));
    }
}

/* Without a cache all is run again for each token, to the same end. */
static void
test_no_cache (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "data", "models", "gpt2-lm", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model =
      trafo_auto_model_from_pretrained_for_task (folder, "causal-lm", NULL, NULL, &error);
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  const gint64 ids[] = { 1, 1, 5, 9, 7, 3, 11, 80 }, mask[] = { 0, 0, 1, 1, 1, 1, 1, 1 };
  const gint64 shape[] = { 2, 4 };
  g_autoptr (TrafoTensor) id_tensor = trafo_tensor_new_from_int64s (shape, 2, ids, 8, NULL);
  g_autoptr (TrafoTensor) mask_tensor = trafo_tensor_new_from_int64s (shape, 2, mask, 8, NULL);

  g_assert_no_error (error);
  trafo_tensor_dict_set (inputs, "input_ids", id_tensor);
  trafo_tensor_dict_set (inputs, "attention_mask", mask_tensor);
  for (gint64 n_beams = 1; n_beams < 4; n_beams += 2)
    {
      g_autoptr (TrafoGenerationConfig) config = trafo_generation_config_new ();
      g_autoptr (TrafoGenerationResult) with = NULL;
      g_autoptr (TrafoGenerationResult) without = NULL;

      g_object_set (config, "num-beams", n_beams, "max-new-tokens", (gint64) 9, NULL);
      with = trafo_model_generate (model, inputs, config, NULL, NULL, &error);
      g_assert_no_error (error);
      g_object_set (config, "use-cache", FALSE, NULL);
      without = trafo_model_generate (model, inputs, config, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (trafo_tensor_max_difference (trafo_generation_result_get_sequences (with),
                                                      trafo_generation_result_get_sequences (
                                                          without)),
                         ==,
                         0);
    }
}

/* GPT2Config's class has 50256 for the first token and the last, but transformers 5.23 generates
 * with what config.json says alone. */
static void
test_no_class_defaults (void)
{
  g_autofree char *source = g_test_build_filename (G_TEST_DIST, "data", "models", "gpt2-lm", NULL);
  g_autofree char *weights = g_build_filename (source, "model.safetensors", NULL);
  g_autofree char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);
  g_autofree char *config = g_build_filename (folder, "config.json", NULL);
  g_autofree char *link = g_build_filename (folder, "model.safetensors", NULL);
  g_autoptr (TrafoModel) model = NULL;
  g_autoptr (GError) error = NULL;
  TrafoGenerationConfig *found;

  g_assert_true (g_file_set_contents (config,
                                      "{\"model_type\": \"gpt2\", \"n_embd\": 24, \"n_head\": 4, "
                                      "\"n_inner\": 50, \"n_layer\": 2, \"n_positions\": 45, "
                                      "\"vocab_size\": 119}",
                                      -1,
                                      NULL));
  g_assert_cmpint (symlink (weights, link), ==, 0);
  model = trafo_auto_model_from_pretrained_for_task (folder, "causal-lm", NULL, NULL, &error);
  g_assert_no_error (error);
  found = trafo_model_get_generation_config (model, &error);
  g_assert_no_error (error);
  g_assert_false (trafo_generation_config_is_set (found, "bos_token_id"));
  g_assert_false (trafo_generation_config_is_set (found, "eos_token_id"));
  g_assert_false (trafo_generation_config_is_set (found, "pad_token_id"));
  g_remove (config);
  g_remove (link);
  g_rmdir (folder);
}

/* What is saved generates as what was loaded, and the file's other members are still there. */
static void
test_saved (void)
{
  g_autofree char *source = g_test_build_filename (G_TEST_DIST, "data", "models", "gpt2-lm", NULL);
  g_autofree char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);
  const char      *files[] = { "config.json", "model.safetensors", "generation_config.json" };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model =
      trafo_auto_model_from_pretrained_for_task (source, "causal-lm", NULL, NULL, &error);
  g_autoptr (TrafoModel) again = NULL;
  g_autoptr (GVariant) first = NULL;
  g_autoptr (GVariant) second = NULL;
  g_autofree char       *path = g_build_filename (folder, files[2], NULL);
  g_autofree char       *json = NULL;
  TrafoGenerationConfig *config;

  g_assert_no_error (error);
  config = trafo_model_get_generation_config (model, &error);
  g_assert_no_error (error);
  g_object_set (config, "repetition-penalty", 1.5, "max-new-tokens", (gint64) 7, NULL);
  g_assert_true (trafo_model_save_pretrained (model, folder, 0, NULL, &error));
  again = trafo_auto_model_from_pretrained_for_task (folder, "causal-lm", NULL, NULL, &error);
  g_assert_no_error (error);
  first = trafo_generation_config_to_variant (config);
  second = trafo_generation_config_to_variant (trafo_model_get_generation_config (again, &error));
  g_assert_no_error (error);
  g_assert_cmpvariant (first, second);
  g_assert_true (g_file_get_contents (path, &json, NULL, NULL));
  g_assert_nonnull (strstr (json, "\"_from_model_config\": true"));
  g_assert_nonnull (strstr (json, "\"output_attentions\": false"));
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *file = g_build_filename (folder, files[i], NULL);

      g_assert_cmpint (g_remove (file), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* A model that cannot generate has no such file. */
static void
test_saved_base (void)
{
  g_autofree char *source =
      g_test_build_filename (G_TEST_DIST, "data", "models", "gpt2-base", NULL);
  g_autofree char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);
  g_autofree char *config = g_build_filename (folder, "config.json", NULL);
  g_autofree char *weights = g_build_filename (folder, "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model =
      trafo_auto_model_from_pretrained_for_task (source, "base", NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (trafo_model_save_pretrained (model, folder, 0, NULL, &error));
  g_assert_cmpint (g_remove (config), ==, 0);
  g_assert_cmpint (g_remove (weights), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/core/generate/model-generate/transformers",
                        "generation.json",
                        test_transformers);
  g_test_add_data_func ("/core/generate/model-generate/greedy", "greedy.json", test_transformers);
  g_test_add_data_func ("/core/generate/model-generate/padded", "padded.json", test_transformers);
  g_test_add_data_func ("/core/generate/model-generate/spent", "spent.json", test_transformers);
  g_test_add_func ("/core/generate/model-generate/mask", test_mask);
  g_test_add_func ("/core/generate/model-generate/no-cache", test_no_cache);
  g_test_add_func ("/core/generate/model-generate/no-class-defaults", test_no_class_defaults);
  g_test_add_func ("/core/generate/model-generate/saved", test_saved);
  g_test_add_func ("/core/generate/model-generate/saved-base", test_saved_base);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <string.h>
#include <trafo/trafo.h>

static GVariant *
parse (const char *json)
{
  g_autoptr (GBytes) bytes = g_bytes_new (json, strlen (json));
  g_autoptr (GError) error = NULL;
  GVariant *variant = trafo_json_to_variant (bytes, "test", &error);

  g_assert_no_error (error);
  return variant;
}

/* Defaults are those of transformers; -1 and NULL say that there is none. */
static void
test_defaults (void)
{
  g_autoptr (TrafoGenerationConfig) config = trafo_generation_config_new ();
  g_autoptr (GVariant) set = trafo_generation_config_to_variant (config);
  g_autoptr (GVariant) eos = NULL;
  g_auto (GStrv) strings = NULL;
  gint64             max_length, max_new_tokens, top_k, num_beams, pad;
  double             temperature, min_p, length_penalty;
  gboolean           use_cache, do_sample;
  TrafoEarlyStopping early_stopping;

  g_object_get (config,
                "max-length",
                &max_length,
                "max-new-tokens",
                &max_new_tokens,
                "top-k",
                &top_k,
                "num-beams",
                &num_beams,
                "pad-token-id",
                &pad,
                "temperature",
                &temperature,
                "min-p",
                &min_p,
                "length-penalty",
                &length_penalty,
                "use-cache",
                &use_cache,
                "do-sample",
                &do_sample,
                "early-stopping",
                &early_stopping,
                "eos-token-id",
                &eos,
                "stop-strings",
                &strings,
                NULL);
  g_assert_cmpint (max_length, ==, 20);
  g_assert_cmpint (max_new_tokens, ==, -1);
  g_assert_cmpint (top_k, ==, 50);
  g_assert_cmpint (num_beams, ==, 1);
  g_assert_cmpint (pad, ==, -1);
  g_assert_cmpfloat (temperature, ==, 1);
  g_assert_cmpfloat (min_p, ==, -1);
  g_assert_cmpfloat (length_penalty, ==, 1);
  g_assert_true (use_cache);
  g_assert_false (do_sample);
  g_assert_cmpint (early_stopping, ==, TRAFO_EARLY_STOPPING_FALSE);
  g_assert_null (eos);
  g_assert_null (strings);
  g_assert_cmpuint (g_variant_n_children (set), ==, 0);
}

/* What is given, and what is written of it. */
static void
test_round_trip (void)
{
  static const char *const cases[][2] = {
    { "{\"max_new_tokens\": 5, \"top_p\": 1}",
      "{\n  \"max_new_tokens\": 5,\n  \"top_p\": 1.0\n}\n" },
    { "{\"eos_token_id\": [3]}", "{\n  \"eos_token_id\": 3\n}\n" },
    { "{\"eos_token_id\": [3, 4]}", "{\n  \"eos_token_id\": [\n    3,\n    4\n  ]\n}\n" },
    { "{\"early_stopping\": \"never\"}", "{\n  \"early_stopping\": \"never\"\n}\n" },
    { "{\"stop_strings\": \"a\"}", "{\n  \"stop_strings\": [\n    \"a\"\n  ]\n}\n" },
    { "{\"exponential_decay_length_penalty\": [5, 1.5], \"seed\": 7}",
      "{\n  \"exponential_decay_length_penalty\": [\n    5,\n    1.5\n  ]\n}\n" },
    { "{\"sequence_bias\": [[[1, 2], -1]]}",
      "{\n  \"sequence_bias\": [\n    [\n      [\n        1,\n        2\n      ],\n      -1.0\n    "
      "]\n"
      "  ]\n}\n" },
    { "{\"bad_words_ids\": [[1], [2, 3]], \"guidance_scale\": 1, \"num_beam_groups\": null}",
      "{\n  \"bad_words_ids\": [\n    [\n      1\n    ],\n    [\n      2,\n      3\n    ]\n  "
      "]\n}\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GVariant) parameters = parse (cases[i][0]);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoGenerationConfig) config =
          trafo_generation_config_new_from_variant (parameters, &error);
      g_autoptr (TrafoGenerationConfig) copy = NULL;
      g_autoptr (GVariant) set = NULL;
      g_autofree char *json = NULL;

      g_assert_no_error (error);
      set = trafo_generation_config_to_variant (config);
      copy = trafo_generation_config_new_from_variant (set, &error);
      g_assert_no_error (error);
      json = trafo_generation_config_to_json (copy);
      g_assert_cmpstr (json, ==, cases[i][1]);
    }
}

static void
test_refused (void)
{
  static const struct
  {
    const char *json;
    int         code;
    const char *message;
  } cases[] = {
    { "{\"max_new_token\": 5}",
      TRAFO_ERROR_INVALID_ARGUMENT,
      "generation has no parameter 'max_new_token'" },
    { "{\"guidance_scale\": 1.5}",
      TRAFO_ERROR_UNSUPPORTED,
      "the parameter 'guidance_scale' of generation is not supported" },
    { "{\"penalty_alpha\": 0.6}",
      TRAFO_ERROR_UNSUPPORTED,
      "the parameter 'penalty_alpha' of generation is not supported" },
    { "{\"max_new_tokens\": 0}",
      TRAFO_ERROR_INVALID_ARGUMENT,
      "found max_new_tokens = 0, expected an integer from 1 to 2147483647" },
    { "{\"max_new_tokens\": 1.5}",
      TRAFO_ERROR_INVALID_ARGUMENT,
      "found max_new_tokens = 1.5, expected an integer from 1 to 2147483647" },
    { "{\"top_p\": 1.01}",
      TRAFO_ERROR_INVALID_ARGUMENT,
      "found top_p = 1.01, expected a number from 0 to 1" },
    { "{\"do_sample\": 1}",
      TRAFO_ERROR_INVALID_ARGUMENT,
      "found do_sample = 1, expected true or false" },
    { "{\"early_stopping\": \"always\"}",
      TRAFO_ERROR_INVALID_ARGUMENT,
      "found early_stopping = \"always\", expected true, false or \"never\"" },
    { "{\"eos_token_id\": [1, -1]}",
      TRAFO_ERROR_INVALID_ARGUMENT,
      "found eos_token_id = [1,-1], expected a token's id or a list of them" },
    { "{\"bad_words_ids\": [[]]}",
      TRAFO_ERROR_INVALID_ARGUMENT,
      "found bad_words_ids = [[]], expected a list of lists of tokens' ids" },
    { "{\"sequence_bias\": [[[1], \"x\"]]}",
      TRAFO_ERROR_INVALID_ARGUMENT,
      "found sequence_bias = [[[1],\"x\"]], expected a list of pairs: a list of tokens' "
      "ids, "
      "a number" },
    { "{\"stop_strings\": [\"\"]}",
      TRAFO_ERROR_INVALID_ARGUMENT,
      "found stop_strings = [\"\"], expected a string, not empty, or a list of them" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GVariant) parameters = parse (cases[i].json);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoGenerationConfig) config =
          trafo_generation_config_new_from_variant (parameters, &error);

      g_assert_null (config);
      g_assert_error (error, TRAFO_ERROR, cases[i].code);
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

/* An update that fails changes nothing; null turns off, and no checkpoint turns it on again. */
static void
test_update (void)
{
  g_autoptr (TrafoGenerationConfig) config = trafo_generation_config_new ();
  g_autoptr (TrafoGenerationConfig) checkpoint = trafo_generation_config_new ();
  g_autoptr (GVariant) half = parse ("{\"top_k\": 7, \"top_p\": 3}");
  g_autoptr (GVariant) none = parse ("{\"top_k\": null}");
  g_autoptr (GError) error = NULL;
  gint64 top_k, max_new_tokens;

  g_assert_false (trafo_generation_config_update (config, half, &error));
  g_assert_false (trafo_generation_config_is_set (config, "top_k"));
  g_clear_error (&error);
  g_assert_true (trafo_generation_config_update (config, none, &error));
  g_object_set (checkpoint, "top-k", (gint64) 9, "max-new-tokens", (gint64) 3, NULL);
  trafo_generation_config_fill (config, checkpoint);
  g_object_get (config, "top-k", &top_k, "max-new-tokens", &max_new_tokens, NULL);
  g_assert_cmpint (top_k, ==, 0);
  g_assert_cmpint (max_new_tokens, ==, 3);
  trafo_generation_config_unset (config, "top_k");
  g_object_set (config, "max-new-tokens", (gint64) -1, NULL);
  g_assert_false (trafo_generation_config_is_set (config, "max_new_tokens"));
  g_object_get (config, "top-k", &top_k, NULL);
  g_assert_cmpint (top_k, ==, 50);
}

static void
write_file (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
remove_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
check_folder (const char *folder, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoGenerationConfig) config =
      trafo_generation_config_new_from_folder (folder, &error);
  g_autoptr (GVariant) set = NULL;
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  set = trafo_generation_config_to_variant (config);
  text = g_variant_print (set, FALSE);
  g_assert_cmpstr (text, ==, expected);
}

/* generation_config.json, else config.json; what is in either and says nothing is passed over. */
static void
test_folder (void)
{
  g_autofree char *folder = g_dir_make_tmp ("trafo-test-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoGenerationConfig) config = NULL;

  write_file (folder,
              "config.json",
              "{\"model_type\": \"gpt2\", \"eos_token_id\": 5, \"output_attentions\": true, "
              "\"max_length\": 30, \"top_k\": null, \"seed\": 3}");
  check_folder (folder, "{'max_length': <int64 30>, 'eos_token_id': <[int64 5]>}");
  write_file (folder,
              "generation_config.json",
              "{\"_from_model_config\": true, \"bos_token_id\": 1, \"transformers_version\": "
              "\"5\", "
              "\"lang_to_id\": {\"a\": 1}, \"num_beam_groups\": 1, \"pad_token_id\": null}");
  check_folder (folder, "{'bos_token_id': <int64 1>}");
  config = trafo_generation_config_new_from_folder (folder, &error);
  g_object_set (config, "top-k", (gint64) 4, "seed", (gint64) 4, NULL);
  g_assert_true (trafo_generation_config_save (config, folder, &error));
  check_folder (folder, "{'top_k': <int64 4>, 'bos_token_id': <int64 1>}");
  write_file (folder, "generation_config.json", "{\"token_healing\": true}");
  g_clear_object (&config);
  config = trafo_generation_config_new_from_folder (folder, &error);
  g_assert_null (config);
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "generation_config.json: "));
  remove_file (folder, "config.json");
  remove_file (folder, "generation_config.json");
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/generate/generation-config/defaults", test_defaults);
  g_test_add_func ("/core/generate/generation-config/round-trip", test_round_trip);
  g_test_add_func ("/core/generate/generation-config/refused", test_refused);
  g_test_add_func ("/core/generate/generation-config/update", test_update);
  g_test_add_func ("/core/generate/generation-config/folder", test_folder);
  return g_test_run ();
}

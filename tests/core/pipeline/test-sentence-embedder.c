/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* Against sentence-transformers: tests/data/embeddings.json, which tests/tools/make-embeddings.py
 * makes. */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>
#include <trafo/trafo.h>
#include <unistd.h>

#include "../../await.h"
#include "../../remove-folder.h"

/* Absolute; a vector's largest elements are about 1. */
#define TOLERANCE 1e-5
#define TOLERANCE_MINILM 1e-5

static JsonParser *parser;
static char      **texts;

/* A folder of links to tiny-bert, without what says how it embeds. */
static char *
make_folder (void)
{
  static const char *const names[] = { "config.json",
                                       "model.safetensors",
                                       "tokenizer.json",
                                       "tokenizer_config.json",
                                       "vocab.txt" };
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("trafo-embedder-XXXXXX", &error);

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *target =
          g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", names[i], NULL);
      g_autofree char *link = g_build_filename (folder, names[i], NULL);

      g_assert_cmpint (symlink (target, link), ==, 0);
    }
  return folder;
}

static void
write_file (const char *folder, const char *name, const char *text)
{
  g_autofree char *filename = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (filename);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_file_set_contents (filename, text, -1, &error);
  g_assert_no_error (error);
}

static void
assert_embeddings (TrafoTensor *found, JsonArray *expected, double tolerance)
{
  gint64 size = json_array_get_length (json_array_get_array_element (expected, 0));
  double worst = 0;

  g_assert_cmpint (trafo_tensor_get_dim (found, 0), ==, json_array_get_length (expected));
  g_assert_cmpint (trafo_tensor_get_dim (found, 1), ==, size);
  for (guint i = 0; i < json_array_get_length (expected); i++)
    for (gint64 j = 0; j < size; j++)
      {
        double want = json_array_get_double_element (json_array_get_array_element (expected, i), j);
        double difference = fabs (trafo_tensor_get_value (found, i * size + j) - want);

        worst = isnan (difference) ? INFINITY : fmax (worst, difference);
      }
  g_test_message ("%.2g", worst);
  g_assert_cmpfloat (worst, <=, tolerance);
}

static void
check_folder (const char *folder, JsonArray *expected, double tolerance)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoSentenceEmbedder) embedder =
      trafo_sentence_embedder_new_from_pretrained (folder, NULL, NULL, &error);
  g_autoptr (TrafoTensor) found = NULL;

  g_assert_no_error (error);
  g_assert_true (trafo_sentence_embedder_has_modules (embedder));
  found = trafo_sentence_embedder_encode (embedder, (const char *const *) texts, NULL, &error);
  g_assert_no_error (error);
  assert_embeddings (found, expected, tolerance);
}

static JsonObject *
get_root (void)
{
  return json_node_get_object (json_parser_get_root (parser));
}

static void
test_variant (gconstpointer data)
{
  JsonObject      *variant = (JsonObject *) data;
  JsonObject      *files = json_object_get_object_member (variant, "files");
  g_autofree char *folder = make_folder ();
  g_autoptr (GList) names = json_object_get_members (files);

  for (GList *name = names; name != NULL; name = name->next)
    {
      g_autofree char *text = json_to_string (json_object_get_member (files, name->data), FALSE);

      write_file (folder, name->data, text);
    }
  check_folder (folder, json_object_get_array_member (variant, "embeddings"), TOLERANCE);
  remove_folder (folder);
}

/* TRAFO_TEST_MINILM names its folder; else it is where `tools/dev run` puts it. */
static void
test_minilm (void)
{
  g_autofree char *cached =
      g_test_build_filename (G_TEST_DIST, "..", ".cache", "all-MiniLM-L6-v2", NULL);
  const char *named = g_getenv ("TRAFO_TEST_MINILM");
  const char *folder = named != NULL ? named : cached;

  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      g_test_skip ("all-MiniLM-L6-v2 is not here");
      return;
    }
  check_folder (folder,
                json_object_get_array_member (get_root (), "all-MiniLM-L6-v2"),
                TOLERANCE_MINILM);
}

/* Without modules.json: the mean, not scaled; more texts than a batch holds, in their order. */
static void
test_plain_checkpoint (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoSentenceEmbedder) embedder =
      trafo_sentence_embedder_new_from_pretrained (folder, NULL, NULL, &error);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (TrafoTensor) few = NULL;
  g_autoptr (TrafoTensor) many = NULL;
  g_auto (GStrv) repeated = NULL;
  guint  n_texts = g_strv_length (texts);
  double squares = 0;

  g_assert_no_error (error);
  g_assert_false (trafo_sentence_embedder_has_modules (embedder));
  g_assert_cmpuint (trafo_sentence_embedder_get_dimension (embedder), ==, 16);
  g_assert_cmpuint (trafo_sentence_embedder_get_max_seq_length (embedder), ==, 32);
  for (guint i = 0; i < 13; i++)
    for (guint j = 0; j < n_texts; j++)
      g_strv_builder_add (builder, texts[j]);
  repeated = g_strv_builder_end (builder);
  few = trafo_sentence_embedder_encode (embedder, (const char *const *) texts, NULL, &error);
  g_assert_no_error (error);
  many = trafo_sentence_embedder_encode (embedder, (const char *const *) repeated, NULL, &error);
  g_assert_no_error (error);
  for (gint64 i = 0; i < trafo_tensor_get_n_elements (many); i++)
    g_assert_cmpfloat_with_epsilon (trafo_tensor_get_value (many, i),
                                    trafo_tensor_get_value (few,
                                                            i % trafo_tensor_get_n_elements (few)),
                                    TOLERANCE);
  for (gint64 i = 0; i < 16; i++)
    squares += pow (trafo_tensor_get_value (few, i), 2);
  g_assert_cmpfloat (fabs (squares - 1), >, 0.01);
  remove_folder (folder);
}

/* The vectors of texts under a prompt are those of the longer texts. */
static void
test_prompt (void)
{
  const char *const ends[] = { "dog", NULL };
  const char *const whole[] = { "the dog", NULL };
  g_autofree char  *folder = make_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoSentenceEmbedder) plain = NULL;
  g_autoptr (TrafoSentenceEmbedder) prompted = NULL;
  g_autoptr (TrafoTensor) expected = NULL;
  g_autoptr (TrafoTensor) found = NULL;

  write_file (folder,
              "modules.json",
              "[{\"path\":\"\",\"type\":\"a.Transformer\"},{\"path\":\"p\",\"type\":\"a.Pooling\"}"
              "]");
  write_file (folder, "p/config.json", "{\"include_prompt\": true}");
  plain = trafo_sentence_embedder_new_from_pretrained (folder, NULL, NULL, &error);
  g_assert_no_error (error);
  write_file (folder,
              "config_sentence_transformers.json",
              "{\"default_prompt_name\": \"q\", \"prompts\": {\"q\": \"the \"}}");
  prompted = trafo_sentence_embedder_new_from_pretrained (folder, NULL, NULL, &error);
  g_assert_no_error (error);
  expected = trafo_sentence_embedder_encode (plain, whole, NULL, &error);
  found = trafo_sentence_embedder_encode (prompted, ends, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (trafo_tensor_max_difference (found, expected), ==, 0);
  write_file (folder,
              "config_sentence_transformers.json",
              "{\"default_prompt_name\": \"d\", \"prompts\": {\"q\": \"the \"}}");
  g_assert_null (trafo_sentence_embedder_new_from_pretrained (folder, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "'default_prompt_name' is \"d\""));
  g_clear_error (&error);
  write_file (folder,
              "config_sentence_transformers.json",
              "{\"default_prompt_name\": \"q\", \"prompts\": {\"q\": \"the \"}}");
  write_file (folder, "p/config.json", "{\"include_prompt\": false}");
  g_assert_null (trafo_sentence_embedder_new_from_pretrained (folder, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "'include_prompt' is false"));
  remove_folder (folder);
}

static TrafoTensor *
encode_with (const char *folder, const char *modules)
{
  const char *const two[] = { "the dog", "a cat", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoSentenceEmbedder) embedder = NULL;
  TrafoTensor *vectors;

  write_file (folder, "modules.json", modules);
  embedder = trafo_sentence_embedder_new_from_pretrained (folder, NULL, NULL, &error);
  g_assert_no_error (error);
  vectors = trafo_sentence_embedder_encode (embedder, two, NULL, &error);
  g_assert_no_error (error);
  return vectors;
}

#define TRANSFORMER "[{\"path\":\"\",\"type\":\"a.Transformer\"},"
#define POOLING "{\"path\":\"p\",\"type\":\"a.Pooling\"}"
#define NORMALIZE "{\"path\":\"n\",\"type\":\"a.Normalize\"}"
#define DROPOUT "{\"path\":\"o\",\"type\":\"Dropout\"}"
#define DENSE "{\"path\":\"d\",\"type\":\"a.Dense\"}"

/* Normalize has nothing to scale before a pooling, and a pooling forgets what was before it. */
static void
test_order (void)
{
  static const struct
  {
    const char *modules;
    gboolean    is_scaled;
  } cases[] = {
    { TRANSFORMER NORMALIZE "," POOLING "]", FALSE },
    { TRANSFORMER POOLING "," NORMALIZE "," POOLING "]", FALSE },
    { TRANSFORMER POOLING "," DROPOUT "]", FALSE },
    { TRANSFORMER NORMALIZE "," POOLING "," NORMALIZE "]", TRUE },
    { TRANSFORMER POOLING "," DROPOUT "," NORMALIZE "," NORMALIZE "]", TRUE },
  };
  g_autofree char *folder = make_folder ();
  g_autoptr (TrafoTensor) plain = NULL;
  g_autoptr (TrafoTensor) scaled = NULL;

  write_file (folder, "p/config.json", "{}");
  plain = encode_with (folder, TRANSFORMER POOLING "]");
  scaled = encode_with (folder, TRANSFORMER POOLING "," NORMALIZE "]");
  g_assert_cmpfloat (trafo_tensor_max_difference (plain, scaled), >, 0.01);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoTensor) found = encode_with (folder, cases[i].modules);
      TrafoTensor *expected = cases[i].is_scaled ? scaled : plain;

      g_assert_cmpfloat (trafo_tensor_max_difference (found, expected), <, 1e-6);
    }
  remove_folder (folder);
}

/* out[i] = tanh (0.5 x[i] - x[i + 1] + 0.25 i) */
static void
test_dense (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *weights = g_build_filename (folder, "d", "model.safetensors", NULL);
  g_autoptr (TrafoTensorDict) tensors = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) weight = NULL;
  g_autoptr (TrafoTensor) bias = NULL;
  g_autoptr (TrafoTensor) plain = NULL;
  g_autoptr (TrafoTensor) dense = NULL;
  g_autoptr (GError) error = NULL;
  float rows[3][16] = { { 0.5f, -1 }, { 0, 0.5f, -1 }, { 0, 0, 0.5f, -1 } };
  float offsets[3] = { 0, 0.25f, 0.5f };

  write_file (folder, "p/config.json", "{}");
  write_file (folder, "d/config.json", "{\"in_features\":16,\"out_features\":3}");
  weight = trafo_tensor_new_from_floats ((gint64[]){ 3, 16 }, 2, rows[0], 48, NULL);
  bias = trafo_tensor_new_from_floats ((gint64[]){ 3 }, 1, offsets, 3, NULL);
  trafo_tensor_dict_set (tensors, "linear.weight", weight);
  trafo_tensor_dict_set (tensors, "linear.bias", bias);
  g_assert_true (trafo_tensor_dict_save (tensors, weights, NULL));
  plain = encode_with (folder, TRANSFORMER POOLING "]");
  dense = encode_with (folder, TRANSFORMER POOLING "," DENSE "]");
  g_assert_cmpint (trafo_tensor_get_dim (dense, 1), ==, 3);
  for (gint64 i = 0; i < 6; i++)
    {
      gint64 at = i / 3 * 16 + i % 3;
      double x = 0.5 * trafo_tensor_get_value (plain, at) - trafo_tensor_get_value (plain, at + 1);

      g_assert_cmpfloat_with_epsilon (trafo_tensor_get_value (dense, i),
                                      tanh (x + offsets[i % 3]),
                                      1e-6);
    }
  write_file (folder, "d/config.json", "{\"in_features\":15,\"out_features\":3}");
  g_assert_null (trafo_sentence_embedder_new_from_pretrained (folder, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "'linear.weight'"));
  remove_folder (folder);
}

/* To the bit, a text's vector is that which it has alone; in batches of a chunk and behind it. */
static void
test_batches (void)
{
  enum
  {
    N_TEXTS = 300
  };
  g_autofree char *folder = make_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoSentenceEmbedder) embedder =
      trafo_sentence_embedder_new_from_pretrained (folder, NULL, NULL, &error);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) many = NULL;
  g_autoptr (TrafoTensor) together = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < N_TEXTS; i++)
    {
      g_autoptr (GString) text = g_string_new (texts[i % g_strv_length (texts)]);

      for (guint j = 0; j < i * 7 % 11; j++)
        g_string_append_printf (text, " %c", 'a' + (i + j) % 26);
      g_strv_builder_add (builder, text->str);
    }
  many = g_strv_builder_end (builder);
  together = trafo_sentence_embedder_encode (embedder, (const char *const *) many, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N_TEXTS; i++)
    {
      const char *const one[] = { many[i], NULL };
      g_autoptr (TrafoTensor) alone = trafo_sentence_embedder_encode (embedder, one, NULL, &error);
      gsize size_bytes = trafo_tensor_get_size_bytes (alone);

      g_assert_no_error (error);
      g_assert_cmpmem (trafo_tensor_get_data (alone),
                       size_bytes,
                       (char *) trafo_tensor_get_data (together) + i * size_bytes,
                       size_bytes);
    }
  remove_folder (folder);
}

static void
test_no_texts (void)
{
  const char *const none[] = { NULL };
  g_autofree char  *folder = make_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoSentenceEmbedder) embedder =
      trafo_sentence_embedder_new_from_pretrained (folder, NULL, NULL, &error);
  g_autoptr (TrafoTensor) found = NULL;

  g_assert_no_error (error);
  found = trafo_sentence_embedder_encode (embedder, none, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (trafo_tensor_get_dim (found, 0), ==, 0);
  remove_folder (folder);
}

static void
test_broken_modules (void)
{
  static const struct
  {
    const char *modules;
    const char *pooling; /* or NULL */
    const char *expected;
  } cases[] = {
    { "{}", NULL, "*modules.json: byte*" },
    { "[]", NULL, "*modules.json: found 0 modules*" },
    { "[{\"path\":\"\"}]", NULL, "*without 'path' or 'type'*" },
    { "[{\"path\":\"../x\",\"type\":\"Transformer\"}]", NULL, "*'path' \"../x\"*" },
    { "[{\"path\":\"/\",\"type\":\"Transformer\"}]", NULL, "*'path' \"/\"*" },
    { "[{\"path\":\"\",\"type\":\"a.Pooling\"}]", NULL, "*module 0 is Pooling*Transformer*" },
    { "[{\"path\":\"\",\"type\":\"a.Transformer\"},{\"path\":\"p\",\"type\":\"a.Dense\"}]",
      NULL,
      "*module 1 is Dense, expected Pooling or Normalize*" },
    { "[{\"path\":\"\",\"type\":\"a.Transformer\"},{\"path\":\"p\",\"type\":\"a.Normalize\"}]",
      NULL,
      "*modules.json: found 2 modules without Pooling*" },
    { "[{\"path\":\"\",\"type\":\"a.Transformer\"},{\"path\":\"p\",\"type\":\"a.Normalize\"}]",
      "{\"module_input_name\":\"token_embeddings\"}",
      "*p/config.json: 'module_input_name' is \"token_embeddings\", expected *" },
    { "[{\"path\":\"\",\"type\":\"a.Transformer\"},{\"path\":\"p\",\"type\":\"a.LSTM\"}]",
      NULL,
      "*module 1 is LSTM, expected Pooling or Normalize*" },
    { "[{\"path\":\"\",\"type\":\"a.Transformer\"},{\"path\":\"p\",\"type\":\"a.Pooling\"}]",
      NULL,
      "*p/config.json: there is no such file*" },
    { "[{\"path\":\"\",\"type\":\"a.Transformer\"},{\"path\":\"p\",\"type\":\"a.Pooling\"}]",
      "{\"pooling_mode\":\"median\"}",
      "*\"median\"*" },
    { "[{\"path\":\"\",\"type\":\"a.Transformer\"},{\"path\":\"p\",\"type\":\"a.Pooling\"}]",
      "{\"pooling_mode\":[7]}",
      "*pooling_mode*" },
    { "[{\"path\":\"\",\"type\":\"a.Transformer\"},{\"path\":\"p\",\"type\":\"a.Pooling\"}]",
      "{\"pooling_mode_mean_tokens\":7}",
      "*pooling_mode_mean_tokens*" },
    { "[{\"path\":\"\",\"type\":\"a.Transformer\"},{\"path\":\"p\",\"type\":\"a.Pooling\"},"
      "{\"path\":\"\",\"type\":\"Transformer\"}]",
      "{}",
      "*module 2 is Transformer, expected Pooling*" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folder = make_folder ();
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoSentenceEmbedder) embedder = NULL;

      write_file (folder, "modules.json", cases[i].modules);
      if (cases[i].pooling != NULL)
        write_file (folder, "p/config.json", cases[i].pooling);
      embedder = trafo_sentence_embedder_new_from_pretrained (folder, NULL, NULL, &error);
      g_assert_null (embedder);
      g_assert_nonnull (error);
      g_test_message ("%s", error->message);
      g_assert_true (g_pattern_match_simple (cases[i].expected, error->message));
      remove_folder (folder);
    }
}

static void
test_async (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (GAsyncResult) load = NULL;
  g_autoptr (GAsyncResult) encode = NULL;
  g_autoptr (TrafoSentenceEmbedder) embedder = NULL;
  g_autoptr (TrafoTensor) expected = NULL;
  g_autoptr (TrafoTensor) found = NULL;
  g_autoptr (GError) error = NULL;

  trafo_sentence_embedder_new_from_pretrained_async (folder, NULL, NULL, await_keep, &load);
  embedder = trafo_sentence_embedder_new_from_pretrained_finish (await_result (&load), &error);
  g_assert_no_error (error);
  trafo_sentence_embedder_encode_async (embedder,
                                        (const char *const *) texts,
                                        NULL,
                                        await_keep,
                                        &encode);
  found = trafo_sentence_embedder_encode_finish (embedder, await_result (&encode), &error);
  g_assert_no_error (error);
  expected = trafo_sentence_embedder_encode (embedder, (const char *const *) texts, NULL, &error);
  g_assert_cmpfloat (trafo_tensor_max_difference (found, expected), ==, 0);
  remove_folder (folder);
}

static void
test_cancelled (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (TrafoSentenceEmbedder) embedder =
      trafo_sentence_embedder_new_from_pretrained (folder, NULL, NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (
      trafo_sentence_embedder_encode (embedder, (const char *const *) texts, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  remove_folder (folder);
}

static void
load_expected (void)
{
  g_autofree char *filename = g_test_build_filename (G_TEST_DIST, "data", "embeddings.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array;

  parser = json_parser_new_immutable ();
  json_parser_load_from_file (parser, filename, &error);
  g_assert_no_error (error);
  array = json_object_get_array_member (get_root (), "texts");
  for (guint i = 0; i < json_array_get_length (array); i++)
    g_strv_builder_add (builder, json_array_get_string_element (array, i));
  texts = g_strv_builder_end (builder);
}

/* A model that was made, not loaded, has no folder that says how its outputs are pooled. */
static void
test_no_folder (void)
{
  g_autofree char *folder =
      g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", NULL);
  g_autoptr (TrafoConfig) config = trafo_config_new_from_folder (folder, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTokenizer) tokenizer =
      trafo_auto_tokenizer_from_pretrained (folder, NULL, &error);
  g_autoptr (TrafoModel) model =
      trafo_auto_model_from_config_for_task (config, "base", NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_null (trafo_sentence_embedder_new (model, tokenizer, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  JsonArray *variants;
  int        status;

  g_test_init (&argc, &argv, NULL);
  load_expected ();
  variants = json_object_get_array_member (get_root (), "variants");
  for (guint i = 0; i < json_array_get_length (variants); i++)
    {
      JsonObject      *variant = json_array_get_object_element (variants, i);
      g_autofree char *path = g_strconcat ("/sentence-embedder/variant/",
                                           json_object_get_string_member (variant, "name"),
                                           NULL);

      g_test_add_data_func (path, variant, test_variant);
    }
  g_test_add_func ("/sentence-embedder/minilm", test_minilm);
  g_test_add_func ("/sentence-embedder/plain-checkpoint", test_plain_checkpoint);
  g_test_add_func ("/sentence-embedder/order", test_order);
  g_test_add_func ("/sentence-embedder/dense", test_dense);
  g_test_add_func ("/sentence-embedder/batches", test_batches);
  g_test_add_func ("/sentence-embedder/no-texts", test_no_texts);
  g_test_add_func ("/sentence-embedder/no-folder", test_no_folder);
  g_test_add_func ("/sentence-embedder/prompt", test_prompt);
  g_test_add_func ("/sentence-embedder/broken-modules", test_broken_modules);
  g_test_add_func ("/sentence-embedder/async", test_async);
  g_test_add_func ("/sentence-embedder/cancelled", test_cancelled);
  status = g_test_run ();
  g_strfreev (texts);
  g_object_unref (parser);
  return status;
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <trafo/trafo.h>

#include "../../await.h"

static char *
get_folder (void)
{
  return g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", NULL);
}

static TrafoPipeline *
make_pipeline (void)
{
  g_autofree char *folder = get_folder ();
  g_autoptr (GError) error = NULL;
  TrafoPipeline *pipeline =
      trafo_pipeline_new_from_pretrained ("feature-extraction", folder, NULL, NULL, &error);

  g_assert_no_error (error);
  return pipeline;
}

static void
assert_shape (TrafoValue *value, gint64 n_tokens)
{
  TrafoTensor *tensor = trafo_value_get_tensor (value);

  g_assert_nonnull (tensor);
  g_assert_cmpuint (trafo_tensor_get_n_dims (tensor), ==, 3);
  g_assert_cmpint (trafo_tensor_get_dim (tensor, 0), ==, 1);
  g_assert_cmpint (trafo_tensor_get_dim (tensor, 1), ==, n_tokens);
  g_assert_cmpint (trafo_tensor_get_dim (tensor, 2), ==, 16);
}

/* Two texts of different length; each as if it were alone, and as forward() gives it. */
static void
test_feature_extraction (void)
{
  const char *const texts[] = { "a cat", "how do i bake bread ?", NULL };
  const gint64      ids[] = { 2, 5, 7, 3 }, shape[] = { 1, 4 };
  g_autoptr (TrafoPipeline) pipeline = make_pipeline ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoValue) results =
      trafo_pipeline_run (pipeline, g_variant_new_strv (texts, -1), NULL, NULL, &error);
  g_autoptr (TrafoTensor) input = trafo_tensor_new_from_int64s (shape, 2, ids, 4, NULL);
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) outputs = NULL;
  g_autoptr (TrafoValue) alone = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (trafo_value_get_n_items (results), ==, 2);
  assert_shape (trafo_value_get_item (results, 0), 4);
  assert_shape (trafo_value_get_item (results, 1), 8);
  alone = trafo_pipeline_run_text (pipeline, texts[0], NULL, NULL, &error);
  g_assert_no_error (error);
  assert_shape (alone, 4);
  g_assert_cmpint (trafo_tokenizer_token_to_id (trafo_pipeline_get_tokenizer (pipeline), "cat"),
                   ==,
                   ids[2]);
  trafo_tensor_dict_set (inputs, "input_ids", input);
  outputs = trafo_model_forward (trafo_pipeline_get_model (pipeline), inputs, FALSE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (trafo_tensor_max_difference (trafo_value_get_tensor (alone),
                                                  trafo_tensor_dict_get (outputs,
                                                                         "last_hidden_state")),
                     <,
                     1e-5);
}

static void
test_parameters (void)
{
  g_autofree char *text = g_strnfill (200, 'a');
  const char      *words[101];
  g_autofree char *longer = NULL;
  g_autoptr (TrafoPipeline) pipeline = make_pipeline ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoValue) result = NULL;

  for (gsize i = 0; i < 100; i++)
    words[i] = "cat";
  words[100] = NULL;
  longer = g_strjoinv (" ", (char **) words);
  result = trafo_pipeline_run_text (pipeline,
                                    longer,
                                    g_variant_new_parsed ("{'truncation': <true>}"),
                                    NULL,
                                    &error);
  g_assert_no_error (error);
  assert_shape (result, 32);
  /* without it, more tokens than the model has positions are the model's error */
  g_assert_null (trafo_pipeline_run_text (pipeline, longer, NULL, NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_null (trafo_pipeline_run_text (pipeline,
                                          text,
                                          g_variant_new_parsed ("{'top_k': <3>}"),
                                          NULL,
                                          &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (trafo_pipeline_run_text (pipeline,
                                          text,
                                          g_variant_new_parsed ("{'truncation': <3>}"),
                                          NULL,
                                          &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (
      trafo_pipeline_run_text (pipeline, text, g_variant_new_string ("?"), NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
}

static void
test_tasks (void)
{
  g_auto (GStrv) tasks = trafo_pipeline_list_tasks ();
  g_autofree char *folder = get_folder ();
  g_autoptr (GError) error = NULL;

  g_assert_true (g_strv_contains ((const char *const *) tasks, "feature-extraction"));
  g_assert_true (g_strv_contains ((const char *const *) tasks, "ner"));
  g_assert_null (trafo_pipeline_new_from_pretrained ("mind-reading", folder, NULL, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "feature-extraction"));
  g_clear_error (&error);
  g_assert_null (
      trafo_pipeline_new_from_pretrained ("feature-extraction", "/nowhere", NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "/nowhere"));
}

/* Tasks read the model's configuration, which comes with loading. */
static void
test_unloaded (void)
{
  static const char *const tasks[] = { "text-generation", "text-classification", "fill-mask" };
  g_autoptr (TrafoPipeline) loaded = make_pipeline ();
  g_autoptr (TrafoModel) model =
      g_object_new (G_OBJECT_TYPE (trafo_pipeline_get_model (loaded)), NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (
          trafo_pipeline_new (tasks[i], model, trafo_pipeline_get_tokenizer (loaded), &error));
      g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, "not loaded"));
    }
}

static void
test_async (void)
{
  const char *const texts[] = { "a cat", NULL };
  g_autofree char  *folder = get_folder ();
  g_autoptr (GAsyncResult) load = NULL;
  g_autoptr (GAsyncResult) run = NULL;
  g_autoptr (GAsyncResult) run_text = NULL;
  g_autoptr (GAsyncResult) failure = NULL;
  g_autoptr (TrafoPipeline) pipeline = NULL;
  g_autoptr (TrafoValue) results = NULL;
  g_autoptr (TrafoValue) features = NULL;
  g_autoptr (GError) error = NULL;
  GVariant *wrong = g_variant_new_parsed ("{'colour': <'blue'>}");

  trafo_pipeline_new_from_pretrained_async ("feature-extraction",
                                            folder,
                                            NULL,
                                            NULL,
                                            await_keep,
                                            &load);
  pipeline = trafo_pipeline_new_from_pretrained_finish (await_result (&load), &error);
  g_assert_no_error (error);
  trafo_pipeline_run_async (pipeline, g_variant_new_strv (texts, -1), NULL, NULL, await_keep, &run);
  results = trafo_pipeline_run_finish (pipeline, await_result (&run), &error);
  g_assert_no_error (error);
  assert_shape (trafo_value_get_item (results, 0), 4);
  trafo_pipeline_run_text_async (pipeline, texts[0], NULL, NULL, await_keep, &run_text);
  features = trafo_pipeline_run_text_finish (pipeline, await_result (&run_text), &error);
  g_assert_no_error (error);
  assert_shape (features, 4);
  trafo_pipeline_run_async (pipeline,
                            g_variant_new_strv (texts, -1),
                            wrong,
                            NULL,
                            await_keep,
                            &failure);
  g_assert_null (trafo_pipeline_run_finish (pipeline, await_result (&failure), &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
}

/* What is no input is an error that shows it; so are no inputs. */
static void
test_inputs (void)
{
  g_autoptr (TrafoPipeline) pipeline = make_pipeline ();
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_pipeline_run (pipeline, g_variant_new_strv (NULL, 0), NULL, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "[]"));
  g_clear_error (&error);
  g_assert_null (
      trafo_pipeline_run (pipeline, g_variant_new_parsed ("{'text': <'a'>}"), NULL, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "{\"text\":\"a\"}"));
  g_clear_error (&error);
  g_assert_null (
      trafo_pipeline_run (pipeline, g_variant_new_parsed ("[<'a'>, <3>]"), NULL, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
}

/* A sentence is as near as can be to itself; the embedder says how near others are. */
static void
test_similarity (void)
{
  const char *const texts[] = { "a cat", "a cat", "how do i bake bread ?", NULL };
  g_autofree char  *folder = get_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoPipeline) pipeline =
      trafo_pipeline_new_from_pretrained ("sentence-similarity", folder, NULL, NULL, &error);
  g_autoptr (TrafoSentenceEmbedder) embedder =
      trafo_sentence_embedder_new_from_pretrained (folder, NULL, NULL, &error);
  g_autoptr (TrafoTensor) vectors = trafo_sentence_embedder_encode (embedder, texts, NULL, &error);
  g_autoptr (TrafoValue) scores = NULL;
  gint64 n_values = trafo_tensor_get_dim (vectors, 1);
  double cosine = 0;

  scores = trafo_pipeline_run (pipeline,
                               g_variant_new_parsed (
                                   "{'source_sentence': <'a cat'>,"
                                   " 'sentences': <['a cat', 'how do i bake bread ?']>}"),
                               NULL,
                               NULL,
                               &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trafo_value_get_n_items (scores), ==, 2);
  g_assert_cmpfloat_with_epsilon (trafo_value_get_double (trafo_value_get_item (scores, 0)),
                                  1,
                                  1e-6);
  for (gint64 i = 0; i < n_values; i++) /* of length 1 */
    cosine +=
        trafo_tensor_get_value (vectors, i) * trafo_tensor_get_value (vectors, 2 * n_values + i);
  g_assert_cmpfloat_with_epsilon (trafo_value_get_double (trafo_value_get_item (scores, 1)),
                                  cosine,
                                  1e-5);
  g_assert_null (trafo_pipeline_run_text (pipeline, "a cat", NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "'sentences'"));
}

/* Requests to one pipeline at a time do not disturb each other. */
static void
test_concurrent_requests (void)
{
  static const char *const texts[] = { "a cat", "a dog", "how do i bake bread ?", "" };
  g_autoptr (TrafoPipeline) pipeline = make_pipeline ();
  GAsyncResult *results[16] = { NULL };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    trafo_pipeline_run_text_async (pipeline, texts[i % 4], NULL, NULL, await_keep, &results[i]);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr (TrafoValue) alone =
          trafo_pipeline_run_text (pipeline, texts[i % 4], NULL, NULL, &error);
      g_autoptr (TrafoValue) found =
          trafo_pipeline_run_text_finish (pipeline, await_result (&results[i]), &error);

      g_assert_no_error (error);
      g_assert_cmpfloat (trafo_tensor_max_difference (trafo_value_get_tensor (found),
                                                      trafo_value_get_tensor (alone)),
                         ==,
                         0);
      g_object_unref (results[i]);
    }
}

static void
test_cancelled (void)
{
  g_autoptr (TrafoPipeline) pipeline = make_pipeline ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (trafo_pipeline_run_text (pipeline, "a cat", NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pipeline/feature-extraction", test_feature_extraction);
  g_test_add_func ("/pipeline/parameters", test_parameters);
  g_test_add_func ("/pipeline/tasks", test_tasks);
  g_test_add_func ("/pipeline/unloaded", test_unloaded);
  g_test_add_func ("/pipeline/async", test_async);
  g_test_add_func ("/pipeline/inputs", test_inputs);
  g_test_add_func ("/pipeline/similarity", test_similarity);
  g_test_add_func ("/pipeline/concurrent-requests", test_concurrent_requests);
  g_test_add_func ("/pipeline/cancelled", test_cancelled);
  return g_test_run ();
}

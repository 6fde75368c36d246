/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-model-save.h"

#include <string.h>

#include "../../await.h"
#include "../../remove-folder.h"
#include "tiny-model.h"
#include "trafo-checkpoint.h"

static TrafoModel *
load (const char *folder, const char *task)
{
  g_autoptr (GError) error = NULL;
  TrafoModel *model = tiny_model_load (folder, task, "reference", &error);

  g_assert_no_error (error);
  return model;
}

static TrafoTensorDict *
forward (TrafoModel *model, gboolean has_hidden_states)
{
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) ids = tiny_ids_new (2, 5, 78);
  g_autoptr (GError) error = NULL;
  TrafoTensorDict *outputs;

  trafo_tensor_dict_set (inputs, "input_ids", ids);
  outputs = trafo_model_forward (model, inputs, has_hidden_states, NULL, &error);
  g_assert_no_error (error);
  return outputs;
}

static void
assert_equal (TrafoModel *a, TrafoModel *b, const char *output)
{
  g_autoptr (TrafoTensorDict) first = forward (a, FALSE);
  g_autoptr (TrafoTensorDict) second = forward (b, FALSE);

  g_assert_cmpfloat (trafo_tensor_max_difference (trafo_tensor_dict_get (first, output),
                                                  trafo_tensor_dict_get (second, output)),
                     ==,
                     0);
}

/* Whatever the files, the model that comes back is the same, and nothing of it is missing. */
static void
test_round_trip (void)
{
  static const struct
  {
    const char *task, *output, *architecture;
    guint64     max_shard_size_bytes;
    guint       n_tensors;
  } cases[] = {
    { "base", "pooler_output", "BertModel", 0, 39 },
    { "base", "last_hidden_state", "BertModel", 3000, 39 },
    /* a pooler less, and the transform with its norm and the bias; the tied decoder is not there */
    { "masked-lm", "logits", "BertForMaskedLM", 0, 42 },
    { "sequence-classification", "logits", "BertForSequenceClassification", 1, 41 },
  };
  g_autofree char *source =
      g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *root = g_dir_make_tmp ("trafo-XXXXXX", NULL);
      g_autofree char *folder = g_build_filename (root, "new", "er", NULL);
      g_autoptr (TrafoModel) model = load (source, cases[i].task);
      g_autoptr (TrafoModel) again = NULL;
      g_autoptr (TrafoCheckpoint) checkpoint = NULL;
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) missing = NULL;

      trafo_model_save_pretrained (model, folder, cases[i].max_shard_size_bytes, NULL, &error);
      g_assert_no_error (error);
      checkpoint = trafo_checkpoint_open (folder, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (trafo_model_measure_saved (model, &error),
                        ==,
                        trafo_checkpoint_get_size_bytes (checkpoint));
      g_assert_cmpuint (trafo_checkpoint_get_n_tensors (checkpoint), ==, cases[i].n_tensors);
      again = load (folder, cases[i].task);
      missing = trafo_model_list_missing_keys (again);
      g_assert_cmpuint (g_strv_length (missing), ==, 0);
      assert_equal (model, again, cases[i].output);
      g_assert_cmpstr (trafo_config_get_architectures (trafo_model_get_config (again))[0],
                       ==,
                       cases[i].architecture);
      remove_folder (root);
    }
}

/* A model may be written over the files that it is mapped from, and goes on. */
static void
test_in_place (void)
{
  g_autoptr (TrafoTensorDict) tensors = tiny_tensors_new ("bert.");
  g_autofree char *config = tiny_config ("\"architectures\": [\"Other\"], \"extra\": [1, null]");
  char            *folder = tiny_folder_new (config, tensors);
  g_autofree char *path = g_build_filename (folder, "config.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (TrafoModel) model = load (folder, "base");
  g_autoptr (TrafoModel) again = NULL;
  g_autoptr (TrafoTensorDict) outputs = NULL;
  g_autoptr (GError) error = NULL;

  trafo_model_save_pretrained (model, folder, 0, NULL, &error);
  g_assert_no_error (error);
  outputs = forward (model, TRUE);
  again = load (folder, "base");
  assert_equal (model, again, "pooler_output");
  g_file_get_contents (path, &text, NULL, NULL);
  g_assert_nonnull (strstr (text, "\"extra\": ["));
  g_assert_nonnull (strstr (text, "\"BertModel\""));
  g_assert_null (strstr (text, "Other"));
  g_assert_nonnull (strstr (text, "\"dtype\": \"float32\""));
  tiny_folder_free (folder);
}

static void
test_failures (void)
{
  g_autofree char *source =
      g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", NULL);
  g_autofree char *file = g_build_filename (source, "config.json", "folder", NULL);
  g_autoptr (TrafoModel) model = load (source, "base");
  g_autoptr (TrafoModel) empty = g_object_new (G_OBJECT_TYPE (model), NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (trafo_model_save_pretrained (model, file, 0, NULL, &error));
  g_assert_cmpint (error->domain, ==, G_IO_ERROR);
  g_assert_nonnull (strstr (error->message, "cannot make the folder"));
  g_clear_error (&error);
  g_assert_false (trafo_model_save_pretrained (empty, "/nowhere", 0, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
}

static void
test_async (void)
{
  g_autofree char *source =
      g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", NULL);
  g_autofree char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);
  g_autoptr (TrafoModel) model = load (source, "base");
  g_autoptr (TrafoModel) again = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  trafo_model_save_pretrained_async (model, folder, 0, NULL, await_keep, &result);
  g_assert_true (trafo_model_save_pretrained_finish (model, await_result (&result), &error));
  g_assert_no_error (error);
  again = load (folder, "base");
  assert_equal (model, again, "pooler_output");
  remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model-save/round-trip", test_round_trip);
  g_test_add_func ("/model-save/in-place", test_in_place);
  g_test_add_func ("/model-save/failures", test_failures);
  g_test_add_func ("/model-save/async", test_async);
  return g_test_run ();
}

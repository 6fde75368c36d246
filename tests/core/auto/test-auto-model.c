/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "../../await.h"
#include "tiny-model.h"
#include "trafo-auto-model.h"
#include "trafo-auto-tokenizer.h"

typedef TrafoModel *(*FromPretrained) (const char       *path,
                                       TrafoLoadOptions *options,
                                       GCancellable     *cancellable,
                                       GError          **error);
typedef void (*FromPretrainedAsync) (const char         *path,
                                     TrafoLoadOptions   *options,
                                     GCancellable       *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data);
typedef TrafoModel *(*FromPretrainedFinish) (GAsyncResult *result, GError **error);

#define FUNCTIONS(type_name)                                                                       \
  type_name##_from_pretrained, type_name##_from_pretrained_async, type_name##_from_pretrained_finish

static const struct
{
  const char          *auto_class;
  const char          *task;
  FromPretrained       from_pretrained;
  FromPretrainedAsync  from_pretrained_async;
  FromPretrainedFinish from_pretrained_finish;
} classes[] = {
  { "AutoModel", "base", FUNCTIONS (trafo_auto_model) },
  { "AutoModelForSequenceClassification",
    "sequence-classification",
    FUNCTIONS (trafo_auto_model_for_sequence_classification) },
  { "AutoModelForTokenClassification",
    "token-classification",
    FUNCTIONS (trafo_auto_model_for_token_classification) },
  { "AutoModelForQuestionAnswering",
    "question-answering",
    FUNCTIONS (trafo_auto_model_for_question_answering) },
  { "AutoModelForMaskedLM", "masked-lm", FUNCTIONS (trafo_auto_model_for_masked_lm) },
};

static char *
shared_folder (void)
{
  return g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", NULL);
}

static void
test_classes (void)
{
  g_autofree char *folder = shared_folder ();

  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoModel) model = classes[i].from_pretrained (folder, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (trafo_model_get_task (model), ==, classes[i].task);
      g_assert_cmpstr (trafo_auto_model_get_task_of_class (classes[i].auto_class),
                       ==,
                       classes[i].task);
    }
  g_assert_cmpstr (trafo_auto_model_get_task_of_class ("AutoModelForCausalLM"), ==, "causal-lm");
  g_assert_null (trafo_auto_model_get_task_of_class ("AutoModelForNothing"));
  g_assert_null (trafo_auto_model_get_task_of_class (NULL));
}

static const struct
{
  const char *config, *message;
} broken[] = {
  { "{}", "found no 'model_type'" },
  { "{\"model_type\": null}", "found no 'model_type'" },
  { "{\"model_type\": 3}", "config.json: 'model_type' is 3, expected a string" },
  { "{\"model_type\": true}", "config.json: 'model_type' is true, expected a string" },
  { "{\"model_type\": [\"bert\"]}", "config.json: 'model_type' is an array, expected a string" },
  { "{\"model_type\": \"burt\"}", "config.json: no plugin has a usable model for 'burt'" },
  { "{\"model_type\": \"bert\", \"dtype\": 3}", "config.json: 'dtype' is 3, expected a string" },
  { "{\"model_type\": \"bert\", \"dtype\": \"int8\"}", "'dtype' is \"int8\", expected float32, " },
  { "{\"model_type\": \"bert\", \"layer_norm_eps\": 1e400}", "at 'layer_norm_eps'" },
  { "[]", "config.json" },
  { "{\"model_type\": \"bert\"", "config.json" },
  { "", "config.json" },
};

static void
test_broken_configs (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      char *folder = tiny_folder_new (broken[i].config, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (trafo_auto_model_from_pretrained (folder, NULL, NULL, &error));
      if (strstr (error->message, broken[i].message) == NULL)
        g_error ("found '%s', expected '%s'", error->message, broken[i].message);
      tiny_folder_free (folder);
    }
}

static TrafoModel *
load_async (const char *path, const char *task, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  trafo_auto_model_from_pretrained_for_task_async (path,
                                                   task,
                                                   NULL,
                                                   cancellable,
                                                   await_keep,
                                                   &result);
  return trafo_auto_model_from_pretrained_for_task_finish (await_result (&result), error);
}

static void
test_async (void)
{
  g_autofree char *folder = shared_folder ();
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model = load_async (folder, "masked-lm", NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (trafo_model_get_task (model), ==, "masked-lm");
  g_assert_null (load_async ("/nonexistent", "base", NULL, &error));
  g_assert_nonnull (strstr (error->message, "/nonexistent"));
  g_clear_error (&error);
  g_cancellable_cancel (cancelled);
  g_assert_null (load_async (folder, "base", cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* The calls that block look at the cancellable, too. */
static void
test_cancelled (void)
{
  g_autofree char *folder = shared_folder ();
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) model_error = NULL;
  g_autoptr (GError) tokenizer_error = NULL;

  g_cancellable_cancel (cancelled);
  g_assert_null (trafo_auto_model_from_pretrained (folder, NULL, cancelled, &model_error));
  g_assert_error (model_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (trafo_auto_tokenizer_from_pretrained (folder, cancelled, &tokenizer_error));
  g_assert_error (tokenizer_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_async_classes (void)
{
  g_autofree char *folder = shared_folder ();

  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoModel) model = NULL;

      classes[i].from_pretrained_async (folder, NULL, NULL, await_keep, &result);
      model = classes[i].from_pretrained_finish (await_result (&result), &error);
      g_assert_no_error (error);
      g_assert_cmpstr (trafo_model_get_task (model), ==, classes[i].task);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/auto-model/classes", test_classes);
  g_test_add_func ("/auto-model/broken-configs", test_broken_configs);
  g_test_add_func ("/auto-model/async", test_async);
  g_test_add_func ("/auto-model/cancelled", test_cancelled);
  g_test_add_func ("/auto-model/async-classes", test_async_classes);
  return g_test_run ();
}

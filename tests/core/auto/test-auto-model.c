/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "tiny-model.h"
#include "trafo-auto-config.h"

typedef TrafoModel *(*FromPretrained) (const char       *path,
                                       TrafoLoadOptions *options,
                                       GCancellable     *cancellable,
                                       GError          **error);

static const struct
{
  const char    *auto_class;
  const char    *task;
  FromPretrained from_pretrained;
} classes[] = {
  { "AutoModel", "base", trafo_auto_model_from_pretrained },
  { "AutoModelForSequenceClassification",
    "sequence-classification",
    trafo_auto_model_for_sequence_classification_from_pretrained },
  { "AutoModelForTokenClassification",
    "token-classification",
    trafo_auto_model_for_token_classification_from_pretrained },
  { "AutoModelForQuestionAnswering",
    "question-answering",
    trafo_auto_model_for_question_answering_from_pretrained },
  { "AutoModelForMaskedLM", "masked-lm", trafo_auto_model_for_masked_lm_from_pretrained },
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
  { "{\"model_type\": \"burt\"}", "burt" },
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

static void
keep_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static TrafoModel *
load_async (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  trafo_auto_model_from_pretrained_async (path, "base", NULL, cancellable, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return trafo_auto_model_from_pretrained_finish (result, error);
}

static void
test_async (void)
{
  g_autofree char *folder = shared_folder ();
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model = load_async (folder, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (trafo_model_get_task (model), ==, "base");
  g_assert_null (load_async ("/nonexistent", NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_cancellable_cancel (cancelled);
  g_assert_null (load_async (folder, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_auto_config (void)
{
  g_autofree char *folder = shared_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoConfig) config = trafo_auto_config_from_pretrained (folder, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (trafo_config_get_model_type (config), ==, "bert");
  g_assert_null (trafo_auto_config_from_pretrained ("/nonexistent", &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/auto-model/classes", test_classes);
  g_test_add_func ("/auto-model/broken-configs", test_broken_configs);
  g_test_add_func ("/auto-model/async", test_async);
  g_test_add_func ("/auto-model/auto-config", test_auto_config);
  return g_test_run ();
}

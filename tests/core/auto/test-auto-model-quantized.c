/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <trafo/trafo-error.h>

#include "../../await.h"
#include "tiny-model.h"
#include "trafo-auto-model-quantized.h"
#include "trafo-model-quantization.h"

typedef TrafoModel *(*Load) (const char       *path,
                             const char       *type,
                             TrafoLoadOptions *options,
                             GCancellable     *cancellable,
                             GError          **error);
typedef void (*LoadAsync) (const char         *path,
                           const char         *type,
                           TrafoLoadOptions   *options,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data);
typedef TrafoModel *(*LoadFinish) (GAsyncResult *result, GError **error);

#define CLASS(type_name, model, task)                                                              \
  {                                                                                                \
    model, task, type_name##_from_pretrained_quantized,                                            \
        type_name##_from_pretrained_quantized_async, type_name##_from_pretrained_quantized_finish  \
  }

static const struct
{
  const char *model;
  const char *task;
  Load        load;
  LoadAsync   load_async;
  LoadFinish  load_finish;
} classes[] = {
  CLASS (trafo_auto_model, "tiny-bert", "base"),
  CLASS (trafo_auto_model_for_sequence_classification, "tiny-bert", "sequence-classification"),
  CLASS (trafo_auto_model_for_token_classification, "tiny-bert", "token-classification"),
  CLASS (trafo_auto_model_for_question_answering, "tiny-bert", "question-answering"),
  CLASS (trafo_auto_model_for_masked_lm, "tiny-bert", "masked-lm"),
  CLASS (trafo_auto_model_for_causal_lm, "gpt2-lm", "causal-lm"),
};

static char *
find_folder (const char *model)
{
  return g_test_build_filename (G_TEST_DIST, "data", "models", model, NULL);
}

static guint
count_quantized (TrafoModel *model)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoValue) tensors = trafo_model_measure_quantization (model, NULL, &error);

  g_assert_no_error (error);
  return trafo_value_get_n_items (tensors);
}

static void
assert_quantized (TrafoModel *model, const char *task, GError *error)
{
  g_assert_no_error (error);
  g_assert_cmpstr (trafo_model_get_task (model), ==, task);
  g_assert_cmpuint (count_quantized (model), >, 0);
}

static void
test_classes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      g_autofree char *folder = find_folder (classes[i].model);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoModel) model = classes[i].load (folder, "bnb-nf4", NULL, NULL, &error);
      g_autoptr (TrafoModel) later = NULL;

      assert_quantized (model, classes[i].task, error);
      classes[i].load_async (folder, "int8", NULL, NULL, await_keep, &result);
      later = classes[i].load_finish (await_result (&result), &error);
      assert_quantized (later, classes[i].task, error);
    }
}

static void
test_options (void)
{
  g_autofree char *folder = find_folder ("gpt2-lm");
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model = NULL;

  trafo_load_options_set_device (options, "reference");
  model = trafo_auto_model_from_pretrained_quantized_for_task (folder,
                                                               "causal-lm",
                                                               "int8",
                                                               options,
                                                               NULL,
                                                               &error);
  assert_quantized (model, "causal-lm", error);
  g_clear_object (&model);
  /* the caller's options stay what they are */
  model = trafo_auto_model_from_pretrained_for_task (folder, "causal-lm", options, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_quantized (model), ==, 0);
  g_assert_false (trafo_load_options_get_load_in_8bit (options));
  g_assert_cmpfloat (trafo_load_options_get_llm_int8_threshold (options), ==, 6);
}

static void
test_refused (void)
{
  static const struct
  {
    const char *folder[2];
    const char *type;
    const char *message;
  } cases[] = {
    { { "models", "gpt2-lm" }, "q4_0", "found the quantization \"q4_0\"" },
    { { "models", "gpt2-lm" }, "", "found the quantization \"\"" },
    { { "quantized", "bert-seqcls-nf4" }, "bnb-nf4", "found a quantization_config in config.json" },
    { { "models", "nowhere" }, "int8", "nowhere" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folder =
          g_test_build_filename (G_TEST_DIST, "data", cases[i].folder[0], cases[i].folder[1], NULL);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_null (
          trafo_auto_model_from_pretrained_quantized (folder, cases[i].type, NULL, NULL, &error));
      g_assert_nonnull (strstr (error->message, cases[i].message));
      g_clear_error (&error);
      trafo_auto_model_from_pretrained_quantized_async (folder,
                                                        cases[i].type,
                                                        NULL,
                                                        NULL,
                                                        await_keep,
                                                        &result);
      g_assert_null (
          trafo_auto_model_from_pretrained_quantized_finish (await_result (&result), &error));
      g_assert_nonnull (strstr (error->message, cases[i].message));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/auto-model-quantized/classes", test_classes);
  g_test_add_func ("/auto-model-quantized/options", test_options);
  g_test_add_func ("/auto-model-quantized/refused", test_refused);
  return g_test_run ();
}

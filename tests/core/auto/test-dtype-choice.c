/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "tiny-model.h"
#include "trafo-auto-model.h"
#include "trafo-auto-tokenizer.h"
#include "trafo-batch-tensors.h"
#include "trafo-dtype-choice.h"
#include "trafo-text.h"

static const struct
{
  TrafoDType  dtype;
  gboolean    int8_weight_only;
  const char *name;
} candidates[] = {
  { TRAFO_DTYPE_FLOAT32, FALSE, "float32" },           { TRAFO_DTYPE_FLOAT16, FALSE, "float16" },
  { TRAFO_DTYPE_BFLOAT16, FALSE, "bfloat16" },         { TRAFO_DTYPE_INT8, FALSE, "int8" },
  { TRAFO_DTYPE_INT8, TRUE, "int8 of weights alone" },
};

static char *
model_folder (const char *kind, const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "data", kind, name, NULL);
}

static TrafoDTypeChoice *
choose (const char *name, const char *task, const char *text, double max_deviation)
{
  g_autofree char *folder = model_folder ("models", name);
  g_autoptr (GError) error = NULL;
  TrafoDTypeChoice *choice =
      trafo_dtype_choice_new (folder, task, NULL, text, max_deviation, NULL, &error);

  g_assert_no_error (error);
  return choice;
}

static double
get_deviation (TrafoDTypeChoice *choice, guint candidate)
{
  return trafo_dtype_choice_get_deviation (choice,
                                           candidates[candidate].dtype,
                                           candidates[candidate].int8_weight_only);
}

/* The fastest of those within the bound, whatever the machine. */
static void
check_fastest (TrafoDTypeChoice *choice, double max_deviation)
{
  TrafoDType chosen = trafo_dtype_choice_get_dtype (choice);
  gboolean   weight_only = trafo_dtype_choice_get_int8_weight_only (choice);
  double     seconds = trafo_dtype_choice_get_seconds (choice, chosen, weight_only);

  g_assert_cmpfloat (seconds, >, 0);
  g_assert_cmpfloat (trafo_dtype_choice_get_deviation (choice, chosen, weight_only),
                     <=,
                     max_deviation);
  for (guint i = 0; i < G_N_ELEMENTS (candidates); i++)
    if (get_deviation (choice, i) <= max_deviation)
      g_assert_cmpfloat (seconds,
                         <=,
                         trafo_dtype_choice_get_seconds (choice,
                                                         candidates[i].dtype,
                                                         candidates[i].int8_weight_only));
}

static void
test_choice (void)
{
  static const struct
  {
    const char *model, *task;
  } models[] = {
    { "bert-base", "base" },
    { "bert-qa", "question-answering" },
    { "gpt2-lm", "causal-lm" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autoptr (TrafoDTypeChoice) exact = choose (models[i].model, models[i].task, NULL, 0);
      g_autoptr (TrafoDTypeChoice) any = choose (models[i].model, models[i].task, NULL, 1);
      double float16 = get_deviation (any, 1), bfloat16 = get_deviation (any, 2);
      double int8 = get_deviation (any, 3), kept_int8 = get_deviation (any, 4);

      g_assert_cmpint (trafo_dtype_choice_get_dtype (exact), ==, TRAFO_DTYPE_FLOAT32);
      g_assert_false (trafo_dtype_choice_get_int8_weight_only (exact));
      g_assert_cmpfloat (get_deviation (any, 0), ==, 0);
      g_assert_cmpfloat (float16, >, 0);
      g_assert_cmpfloat (float16, <, bfloat16 / 4);
      g_assert_cmpfloat (bfloat16, <, kept_int8);
      /* rounding inputs, too, costs more as a rule, but may undo some of what rounding weights did */
      g_assert_cmpfloat (kept_int8, <, 1.1 * int8);
      g_assert_cmpfloat (int8, <, 0.2);
      g_assert_true (isnan (trafo_dtype_choice_get_seconds (any, TRAFO_DTYPE_BOOL, FALSE)));
      g_assert_true (isnan (trafo_dtype_choice_get_seconds (any, TRAFO_DTYPE_FLOAT32, TRUE)));
      check_fastest (any, 1);
      {
        g_autoptr (TrafoDTypeChoice) some =
            choose (models[i].model, models[i].task, NULL, bfloat16);

        check_fastest (some, bfloat16);
      }
    }
}

static TrafoTensorDict *
encode (const char *folder, const char *text)
{
  g_autoptr (TrafoTokenizer) tokenizer = trafo_auto_tokenizer_from_pretrained (folder, NULL, NULL);
  g_autoptr (TrafoEncoding) encoding = trafo_tokenizer_encode (tokenizer, text, NULL, NULL, NULL);

  return trafo_tensor_dict_new_from_encodings (&encoding, 1, TRAFO_SIDE_RIGHT, 0, FALSE, NULL);
}

static TrafoTensor *
run (const char *folder, TrafoTensorDict *inputs, TrafoLoadOptions *options, TrafoModel **ret_model)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model =
      trafo_auto_model_for_masked_lm_from_pretrained (folder, options, NULL, &error);
  g_autoptr (TrafoTensorDict) outputs = NULL;

  g_assert_no_error (error);
  outputs = trafo_model_forward (model, inputs, FALSE, NULL, &error);
  g_assert_no_error (error);
  if (ret_model != NULL)
    *ret_model = g_object_ref (model);
  return trafo_tensor_ref (trafo_tensor_dict_get (outputs, "logits"));
}

static TrafoTensor *
run_dtype (const char *folder, TrafoTensorDict *inputs, TrafoDType dtype, gboolean int8_weight_only)
{
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();

  trafo_load_options_set_dtype (options, dtype);
  trafo_load_options_set_int8_weight_only (options, int8_weight_only);
  return run (folder, inputs, options, NULL);
}

/* The deviation is that of the models which the dtypes give. */
static void
test_deviation (void)
{
  const char      *text = "the cat sat on the mat";
  g_autofree char *folder = model_folder ("models", "tiny-bert");
  g_autoptr (TrafoTensorDict) inputs = encode (folder, text);
  g_autoptr (TrafoTensor) expected = run_dtype (folder, inputs, TRAFO_DTYPE_FLOAT32, FALSE);
  g_autoptr (TrafoDTypeChoice) choice = choose ("tiny-bert", "masked-lm", text, 0);
  const float *y = trafo_tensor_get_data (expected);

  for (guint i = 1; i < G_N_ELEMENTS (candidates); i++)
    {
      g_autoptr (TrafoTensor) found =
          run_dtype (folder, inputs, candidates[i].dtype, candidates[i].int8_weight_only);
      const float *x = trafo_tensor_get_data (found);
      double       differences = 0, squares = 0;

      for (gint64 j = 0; j < trafo_tensor_get_n_elements (expected); j++)
        {
          differences += pow ((double) x[j] - y[j], 2);
          squares += pow (y[j], 2);
        }
      g_assert_cmpfloat_with_epsilon (get_deviation (choice, i),
                                      sqrt (differences / squares),
                                      1e-12);
    }
}

/* A model that is loaded so computes in what was chosen, and says it. */
static void
test_auto_dtype (void)
{
  g_autofree char *folder = model_folder ("models", "tiny-bert");
  g_autoptr (TrafoTensorDict) inputs = encode (folder, "a dog");
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();
  g_autoptr (TrafoModel) model = NULL;
  g_autoptr (TrafoModel) plain = NULL;
  g_autoptr (TrafoTensor) found = NULL;
  g_autoptr (TrafoTensor) expected = NULL;
  g_autofree char  *text = NULL;
  TrafoDTypeChoice *choice;
  TrafoDType        dtype;

  trafo_load_options_set_auto_dtype (options, TRUE);
  found = run (folder, inputs, options, &model);
  choice = trafo_auto_model_get_dtype_choice (model);
  g_assert_nonnull (choice);
  dtype = trafo_dtype_choice_get_dtype (choice);
  expected = run_dtype (folder, inputs, dtype, trafo_dtype_choice_get_int8_weight_only (choice));
  g_assert_cmpfloat (trafo_tensor_max_difference (found, expected), ==, 0);
  text = trafo_dtype_choice_to_string (choice);
  g_assert_true (g_str_has_prefix (text, trafo_dtype_get_name (dtype)));
  for (guint i = 0; i < G_N_ELEMENTS (candidates); i++)
    {
      g_autofree char *named = g_strconcat (candidates[i].name, ": ", NULL);

      g_assert_nonnull (strstr (text, named));
    }
  trafo_load_options_set_auto_dtype (options, FALSE);
  g_clear_pointer (&found, trafo_tensor_unref);
  found = run (folder, inputs, options, &plain);
  g_assert_null (trafo_auto_model_get_dtype_choice (plain));
}

static double
get_seconds (const char *text)
{
  g_autoptr (TrafoDTypeChoice) choice = choose ("tiny-bert", "masked-lm", text, 1);

  return trafo_dtype_choice_get_seconds (choice, TRAFO_DTYPE_FLOAT32, FALSE);
}

/* What was measured is recalled for the same text; a file that is not whole is measured again. */
static void
test_recall (void)
{
  g_autofree char *cache = g_dir_make_tmp ("trafo-dtypes-XXXXXX", NULL);
  g_autofree char *files = g_build_filename (cache, "dtypes", NULL);
  g_autofree char *path = NULL;
  g_autoptr (GDir) directory = NULL;
  double first, other;

  g_setenv ("TRAFO_CACHE_DIR", cache, TRUE);
  first = get_seconds ("a cat");
  directory = g_dir_open (files, 0, NULL);
  if (directory == NULL)
    {
      g_test_skip ("libtrafo was linked without a build ID, or the checkpoint is seconds old");
      g_rmdir (cache);
      return;
    }
  path = g_build_filename (files, g_dir_read_name (directory), NULL);
  g_assert_cmpfloat (get_seconds ("a cat"), ==, first);
  g_assert_true (g_file_set_contents (path, "TRAFOST1 but not more", -1, NULL));
  other = get_seconds ("a cat");
  g_assert_cmpfloat (other, >, 0);
  g_assert_cmpfloat (get_seconds ("a cat"), ==, other);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (files), ==, 0);
  g_rmdir (cache);
}

static void
test_refused (void)
{
  g_autofree char *encoded = model_folder ("quantized", "gpt2-lm");
  g_autofree char *folder = model_folder ("models", "gpt2-lm");
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_dtype_choice_new (encoded, "causal-lm", NULL, NULL, 1, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "quantization_config"));
  g_clear_error (&error);
  g_assert_null (trafo_dtype_choice_new ("/nonexistent", "base", NULL, NULL, 1, NULL, &error));
  g_assert_nonnull (strstr (error->message, "/nonexistent"));
  g_clear_error (&error);
  g_cancellable_cancel (cancelled);
  g_assert_null (trafo_dtype_choice_new (folder, "causal-lm", NULL, "x", 1, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  trafo_load_options_set_load_in_8bit (options, TRUE);
  trafo_load_options_set_auto_dtype (options, TRUE);
  g_assert_null (trafo_auto_model_for_causal_lm_from_pretrained (folder, options, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "load_in_8bit"));
  g_clear_error (&error);
  trafo_load_options_set_load_in_8bit (options, FALSE);
  trafo_load_options_set_load_in_4bit (options, TRUE);
  g_assert_null (trafo_auto_model_for_causal_lm_from_pretrained (folder, options, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "load_in_4bit"));
  g_clear_error (&error);
  trafo_load_options_set_load_in_4bit (options, FALSE);
  trafo_load_options_set_int8_weight_only (options, TRUE);
  g_assert_null (trafo_auto_model_for_causal_lm_from_pretrained (folder, options, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "int8_weight_only"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/auto/dtype-choice/choice", test_choice);
  g_test_add_func ("/auto/dtype-choice/deviation", test_deviation);
  g_test_add_func ("/auto/dtype-choice/auto-dtype", test_auto_dtype);
  g_test_add_func ("/auto/dtype-choice/recall", test_recall);
  g_test_add_func ("/auto/dtype-choice/refused", test_refused);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <utime.h>

#include "../../await.h"
#include "../../remove-folder.h"
#include "tiny-causal.h"
#include "tiny-model.h"
#include "trafo-device-choice.h"
#include "trafo-model-save.h"
#include "trafo-registry.h"
#include "trafo-tensor-dict-file.h"

static char *
shared_folder (void)
{
  return g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", NULL);
}

static TrafoModel *
load_base (const char *device)
{
  g_autofree char *folder = shared_folder ();
  g_autoptr (GError) error = NULL;
  TrafoModel *model = tiny_model_load (folder, "base", device, &error);

  g_assert_no_error (error);
  return model;
}

static void
test_load_async (void)
{
  g_autofree char *folder =
      g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", NULL);
  g_autoptr (TrafoFeature) feature =
      trafo_registry_find (trafo_registry_get_default (), TRAFO_FEATURE_KIND_MODEL, "bert", NULL);
  g_autoptr (TrafoModel) model = (TrafoModel *) trafo_feature_create (feature, NULL, NULL);
  g_autoptr (GAsyncResult) failure = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  trafo_model_load_async (model, "/nonexistent", "base", NULL, NULL, await_keep, &failure);
  g_assert_false (trafo_model_load_finish (model, await_result (&failure), &error));
  g_assert_nonnull (strstr (error->message, "/nonexistent"));
  g_clear_error (&error);
  trafo_model_load_async (model, folder, "base", NULL, NULL, await_keep, &result);
  g_assert_true (trafo_model_load_finish (model, await_result (&result), &error));
  g_assert_no_error (error);
  g_assert_cmpstr (trafo_model_get_task (model), ==, "base");
}

/* A model is loaded once, and not at all for one who does not want it any more. */
static void
test_not_loadable (void)
{
  g_autofree char *folder =
      g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", NULL);
  g_autoptr (TrafoModel) model = load_base ("cpu");
  g_autoptr (TrafoModel) fresh = g_object_new (G_OBJECT_TYPE (model), NULL);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  TrafoConfig *config = trafo_model_get_config (model);

  g_assert_false (trafo_model_load (model, folder, "base", NULL, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "loaded before"));
  g_clear_error (&error);
  g_assert_false (trafo_model_initialize (model, config, "base", NULL, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_cancellable_cancel (cancelled);
  g_assert_false (trafo_model_load (fresh, folder, "base", NULL, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (trafo_model_initialize (fresh, config, "base", NULL, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_true (trafo_model_initialize (fresh, config, "base", NULL, NULL, &error));
}

static void
test_facts (void)
{
  g_autoptr (TrafoModel) model = load_base ("cpu");
  g_autoptr (TrafoTensor) ids = tiny_ids_new (2, 3, 78);
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) outputs = NULL;
  g_auto (GStrv) missing = trafo_model_list_missing_keys (model);

  trafo_tensor_dict_set (inputs, "input_ids", ids);
  outputs = trafo_model_forward (model, inputs, FALSE, NULL, NULL);
  g_assert_cmpstr (trafo_model_get_task (model), ==, "base");
  g_assert_cmpstr (trafo_model_get_device_name (model), ==, "cpu");
  g_assert_cmpuint (trafo_model_get_n_parameters (model), ==, 6544);
  g_assert_cmpuint (trafo_model_get_peak_bytes (model), >, 0);
  g_assert_nonnull (trafo_model_get_config (model));
  g_assert_cmpuint (g_strv_length (missing), ==, 0);
  g_assert_cmpstr (trafo_tensor_dict_get_name (outputs, 0), ==, "last_hidden_state");
  g_assert_cmpstr (trafo_tensor_dict_get_name (outputs, 1), ==, "pooler_output");
}

/* What a model takes is asked for with every batch: it is not built again for that. */
static void
test_list_inputs (void)
{
  g_autoptr (TrafoModel) model = tiny_causal_new (&tiny_causal_default, "reference");
  g_autoptr (TrafoModel) unloaded = g_object_new (G_OBJECT_TYPE (model), NULL);
  guint n_builds = tiny_causal_get_n_builds (model);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 3; i++)
    {
      g_auto (GStrv) names = trafo_model_list_inputs (model, &error);

      g_assert_no_error (error);
      g_assert_cmpstrv (names, ((const char *[]){ "input_ids", "position_ids", NULL }));
    }
  g_assert_cmpuint (tiny_causal_get_n_builds (model), ==, n_builds);
  g_assert_null (trafo_model_list_inputs (unloaded, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
}

static void
test_load_errors (void)
{
  g_autofree char *folder = shared_folder ();
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (tiny_model_load (folder, "base", "abacus:3", &error));
  g_assert_error (error, TRAFO_PLUGIN_ERROR, TRAFO_PLUGIN_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (tiny_model_load (folder, "summarize", "cpu", &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_null (tiny_model_load ("/nonexistent", "base", "cpu", &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  trafo_load_options_set_device (options, "reference");
  trafo_load_options_set_dtype (options, TRAFO_DTYPE_FLOAT16);
  g_assert_null (trafo_auto_model_from_pretrained (folder, options, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
}

/* A checkpoint that is half written: the parameters, but no config.json, or the other way around. */
static void
test_half_a_checkpoint (void)
{
  g_autoptr (TrafoTensorDict) tensors = tiny_tensors_new ("");
  g_autofree char *config = tiny_config (NULL);
  char *no_config = tiny_folder_new (NULL, tensors), *no_tensors = tiny_folder_new (config, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (tiny_model_load (no_config, "base", "cpu", &error));
  g_assert_nonnull (strstr (error->message, "config.json"));
  g_clear_error (&error);
  g_assert_null (tiny_model_load (no_tensors, "base", "cpu", &error));
  g_assert_nonnull (error);
  tiny_folder_free (no_config);
  tiny_folder_free (no_tensors);
}

/* A config.json of far more layers than the checkpoint has is refused where they end, whatever
 * number it gives. */
static void
test_too_many_layers (void)
{
  g_autoptr (TrafoTensorDict) tensors = tiny_tensors_new ("");
  g_autofree char *config = tiny_config ("\"num_hidden_layers\": 10000");
  char            *folder = tiny_folder_new (config, tensors);
  g_autoptr (GError) error = NULL;

  g_assert_null (tiny_model_load (folder, "base", "cpu", &error));
  g_assert_nonnull (strstr (error->message, "config.json is that of another model"));
  g_assert_nonnull (strstr (error->message, "encoder.layer.25"));
  tiny_folder_free (folder);
}

/* Wide enough for packed weights to be worth a file, even in 8 bits or in 4. */
#define WIDE_8BIT "\"hidden_size\": 512, \"intermediate_size\": 7680"
#define WIDE_4BIT "\"hidden_size\": 512, \"intermediate_size\": 15360"

/* A checkpoint of a model with random weights. */
static char *
write_large_checkpoint (const char *sizes)
{
  g_autofree char *text = tiny_config (sizes);
  char            *folder = tiny_folder_new (text, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoConfig) config = trafo_config_new_from_folder (folder, &error);
  g_autoptr (TrafoModel) model =
      trafo_auto_model_from_config_for_task (config, "base", NULL, NULL, &error);

  g_assert_no_error (error);
  trafo_model_save_pretrained (model, folder, 0, NULL, &error);
  g_assert_no_error (error);
  return folder;
}

/* What a fresh model says, and what it took for that. */
static TrafoTensor *
run_large_with (const char *folder, TrafoLoadOptions *options, guint64 *ret_peak_bytes)
{
  g_autoptr (TrafoModel) model = NULL;
  g_autoptr (TrafoTensor) ids = tiny_ids_new (2, 7, 78);
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) outputs = NULL;
  g_autoptr (GError) error = NULL;

  trafo_load_options_set_device (options, "cpu");
  model = trafo_auto_model_from_pretrained_for_task (folder, "base", options, NULL, &error);
  g_assert_no_error (error);
  trafo_tensor_dict_set (inputs, "input_ids", ids);
  outputs = trafo_model_forward (model, inputs, FALSE, NULL, &error);
  g_assert_no_error (error);
  *ret_peak_bytes = trafo_model_get_peak_bytes (model);
  return trafo_tensor_ref (trafo_tensor_dict_get (outputs, "last_hidden_state"));
}

static TrafoTensor *
run_large (const char *folder, gboolean weight_cache, guint64 *ret_peak_bytes)
{
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();

  trafo_load_options_set_weight_cache (options, weight_cache);
  return run_large_with (folder, options, ret_peak_bytes);
}

/* The same checkpoint, its tensors in @dtype. */
static char *
write_cast_checkpoint (const char *folder, TrafoDType dtype)
{
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree char *text = tiny_config (WIDE_8BIT);
  g_autoptr (TrafoTensorDict) cast = trafo_tensor_dict_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensorDict) tensors = trafo_tensor_dict_load (path, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < trafo_tensor_dict_get_size (tensors); i++)
    {
      const char *name = trafo_tensor_dict_get_name (tensors, i);
      g_autoptr (TrafoTensor) tensor =
          trafo_tensor_cast (trafo_tensor_dict_get (tensors, name), dtype, &error);

      g_assert_no_error (error);
      trafo_tensor_dict_set (cast, name, tensor);
    }
  return tiny_folder_new (text, cast);
}

/* In float32 a checkpoint of 16 bits says what one of float32 with the same values says, to the bit, and
 * takes no more memory, whether or not the processor has kernels that keep its weights as they are. */
static void
test_kept_dtypes (void)
{
  static const TrafoDType dtypes[] = { TRAFO_DTYPE_FLOAT16, TRAFO_DTYPE_BFLOAT16 };
  char                   *folder = write_large_checkpoint (WIDE_8BIT);

  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    {
      char   *narrow = write_cast_checkpoint (folder, dtypes[i]);
      char   *wide = write_cast_checkpoint (narrow, TRAFO_DTYPE_FLOAT32);
      guint64 narrow_bytes, wide_bytes;
      g_autoptr (TrafoTensor) from_narrow = run_large (narrow, FALSE, &narrow_bytes);
      g_autoptr (TrafoTensor) from_wide = run_large (wide, FALSE, &wide_bytes);

      g_assert_cmpfloat (trafo_tensor_max_difference (from_narrow, from_wide), ==, 0);
      g_assert_cmpuint (narrow_bytes, <=, wide_bytes);
      g_test_message ("%s takes %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " bytes",
                      trafo_dtype_get_name (dtypes[i]),
                      narrow_bytes,
                      wide_bytes);
      tiny_folder_free (narrow);
      tiny_folder_free (wide);
    }
  tiny_folder_free (folder);
}

/* Weights of int8 and of int8 alone are told apart. */
static void
check_cached_int8 (const char *folder)
{
  TrafoTensor *outputs[4];
  guint64      peak_bytes[4];

  for (guint i = 0; i < G_N_ELEMENTS (outputs); i++)
    {
      g_autoptr (TrafoLoadOptions) options = g_object_new (TRAFO_TYPE_LOAD_OPTIONS,
                                                           "dtype",
                                                           TRAFO_DTYPE_INT8,
                                                           "int8-weight-only",
                                                           i % 2 != 0,
                                                           NULL);

      outputs[i] = run_large_with (folder, options, &peak_bytes[i]);
    }
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpfloat (trafo_tensor_max_difference (outputs[i], outputs[i + 2]), ==, 0);
      g_assert_cmpuint (peak_bytes[i + 2] + (16 << 20), <, peak_bytes[i]);
    }
  g_assert_cmpfloat (trafo_tensor_max_difference (outputs[0], outputs[1]), >, 0);
  for (guint i = 0; i < G_N_ELEMENTS (outputs); i++)
    trafo_tensor_unref (outputs[i]);
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  const char *name;
  guint       n = 0;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    n += g_str_has_suffix (name, ".weights");
  return n;
}

/* The same checkpoint but for one bit of a weight that is packed. */
static char *
write_other_checkpoint (const char *folder)
{
  g_autofree char *from = g_build_filename (folder, "model.safetensors", NULL);
  char            *other = write_cast_checkpoint (folder, TRAFO_DTYPE_FLOAT32);
  g_autofree char *to = g_build_filename (other, "model.safetensors", NULL);
  g_autofree char *bytes = NULL;
  gsize            length;

  g_assert_true (g_file_get_contents (from, &bytes, &length, NULL));
  bytes[length / 8 * 4 + 3] ^= 1;
  g_assert_true (g_file_set_contents (to, bytes, (gssize) length, NULL));
  return other;
}

/* A later model takes the weights from the disk and says the same; one of a checkpoint that holds something
 * else, or that may not, packs them itself. */
static void
test_weight_cache (void)
{
  char            *folder = write_large_checkpoint (WIDE_8BIT);
  g_autofree char *checkpoint = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree char *cache = g_dir_make_tmp ("trafo-cache-XXXXXX", NULL);
  g_autofree char *files = g_build_filename (cache, "weights", NULL);
  g_autoptr (TrafoTensor) from_other = NULL;
  TrafoTensor *outputs[5] = { NULL };
  guint64      peak_bytes[6];
  char        *other;
  guint        n_files;

  g_setenv ("TRAFO_CACHE_DIR", cache, TRUE);
  g_setenv ("TRAFO_WEIGHT_CACHE_MIB", "200", TRUE);
  /* too fresh for its times to tell it from its next state */
  outputs[0] = run_large (folder, TRUE, &peak_bytes[0]);
  g_assert_cmpuint (count_files (files), ==, 0);
  g_usleep (4 * G_USEC_PER_SEC);
  outputs[1] = run_large (folder, FALSE, &peak_bytes[1]);
  g_assert_cmpuint (count_files (files), ==, 0);
  outputs[2] = run_large (folder, TRUE, &peak_bytes[2]);
  if (count_files (files) == 0)
    {
      g_test_skip ("the backend was linked without a build ID, or the disk is full");
    }
  else
    {
      outputs[3] = run_large (folder, TRUE, &peak_bytes[3]);
      g_assert_cmpuint (peak_bytes[3] + (16 << 20), <, peak_bytes[2]);
      check_cached_int8 (folder);
      /* what counts is what it holds, not when it was written */
      g_assert_cmpint (g_utime (checkpoint, &(struct utimbuf){ 1, 1 }), ==, 0);
      other = write_other_checkpoint (folder);
      g_usleep (4 * G_USEC_PER_SEC);
      outputs[4] = run_large (folder, TRUE, &peak_bytes[4]);
      g_assert_cmpuint (peak_bytes[4], ==, peak_bytes[3]);
      n_files = count_files (files);
      from_other = run_large (other, TRUE, &peak_bytes[5]);
      g_assert_cmpuint (peak_bytes[5], ==, peak_bytes[2]);
      g_assert_cmpuint (count_files (files), ==, n_files + 1);
      g_assert_cmpfloat (trafo_tensor_max_difference (outputs[0], from_other), >, 0);
      tiny_folder_free (other);
    }
  for (guint i = 1; i < G_N_ELEMENTS (outputs) && outputs[i] != NULL; i++)
    g_assert_cmpfloat (trafo_tensor_max_difference (outputs[0], outputs[i]), ==, 0);
  g_setenv ("TRAFO_WEIGHT_CACHE_MIB", "0", TRUE);
  remove_folder (cache);
  tiny_folder_free (folder);
  for (guint i = 0; i < G_N_ELEMENTS (outputs); i++)
    g_clear_pointer (&outputs[i], trafo_tensor_unref);
}

static TrafoTensor *
run_4bit (const char *folder, gboolean is_nested, gboolean weight_cache)
{
  guint64 peak_bytes;
  g_autoptr (TrafoLoadOptions) options = g_object_new (TRAFO_TYPE_LOAD_OPTIONS,
                                                       "load-in-4bit",
                                                       TRUE,
                                                       "bnb-4bit-quant-type",
                                                       "nf4",
                                                       "bnb-4bit-use-double-quant",
                                                       is_nested,
                                                       "weight-cache",
                                                       weight_cache,
                                                       NULL);

  return run_large_with (folder, options, &peak_bytes);
}

/* What was packed with scales of 32 bits is not taken where they are to be of 8. */
static void
test_nested_weight_cache (void)
{
  char            *folder = write_large_checkpoint (WIDE_4BIT);
  g_autofree char *cache = g_dir_make_tmp ("trafo-cache-XXXXXX", NULL);
  g_autofree char *files = g_build_filename (cache, "weights", NULL);
  TrafoTensor     *expected[2];

  g_setenv ("TRAFO_CACHE_DIR", cache, TRUE);
  g_setenv ("TRAFO_WEIGHT_CACHE_MIB", "200", TRUE);
  for (guint i = 0; i < 2; i++)
    expected[i] = run_4bit (folder, i == 1, FALSE);
  g_assert_cmpfloat (trafo_tensor_max_difference (expected[0], expected[1]), >, 0);
  g_usleep (4 * G_USEC_PER_SEC);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TrafoTensor) found = run_4bit (folder, i == 1, TRUE);

      g_assert_cmpfloat (trafo_tensor_max_difference (expected[i], found), ==, 0);
      g_test_message ("%u files", count_files (files));
    }
  if (count_files (files) != 2)
    g_test_skip ("the backend was linked without a build ID, or the disk is full");
  g_setenv ("TRAFO_WEIGHT_CACHE_MIB", "0", TRUE);
  remove_folder (cache);
  tiny_folder_free (folder);
  trafo_tensor_unref (expected[0]);
  trafo_tensor_unref (expected[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model-runtime/load-async", test_load_async);
  g_test_add_func ("/model-runtime/not-loadable", test_not_loadable);
  g_test_add_func ("/model-runtime/facts", test_facts);
  g_test_add_func ("/model-runtime/list-inputs", test_list_inputs);
  g_test_add_func ("/model-runtime/load-errors", test_load_errors);
  g_test_add_func ("/model-runtime/half-a-checkpoint", test_half_a_checkpoint);
  g_test_add_func ("/model-runtime/too-many-layers", test_too_many_layers);
  g_test_add_func ("/model-runtime/kept-dtypes", test_kept_dtypes);
  g_test_add_func ("/model-runtime/weight-cache", test_weight_cache);
  g_test_add_func ("/model-runtime/nested-weight-cache", test_nested_weight_cache);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <string.h>
#include <trafo/trafo-plugin.h>
#include <trafo/trafo.h>

/* The template of a model, as tests/tools/make-old-plugin.sh built it when the plugin ABI had this
 * number. A libtrafo of the same number must run it as it is; another one must say why it does not. */
#define OLD_ABI "0.2"
#define OLD_FILE "libtrafomodel-example-" OLD_ABI ".so"

/* The plugin in a folder of its own, for that of the sources may be writable by others. */
typedef struct
{
  char          *folder;
  char          *file;
  char          *weights;
  TrafoRegistry *registry;
} Place;

static void
set_up (Place *place, gconstpointer unused)
{
  const char      *path[2] = { NULL };
  g_autofree char *committed =
      g_test_build_filename (G_TEST_DIST, "data", "plugins", OLD_FILE, NULL);
  g_autofree char *bytes = NULL;
  gsize            size;

  place->folder = g_dir_make_tmp ("trafo-old-XXXXXX", NULL);
  place->file = g_build_filename (place->folder, OLD_FILE, NULL);
  place->weights = g_build_filename (place->folder, "model.safetensors", NULL);
  g_assert_true (g_file_get_contents (committed, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (place->file, bytes, size, NULL));
  path[0] = place->folder;
  place->registry = trafo_registry_new (path, NULL);
  g_assert_true (trafo_registry_scan (place->registry, NULL, NULL));
  g_assert_true (trafo_registry_probe (place->registry, FALSE, NULL, NULL));
}

static void
tear_down (Place *place, gconstpointer unused)
{
  g_autofree char *config = g_build_filename (place->folder, "config.json", NULL);

  g_object_unref (place->registry);
  g_remove (place->file);
  g_remove (place->weights);
  g_remove (config);
  g_assert_cmpint (g_rmdir (place->folder), ==, 0);
  g_free (place->folder);
  g_free (place->file);
  g_free (place->weights);
}

static gboolean
is_of_this_abi (void)
{
  g_autofree char *abi = g_strdup_printf ("%d.%d", TRAFO_ABI_MAJOR, TRAFO_ABI_MINOR);

  return g_str_equal (abi, OLD_ABI);
}

static void
test_state (Place *place, gconstpointer unused)
{
  g_autoptr (TrafoPlugin) plugin = g_list_model_get_item (G_LIST_MODEL (place->registry), 0);
  g_autofree char *reason = trafo_plugin_dup_reason (plugin);

  if (is_of_this_abi ())
    {
      g_assert_cmpstr (reason, ==, NULL);
      g_assert_cmpint (trafo_plugin_get_state (plugin), ==, TRAFO_PLUGIN_STATE_READY);
      return;
    }
  g_assert_cmpint (trafo_plugin_get_state (plugin), ==, TRAFO_PLUGIN_STATE_REJECTED);
  g_assert_nonnull (strstr (reason, "built for plugin ABI " OLD_ABI));
}

static void
add_floats (TrafoTensorDict *tensors, const char *name, gint64 rows, gint64 columns, const float *x)
{
  const gint64 shape[] = { rows, columns };
  guint        n_dims = columns > 0 ? 2 : 1;
  gint64       n = columns > 0 ? rows * columns : rows;
  g_autoptr (TrafoTensor) tensor = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, shape, n_dims, NULL);

  memcpy (trafo_tensor_get_data (tensor), x, n * sizeof *x);
  trafo_tensor_dict_set (tensors, name, tensor);
}

/* Three words of two numbers each, two labels. */
static void
write_checkpoint (const Place *place)
{
  static const char  json[] = "{\"model_type\": \"example\", \"vocab_size\": 3, "
                              "\"hidden_size\": 2, \"num_labels\": 2}";
  static const float embeddings[] = { 1, 2, 10, 20, 3, 6 };
  static const float weight[] = { 1, 0, 1, -1 };
  static const float bias[] = { 0.5, 0.25 };
  g_autofree char   *config = g_build_filename (place->folder, "config.json", NULL);
  g_autoptr (TrafoTensorDict) tensors = trafo_tensor_dict_new ();
  g_autoptr (GError) error = NULL;

  add_floats (tensors, "embeddings.weight", 3, 2, embeddings);
  add_floats (tensors, "classifier.weight", 2, 2, weight);
  add_floats (tensors, "classifier.bias", 2, 0, bias);
  g_assert_true (g_file_set_contents (config, json, -1, NULL));
  trafo_tensor_dict_save (tensors, place->weights, &error);
  g_assert_no_error (error);
}

static TrafoModel *
load_model (const Place *place)
{
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();
  g_autoptr (TrafoFeature) feature = NULL;
  g_autoptr (GObject) model = NULL;
  g_autoptr (GError) error = NULL;

  feature = trafo_registry_find (place->registry, TRAFO_FEATURE_KIND_MODEL, "example", &error);
  g_assert_no_error (error);
  model = trafo_feature_create (feature, NULL, &error);
  g_assert_no_error (error);
  trafo_load_options_set_device (options, "reference");
  trafo_model_load (TRAFO_MODEL (model),
                    place->folder,
                    "sequence-classification",
                    options,
                    NULL,
                    &error);
  g_assert_no_error (error);
  return TRAFO_MODEL (g_steal_pointer (&model));
}

/* Words 0 and 2 have the mean (2, 4), of which the logits are (2 + 0.5, 2 - 4 + 0.25). */
static void
test_forward (Place *place, gconstpointer unused)
{
  const gint64 shape[] = { 1, 2 };
  g_autoptr (TrafoTensor) ids = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, NULL);
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) outputs = NULL;
  g_autoptr (TrafoModel) model = NULL;
  g_autoptr (GError) error = NULL;
  TrafoTensor *logits;

  if (!is_of_this_abi ())
    {
      g_test_skip ("the binary is of plugin ABI " OLD_ABI ", which is another one");
      return;
    }
  write_checkpoint (place);
  model = load_model (place);
  ((gint64 *) trafo_tensor_get_data (ids))[0] = 0;
  ((gint64 *) trafo_tensor_get_data (ids))[1] = 2;
  trafo_tensor_dict_set (inputs, "input_ids", ids);
  outputs = trafo_model_forward (model, inputs, FALSE, NULL, &error);
  g_assert_no_error (error);
  logits = trafo_tensor_dict_get (outputs, "logits");
  g_assert_nonnull (logits);
  g_assert_cmpint (trafo_tensor_get_n_elements (logits), ==, 2);
  g_assert_cmpfloat (trafo_tensor_get_value (logits, 0), ==, 2.5);
  g_assert_cmpfloat (trafo_tensor_get_value (logits, 1), ==, -1.75);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/abi/old-plugin/" name, Place, NULL, set_up, function, tear_down)
  ADD ("state", test_state);
  ADD ("forward", test_forward);
#undef ADD
  return g_test_run ();
}

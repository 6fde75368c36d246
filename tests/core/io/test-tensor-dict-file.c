/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <trafo/trafo.h>

#include "../../await.h"

static char *
make_filename (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("trafo-dict-XXXXXX", &error);

  g_assert_no_error (error);
  return g_build_filename (folder, "x.safetensors", NULL);
}

static void
remove_file (const char *filename)
{
  g_autofree char *folder = g_path_get_dirname (filename);

  g_remove (filename);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Types, a scalar, an empty tensor, and a view whose elements lie apart. */
static void
test_round_trip (void)
{
  const gint64     shape[] = { 2, 3 }, empty_shape[] = { 0, 4 };
  const gint64     integers[] = { 1, -2, G_MAXINT64, G_MININT64, 5, 6 };
  const guint      axes[] = { 1, 0 };
  g_autofree char *filename = make_filename ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensorDict) dict = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) loaded = NULL;
  g_autoptr (TrafoTensor) matrix = trafo_tensor_new_from_int64s (shape, 2, integers, 6, NULL);
  g_autoptr (TrafoTensor) turned = trafo_tensor_permute (matrix, axes, 2, NULL);
  g_autoptr (TrafoTensor) scalar = trafo_tensor_new (TRAFO_DTYPE_BFLOAT16, NULL, 0, NULL);
  g_autoptr (TrafoTensor) empty = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, empty_shape, 2, NULL);
  const struct
  {
    const char  *name;
    TrafoTensor *tensor;
  } entries[] = { { "matrix", matrix }, { "turned", turned }, { "é", scalar }, { "empty", empty } };

  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    trafo_tensor_dict_set (dict, entries[i].name, entries[i].tensor);
  g_assert_true (trafo_tensor_dict_save (dict, filename, &error));
  g_assert_no_error (error);
  loaded = trafo_tensor_dict_load (filename, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trafo_tensor_dict_get_size (loaded), ==, G_N_ELEMENTS (entries));
  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      TrafoTensor *found = trafo_tensor_dict_get (loaded, entries[i].name);
      TrafoTensor *tensor = entries[i].tensor;

      g_assert_nonnull (found);
      g_assert_cmpint (trafo_tensor_get_dtype (found), ==, trafo_tensor_get_dtype (tensor));
      g_assert_cmpuint (trafo_tensor_get_n_dims (found), ==, trafo_tensor_get_n_dims (tensor));
      for (guint j = 0; j < trafo_tensor_get_n_dims (tensor); j++)
        g_assert_cmpint (trafo_tensor_get_dim (found, j), ==, trafo_tensor_get_dim (tensor, j));
      for (gint64 j = 0; j < trafo_tensor_get_n_elements (tensor); j++)
        g_assert_cmpfloat (trafo_tensor_get_value (found, j),
                           ==,
                           trafo_tensor_get_value (tensor, j));
      g_assert_false (trafo_tensor_is_read_only (found));
    }
  remove_file (filename);
}

/* The entries are those that there were when saving began. */
static void
test_async (void)
{
  g_autofree char *filename = make_filename ();
  g_autoptr (GAsyncResult) save = NULL;
  g_autoptr (GAsyncResult) load = NULL;
  g_autoptr (TrafoTensorDict) dict = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) loaded = NULL;
  g_autoptr (TrafoTensor) tensor = trafo_tensor_new (TRAFO_DTYPE_INT8, NULL, 0, NULL);
  g_autoptr (GError) error = NULL;

  trafo_tensor_dict_set (dict, "first", tensor);
  trafo_tensor_dict_save_async (dict, filename, NULL, await_keep, &save);
  trafo_tensor_dict_set (dict, "second", tensor);
  g_assert_true (trafo_tensor_dict_save_finish (dict, await_result (&save), &error));
  g_assert_no_error (error);
  trafo_tensor_dict_load_async (filename, NULL, await_keep, &load);
  loaded = trafo_tensor_dict_load_finish (await_result (&load), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trafo_tensor_dict_get_size (loaded), ==, 1);
  g_assert_nonnull (trafo_tensor_dict_get (loaded, "first"));
  remove_file (filename);
}

static void
test_errors (void)
{
  g_autofree char *typeless =
      g_test_build_filename (G_TEST_DIST, "data", "io", "nine-dims.safetensors", NULL);
  g_autoptr (TrafoTensorDict) dict = trafo_tensor_dict_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_tensor_dict_load ("/nowhere.safetensors", &error));
  g_assert_nonnull (strstr (error->message, "/nowhere.safetensors"));
  g_clear_error (&error);
  g_assert_null (trafo_tensor_dict_load (typeless, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_DTYPE);
  g_assert_nonnull (strstr (error->message, "nine-dims.safetensors"));
  g_clear_error (&error);
  g_assert_false (trafo_tensor_dict_save (dict, "/nowhere/x.safetensors", &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tensor-dict-file/round-trip", test_round_trip);
  g_test_add_func ("/tensor-dict-file/async", test_async);
  g_test_add_func ("/tensor-dict-file/errors", test_errors);
  return g_test_run ();
}

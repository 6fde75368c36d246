/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "tiny-model.h"

#include <glib/gstdio.h>
#include <string.h>

#include "trafo-tensor-dict-file.h"

TrafoTensorDict *
tiny_tensors_new (const char *prefix)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensorDict) stored = trafo_tensor_dict_load (path, &error);
  TrafoTensorDict *tensors = trafo_tensor_dict_new ();

  g_assert_no_error (error);
  for (guint i = 0; i < trafo_tensor_dict_get_size (stored); i++)
    {
      const char      *name = trafo_tensor_dict_get_name (stored, i);
      g_autofree char *prefixed = g_strconcat (prefix, name, NULL);

      trafo_tensor_dict_set (tensors, prefixed, trafo_tensor_dict_get (stored, name));
    }
  return tensors;
}

void
tiny_tensors_add (TrafoTensorDict *tensors, const char *name, gint64 rows, gint64 columns)
{
  gint64 shape[] = { rows, columns };
  g_autoptr (TrafoTensor) x =
      trafo_tensor_new (TRAFO_DTYPE_FLOAT32, shape, columns > 0 ? 2 : 1, NULL);

  for (gint64 i = 0; i < trafo_tensor_get_n_elements (x); i++)
    ((float *) trafo_tensor_get_data (x))[i] = (float) (i % 64) / 64;
  trafo_tensor_dict_set (tensors, name, x);
}

char *
tiny_config (const char *changes)
{
  return tiny_config_of ("\"model_type\": \"bert\", \"vocab_size\": 78, \"hidden_size\": 16, "
                         "\"num_hidden_layers\": 2, \"num_attention_heads\": 2, "
                         "\"intermediate_size\": 32, \"max_position_embeddings\": 32",
                         changes);
}

char *
tiny_config_of (const char *rest, const char *changes)
{
  g_auto (GStrv) members = g_strsplit (rest, ", ", -1);
  g_autoptr (GString) text = g_string_new ("{");

  if (changes != NULL)
    g_string_append (text, changes);
  for (guint i = 0; members[i] != NULL; i++)
    {
      g_autofree char *key = g_strndup (members[i], strchr (members[i], ':') - members[i]);

      if (changes == NULL || strstr (changes, key) == NULL)
        g_string_append_printf (text, "%s%s", text->len > 1 ? ", " : "", members[i]);
    }
  g_string_append (text, "}\n");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
tiny_folder_new (const char *config, TrafoTensorDict *tensors)
{
  g_autoptr (GError) error = NULL;
  char            *folder = g_dir_make_tmp ("trafo-XXXXXX", &error);
  g_autofree char *json = g_build_filename (folder, "config.json", NULL);
  g_autofree char *weights = g_build_filename (folder, "model.safetensors", NULL);

  g_assert_no_error (error);
  if (config != NULL)
    g_file_set_contents (json, config, -1, &error);
  g_assert_no_error (error);
  if (tensors != NULL)
    trafo_tensor_dict_save (tensors, weights, &error);
  g_assert_no_error (error);
  return folder;
}

void
tiny_folder_free (char *folder)
{
  g_autofree char *json = g_build_filename (folder, "config.json", NULL);
  g_autofree char *weights = g_build_filename (folder, "model.safetensors", NULL);

  g_remove (json);
  g_remove (weights);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
}

TrafoModel *
tiny_model_load (const char *folder, const char *task, const char *device, GError **error)
{
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();

  trafo_load_options_set_device (options, device);
  return trafo_auto_model_from_pretrained_for_task (folder, task, options, NULL, error);
}

TrafoTensor *
tiny_ids_new (gint64 batch, gint64 sequence, gint64 n)
{
  gint64       shape[] = { batch, sequence };
  TrafoTensor *ids = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, NULL);

  for (gint64 i = 0; i < batch * sequence; i++)
    ((gint64 *) trafo_tensor_get_data (ids))[i] = (i * 7 + 3) % n;
  return ids;
}

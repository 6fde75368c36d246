/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "plugin-folder.h"

#include <glib/gstdio.h>
#include <string.h>

char *
plugin_folder_new (void)
{
  char *folder = g_dir_make_tmp ("trafo-plugins-XXXXXX", NULL);

  g_assert_nonnull (folder);
  return folder;
}

void
plugin_folder_free (char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
  g_free (folder);
}

static void
replace (char *bytes, gsize size, const char *old, const char *new)
{
  char *place = memmem (bytes, size, old, strlen (old));

  g_assert_cmpuint (strlen (old), ==, strlen (new));
  g_assert_nonnull (place);
  memcpy (place, new, strlen (new));
}

char *
plugin_folder_add (const char *folder, const char *name, const char *type_name)
{
  g_autofree char *good_path =
      g_test_build_filename (G_TEST_BUILT, "plugins", "bad", "libtrafooptimizer-good.so", NULL);
  g_autofree char *base = g_strdup_printf ("libtrafooptimizer-%s.so", name);
  g_autofree char *new_name = g_strdup_printf ("{\"name\":\"%s\"", name);
  g_autofree char *new_type = g_strdup_printf ("\"type\":\"%s\"", type_name);
  g_autofree char *bytes = NULL;
  char            *path = g_build_filename (folder, base, NULL);
  gsize            size;

  g_assert_true (g_file_get_contents (good_path, &bytes, &size, NULL));
  replace (bytes, size, "{\"name\":\"good\"", new_name);
  replace (bytes, size, "\"type\":\"AnimalGood\"", new_type);
  g_assert_true (g_file_set_contents (path, bytes, size, NULL));
  return path;
}

TrafoRegistry *
plugin_folder_scan (const char *folder, const char *cache_folder)
{
  const char *const path[] = { folder, NULL };
  TrafoRegistry    *registry = trafo_registry_new (path, cache_folder);
  g_autoptr (GError) error = NULL;

  g_assert_true (trafo_registry_scan (registry, NULL, &error));
  g_assert_no_error (error);
  return registry;
}

TrafoPlugin *
plugin_folder_find (TrafoRegistry *registry, const char *name)
{
  g_autofree char *suffix = g_strdup_printf ("/libtrafooptimizer-%s.so", name);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (registry)); i++)
    {
      g_autoptr (TrafoPlugin) plugin = g_list_model_get_item (G_LIST_MODEL (registry), i);

      if (g_str_has_suffix (trafo_plugin_get_filename (plugin), suffix))
        return plugin;
    }
  g_error ("there is no plugin of a file %s", suffix);
}

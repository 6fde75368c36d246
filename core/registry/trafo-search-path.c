/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

#include "trafo-search-path-private.h"

#include "trafo-plugin-facts-private.h"
#include "trafo-registry-config.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <trafo/trafo-error.h>
#include <unistd.h>

#define PLUGINS_SUBFOLDER "trafo-1.0/plugins"

gboolean
trafo_search_path_is_secure (void)
{
  return getauxval (AT_SECURE) != 0;
}

const char *
trafo_search_path_get_library_folder (void)
{
  static gsize once = 0;
  static char *folder = NULL;

  if (g_once_init_enter (&once))
    {
      Dl_info info;

      if (dladdr (trafo_search_path_get_library_folder, &info) != 0 && info.dli_fname != NULL &&
          strchr (info.dli_fname, '/') != NULL)
        folder = g_path_get_dirname (info.dli_fname);
      g_once_init_leave (&once, 1);
    }
  return folder;
}

/* Entries of a variable, which are separated by colons; empty ones do not mean ".". */
static void
add_list (GPtrArray *path, const char *list)
{
  g_auto (GStrv) entries = g_strsplit (list, G_SEARCHPATH_SEPARATOR_S, -1);

  for (gsize i = 0; entries[i] != NULL; i++)
    if (entries[i][0] != '\0')
      g_ptr_array_add (path, g_strdup (entries[i]));
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Folders of drivers' vendors: one absolute path a line, "#" begins a comment. */
static void
add_conf_file (GPtrArray *path, const char *filename)
{
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (filename, &contents, NULL, NULL))
    return;
  lines = g_strsplit (contents, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_strstrip (lines[i]);
      if (g_path_is_absolute (lines[i]))
        g_ptr_array_add (path, g_strdup (lines[i]));
    }
}

static void
add_conf_folder (GPtrArray *path, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (dir == NULL)
    return;
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".conf"))
      g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    add_conf_file (path, names->pdata[i]);
}

/* An installation that was moved as a whole finds its plugins next to its library. */
static char *
find_installed_folder (void)
{
  const char      *library_folder = trafo_search_path_get_library_folder ();
  g_autofree char *beside = NULL;

  if (library_folder != NULL)
    beside = g_build_filename (library_folder, PLUGINS_SUBFOLDER, NULL);
  if (beside != NULL && g_file_test (beside, G_FILE_TEST_IS_DIR))
    return g_steal_pointer (&beside);
  return g_strdup (TRAFO_PLUGINS_FOLDER);
}

char **
trafo_search_path_new (gboolean is_secure)
{
  g_autoptr (GPtrArray) path = g_ptr_array_new ();
  const char *user = is_secure ? NULL : g_getenv ("TRAFO_PLUGIN_PATH");
  const char *system = is_secure ? NULL : g_getenv ("TRAFO_PLUGIN_SYSTEM_PATH");

  if (user != NULL)
    add_list (path, user);
  if (!is_secure)
    g_ptr_array_add (path, g_build_filename (g_get_user_data_dir (), PLUGINS_SUBFOLDER, NULL));
  if (system != NULL)
    {
      add_list (path, system);
    }
  else
    {
      g_ptr_array_add (path, find_installed_folder ());
      add_conf_folder (path, TRAFO_PLUGINS_CONF_FOLDER);
    }
  g_ptr_array_add (path, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&path), FALSE);
}

/* Writable by a group is fine for the group that every user has to itself, whose files a umask of
 * 002 makes; a shared group is not this process's own. */
gboolean
trafo_search_path_check_folder (const char *folder, GError **error)
{
  struct stat status;

  if (stat (folder, &status) != 0)
    {
      g_set_error (error,
                   G_FILE_ERROR,
                   g_file_error_from_errno (errno),
                   "%s: skipped: %s",
                   folder,
                   g_strerror (errno));
      return FALSE;
    }
  if (!S_ISDIR (status.st_mode))
    {
      g_set_error (error,
                   TRAFO_PLUGIN_ERROR,
                   TRAFO_PLUGIN_ERROR_INVALID,
                   "%s: skipped, not a folder",
                   folder);
      return FALSE;
    }
  if ((status.st_mode & S_IWOTH) != 0 ||
      ((status.st_mode & S_IWGRP) != 0 && status.st_gid != getegid ()))
    {
      g_set_error (error,
                   TRAFO_PLUGIN_ERROR,
                   TRAFO_PLUGIN_ERROR_INVALID,
                   "%s: skipped, others can write to it (mode %04o, group %u)",
                   folder,
                   (guint) status.st_mode & 07777,
                   (guint) status.st_gid);
      return FALSE;
    }
  return TRUE;
}

gboolean
trafo_search_path_is_plugin_name (const char *name)
{
  if (!g_str_has_prefix (name, "libtrafo") || !g_str_has_suffix (name, ".so"))
    return FALSE;
  name += strlen ("libtrafo");
  for (guint i = 0; i < TRAFO_N_FEATURE_KINDS; i++)
    {
      const char *kind = trafo_feature_kind_get_name (i);

      if (g_str_has_prefix (name, kind) && name[strlen (kind)] == '-')
        return TRUE;
    }
  return FALSE;
}

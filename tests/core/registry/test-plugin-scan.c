/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "plugin-folder.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static guint
count (TrafoRegistry *registry)
{
  return g_list_model_get_n_items (G_LIST_MODEL (registry));
}

static void
check_shadowed (TrafoRegistry *registry, const char *name, const char *by, const char *what)
{
  g_autofree char *reason = trafo_plugin_dup_reason (plugin_folder_find (registry, name));

  g_test_message ("%s: %s", name, reason);
  if (by == NULL)
    {
      g_assert_null (reason);
      return;
    }
  g_assert_nonnull (reason);
  g_assert_nonnull (strstr (reason, by));
  g_assert_nonnull (strstr (reason, what));
}

/* However the search path names a file, it is one plugin. */
static void
test_every_file_once (void)
{
  char             *folder = plugin_folder_new ();
  g_autofree char  *file = plugin_folder_add (folder, "one1", "AnimalOne1");
  g_autofree char  *slash = g_strconcat (folder, "/", NULL);
  const char *const path[] = { file, folder, slash, folder, NULL };
  g_autoptr (TrafoRegistry) registry = trafo_registry_new (path, NULL);

  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (trafo_registry_scan (registry, NULL, NULL));
      g_assert_cmpuint (count (registry), ==, 1);
      check_shadowed (registry, "one1", NULL, NULL);
    }
  plugin_folder_free (folder);
}

static void
test_types_are_global (void)
{
  char            *folder = plugin_folder_new ();
  g_autofree char *first = plugin_folder_add (folder, "one1", "AnimalSame");
  g_autofree char *twin = plugin_folder_add (folder, "two2", "AnimalSame");
  g_autofree char *other = plugin_folder_add (folder, "zzz3", "AnimalZzz3");
  g_autoptr (TrafoRegistry) registry = plugin_folder_scan (folder, NULL);
  g_autoptr (TrafoRegistry) without_first = NULL;

  check_shadowed (registry, "one1", NULL, NULL);
  check_shadowed (registry, "two2", first, "type 'AnimalSame'");
  check_shadowed (registry, "zzz3", NULL, NULL);
  /* one that is not used stands in nobody's way */
  g_setenv ("TRAFO_PLUGIN_DISABLE", "one1", TRUE);
  without_first = plugin_folder_scan (folder, NULL);
  g_unsetenv ("TRAFO_PLUGIN_DISABLE");
  check_shadowed (without_first, "two2", NULL, NULL);
  plugin_folder_free (folder);
}

/* The object stays while the file does; a new file is a new one. */
static void
test_objects_stay (void)
{
  char            *folder = plugin_folder_new ();
  g_autofree char *file = plugin_folder_add (folder, "one1", "AnimalOne1");
  g_autoptr (TrafoRegistry) registry = plugin_folder_scan (folder, NULL);
  g_autoptr (TrafoPlugin) first = g_object_ref (plugin_folder_find (registry, "one1"));
  g_autofree char *added = NULL;
  g_autofree char *anew = NULL;

  added = plugin_folder_add (folder, "two2", "AnimalTwo2");
  g_assert_true (trafo_registry_scan (registry, NULL, NULL));
  g_assert_cmpuint (count (registry), ==, 2);
  g_assert_true (plugin_folder_find (registry, "one1") == first);
  anew = plugin_folder_add (folder, "one1", "AnimalNew1");
  g_assert_true (trafo_registry_scan (registry, NULL, NULL));
  g_assert_true (plugin_folder_find (registry, "one1") != first);
  g_remove (anew);
  g_assert_true (trafo_registry_scan (registry, NULL, NULL));
  g_assert_cmpuint (count (registry), ==, 1);
  plugin_folder_free (folder);
}

/* What is open cannot be closed: it stays without its file, and none of its names can come again. */
static void
test_open_plugin_keeps_its_names (void)
{
  char            *folder = plugin_folder_new ();
  g_autofree char *file = plugin_folder_add (folder, "good", "AnimalGood");
  g_autoptr (TrafoRegistry) registry = plugin_folder_scan (folder, folder);
  TrafoPlugin     *open = plugin_folder_find (registry, "good");
  g_autofree char *before = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (trafo_plugin_load (open, NULL, &error));
  g_assert_no_error (error);
  g_remove (file);
  before = plugin_folder_add (folder, "aaa1", "AnimalGood");
  g_assert_true (trafo_registry_scan (registry, NULL, NULL));
  g_assert_cmpuint (count (registry), ==, 2);
  g_assert_true (plugin_folder_find (registry, "good") == open);
  g_assert_cmpint (trafo_plugin_get_state (open), ==, TRAFO_PLUGIN_STATE_LOADED);
  check_shadowed (registry, "aaa1", file, "type 'AnimalGood'");
  plugin_folder_free (folder);
}

static void
test_help_prints_names (void)
{
  if (g_test_subprocess ())
    {
      char            *folder = plugin_folder_new ();
      g_autofree char *first = plugin_folder_add (folder, "one1", "AnimalOne1");
      g_autofree char *second = plugin_folder_add (folder, "two2", "AnimalTwo2");
      g_autoptr (TrafoRegistry) registry = NULL;

      g_setenv ("TRAFO_PLUGIN_SELECT", "help", TRUE);
      g_setenv ("TRAFO_PLUGIN_RANK", "help", TRUE);
      registry = plugin_folder_scan (folder, NULL);
      check_shadowed (registry, "one1", NULL, NULL);
      plugin_folder_free (folder);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*TRAFO_PLUGIN_RANK*: optimizer/good, optimizer/good\n*"
                             "TRAFO_PLUGIN_SELECT can be: one1, two2\n*");
}

/* A link that leads nowhere is listed with the reason, until it leads to a plugin. */
static void
test_broken_link (void)
{
  char            *folder = plugin_folder_new ();
  g_autofree char *file = plugin_folder_add (folder, "one1", "AnimalOne1");
  g_autofree char *link = g_build_filename (folder, "libtrafooptimizer-two2.so", NULL);
  g_autofree char *target = g_build_filename (folder, "absent", NULL);
  g_autoptr (TrafoRegistry) registry = NULL;

  g_assert_cmpint (symlink ("absent", link), ==, 0);
  registry = plugin_folder_scan (folder, NULL);
  g_assert_cmpuint (count (registry), ==, 2);
  check_shadowed (registry, "two2", link, "a link to 'absent', which cannot be read");
  g_assert_cmpint (g_rename (file, target), ==, 0);
  g_assert_true (trafo_registry_scan (registry, NULL, NULL));
  g_assert_cmpuint (count (registry), ==, 1);
  check_shadowed (registry, "two2", NULL, NULL);
  plugin_folder_free (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugin-scan/every-file-once", test_every_file_once);
  g_test_add_func ("/plugin-scan/types-are-global", test_types_are_global);
  g_test_add_func ("/plugin-scan/objects-stay", test_objects_stay);
  g_test_add_func ("/plugin-scan/open-plugin-keeps-its-names", test_open_plugin_keeps_its_names);
  g_test_add_func ("/plugin-scan/broken-link", test_broken_link);
  g_test_add_func ("/plugin-scan/help-prints-names", test_help_prints_names);
  return g_test_run ();
}

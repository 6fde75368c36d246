/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-plugin-cache-private.h"

#include <glib/gstdio.h>
#include <string.h>
#include <trafo/trafo-error.h>

static const TrafoFileIdentity identity = { 1, 2, 3, 4 };

typedef struct
{
  char *folder;
  char *filename;
} Place;

static void
set_up (Place *place, gconstpointer unused)
{
  place->folder = g_dir_make_tmp ("trafo-cache-XXXXXX", NULL);
  place->filename = g_build_filename (place->folder, "cache", NULL);
}

static void
tear_down (Place *place, gconstpointer unused)
{
  g_remove (place->filename);
  g_rmdir (place->folder);
  g_free (place->filename);
  g_free (place->folder);
}

static GVariant *
new_facts (const char *name)
{
  return g_variant_ref_sink (
      g_variant_new_parsed ("(%s, '1', 'MIT', '', %q, %q, [(byte 2, 'f', 'TypeF', 256, "
                            "{'answers_to': <['a', 'b']>})])",
                            name,
                            (guint16) 0,
                            (guint16) 1));
}

static void
put (TrafoPluginCache *cache, const char *path)
{
  g_autoptr (GVariant) facts = new_facts (path);

  trafo_plugin_cache_put (cache, path, &identity, facts, NULL);
}

/* The name among the facts, the message of the error, or NULL if it is not known. */
static char *
look_up (TrafoPluginCache *cache, const char *path, const TrafoFileIdentity *with)
{
  g_autoptr (GVariant) facts = NULL;
  g_autoptr (GError) error = NULL;
  char *name;

  if (!trafo_plugin_cache_lookup (cache, path, with, &facts, &error))
    return NULL;
  if (error != NULL)
    return g_strdup (error->message);
  g_variant_get_child (facts, 0, "s", &name);
  return name;
}

static void
check_known (TrafoPluginCache *cache, const char *path, const char *expected)
{
  g_autofree char *found = look_up (cache, path, &identity);

  g_assert_cmpstr (found, ==, expected);
}

static void
save (TrafoPluginCache *cache, const char *folder)
{
  const char *const folders[] = { folder, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (trafo_plugin_cache_save (cache, folders, &error));
  g_assert_no_error (error);
}

static void
test_facts_and_errors_come_back (Place *place, gconstpointer unused)
{
  const TrafoFileIdentity later = { 1, 2, 3, 5 };
  g_autoptr (TrafoPluginCache) first = trafo_plugin_cache_new (place->filename);
  g_autoptr (TrafoPluginCache) second = NULL;
  g_autoptr (GError) error =
      g_error_new_literal (TRAFO_PLUGIN_ERROR, TRAFO_PLUGIN_ERROR_ABI, "/a/bad: too old");

  check_known (first, "/a/one", NULL);
  put (first, "/a/one");
  trafo_plugin_cache_put (first, "/a/bad", &identity, NULL, error);
  save (first, "/a");
  second = trafo_plugin_cache_new (place->filename);
  check_known (second, "/a/one", "/a/one");
  check_known (second, "/a/bad", "/a/bad: too old");
  check_known (second, "/a/two", NULL);
  g_assert_null (look_up (second, "/a/one", &later));
  check_known (second, "/a/one", "/a/one");
}

/* A file that was not seen in a folder that was looked through is gone; what lies elsewhere, or
 * deeper, belongs to another search path. */
static void
test_gone_files_are_forgotten (Place *place, gconstpointer unused)
{
  static const char *const paths[] = { "/a/seen", "/a/gone", "/ab/other", "/a/b/deeper" };
  g_autoptr (TrafoPluginCache) first = trafo_plugin_cache_new (place->filename);
  g_autoptr (TrafoPluginCache) second = NULL;
  g_autoptr (TrafoPluginCache) third = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    put (first, paths[i]);
  save (first, "/a");
  second = trafo_plugin_cache_new (place->filename);
  check_known (second, "/a/seen", "/a/seen");
  save (second, "/a");
  third = trafo_plugin_cache_new (place->filename);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    check_known (third, paths[i], i == 1 ? NULL : paths[i]);
}

static void
test_nothing_new_writes_nothing (Place *place, gconstpointer unused)
{
  g_autoptr (TrafoPluginCache) first = trafo_plugin_cache_new (place->filename);
  g_autoptr (TrafoPluginCache) second = NULL;
  g_autoptr (TrafoPluginCache) nowhere = trafo_plugin_cache_new (NULL);

  put (first, "/a/one");
  save (first, "/a");
  second = trafo_plugin_cache_new (place->filename);
  check_known (second, "/a/one", "/a/one");
  g_remove (place->filename);
  save (second, "/a");
  g_assert_false (g_file_test (place->filename, G_FILE_TEST_EXISTS));
  put (nowhere, "/a/one");
  save (nowhere, "/a");
  check_known (nowhere, "/a/one", "/a/one");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/plugin-cache/" name, Place, NULL, set_up, function, tear_down)
  ADD ("facts-and-errors-come-back", test_facts_and_errors_come_back);
  ADD ("gone-files-are-forgotten", test_gone_files_are_forgotten);
  ADD ("nothing-new-writes-nothing", test_nothing_new_writes_nothing);
#undef ADD
  return g_test_run ();
}

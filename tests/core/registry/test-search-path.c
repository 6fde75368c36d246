/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-search-path-private.h"

#include <glib/gstdio.h>
#include <trafo/trafo-error.h>

static void
test_variables_come_first (void)
{
  g_auto (GStrv) path = NULL;

  g_setenv ("TRAFO_PLUGIN_PATH", "/one::/two", TRUE);
  g_setenv ("TRAFO_PLUGIN_SYSTEM_PATH", "/three", TRUE);
  path = trafo_search_path_new (FALSE);
  g_assert_cmpstr (path[0], ==, "/one");
  g_assert_cmpstr (path[1], ==, "/two");
  g_assert_cmpstr (path[2], ==, "/home-data/trafo-1.0/plugins");
  g_assert_cmpstr (path[3], ==, "/three");
  g_assert_null (path[4]);
}

/* A setuid program must not run what its caller names. */
static void
test_secure_process_reads_no_variable (void)
{
  g_auto (GStrv) path = NULL;

  g_setenv ("TRAFO_PLUGIN_PATH", "/one", TRUE);
  g_setenv ("TRAFO_PLUGIN_SYSTEM_PATH", "/three", TRUE);
  path = trafo_search_path_new (TRUE);
  for (gsize i = 0; path[i] != NULL; i++)
    {
      g_assert_cmpstr (path[i], !=, "/one");
      g_assert_cmpstr (path[i], !=, "/three");
      g_assert_false (g_str_has_prefix (path[i], "/home-data"));
    }
  g_assert_nonnull (path[0]);
}

static void
test_who_may_write (void)
{
  static const struct
  {
    guint    mode;
    gboolean is_allowed;
  } cases[] = { { 0700, TRUE },  { 0755, TRUE },   { 0775, TRUE },
                { 0777, FALSE }, { 01777, FALSE }, { 0757, FALSE } };
  g_autofree char *folder = g_dir_make_tmp ("trafo-path-XXXXXX", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (g_chmod (folder, cases[i].mode), ==, 0);
      g_assert_cmpint (trafo_search_path_check_folder (folder, &error), ==, cases[i].is_allowed);
      if (!cases[i].is_allowed)
        g_assert_error (error, TRAFO_PLUGIN_ERROR, TRAFO_PLUGIN_ERROR_INVALID);
    }
  g_rmdir (folder);
}

static void
test_plugin_names (void)
{
  static const struct
  {
    const char *name;
    gboolean    is_plugin;
  } cases[] = {
    { "libtrafobackend-cpu.so", TRUE },   { "libtrafomodel-bert.so", TRUE },
    { "libtrafotokenizer-bpe.so", TRUE }, { "libtrafooptimizer-adamw.so", TRUE },
    { "libtrafopipeline-text.so", TRUE }, { "libtrafomodel-bert.so.1", FALSE },
    { "libtrafomodel.so", FALSE },        { "libtrafocpu-avx2.so", FALSE },
    { "libtrafo-1.0.so", FALSE },         { "trafomodel-bert.so", FALSE },
    { ".libtrafomodel-bert.so", FALSE },  { "libtrafomodel-bert.so.tmp", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (trafo_search_path_is_plugin_name (cases[i].name), ==, cases[i].is_plugin);
}

int
main (int argc, char **argv)
{
  g_setenv ("XDG_DATA_HOME", "/home-data", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/search-path/variables-come-first", test_variables_come_first);
  g_test_add_func ("/search-path/secure-process", test_secure_process_reads_no_variable);
  g_test_add_func ("/search-path/who-may-write", test_who_may_write);
  g_test_add_func ("/search-path/plugin-names", test_plugin_names);
  return g_test_run ();
}

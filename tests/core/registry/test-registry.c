/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "plugin-folder.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "slowdown.h"

#define N_PLUGINS 30
/* The goal is 1 ms on a quiet machine; the rest is for noisy ones and sanitizers. */
#define MAX_WARM_SECONDS 0.005
#define N_WARM_STARTS 50

/* A folder of N_PLUGINS plugins, named g000 and so on, and one of a cache. */
typedef struct
{
  char *plugins;
  char *cache;
} Folders;

static void
set_up (Folders *folders, gconstpointer unused)
{
  folders->plugins = plugin_folder_new ();
  folders->cache = plugin_folder_new ();
  for (guint i = 0; i < N_PLUGINS; i++)
    {
      g_autofree char *name = g_strdup_printf ("g%03u", i);
      g_autofree char *type = g_strdup_printf ("AnimalG%03u", i);

      g_free (plugin_folder_add (folders->plugins, name, type));
    }
}

static void
tear_down (Folders *folders, gconstpointer unused)
{
  plugin_folder_free (folders->plugins);
  plugin_folder_free (folders->cache);
}

static TrafoRegistry *
scan (const Folders *folders)
{
  return plugin_folder_scan (folders->plugins, folders->cache);
}

static void
check_all (TrafoRegistry *registry)
{
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (registry)), ==, N_PLUGINS);
  for (guint i = 0; i < N_PLUGINS; i++)
    {
      g_autofree char *name = g_strdup_printf ("g%03u", i);
      g_autoptr (TrafoPlugin) plugin = g_list_model_get_item (G_LIST_MODEL (registry), i);

      g_assert_cmpstr (trafo_plugin_get_name (plugin), ==, name);
      g_assert_cmpint (trafo_plugin_get_state (plugin), ==, TRAFO_PLUGIN_STATE_UNTRIED);
    }
}

static void
test_warm_start (Folders *folders, gconstpointer unused)
{
  double best = G_MAXDOUBLE, cold = 0;

  for (guint i = 0; i < N_WARM_STARTS; i++)
    {
      gint64 start = g_get_monotonic_time ();
      g_autoptr (TrafoRegistry) registry = scan (folders);
      double seconds = (g_get_monotonic_time () - start) / 1e6;

      check_all (registry);
      if (i == 0)
        cold = seconds;
      else
        best = MIN (best, seconds);
    }
  g_test_message ("%d plugins: cold %.3f ms, warm %.3f ms", N_PLUGINS, cold * 1e3, best * 1e3);
  g_test_minimized_result (best, "warm start with %d plugins: %.3f ms", N_PLUGINS, best * 1e3);
  g_assert_cmpfloat (best, <, MAX_WARM_SECONDS * get_slowdown ());
}

/* Overwrites the name of plugin 7 in place, so that inode and size stay. */
static void
rename_in_place (const Folders *folders, gboolean keep_time)
{
  g_autofree char *path = g_build_filename (folders->plugins, "libtrafooptimizer-g007.so", NULL);
  g_autofree char *bytes = NULL;
  struct stat      before;
  struct timespec  times[2];
  gsize            size;
  FILE            *file;
  char            *place;

  g_assert_cmpint (stat (path, &before), ==, 0);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  place = memmem (bytes, size, "{\"name\":\"", 9);
  file = fopen (path, "r+");
  fseek (file, place - bytes + 9, SEEK_SET);
  fputs ("h007", file);
  fclose (file);
  times[0] = before.st_atim;
  times[1] = before.st_mtim;
  if (!keep_time)
    times[1].tv_nsec = (times[1].tv_nsec + 1) % 1000000000;
  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
}

static void
check_name_of_seventh (const Folders *folders, const char *expected)
{
  g_autoptr (TrafoRegistry) registry = scan (folders);
  g_autoptr (TrafoPlugin) plugin = g_list_model_get_item (G_LIST_MODEL (registry), 7);

  g_assert_cmpstr (trafo_plugin_get_name (plugin), ==, expected);
}

static void
test_cache_is_used_until_the_file_changes (Folders *folders, gconstpointer unused)
{
  check_name_of_seventh (folders, "g007");
  rename_in_place (folders, TRUE);
  check_name_of_seventh (folders, "g007");
  rename_in_place (folders, FALSE);
  check_name_of_seventh (folders, "h007");
}

static void
test_broken_cache_is_made_anew (Folders *folders, gconstpointer unused)
{
  g_autoptr (TrafoRegistry) first = scan (folders);
  const char      *filename = trafo_registry_get_cache_filename (first);
  g_autofree char *bytes = NULL;
  gsize            size;

  g_assert_true (g_file_get_contents (filename, &bytes, &size, NULL));
  for (gsize at = 0; at < size; at += size / 50 + 1)
    {
      g_autofree char *broken = g_memdup2 (bytes, size);
      g_autoptr (TrafoRegistry) flipped = NULL;
      g_autoptr (TrafoRegistry) cut = NULL;

      broken[at] ^= 0x10;
      g_assert_true (g_file_set_contents (filename, broken, size, NULL));
      flipped = scan (folders);
      check_all (flipped);
      g_assert_true (g_file_set_contents (filename, bytes, at, NULL));
      cut = scan (folders);
      check_all (cut);
    }
}

static void
test_cache_need_not_be_writable (Folders *folders, gconstpointer unused)
{
  g_autofree char *file = g_build_filename (folders->cache, "a-file", NULL);
  const Folders    impossible = { folders->plugins, file };
  g_autoptr (TrafoRegistry) registry = NULL;

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  registry = scan (&impossible);
  check_all (registry);
}

static guint
count_usable (TrafoRegistry *registry)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (registry)); i++)
    {
      g_autoptr (TrafoPlugin) plugin = g_list_model_get_item (G_LIST_MODEL (registry), i);

      n += trafo_plugin_get_state (plugin) == TRAFO_PLUGIN_STATE_UNTRIED;
    }
  return n;
}

static void
test_environment_chooses (Folders *folders, gconstpointer unused)
{
  static const struct
  {
    const char *variable, *value;
    guint       n_usable;
    gint        best_rank;
  } cases[] = {
    { "TRAFO_PLUGIN_DISABLE", "g00?,g029", 19, 256 },
    { "TRAFO_PLUGIN_SELECT", "g01*", 10, 256 },
    { "TRAFO_PLUGIN_RANK", "good:9000", 30, 9000 },
    { "TRAFO_PLUGIN_RANK", "model/good:9000,optimizer/good:MARGINAL", 30, 64 },
    { "TRAFO_PLUGIN_RANK", "good:none", 30, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoRegistry) registry = NULL;
      g_autoptr (GListModel) features = NULL;
      g_autoptr (TrafoFeature) best = NULL;

      g_setenv (cases[i].variable, cases[i].value, TRUE);
      registry = scan (folders);
      g_unsetenv (cases[i].variable);
      g_assert_cmpuint (count_usable (registry), ==, cases[i].n_usable);
      features = trafo_registry_list_features (registry, TRAFO_FEATURE_KIND_OPTIMIZER);
      best = g_list_model_get_item (features, 0);
      g_assert_cmpint (trafo_feature_get_rank (best), ==, cases[i].best_rank);
    }
}

static void
test_first_folder_wins (Folders *folders, gconstpointer unused)
{
  Folders second = { 0 };
  g_autoptr (TrafoRegistry) registry = scan (folders);
  g_autoptr (TrafoPlugin) last = NULL;
  g_autoptr (GVariant) report = NULL;
  g_autofree char *reason = NULL;
  guint            n;

  set_up (&second, NULL);
  trafo_registry_add_path (registry, second.plugins);
  trafo_registry_add_path (registry, second.plugins);
  g_assert_true (trafo_registry_scan (registry, NULL, NULL));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (registry)), ==, 2 * N_PLUGINS);
  g_assert_cmpuint (count_usable (registry), ==, N_PLUGINS);
  last = g_list_model_get_item (G_LIST_MODEL (registry), 2 * N_PLUGINS - 1);
  reason = trafo_plugin_dup_reason (last);
  g_assert_nonnull (strstr (reason, folders->plugins));
  g_assert_nonnull (strstr (reason, second.plugins));
  g_assert_nonnull (strstr (reason, "shadowed by"));
  report = trafo_registry_dup_folders (registry);
  g_assert_cmpuint (g_variant_n_children (report), ==, 2);
  g_variant_get_child (report, 0, "(&su&s)", NULL, &n, NULL);
  g_assert_cmpuint (n, ==, N_PLUGINS);
  tear_down (&second, NULL);
}

static void
test_default_reads_the_environment (Folders *folders, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  if (g_test_subprocess ())
    {
      TrafoRegistry *registry = trafo_registry_get_default ();

      g_assert_true (registry == trafo_registry_get_default ());
      check_all (registry);
      g_assert_cmpstr (trafo_registry_get_cache_filename (registry), ==, "/nonexistent/cache");
      return;
    }
  g_setenv ("TRAFO_PLUGIN_PATH", folders->plugins, TRUE);
  g_setenv ("TRAFO_PLUGIN_SYSTEM_PATH", "", TRUE);
  g_setenv ("XDG_DATA_HOME", "/nonexistent", TRUE);
  g_setenv ("TRAFO_REGISTRY", "/nonexistent/cache", TRUE);
  g_setenv ("TRAFO_REGISTRY_UPDATE", "no", TRUE);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_unsetenv ("TRAFO_REGISTRY_UPDATE");
  g_unsetenv ("TRAFO_REGISTRY");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/registry/" name, Folders, NULL, set_up, function, tear_down)
  ADD ("warm-start", test_warm_start);
  ADD ("cache-is-used-until-the-file-changes", test_cache_is_used_until_the_file_changes);
  ADD ("broken-cache-is-made-anew", test_broken_cache_is_made_anew);
  ADD ("cache-need-not-be-writable", test_cache_need_not_be_writable);
  ADD ("environment-chooses", test_environment_chooses);
  ADD ("first-folder-wins", test_first_folder_wins);
  ADD ("default-reads-the-environment", test_default_reads_the_environment);
#undef ADD
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "plugin-folder.h"

#define N_PLUGINS 8
#define N_THREADS 4
#define N_ROUNDS 20

typedef struct
{
  char          *folder;
  TrafoRegistry *registry;
  gint           n_added; /* atomic */
} Zoo;

static void
set_up (Zoo *zoo, gconstpointer unused)
{
  const char *path[2] = { NULL };

  zoo->folder = plugin_folder_new ();
  for (guint i = 0; i < N_PLUGINS; i++)
    {
      g_autofree char *name = g_strdup_printf ("g%03u", i);
      g_autofree char *type = g_strdup_printf ("AnimalG%03u", i);
      g_autofree char *file = plugin_folder_add (zoo->folder, name, type);
    }
  path[0] = zoo->folder;
  zoo->registry = trafo_registry_new (path, zoo->folder);
}

static void
tear_down (Zoo *zoo, gconstpointer unused)
{
  g_object_unref (zoo->registry);
  plugin_folder_free (zoo->folder);
}

static void
check_names (TrafoRegistry *registry)
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
on_added (TrafoRegistry *registry, TrafoPlugin *plugin, gpointer data)
{
  g_atomic_int_inc (&((Zoo *) data)->n_added);
}

static gpointer
scan_in_thread (gpointer registry)
{
  g_autoptr (GError) error = NULL;

  trafo_registry_scan (registry, NULL, &error);
  g_assert_no_error (error);
  return NULL;
}

/* Whoever comes first, each file is one object, announced once. */
static void
test_from_many_threads (Zoo *zoo, gconstpointer unused)
{
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      const char *const path[] = { zoo->folder, NULL };
      g_autoptr (TrafoRegistry) registry = trafo_registry_new (path, zoo->folder);
      g_autoptr (TrafoPlugin) first = NULL;
      GThread *threads[N_THREADS];

      zoo->n_added = 0;
      g_signal_connect (registry, "plugin-added", G_CALLBACK (on_added), zoo);
      for (guint i = 0; i < N_THREADS; i++)
        threads[i] = g_thread_new ("scan", scan_in_thread, registry);
      for (guint i = 0; i < N_THREADS; i++)
        g_thread_join (threads[i]);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      check_names (registry);
      g_assert_cmpint (g_atomic_int_get (&zoo->n_added), ==, N_PLUGINS);
      first = g_list_model_get_item (G_LIST_MODEL (registry), 0);
      scan_in_thread (registry);
      g_assert_true (plugin_folder_find (registry, "g000") == first);
    }
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

/* A scan in the background that another one overtakes looks again. */
static void
test_overtaken (Zoo *zoo, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TrafoPlugin) first = NULL;
  g_autoptr (GError) error = NULL;

  g_signal_connect (zoo->registry, "plugin-added", G_CALLBACK (on_added), zoo);
  trafo_registry_scan_async (zoo->registry, NULL, keep_result, &result);
  g_assert_true (trafo_registry_scan (zoo->registry, NULL, NULL));
  first = g_list_model_get_item (G_LIST_MODEL (zoo->registry), 0);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (trafo_registry_scan_finish (zoo->registry, result, &error));
  g_assert_no_error (error);
  check_names (zoo->registry);
  g_assert_true (plugin_folder_find (zoo->registry, "g000") == first);
  g_assert_cmpint (zoo->n_added, ==, N_PLUGINS);
}

static void
test_cancel (Zoo *zoo, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (trafo_registry_scan (zoo->registry, NULL, NULL));
  g_cancellable_cancel (cancellable);
  g_assert_false (trafo_registry_scan (zoo->registry, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  trafo_registry_scan_async (zoo->registry, cancellable, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (trafo_registry_scan_finish (zoo->registry, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  check_names (zoo->registry);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/registry-scan/" name, Zoo, NULL, set_up, function, tear_down)
  ADD ("from-many-threads", test_from_many_threads);
  ADD ("overtaken", test_overtaken);
  ADD ("cancel", test_cancel);
#undef ADD
  return g_test_run ();
}

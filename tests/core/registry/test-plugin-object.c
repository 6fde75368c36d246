/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "plugin-folder.h"

#include <glib/gstdio.h>
#include <string.h>

static void
count_change (GObject *plugin, GParamSpec *pspec, gpointer data)
{
  guint *n_changes = data;

  *n_changes += 1;
}

static void
check_state (TrafoPlugin *plugin, TrafoPluginState expected)
{
  TrafoPluginState state;
  g_autofree char *reason = NULL;

  g_object_get (plugin, "state", &state, "reason", &reason, NULL);
  g_test_message ("state %d: %s", state, reason);
  g_assert_cmpint (state, ==, expected);
  g_assert_true ((reason != NULL) == (expected == TRAFO_PLUGIN_STATE_REJECTED ||
                                      expected == TRAFO_PLUGIN_STATE_QUARANTINED));
}

/* Nobody tried it, then the helper did, then it is open here; each is told once. */
static void
test_states (void)
{
  char            *folder = plugin_folder_new ();
  g_autofree char *file = plugin_folder_add (folder, "good", "AnimalGood");
  g_autoptr (TrafoRegistry) registry = plugin_folder_scan (folder, folder);
  g_autoptr (TrafoRegistry) later = NULL;
  TrafoPlugin *plugin = plugin_folder_find (registry, "good");
  guint        n_changes = 0;
  g_autoptr (GError) error = NULL;

  g_signal_connect (plugin, "notify::state", G_CALLBACK (count_change), &n_changes);
  check_state (plugin, TRAFO_PLUGIN_STATE_UNTRIED);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (trafo_registry_probe (registry, FALSE, NULL, &error));
      g_assert_no_error (error);
      check_state (plugin, TRAFO_PLUGIN_STATE_READY);
      g_assert_cmpuint (n_changes, ==, 1);
    }
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (trafo_plugin_load (plugin, NULL, &error));
      g_assert_no_error (error);
      check_state (plugin, TRAFO_PLUGIN_STATE_LOADED);
      g_assert_cmpuint (n_changes, ==, 2);
    }
  /* to the next program it is ready from the start */
  later = plugin_folder_scan (folder, folder);
  check_state (plugin_folder_find (later, "good"), TRAFO_PLUGIN_STATE_READY);
  plugin_folder_free (folder);
}

static void
test_outside_of_a_registry (void)
{
  char            *folder = plugin_folder_new ();
  g_autofree char *file = plugin_folder_add (folder, "one1", "AnimalOne1");
  g_autofree char *text = g_build_filename (folder, "text", NULL);
  g_autoptr (TrafoPlugin) plugin = trafo_plugin_new_from_file (file);
  g_autoptr (TrafoPlugin) no_plugin = NULL;
  g_autoptr (TrafoPlugin) absent = trafo_plugin_new_from_file ("/nonexistent/file.so");
  g_autoptr (GListModel) features = trafo_plugin_list_features (plugin);
  g_autoptr (GListModel) no_features = NULL;
  g_autoptr (GError) error = NULL;

  check_state (plugin, TRAFO_PLUGIN_STATE_UNTRIED);
  g_assert_cmpstr (trafo_plugin_get_name (plugin), ==, "one1");
  g_assert_cmpstr (trafo_plugin_get_filename (plugin), ==, file);
  g_assert_cmpuint (g_list_model_get_n_items (features), ==, 1);

  g_assert_true (g_file_set_contents (text, "no plugin", -1, NULL));
  no_plugin = trafo_plugin_new_from_file (text);
  check_state (no_plugin, TRAFO_PLUGIN_STATE_REJECTED);
  g_assert_cmpstr (trafo_plugin_get_name (no_plugin), ==, "text");
  g_assert_cmpstr (trafo_plugin_get_version (no_plugin), ==, "");
  g_assert_cmpuint (trafo_plugin_get_abi_minor (no_plugin), ==, 0);
  no_features = trafo_plugin_list_features (no_plugin);
  g_assert_cmpuint (g_list_model_get_n_items (no_features), ==, 0);
  g_assert_false (trafo_plugin_load (no_plugin, NULL, &error));
  g_assert_error (error, TRAFO_PLUGIN_ERROR, TRAFO_PLUGIN_ERROR_INVALID);
  check_state (absent, TRAFO_PLUGIN_STATE_REJECTED);
  plugin_folder_free (folder);
}

/* What was read is not what would be opened. */
static void
test_changed_since_it_was_found (void)
{
  char            *folder = plugin_folder_new ();
  g_autofree char *file = plugin_folder_add (folder, "one1", "AnimalOne1");
  g_autoptr (TrafoPlugin) changed = trafo_plugin_new_from_file (file);
  g_autoptr (TrafoPlugin) gone = NULL;
  g_autofree char *again = plugin_folder_add (folder, "one1", "AnimalOne2");
  g_autoptr (GError) error = NULL;

  gone = trafo_plugin_new_from_file (file);
  g_assert_false (trafo_plugin_load (changed, NULL, &error));
  g_assert_error (error, TRAFO_PLUGIN_ERROR, TRAFO_PLUGIN_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "changed since it was found"));
  check_state (changed, TRAFO_PLUGIN_STATE_REJECTED);
  g_clear_error (&error);
  g_remove (file);
  g_assert_false (trafo_plugin_load (gone, NULL, &error));
  g_assert_error (error, TRAFO_PLUGIN_ERROR, TRAFO_PLUGIN_ERROR_NOT_FOUND);
  plugin_folder_free (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugin-object/states", test_states);
  g_test_add_func ("/plugin-object/outside-of-a-registry", test_outside_of_a_registry);
  g_test_add_func ("/plugin-object/changed-since-it-was-found", test_changed_since_it_was_found);
  return g_test_run ();
}

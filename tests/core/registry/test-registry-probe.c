/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "helper.h"
#include "plugin-folder.h"

#include <string.h>

#define N_PLUGINS 3

/* The helper is a script here: what matters is what becomes of its answers. */
typedef struct
{
  Helper         helper;
  char          *folder;
  TrafoRegistry *registry;
} Zoo;

static void
set_up (Zoo *zoo, gconstpointer unused)
{
  static const char *const names[N_PLUGINS][2] = { { "one1", "AnimalOne1" },
                                                   { "two2", "AnimalTwo2" },
                                                   { "six6", "AnimalSix6" } };

  helper_init (&zoo->helper);
  helper_set_reply (&zoo->helper, "(true, 0, '', [], '')");
  helper_set_script (&zoo->helper, "case $2 in *-two2.so) exit 5;; esac; cat @REPLY >&3");
  zoo->folder = plugin_folder_new ();
  for (guint i = 0; i < N_PLUGINS; i++)
    g_free (plugin_folder_add (zoo->folder, names[i][0], names[i][1]));
  zoo->registry = plugin_folder_scan (zoo->folder, zoo->folder);
}

static void
tear_down (Zoo *zoo, gconstpointer unused)
{
  g_object_unref (zoo->registry);
  plugin_folder_free (zoo->folder);
  helper_clear (&zoo->helper);
}

static void
check_state (const Zoo *zoo, const char *name, TrafoPluginState expected)
{
  TrafoPlugin *plugin = plugin_folder_find (zoo->registry, name);

  g_assert_cmpint (trafo_plugin_get_state (plugin), ==, expected);
}

static void
check_states (const Zoo *zoo, TrafoPluginState good, TrafoPluginState bad)
{
  check_state (zoo, "one1", good);
  check_state (zoo, "two2", bad);
  check_state (zoo, "six6", good);
}

static void
probe (const Zoo *zoo, gboolean is_anew)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (trafo_registry_probe (zoo->registry, is_anew, NULL, &error));
  g_assert_no_error (error);
}

static void
test_each_gets_its_state (Zoo *zoo, gconstpointer unused)
{
  check_states (zoo, TRAFO_PLUGIN_STATE_UNTRIED, TRAFO_PLUGIN_STATE_UNTRIED);
  probe (zoo, FALSE);
  check_states (zoo, TRAFO_PLUGIN_STATE_READY, TRAFO_PLUGIN_STATE_QUARANTINED);
  /* mended: its record stands until somebody asks anew */
  helper_set_script (&zoo->helper, "cat @REPLY >&3");
  probe (zoo, FALSE);
  check_states (zoo, TRAFO_PLUGIN_STATE_READY, TRAFO_PLUGIN_STATE_QUARANTINED);
  probe (zoo, TRUE);
  check_states (zoo, TRAFO_PLUGIN_STATE_READY, TRAFO_PLUGIN_STATE_READY);
  g_assert_cmpuint (trafo_registry_clear_quarantine (zoo->registry), ==, 0);
}

static void
test_forgiven_is_untried (Zoo *zoo, gconstpointer unused)
{
  probe (zoo, FALSE);
  g_assert_cmpuint (trafo_registry_clear_quarantine (zoo->registry), ==, 1);
  check_states (zoo, TRAFO_PLUGIN_STATE_READY, TRAFO_PLUGIN_STATE_UNTRIED);
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static gboolean
probe_async (const Zoo *zoo, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  trafo_registry_probe_async (zoo->registry, FALSE, cancellable, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return trafo_registry_probe_finish (zoo->registry, result, error);
}

static gboolean
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static void
test_async (Zoo *zoo, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  helper_set_script (&zoo->helper, "exec sleep 60");
  g_timeout_add (100, cancel, cancellable);
  g_assert_false (probe_async (zoo, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  check_states (zoo, TRAFO_PLUGIN_STATE_UNTRIED, TRAFO_PLUGIN_STATE_UNTRIED);
  helper_set_script (&zoo->helper, "cat @REPLY >&3");
  g_assert_true (probe_async (zoo, NULL, &error));
  g_assert_no_error (error);
  check_states (zoo, TRAFO_PLUGIN_STATE_READY, TRAFO_PLUGIN_STATE_READY);
}

/* Nothing is called ready that nobody tried. */
static void
test_without_helper (Zoo *zoo, gconstpointer unused)
{
  if (g_test_subprocess ())
    {
      g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL);
      g_setenv ("TRAFO_PLUGIN_PROBE", "/nonexistent", TRUE);
      probe (zoo, FALSE);
      check_states (zoo, TRAFO_PLUGIN_STATE_UNTRIED, TRAFO_PLUGIN_STATE_UNTRIED);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*/nonexistent*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/registry-probe/" name, Zoo, NULL, set_up, function, tear_down)
  ADD ("each-gets-its-state", test_each_gets_its_state);
  ADD ("forgiven-is-untried", test_forgiven_is_untried);
  ADD ("async", test_async);
  ADD ("without-helper", test_without_helper);
#undef ADD
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-plugin-scan-private.h"
#include "trafo-registry-private.h"

/* A look through the folders, and the list that it started from. */
typedef struct
{
  TrafoPluginScan found;
  guint           generation;
} Look;

static gboolean
look_run (Look *self, TrafoRegistry *registry, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) search_path = trafo_registry_dup_search_path (registry);
  g_autoptr (GPtrArray) known = trafo_registry_dup_plugins (registry, &self->generation);

  return trafo_plugin_scan_run (&self->found,
                                (const char *const *) search_path,
                                trafo_registry_get_cache_filename (registry),
                                trafo_registry_is_cache_read_only (registry),
                                trafo_registry_get_verdicts (registry),
                                known,
                                cancellable,
                                error);
}

/* Whether the registry took it; the look is over either way. */
static gboolean
look_end (Look *self, TrafoRegistry *registry)
{
  gboolean is_taken = trafo_registry_take_scan (registry, &self->found, self->generation);

  trafo_plugin_scan_clear (&self->found);
  return is_taken;
}

/**
 * trafo_registry_scan:
 * @self: a registry
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Looks through the search path, without running code of any plugin.
 *
 * A folder or file that cannot be used is no error; see [method@Trafo.Registry.dup_folders] and
 * [method@Trafo.Plugin.dup_reason].
 *
 * Returns: %TRUE, or %FALSE if the caller cancelled
 */
gboolean
trafo_registry_scan (TrafoRegistry *self, GCancellable *cancellable, GError **error)
{
  Look look;

  g_return_val_if_fail (TRAFO_IS_REGISTRY (self), FALSE);
  /* once more if another thread changed the list meanwhile */
  do
    if (!look_run (&look, self, cancellable, error))
      return FALSE;
  while (!look_end (&look, self));
  return TRUE;
}

static void
look_free (gpointer data)
{
  trafo_plugin_scan_clear (&((Look *) data)->found);
  g_free (data);
}

static void
look_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (look_run (data, source, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void on_looked (GObject *source, GAsyncResult *result, gpointer user_data);

/* @outer is taken. */
static void
start_look (TrafoRegistry *self, GTask *outer)
{
  g_autoptr (GTask) inner = g_task_new (self, g_task_get_cancellable (outer), on_looked, outer);

  g_task_set_task_data (inner, g_new0 (Look, 1), look_free);
  g_task_run_in_thread (inner, look_in_thread);
}

/* In the caller's context, where the list may change. */
static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) outer = user_data;
  Look   *look = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_task_return_error (outer, error);
  else if (look_end (look, TRAFO_REGISTRY (source)))
    g_task_return_boolean (outer, TRUE);
  else
    start_look (TRAFO_REGISTRY (source), g_steal_pointer (&outer));
}

/**
 * trafo_registry_scan_async:
 * @self: a registry
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Does what [method@Trafo.Registry.scan] does, in another thread. The list changes in this one's
 * main context.
 */
void
trafo_registry_scan_async (TrafoRegistry      *self,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, trafo_registry_scan_async);
  start_look (self, task);
}

/**
 * trafo_registry_scan_finish:
 * @self: a registry
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@Trafo.Registry.scan_async].
 *
 * Returns: %TRUE, or %FALSE if the caller cancelled
 */
gboolean
trafo_registry_scan_finish (TrafoRegistry *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

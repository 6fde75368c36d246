/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-plugin-object-private.h"
#include "trafo-registry-private.h"

/* The plugins about which the helper can be asked. */
static GPtrArray *
dup_files (TrafoRegistry *self, gboolean is_anew)
{
  g_autoptr (GPtrArray) plugins = trafo_registry_dup_plugins (self, NULL);
  GPtrArray *files = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < plugins->len; i++)
    {
      TrafoPluginState state = trafo_plugin_get_state (plugins->pdata[i]);

      if (trafo_plugin_get_filename (plugins->pdata[i]) != NULL &&
          state != TRAFO_PLUGIN_STATE_REJECTED &&
          (is_anew || state != TRAFO_PLUGIN_STATE_QUARANTINED))
        g_ptr_array_add (files, g_object_ref (plugins->pdata[i]));
    }
  return files;
}

/**
 * trafo_registry_probe:
 * @self: a registry that was scanned
 * @is_anew: whether to ask even where the answer is on record, also of plugins in quarantine
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Tries every plugin in another process, several at once and each with a time limit, and looks for
 * the devices of the backends.
 *
 * Programs need not call this: a plugin is tried when it is first used. A plugin that crashes or
 * hangs is no error but gets the state %TRAFO_PLUGIN_STATE_QUARANTINED; what
 * [method@Trafo.Feature.probe] then returns costs nothing.
 *
 * Returns: %TRUE, or %FALSE if the caller cancelled
 */
gboolean
trafo_registry_probe (TrafoRegistry *self,
                      gboolean       is_anew,
                      GCancellable  *cancellable,
                      GError       **error)
{
  g_autoptr (GPtrArray) files = NULL;
  g_autofree TrafoExamination *examinations = NULL;
  gboolean                     is_done;

  g_return_val_if_fail (TRAFO_IS_REGISTRY (self), FALSE);
  files = dup_files (self, is_anew);
  examinations = g_new0 (TrafoExamination, files->len);
  for (guint i = 0; i < files->len; i++)
    {
      examinations[i].filename = trafo_plugin_get_filename (files->pdata[i]);
      examinations[i].identity = *trafo_plugin_get_identity (files->pdata[i]);
      examinations[i].with_devices = trafo_plugin_has_backend (files->pdata[i]);
    }
  is_done = trafo_verdicts_examine (trafo_registry_get_verdicts (self),
                                    examinations,
                                    files->len,
                                    is_anew,
                                    cancellable,
                                    error);
  for (guint i = 0; i < files->len; i++)
    {
      if (is_done && examinations[i].verdict == TRAFO_VERDICT_GOOD)
        trafo_plugin_release (files->pdata[i]);
      if (is_done)
        trafo_plugin_apply_verdict (files->pdata[i], &examinations[i]);
      trafo_examination_clear (&examinations[i]);
    }
  return is_done;
}

static void
probe_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (trafo_registry_probe (source, GPOINTER_TO_INT (data), cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * trafo_registry_probe_async:
 * @self: a registry that was scanned
 * @is_anew: as of [method@Trafo.Registry.probe]
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Does what [method@Trafo.Registry.probe] does, in another thread.
 */
void
trafo_registry_probe_async (TrafoRegistry      *self,
                            gboolean            is_anew,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, trafo_registry_probe_async);
  g_task_set_task_data (task, GINT_TO_POINTER (is_anew), NULL);
  g_task_run_in_thread (task, probe_in_thread);
}

/**
 * trafo_registry_probe_finish:
 * @self: a registry
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@Trafo.Registry.probe_async].
 *
 * Returns: %TRUE, or %FALSE if the caller cancelled
 */
gboolean
trafo_registry_probe_finish (TrafoRegistry *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * trafo_registry_clear_quarantine:
 * @self: a registry
 *
 * Forgets what is held against plugins, so that they are tried again when they are used.
 *
 * Returns: how many were forgotten
 */
guint
trafo_registry_clear_quarantine (TrafoRegistry *self)
{
  g_autoptr (GPtrArray) plugins = NULL;

  g_return_val_if_fail (TRAFO_IS_REGISTRY (self), 0);
  plugins = trafo_registry_dup_plugins (self, NULL);
  for (guint i = 0; i < plugins->len; i++)
    trafo_plugin_release (plugins->pdata[i]);
  return trafo_verdicts_clear (trafo_registry_get_verdicts (self));
}

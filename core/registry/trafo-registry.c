/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-registry.h"

#include "trafo-feature-private.h"
#include "trafo-plugin-facts-private.h"
#include "trafo-plugin-object-private.h"
#include "trafo-plugin-scan-private.h"
#include "trafo-registry-config.h"
#include "trafo-search-path-private.h"

#include <string.h>
#include <trafo/trafo-error.h>

/**
 * TrafoRegistry:
 *
 * All plugins of a search path, as a #GListModel of #TrafoPlugin, and the features that they bring.
 *
 * Nothing of a plugin runs until one of its features is used. Most programs use
 * [func@Trafo.Registry.get_default].
 *
 * Signals are emitted where the registry was made: in the thread-default main context of that
 * thread.
 */
struct _TrafoRegistry
{
  GObject parent_instance;

  /* constant */
  GMainContext  *context;
  char          *cache_filename; /* NULL for none */
  char          *verdicts_filename;
  gboolean       is_cache_read_only;
  TrafoVerdicts *verdicts;

  GMutex     scan_lock; /* held while the folders are looked through */
  GMutex     lock;      /* held for moments, over what follows */
  GPtrArray *search_path;
  GPtrArray *plugins;
  GVariant  *folders;
};

enum
{
  SIGNAL_PLUGIN_ADDED,
  SIGNAL_PLUGIN_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void trafo_registry_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TrafoRegistry,
                               trafo_registry,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      trafo_registry_list_model_init))

static GType
trafo_registry_get_item_type (GListModel *model)
{
  return TRAFO_TYPE_PLUGIN;
}

static guint
trafo_registry_get_n_items (GListModel *model)
{
  TrafoRegistry *self = TRAFO_REGISTRY (model);
  guint          n;

  g_mutex_lock (&self->lock);
  n = self->plugins->len;
  g_mutex_unlock (&self->lock);
  return n;
}

static gpointer
trafo_registry_get_item (GListModel *model, guint position)
{
  TrafoRegistry *self = TRAFO_REGISTRY (model);
  gpointer       item = NULL;

  g_mutex_lock (&self->lock);
  if (position < self->plugins->len)
    item = g_object_ref (self->plugins->pdata[position]);
  g_mutex_unlock (&self->lock);
  return item;
}

static void
trafo_registry_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = trafo_registry_get_item_type;
  iface->get_n_items = trafo_registry_get_n_items;
  iface->get_item = trafo_registry_get_item;
}

static void
trafo_registry_finalize (GObject *object)
{
  TrafoRegistry *self = TRAFO_REGISTRY (object);

  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->verdicts, trafo_verdicts_unref);
  g_clear_pointer (&self->search_path, g_ptr_array_unref);
  g_clear_pointer (&self->plugins, g_ptr_array_unref);
  g_clear_pointer (&self->folders, g_variant_unref);
  g_free (self->cache_filename);
  g_free (self->verdicts_filename);
  g_mutex_clear (&self->scan_lock);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (trafo_registry_parent_class)->finalize (object);
}

static void
trafo_registry_class_init (TrafoRegistryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trafo_registry_finalize;

  /**
   * TrafoRegistry::plugin-added:
   * @self: the registry
   * @plugin: a plugin
   *
   * A scan found a plugin that can be used, as far as its file tells.
   */
  signals[SIGNAL_PLUGIN_ADDED] = g_signal_new ("plugin-added",
                                               G_TYPE_FROM_CLASS (klass),
                                               G_SIGNAL_RUN_LAST,
                                               0,
                                               NULL,
                                               NULL,
                                               NULL,
                                               G_TYPE_NONE,
                                               1,
                                               TRAFO_TYPE_PLUGIN);
  /**
   * TrafoRegistry::plugin-failed:
   * @self: the registry
   * @plugin: a plugin
   * @reason: why it cannot be used
   *
   * A plugin became rejected or quarantined, or a scan found it so.
   */
  signals[SIGNAL_PLUGIN_FAILED] = g_signal_new ("plugin-failed",
                                                G_TYPE_FROM_CLASS (klass),
                                                G_SIGNAL_RUN_LAST,
                                                0,
                                                NULL,
                                                NULL,
                                                NULL,
                                                G_TYPE_NONE,
                                                2,
                                                TRAFO_TYPE_PLUGIN,
                                                G_TYPE_STRING);
}

static void
trafo_registry_init (TrafoRegistry *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->plugins = g_ptr_array_new_with_free_func (g_object_unref);
  self->search_path = g_ptr_array_new_with_free_func (g_free);
  self->folders = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("(sus)"), NULL, 0));
  g_mutex_init (&self->scan_lock);
  g_mutex_init (&self->lock);
}

static TrafoProbePolicy
get_probe_policy (void)
{
  const char *policy = g_getenv ("TRAFO_PROBE");

  if (policy == NULL || policy[0] == '\0' || g_str_equal (policy, "auto"))
    return TRAFO_PROBE_POLICY_AUTO;
  if (g_str_equal (policy, "always"))
    return TRAFO_PROBE_POLICY_ALWAYS;
  if (g_str_equal (policy, "never"))
    return TRAFO_PROBE_POLICY_NEVER;
  g_warning ("TRAFO_PROBE: '%s' is ignored, expected auto, always or never", policy);
  return TRAFO_PROBE_POLICY_AUTO;
}

/* @cache_filename and @verdicts_filename are taken. */
static TrafoRegistry *
new_with_files (char **search_path, char *cache_filename, char *verdicts_filename)
{
  TrafoRegistry *self = g_object_new (TRAFO_TYPE_REGISTRY, NULL);

  for (gsize i = 0; search_path[i] != NULL; i++)
    g_ptr_array_add (self->search_path, g_strdup (search_path[i]));
  self->cache_filename = cache_filename;
  self->verdicts_filename = verdicts_filename;
  self->is_cache_read_only = g_strcmp0 (g_getenv ("TRAFO_REGISTRY_UPDATE"), "no") == 0;
  self->verdicts =
      trafo_verdicts_new (verdicts_filename, self->is_cache_read_only, get_probe_policy ());
  return self;
}

/* Another machine type or ABI, which share a home folder, have files of their own. */
static char *
build_cache_filename (const char *folder, const char *what)
{
  g_autofree char *name = NULL;

  name = g_strdup_printf ("%s-%s-%d.%d", what, TRAFO_HOST, TRAFO_ABI_MAJOR, TRAFO_ABI_MINOR);
  return g_build_filename (folder, name, NULL);
}

static gpointer
make_default (gpointer unused)
{
  gboolean is_secure = trafo_search_path_is_secure ();
  g_auto (GStrv) search_path = trafo_search_path_new (is_secure);
  const char      *named_folder = is_secure ? NULL : g_getenv ("TRAFO_CACHE_DIR");
  const char      *named_file = is_secure ? NULL : g_getenv ("TRAFO_REGISTRY");
  g_autofree char *folder = NULL;
  char            *cache_filename = NULL, *verdicts_filename = NULL;
  TrafoRegistry   *self;
  g_autoptr (GError) error = NULL;

  if (!is_secure)
    {
      folder = named_folder != NULL ? g_strdup (named_folder)
                                    : g_build_filename (g_get_user_cache_dir (), "trafo-1.0", NULL);
      cache_filename =
          named_file != NULL ? g_strdup (named_file) : build_cache_filename (folder, "registry");
      verdicts_filename = build_cache_filename (folder, "verdicts");
    }
  self = new_with_files (search_path, cache_filename, verdicts_filename);
  if (!trafo_registry_scan (self, NULL, &error))
    g_warning ("%s", error->message);
  return self;
}

/**
 * trafo_registry_get_default:
 *
 * The registry of this process, made and scanned at the first call.
 *
 * The environment variables TRAFO_PLUGIN_PATH, TRAFO_PLUGIN_SYSTEM_PATH, TRAFO_REGISTRY and
 * TRAFO_CACHE_DIR say where plugins and the cache are, unless the process has more rights than its
 * caller.
 *
 * Returns: (transfer none): the registry
 */
TrafoRegistry *
trafo_registry_get_default (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, make_default, NULL);
}

/**
 * trafo_registry_new:
 * @search_path: (array zero-terminated=1): folders, or single plugins
 * @cache_folder: (nullable) (type filename): where the cache is kept, %NULL to keep none
 *
 * Makes a registry of plugins in some folders only. It is empty until it is scanned.
 *
 * Returns: (transfer full): the registry
 */
TrafoRegistry *
trafo_registry_new (const char *const *search_path, const char *cache_folder)
{
  g_return_val_if_fail (search_path != NULL, NULL);
  if (cache_folder == NULL)
    return new_with_files ((char **) search_path, NULL, NULL);
  return new_with_files ((char **) search_path,
                         build_cache_filename (cache_folder, "registry"),
                         build_cache_filename (cache_folder, "verdicts"));
}

/**
 * trafo_registry_dup_search_path:
 * @self: a registry
 *
 * The folders that the next scan looks through, first match first.
 *
 * Returns: (transfer full) (array zero-terminated=1): the folders
 */
char **
trafo_registry_dup_search_path (TrafoRegistry *self)
{
  char **path;

  g_return_val_if_fail (TRAFO_IS_REGISTRY (self), NULL);
  g_mutex_lock (&self->lock);
  path = g_new0 (char *, self->search_path->len + 1);
  for (guint i = 0; i < self->search_path->len; i++)
    path[i] = g_strdup (self->search_path->pdata[i]);
  g_mutex_unlock (&self->lock);
  return path;
}

/**
 * trafo_registry_add_path:
 * @self: a registry
 * @folder: (type filename): a folder
 *
 * Puts a folder in front of the search path. The next scan looks there first.
 */
void
trafo_registry_add_path (TrafoRegistry *self, const char *folder)
{
  g_return_if_fail (TRAFO_IS_REGISTRY (self));
  g_return_if_fail (folder != NULL);
  g_mutex_lock (&self->lock);
  g_ptr_array_insert (self->search_path, 0, g_strdup (folder));
  g_mutex_unlock (&self->lock);
}

/**
 * trafo_registry_get_cache_filename:
 * @self: a registry
 *
 * The file that keeps what the plugins' files say.
 *
 * Returns: (transfer none) (nullable) (type filename): the file, which need not exist
 */
const char *
trafo_registry_get_cache_filename (TrafoRegistry *self)
{
  g_return_val_if_fail (TRAFO_IS_REGISTRY (self), NULL);
  return self->cache_filename;
}

/**
 * trafo_registry_get_verdicts_filename:
 * @self: a registry
 *
 * The file that keeps what this machine said: devices, and the plugins in quarantine.
 *
 * Returns: (transfer none) (nullable) (type filename): the file, which need not exist
 */
const char *
trafo_registry_get_verdicts_filename (TrafoRegistry *self)
{
  g_return_val_if_fail (TRAFO_IS_REGISTRY (self), NULL);
  return self->verdicts_filename;
}

/**
 * trafo_registry_dup_folders:
 * @self: a registry
 *
 * The folders that the last scan looked through.
 *
 * Returns: (transfer full): a `a(sus)`: the folder, the number of plugins in it, and why it was
 *   skipped or ""
 */
GVariant *
trafo_registry_dup_folders (TrafoRegistry *self)
{
  GVariant *folders;

  g_return_val_if_fail (TRAFO_IS_REGISTRY (self), NULL);
  g_mutex_lock (&self->lock);
  folders = g_variant_ref (self->folders);
  g_mutex_unlock (&self->lock);
  return folders;
}

/* One emission of plugin-added, or of plugin-failed if there is a reason. */
typedef struct
{
  TrafoRegistry *registry;
  TrafoPlugin   *plugin;
  char          *reason;
} Emission;

static void
emission_free (gpointer data)
{
  Emission *emission = data;

  g_object_unref (emission->registry);
  g_object_unref (emission->plugin);
  g_free (emission->reason);
  g_free (emission);
}

static gboolean
emit (gpointer data)
{
  const Emission *emission = data;

  if (emission->reason != NULL)
    g_signal_emit (emission->registry,
                   signals[SIGNAL_PLUGIN_FAILED],
                   0,
                   emission->plugin,
                   emission->reason);
  else
    g_signal_emit (emission->registry, signals[SIGNAL_PLUGIN_ADDED], 0, emission->plugin);
  return G_SOURCE_REMOVE;
}

/* Directly in the context's own thread or if nobody runs it, else there later. */
static void
announce (TrafoRegistry *self, TrafoPlugin *plugin)
{
  g_autofree char *reason = trafo_plugin_dup_reason (plugin);
  guint            signal = signals[reason != NULL ? SIGNAL_PLUGIN_FAILED : SIGNAL_PLUGIN_ADDED];
  Emission         emission = { self, plugin, reason };

  if (!g_signal_has_handler_pending (self, signal, 0, TRUE))
    return;
  g_object_ref (self);
  g_object_ref (plugin);
  emission.reason = g_steal_pointer (&reason);
  g_main_context_invoke_full (self->context,
                              G_PRIORITY_DEFAULT,
                              emit,
                              g_memdup2 (&emission, sizeof emission),
                              emission_free);
}

static void
on_state_changed (TrafoPlugin *plugin, GParamSpec *pspec, gpointer user_data)
{
  TrafoPluginState state = trafo_plugin_get_state (plugin);

  if (state == TRAFO_PLUGIN_STATE_REJECTED || state == TRAFO_PLUGIN_STATE_QUARANTINED)
    announce (user_data, plugin);
}

/* Makes what a scan found the registry's; takes it. */
static void
take_scan (TrafoRegistry *self, TrafoPluginScan *scan)
{
  g_autoptr (GPtrArray) old = NULL;
  g_autoptr (GPtrArray) plugins = g_ptr_array_ref (scan->plugins);

  g_mutex_lock (&self->lock);
  old = g_steal_pointer (&self->plugins);
  self->plugins = g_steal_pointer (&scan->plugins);
  g_variant_unref (self->folders);
  self->folders = g_steal_pointer (&scan->folders);
  g_mutex_unlock (&self->lock);
  if (old->len > 0 || plugins->len > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, old->len, plugins->len);
  for (guint i = 0; i < plugins->len; i++)
    if (!g_ptr_array_find (old, plugins->pdata[i], NULL))
      {
        g_signal_connect_object (plugins->pdata[i],
                                 "notify::state",
                                 G_CALLBACK (on_state_changed),
                                 self,
                                 0);
        announce (self, plugins->pdata[i]);
      }
}

static GPtrArray *
dup_plugins (TrafoRegistry *self)
{
  GPtrArray *copy;

  g_mutex_lock (&self->lock);
  copy = g_ptr_array_copy (self->plugins, (GCopyFunc) g_object_ref, NULL);
  g_ptr_array_set_free_func (copy, g_object_unref);
  g_mutex_unlock (&self->lock);
  return copy;
}

static gboolean
run_scan (TrafoRegistry *self, TrafoPluginScan *scan, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) search_path = trafo_registry_dup_search_path (self);
  g_autoptr (GPtrArray) known = dup_plugins (self);
  gboolean is_done;

  g_mutex_lock (&self->scan_lock);
  is_done = trafo_plugin_scan_run (scan,
                                   (const char *const *) search_path,
                                   self->cache_filename,
                                   self->is_cache_read_only,
                                   self->verdicts,
                                   known,
                                   cancellable,
                                   error);
  g_mutex_unlock (&self->scan_lock);
  return is_done;
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
  TrafoPluginScan scan;

  g_return_val_if_fail (TRAFO_IS_REGISTRY (self), FALSE);
  if (!run_scan (self, &scan, cancellable, error))
    return FALSE;
  take_scan (self, &scan);
  return TRUE;
}

static void
scan_free (gpointer data)
{
  trafo_plugin_scan_clear (data);
  g_free (data);
}

static void
scan_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  TrafoPluginScan *scan = g_new0 (TrafoPluginScan, 1);
  GError          *error = NULL;

  if (run_scan (source, scan, cancellable, &error))
    {
      g_task_return_pointer (task, scan, scan_free);
      return;
    }
  g_free (scan);
  g_task_return_error (task, error);
}

/* In the caller's context, where the list may change. */
static void
on_scanned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) outer = user_data;
  GError          *error = NULL;
  TrafoPluginScan *scan = g_task_propagate_pointer (G_TASK (result), &error);

  if (scan == NULL)
    {
      g_task_return_error (outer, error);
      return;
    }
  take_scan (TRAFO_REGISTRY (source), scan);
  scan_free (scan);
  g_task_return_boolean (outer, TRUE);
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
  GTask *outer = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GTask) inner = g_task_new (self, cancellable, on_scanned, outer);

  g_task_set_source_tag (outer, trafo_registry_scan_async);
  g_task_run_in_thread (inner, scan_in_thread);
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

/* The plugins about which the helper can be asked. */
static GPtrArray *
dup_files (TrafoRegistry *self, gboolean is_anew)
{
  g_autoptr (GPtrArray) plugins = dup_plugins (self);
  GPtrArray *files = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < plugins->len; i++)
    {
      TrafoPluginState state = trafo_plugin_get_state (plugins->pdata[i]);

      if (trafo_plugin_get_filename (plugins->pdata[i]) != NULL &&
          (state == TRAFO_PLUGIN_STATE_CACHED || state == TRAFO_PLUGIN_STATE_LOADED ||
           (is_anew && state == TRAFO_PLUGIN_STATE_QUARANTINED)))
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
  is_done = trafo_verdicts_examine (self->verdicts,
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
  plugins = dup_plugins (self);
  for (guint i = 0; i < plugins->len; i++)
    trafo_plugin_release (plugins->pdata[i]);
  return trafo_verdicts_clear (self->verdicts);
}

/**
 * trafo_registry_add_static: (skip)
 * @self: a registry
 * @descriptor: the table of a plugin that is linked into the program
 * @error: return location for an error
 *
 * Adds a plugin that is linked into the program, in front of those in files. A later scan keeps it.
 *
 * Fails with %TRAFO_PLUGIN_ERROR_INVALID or %TRAFO_PLUGIN_ERROR_ABI if the table is broken.
 *
 * Returns: %TRUE if it was added
 */
gboolean
trafo_registry_add_static (TrafoRegistry               *self,
                           const TrafoPluginDescriptor *descriptor,
                           GError                     **error)
{
  TrafoPlugin *plugin;

  g_return_val_if_fail (TRAFO_IS_REGISTRY (self), FALSE);
  g_return_val_if_fail (descriptor != NULL, FALSE);
  plugin = trafo_plugin_new_static (descriptor, error);
  if (plugin == NULL)
    return FALSE;
  g_mutex_lock (&self->lock);
  g_ptr_array_insert (self->plugins, 0, g_object_ref (plugin));
  g_mutex_unlock (&self->lock);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, 1);
  announce (self, plugin);
  g_object_unref (plugin);
  return TRUE;
}

/* Best first; equal ranks by name, then in the order of the search. */
static gint
compare_features (gconstpointer a, gconstpointer b, gpointer user_data)
{
  TrafoFeature *first = (TrafoFeature *) a;
  TrafoFeature *second = (TrafoFeature *) b;
  gint          by_rank = trafo_feature_get_rank (second) - trafo_feature_get_rank (first);

  if (by_rank != 0)
    return by_rank;
  return strcmp (trafo_feature_get_name (first), trafo_feature_get_name (second));
}

/**
 * trafo_registry_list_features:
 * @self: a registry
 * @kind: a kind
 *
 * All features of a kind, best first, also of plugins that cannot be used; see
 * [method@Trafo.Feature.dup_obstacle].
 *
 * Returns: (transfer full): a #GListModel of #TrafoFeature
 */
GListModel *
trafo_registry_list_features (TrafoRegistry *self, TrafoFeatureKind kind)
{
  g_autoptr (GPtrArray) plugins = NULL;
  GListStore *features;

  g_return_val_if_fail (TRAFO_IS_REGISTRY (self), NULL);
  plugins = dup_plugins (self);
  features = g_list_store_new (TRAFO_TYPE_FEATURE);
  for (guint i = 0; i < plugins->len; i++)
    for (guint j = 0; j < trafo_plugin_get_n_features (plugins->pdata[i]); j++)
      if (trafo_plugin_get_feature (plugins->pdata[i], j)->kind == kind)
        {
          g_autoptr (TrafoFeature) feature = trafo_feature_new (plugins->pdata[i], j);

          g_list_store_append (features, feature);
        }
  g_list_store_sort (features, compare_features, NULL);
  return G_LIST_MODEL (features);
}

/* Everything that a user needs to see why there is no such feature. */
static void
set_not_found (TrafoRegistry *self, GListModel *features, const char *what, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);
  g_autoptr (GString) against = g_string_new (NULL);
  g_autoptr (GPtrArray) plugins = dup_plugins (self);
  g_auto (GStrv) folders = trafo_registry_dup_search_path (self);
  g_autofree char *searched = g_strjoinv (", ", folders);

  for (guint i = 0; i < g_list_model_get_n_items (features); i++)
    {
      g_autoptr (TrafoFeature) feature = g_list_model_get_item (features, i);
      g_autofree char *obstacle = trafo_feature_dup_obstacle (feature);

      g_string_append_printf (known,
                              "%s'%s'%s",
                              known->len > 0 ? ", " : "",
                              trafo_feature_get_name (feature),
                              obstacle != NULL ? " (unusable)" : "");
    }
  for (guint i = 0; i < plugins->len; i++)
    {
      g_autofree char *reason = trafo_plugin_dup_reason (plugins->pdata[i]);

      if (reason != NULL)
        g_string_append_printf (against, "; %s", reason);
    }
  g_set_error (error,
               TRAFO_PLUGIN_ERROR,
               TRAFO_PLUGIN_ERROR_NOT_FOUND,
               "no plugin has %s; known are %s; searched: %s%s",
               what,
               known->len > 0 ? known->str : "none",
               searched,
               against->str);
}

/**
 * trafo_registry_lookup:
 * @self: a registry
 * @kind: a kind
 * @name: a feature's own name
 * @error: return location for an error
 *
 * The feature of a name, whatever its rank, usable or not.
 *
 * Fails with %TRAFO_PLUGIN_ERROR_NOT_FOUND; the message tells what there is instead, which folders
 * were searched, and which plugins could not be used and why.
 *
 * Returns: (transfer full): the feature
 */
TrafoFeature *
trafo_registry_lookup (TrafoRegistry *self, TrafoFeatureKind kind, const char *name, GError **error)
{
  g_autoptr (GListModel) features = NULL;
  g_autofree char *what = NULL;

  g_return_val_if_fail (TRAFO_IS_REGISTRY (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  features = trafo_registry_list_features (self, kind);
  for (guint i = 0; i < g_list_model_get_n_items (features); i++)
    {
      g_autoptr (TrafoFeature) feature = g_list_model_get_item (features, i);

      if (g_str_equal (trafo_feature_get_name (feature), name))
        return g_steal_pointer (&feature);
    }
  what = g_strdup_printf ("a %s named '%s'", trafo_feature_kind_get_name (kind), name);
  set_not_found (self, features, what, error);
  return NULL;
}

/* Rank 0 means by its own name only. */
static gboolean
is_eligible (TrafoFeature *feature, const char *answers_to)
{
  g_autofree char *obstacle = NULL;

  if (!trafo_feature_answers_to (feature, answers_to) ||
      (trafo_feature_get_rank (feature) == 0 &&
       !g_str_equal (trafo_feature_get_name (feature), answers_to)))
    return FALSE;
  obstacle = trafo_feature_dup_obstacle (feature);
  return obstacle == NULL;
}

/**
 * trafo_registry_find:
 * @self: a registry
 * @kind: a kind
 * @answers_to: a model_type, a tokenizer_class, a name
 * @error: return location for an error
 *
 * The feature with the highest rank, among those that can be used, that answers to a name.
 *
 * Fails as [method@Trafo.Registry.lookup] does.
 *
 * Returns: (transfer full): the feature
 */
TrafoFeature *
trafo_registry_find (TrafoRegistry   *self,
                     TrafoFeatureKind kind,
                     const char      *answers_to,
                     GError         **error)
{
  g_autoptr (GListModel) features = NULL;
  g_autofree char *what = NULL;

  g_return_val_if_fail (TRAFO_IS_REGISTRY (self), NULL);
  g_return_val_if_fail (answers_to != NULL, NULL);
  features = trafo_registry_list_features (self, kind);
  for (guint i = 0; i < g_list_model_get_n_items (features); i++)
    {
      g_autoptr (TrafoFeature) feature = g_list_model_get_item (features, i);

      if (is_eligible (feature, answers_to))
        return g_steal_pointer (&feature);
    }
  what = g_strdup_printf ("a usable %s for '%s'", trafo_feature_kind_get_name (kind), answers_to);
  set_not_found (self, features, what, error);
  return NULL;
}

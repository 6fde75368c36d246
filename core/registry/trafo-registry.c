/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-registry-private.h"

#include "trafo-cache-folder-private.h"
#include "trafo-environment-private.h"
#include "trafo-plugin-object-private.h"
#include "trafo-registry-config.h"
#include "trafo-search-path-private.h"

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

  GMutex     lock; /* held for moments, over what follows */
  GPtrArray *search_path;
  GPtrArray *plugins;    /* add_static() inserts, a scan puts another array in its place */
  guint      generation; /* of that list, one more with each change */
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
  g_mutex_init (&self->lock);
}

static TrafoProbePolicy
get_probe_policy (void)
{
  static const char *const choices[] = {
    [TRAFO_PROBE_POLICY_AUTO] = "auto",
    [TRAFO_PROBE_POLICY_ALWAYS] = "always",
    [TRAFO_PROBE_POLICY_NEVER] = "never",
    NULL,
  };

  return trafo_environment_choose ("TRAFO_PROBE", choices);
}

/* @cache_filename and @verdicts_filename are taken. */
static TrafoRegistry *
new_with_files (char **search_path, char *cache_filename, char *verdicts_filename)
{
  static const char *const updates[] = { "yes", "no", NULL };
  TrafoRegistry           *self = g_object_new (TRAFO_TYPE_REGISTRY, NULL);

  for (gsize i = 0; search_path[i] != NULL; i++)
    g_ptr_array_add (self->search_path, g_strdup (search_path[i]));
  self->cache_filename = cache_filename;
  self->verdicts_filename = verdicts_filename;
  self->is_cache_read_only = trafo_environment_choose ("TRAFO_REGISTRY_UPDATE", updates) == 1;
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
  const char      *named_file = g_getenv ("TRAFO_REGISTRY");
  g_autofree char *folder = trafo_cache_folder_find ();
  char            *cache_filename = NULL, *verdicts_filename = NULL;
  TrafoRegistry   *self;
  g_autoptr (GError) error = NULL;

  if (folder != NULL)
    {
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

TrafoVerdicts *
trafo_registry_get_verdicts (TrafoRegistry *self)
{
  return self->verdicts;
}

gboolean
trafo_registry_is_cache_read_only (TrafoRegistry *self)
{
  return self->is_cache_read_only;
}

GPtrArray *
trafo_registry_dup_plugins (TrafoRegistry *self, guint *ret_generation)
{
  GPtrArray *copy;

  g_mutex_lock (&self->lock);
  copy = g_ptr_array_copy (self->plugins, (GCopyFunc) g_object_ref, NULL);
  g_ptr_array_set_free_func (copy, g_object_unref);
  if (ret_generation != NULL)
    *ret_generation = self->generation;
  g_mutex_unlock (&self->lock);
  return copy;
}

/* The list that was replaced; NULL if it is not the one of @generation any more. */
static GPtrArray *
swap_plugins (TrafoRegistry *self, TrafoPluginScan *scan, guint generation)
{
  GPtrArray *old = NULL;

  g_mutex_lock (&self->lock);
  if (self->generation == generation)
    {
      self->generation++;
      old = self->plugins;
      self->plugins = g_ptr_array_copy (scan->plugins, (GCopyFunc) g_object_ref, NULL);
      g_ptr_array_set_free_func (self->plugins, g_object_unref);
      g_variant_unref (self->folders);
      self->folders = g_variant_ref (scan->folders);
    }
  g_mutex_unlock (&self->lock);
  return old;
}

gboolean
trafo_registry_take_scan (TrafoRegistry *self, TrafoPluginScan *scan, guint generation)
{
  g_autoptr (GPtrArray) old = swap_plugins (self, scan, generation);
  GPtrArray *plugins = scan->plugins;

  if (old == NULL)
    return FALSE;
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
  return TRUE;
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
  self->generation++;
  g_mutex_unlock (&self->lock);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, 1);
  announce (self, plugin);
  g_object_unref (plugin);
  return TRUE;
}

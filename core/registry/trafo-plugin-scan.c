/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-plugin-scan-private.h"

#include "trafo-plugin-cache-private.h"
#include "trafo-plugin-choice-private.h"
#include "trafo-plugin-facts-private.h"
#include "trafo-plugin-object-private.h"
#include "trafo-search-path-private.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <trafo/trafo-error.h>

#define MAX_PLUGINS 1024

typedef struct
{
  TrafoPluginScan   *result;
  TrafoPluginCache  *cache;
  TrafoPluginChoice *choice;
  TrafoVerdicts     *verdicts;
  GHashTable        *known; /* path to TrafoPlugin */
  GHashTable        *names; /* name to the first usable TrafoPlugin of that name */
  GHashTable        *types; /* name of a type to the first usable TrafoPlugin that brings it */
  GHashTable        *paths; /* the set of those that were looked at */
} Scan;

static GHashTable *
index_by_path (GPtrArray *plugins)
{
  GHashTable *table = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; plugins != NULL && i < plugins->len; i++)
    {
      const char *filename = trafo_plugin_get_filename (plugins->pdata[i]);

      if (filename != NULL)
        g_hash_table_replace (table, (gpointer) filename, plugins->pdata[i]);
    }
  return table;
}

static TrafoPlugin *
read_plugin (Scan *scan, const char *path, const TrafoFileIdentity *found)
{
  TrafoFileIdentity identity = *found;
  g_autoptr (GVariant) facts = NULL;
  g_autoptr (GError) error = NULL;

  if (!trafo_plugin_cache_lookup (scan->cache, path, &identity, &facts, &error))
    {
      facts = trafo_plugin_facts_read (path, &identity, &error);
      trafo_plugin_cache_put (scan->cache, path, &identity, facts, error);
    }
  return trafo_plugin_new (path, &identity, facts, error, scan->verdicts);
}

static void reject (TrafoPlugin *plugin, int code, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
reject (TrafoPlugin *plugin, int code, const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *reason = NULL;
  va_list          args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (&error,
               TRAFO_PLUGIN_ERROR,
               code,
               "%s: %s",
               trafo_plugin_get_filename (plugin),
               reason);
  trafo_plugin_reject (plugin, error);
}

static gboolean
is_static (TrafoPlugin *plugin)
{
  return trafo_plugin_get_filename (plugin) == NULL;
}

static gboolean
is_usable (TrafoPlugin *plugin)
{
  TrafoPluginState state = trafo_plugin_get_state (plugin);

  return state != TRAFO_PLUGIN_STATE_REJECTED && state != TRAFO_PLUGIN_STATE_QUARANTINED;
}

static void
apply_verdict (Scan *scan, TrafoPlugin *plugin)
{
  TrafoExamination examination = { 0 };

  examination.verdict = trafo_verdicts_lookup (scan->verdicts,
                                               trafo_plugin_get_filename (plugin),
                                               trafo_plugin_get_identity (plugin),
                                               &examination.code,
                                               &examination.reason);
  trafo_plugin_apply_verdict (plugin, &examination);
  trafo_examination_clear (&examination);
}

/* From now on its name, and those of its types, are this plugin's. */
static void
claim_names (Scan *scan, TrafoPlugin *plugin)
{
  g_hash_table_insert (scan->names, (gpointer) trafo_plugin_get_name (plugin), plugin);
  for (guint i = 0; i < trafo_plugin_get_n_features (plugin); i++)
    g_hash_table_insert (scan->types,
                         (gpointer) trafo_plugin_get_feature (plugin, i)->type_name,
                         plugin);
}

/* The plugin with which this one cannot be open in one process, for names are global there. @ret_what
 * and @ret_name say which they share. */
static TrafoPlugin *
find_rival (Scan *scan, TrafoPlugin *plugin, const char **ret_what, const char **ret_name)
{
  TrafoPlugin *rival;

  *ret_what = "name";
  *ret_name = trafo_plugin_get_name (plugin);
  rival = g_hash_table_lookup (scan->names, *ret_name);
  for (guint i = 0; rival == NULL && i < trafo_plugin_get_n_features (plugin); i++)
    {
      *ret_what = "type";
      *ret_name = trafo_plugin_get_feature (plugin, i)->type_name;
      rival = g_hash_table_lookup (scan->types, *ret_name);
    }
  return rival;
}

static void
set_ranks (Scan *scan, TrafoPlugin *plugin)
{
  for (guint i = 0; i < trafo_plugin_get_n_features (plugin); i++)
    {
      const TrafoPluginFeature *feature = trafo_plugin_get_feature (plugin, i);

      trafo_plugin_set_rank (plugin,
                             i,
                             trafo_plugin_choice_get_rank (scan->choice,
                                                           feature->kind,
                                                           feature->name,
                                                           feature->rank));
    }
}

/* What speaks against a plugin beyond its file: the user, its past, an earlier one of its names. One
 * that is rejected stands in nobody's way. */
static void
judge_plugin (Scan *scan, TrafoPlugin *plugin)
{
  const char  *objection, *what, *name;
  TrafoPlugin *rival;

  objection = trafo_plugin_choice_find_objection (scan->choice, trafo_plugin_get_name (plugin));
  if (objection != NULL)
    {
      reject (plugin, TRAFO_PLUGIN_ERROR_NOT_FOUND, "%s", objection);
      return;
    }
  apply_verdict (scan, plugin);
  if (!is_usable (plugin))
    return;
  rival = find_rival (scan, plugin, &what, &name);
  if (rival != NULL)
    {
      reject (plugin,
              TRAFO_PLUGIN_ERROR_INVALID,
              "shadowed by %s, which has the same %s '%s'",
              is_static (rival) ? "the program" : trafo_plugin_get_filename (rival),
              what,
              name);
      return;
    }
  claim_names (scan, plugin);
  set_ranks (scan, plugin);
}

/* The object stays the same if nothing changed. A plugin that is open cannot be opened again,
 * whatever became of its file. */
static TrafoPlugin *
find_known (Scan *scan, const char *path, const TrafoFileIdentity *identity)
{
  TrafoPlugin *plugin = g_hash_table_lookup (scan->known, path);
  const char  *what, *name;

  if (plugin == NULL || trafo_plugin_get_state (plugin) == TRAFO_PLUGIN_STATE_LOADED)
    return plugin;
  return is_usable (plugin) &&
                 trafo_file_identity_equal (trafo_plugin_get_identity (plugin), identity) &&
                 find_rival (scan, plugin, &what, &name) == NULL
             ? plugin
             : NULL;
}

/* @plugin is taken. */
static void
add_plugin (Scan *scan, TrafoPlugin *plugin)
{
  g_ptr_array_add (scan->result->plugins, plugin);
  if (!is_static (plugin))
    g_hash_table_add (scan->paths, (gpointer) trafo_plugin_get_filename (plugin));
}

/* A link that leads nowhere was meant to be a plugin. A file that is gone is none. */
static void
add_broken_link (Scan *scan, const char *path, int error_number)
{
  const TrafoFileIdentity none = { 0 };
  g_autofree char        *target = g_file_read_link (path, NULL);
  g_autofree char        *shown = target != NULL ? g_filename_display_name (target) : NULL;
  g_autoptr (GError) error = NULL;

  if (target == NULL)
    return;
  g_set_error (&error,
               TRAFO_PLUGIN_ERROR,
               TRAFO_PLUGIN_ERROR_INVALID,
               "%s: found a link to '%s', which cannot be read: %s",
               path,
               shown,
               g_strerror (error_number));
  add_plugin (scan, trafo_plugin_new (path, &none, NULL, error, scan->verdicts));
}

static void
scan_file (Scan *scan, const char *path)
{
  TrafoPlugin      *plugin;
  TrafoFileIdentity identity;
  struct stat       status;

  if (scan->result->plugins->len >= MAX_PLUGINS || g_hash_table_contains (scan->paths, path))
    return;
  if (stat (path, &status) != 0)
    {
      add_broken_link (scan, path, errno);
      return;
    }
  trafo_file_identity_init (&identity, &status);
  plugin = find_known (scan, path, &identity);
  if (plugin != NULL)
    {
      /* keeps the cache from forgetting it */
      g_autoptr (GVariant) facts = NULL;
      g_autoptr (GError) error = NULL;

      trafo_plugin_cache_lookup (scan->cache, path, &identity, &facts, &error);
      claim_names (scan, plugin);
      add_plugin (scan, g_object_ref (plugin));
      return;
    }
  plugin = read_plugin (scan, path, &identity);
  add_plugin (scan, plugin);
  if (is_usable (plugin))
    judge_plugin (scan, plugin);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* In the order of the names, so that the order of a file system decides nothing. */
static void
scan_folder (Scan *scan, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (trafo_search_path_is_plugin_name (name))
      g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    scan_file (scan, names->pdata[i]);
}

/* An entry of the search path is a folder or, for who tries one, a plugin. */
static void
scan_entry (Scan *scan, const char *entry, GError **error)
{
  g_autofree char *folder = NULL;

  if (!g_file_test (entry, G_FILE_TEST_IS_REGULAR))
    {
      if (trafo_search_path_check_folder (entry, error))
        scan_folder (scan, entry);
      return;
    }
  folder = g_path_get_dirname (entry);
  if (trafo_search_path_check_folder (folder, error))
    scan_file (scan, entry);
}

static gboolean
scan_folders (Scan *scan, const char *const *folders, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GVariantBuilder) report = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sus)"));

  for (gsize i = 0; folders[i] != NULL; i++)
    {
      g_autoptr (GError) local = NULL;
      guint            n_before = scan->result->plugins->len;
      g_autofree char *shown = g_filename_display_name (folders[i]);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (!g_hash_table_add (seen, (gpointer) folders[i]))
        continue;
      scan_entry (scan, folders[i], &local);
      g_variant_builder_add (&report,
                             "(sus)",
                             shown,
                             scan->result->plugins->len - n_before,
                             local != NULL ? local->message : "");
    }
  scan->result->folders = g_variant_ref_sink (g_variant_builder_end (&report));
  return TRUE;
}

/* Plugins that are linked into the program come first; those that are open stay, even if their
 * files are gone, and keep their names. */
static void
keep_open_plugins (Scan *scan, GPtrArray *known)
{
  for (guint i = 0; known != NULL && i < known->len; i++)
    {
      TrafoPlugin *plugin = known->pdata[i];

      if (trafo_plugin_get_state (plugin) != TRAFO_PLUGIN_STATE_LOADED)
        continue;
      claim_names (scan, plugin);
      if (is_static (plugin) ||
          !g_file_test (trafo_plugin_get_filename (plugin), G_FILE_TEST_EXISTS))
        add_plugin (scan, g_object_ref (plugin));
    }
}

static void
print_help (Scan *scan)
{
  GPtrArray *plugins = scan->result->plugins;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GPtrArray) features = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < plugins->len; i++)
    {
      if (trafo_plugin_get_n_features (plugins->pdata[i]) > 0)
        g_ptr_array_add (names, (gpointer) trafo_plugin_get_name (plugins->pdata[i]));
      for (guint j = 0; j < trafo_plugin_get_n_features (plugins->pdata[i]); j++)
        {
          const TrafoPluginFeature *feature = trafo_plugin_get_feature (plugins->pdata[i], j);

          g_ptr_array_add (features,
                           g_strdup_printf ("%s/%s",
                                            trafo_feature_kind_get_name (feature->kind),
                                            feature->name));
        }
    }
  g_ptr_array_add (names, NULL);
  g_ptr_array_add (features, NULL);
  trafo_plugin_choice_print_help (scan->choice,
                                  (const char *const *) names->pdata,
                                  (const char *const *) features->pdata);
}

gboolean
trafo_plugin_scan_run (TrafoPluginScan   *self,
                       const char *const *folders,
                       const char        *cache_filename,
                       gboolean           is_cache_read_only,
                       TrafoVerdicts     *verdicts,
                       GPtrArray         *known,
                       GCancellable      *cancellable,
                       GError           **error)
{
  g_autoptr (TrafoPluginCache) cache = trafo_plugin_cache_new (cache_filename);
  g_autoptr (TrafoPluginChoice) choice = trafo_plugin_choice_new_from_environment ();
  g_autoptr (GHashTable) known_by_path = index_by_path (known);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) types = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) paths = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) local = NULL;
  Scan scan = { self, cache, choice, verdicts, known_by_path, names, types, paths };

  self->plugins = g_ptr_array_new_with_free_func (g_object_unref);
  self->folders = NULL;
  keep_open_plugins (&scan, known);
  if (!scan_folders (&scan, folders, cancellable, error))
    {
      trafo_plugin_scan_clear (self);
      return FALSE;
    }
  if (trafo_plugin_choice_asks_help (choice))
    print_help (&scan);
  if (!is_cache_read_only && !trafo_plugin_cache_save (cache, folders, &local))
    g_debug ("%s; the next start reads all plugins again", local->message);
  return TRUE;
}

void
trafo_plugin_scan_clear (TrafoPluginScan *self)
{
  g_clear_pointer (&self->plugins, g_ptr_array_unref);
  g_clear_pointer (&self->folders, g_variant_unref);
}

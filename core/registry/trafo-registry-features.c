/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-feature-private.h"
#include "trafo-plugin-facts-private.h"
#include "trafo-plugin-object-private.h"
#include "trafo-registry-private.h"

#include <string.h>
#include <trafo/trafo-error.h>

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
  plugins = trafo_registry_dup_plugins (self, NULL);
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

/* The folders, and why one was skipped. */
static char *
describe_folders (TrafoRegistry *self)
{
  g_autoptr (GVariant) folders = trafo_registry_dup_folders (self);
  g_autoptr (GString) text = g_string_new (NULL);
  GVariantIter iter;
  const char  *folder, *reason;

  g_variant_iter_init (&iter, folders);
  while (g_variant_iter_next (&iter, "(&su&s)", &folder, NULL, &reason))
    {
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", folder);
      if (g_str_has_prefix (reason, folder)) /* "FOLDER: skipped, ..." */
        g_string_append_printf (text, " (%s)", reason + strlen (folder) + strlen (": "));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Everything that a user needs to see why there is no such feature. */
static void
set_not_found (TrafoRegistry *self, GListModel *features, const char *what, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);
  g_autoptr (GString) against = g_string_new (NULL);
  g_autoptr (GPtrArray) plugins = trafo_registry_dup_plugins (self, NULL);
  g_autofree char *searched = describe_folders (self);

  for (guint i = 0; i < g_list_model_get_n_items (features); i++)
    {
      g_autoptr (TrafoFeature) feature = g_list_model_get_item (features, i);
      g_autofree char *obstacle = trafo_feature_dup_obstacle (feature);

      g_string_append_printf (known,
                              "%s'%s'%s",
                              known->len > 0 ? ", " : "",
                              trafo_feature_get_name (feature),
                              obstacle != NULL                        ? " (unusable)"
                              : trafo_feature_get_rank (feature) == 0 ? " (rank 0)"
                                                                      : "");
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

static gboolean
is_eligible (TrafoFeature *feature, const char *answers_to)
{
  g_autofree char *obstacle = NULL;

  if (!trafo_feature_answers_to (feature, answers_to) ||
      trafo_feature_get_rank (feature) == TRAFO_RANK_NONE)
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
 * The feature with the highest rank, above 0, among those that can be used, that answers to a name.
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

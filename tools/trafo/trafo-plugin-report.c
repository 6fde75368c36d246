/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-plugin-report.h"

static const char *const kinds[] = {
  [TRAFO_FEATURE_KIND_BACKEND] = "backend",     [TRAFO_FEATURE_KIND_MODEL] = "model",
  [TRAFO_FEATURE_KIND_TOKENIZER] = "tokenizer", [TRAFO_FEATURE_KIND_OPTIMIZER] = "optimizer",
  [TRAFO_FEATURE_KIND_PIPELINE] = "pipeline",
};

static const char *const device_kinds[] = {
  [TRAFO_DEVICE_KIND_CPU] = "cpu",
  [TRAFO_DEVICE_KIND_GPU] = "gpu",
  [TRAFO_DEVICE_KIND_INTEGRATED_GPU] = "integrated-gpu",
  [TRAFO_DEVICE_KIND_ACCELERATOR] = "accelerator",
};

const char *
trafo_plugin_state_get_name (TrafoPluginState state)
{
  static const char *const names[] = {
    [TRAFO_PLUGIN_STATE_UNTRIED] = "untried",         [TRAFO_PLUGIN_STATE_READY] = "ready",
    [TRAFO_PLUGIN_STATE_LOADED] = "loaded",           [TRAFO_PLUGIN_STATE_REJECTED] = "rejected",
    [TRAFO_PLUGIN_STATE_QUARANTINED] = "quarantined",
  };

  return (guint) state < G_N_ELEMENTS (names) ? names[state] : "unknown";
}

const char *
trafo_report_get_string (TrafoValue *record, const char *key)
{
  TrafoValue *member = trafo_value_get_member (record, key);
  const char *string = member != NULL ? trafo_value_get_string (member) : NULL;

  return string != NULL ? string : "";
}

/* Of the a(sust) that a probe gives. */
static TrafoValue *
devices_value (GVariant *devices)
{
  TrafoValue  *list = trafo_value_new_list ();
  GVariantIter iter;
  const char  *name, *description;
  guint32      kind;
  guint64      memory_bytes;

  g_variant_iter_init (&iter, devices);
  while (g_variant_iter_next (&iter, "(&su&st)", &name, &kind, &description, &memory_bytes))
    {
      TrafoValue *device = trafo_value_new_record ();

      trafo_value_set_string (device, "name", name);
      trafo_value_set_string (device,
                              "kind",
                              kind < G_N_ELEMENTS (device_kinds) ? device_kinds[kind] : "unknown");
      trafo_value_set_string (device, "description", description);
      trafo_value_set_integer (device, "memory_bytes", memory_bytes);
      trafo_value_append (list, device);
    }
  return list;
}

static void
add_devices (TrafoValue *report, TrafoFeature *feature)
{
  TrafoPlugin *plugin = trafo_feature_get_plugin (feature);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) devices = NULL;

  /* without the helper, looking for devices would run the plugin's code in this process */
  if (trafo_plugin_get_state (plugin) == TRAFO_PLUGIN_STATE_UNTRIED)
    g_set_error_literal (&error,
                         TRAFO_DEVICE_ERROR,
                         TRAFO_DEVICE_ERROR_UNAVAILABLE,
                         "not looked for: plugins are not tried here");
  else
    devices = trafo_feature_probe (feature, NULL, &error);
  trafo_value_set (report,
                   "devices",
                   devices != NULL ? devices_value (devices) : trafo_value_new_list ());
  trafo_value_set_string (report, "probe_error", error != NULL ? error->message : NULL);
}

TrafoValue *
trafo_feature_report_new (TrafoFeature *feature)
{
  TrafoFeatureKind kind = trafo_feature_get_kind (feature);
  g_autofree char *obstacle = trafo_feature_dup_obstacle (feature);
  TrafoValue      *report = trafo_value_new_record ();

  trafo_value_set_string (report,
                          "kind",
                          (guint) kind < G_N_ELEMENTS (kinds) ? kinds[kind] : "unknown");
  trafo_value_set_string (report, "name", trafo_feature_get_name (feature));
  trafo_value_set_integer (report, "rank", trafo_feature_get_rank (feature));
  trafo_value_set (report,
                   "metadata",
                   trafo_value_new_from_variant (trafo_feature_get_metadata (feature)));
  trafo_value_set_string (report, "obstacle", obstacle);
  if (kind == TRAFO_FEATURE_KIND_BACKEND)
    add_devices (report, feature);
  return report;
}

TrafoValue *
trafo_plugin_report_new (TrafoPlugin *plugin)
{
  g_autoptr (GListModel) features = trafo_plugin_list_features (plugin);
  g_autofree char *reason = NULL;
  g_autofree char *abi = g_strdup_printf ("%u.%u",
                                          trafo_plugin_get_abi_major (plugin),
                                          trafo_plugin_get_abi_minor (plugin));
  TrafoValue      *report = trafo_value_new_record ();
  TrafoValue      *list = trafo_value_new_list ();

  /* looking for devices comes first, for it may change the state */
  for (guint i = 0; i < g_list_model_get_n_items (features); i++)
    {
      g_autoptr (TrafoFeature) feature = g_list_model_get_item (features, i);

      trafo_value_append (list, trafo_feature_report_new (feature));
    }
  reason = trafo_plugin_dup_reason (plugin);
  trafo_value_set_string (report, "name", trafo_plugin_get_name (plugin));
  trafo_value_set_string (report, "version", trafo_plugin_get_version (plugin));
  trafo_value_set_string (report, "license", trafo_plugin_get_license (plugin));
  trafo_value_set_string (report, "description", trafo_plugin_get_description (plugin));
  trafo_value_set_string (report, "file", trafo_plugin_get_filename (plugin));
  trafo_value_set_string (report, "abi", abi);
  trafo_value_set_string (report,
                          "state",
                          trafo_plugin_state_get_name (trafo_plugin_get_state (plugin)));
  trafo_value_set_string (report, "reason", reason);
  trafo_value_set (report, "features", list);
  return report;
}

static gint
compare_plugins (gconstpointer a, gconstpointer b)
{
  TrafoPlugin *left = *(TrafoPlugin *const *) a;
  TrafoPlugin *right = *(TrafoPlugin *const *) b;
  gint         order = g_strcmp0 (trafo_plugin_get_name (left), trafo_plugin_get_name (right));

  return order != 0
             ? order
             : g_strcmp0 (trafo_plugin_get_filename (left), trafo_plugin_get_filename (right));
}

TrafoValue *
trafo_plugin_report_list (void)
{
  GListModel *registry = G_LIST_MODEL (trafo_registry_get_default ());
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) plugins = g_ptr_array_new_with_free_func (g_object_unref);
  TrafoValue *list = trafo_value_new_list ();

  if (!trafo_registry_probe (TRAFO_REGISTRY (registry), FALSE, NULL, &error))
    g_warning ("%s", error->message);
  for (guint i = 0; i < g_list_model_get_n_items (registry); i++)
    g_ptr_array_add (plugins, g_list_model_get_item (registry, i));
  g_ptr_array_sort (plugins, compare_plugins);
  for (guint i = 0; i < plugins->len; i++)
    trafo_value_append (list, trafo_plugin_report_new (plugins->pdata[i]));
  return list;
}

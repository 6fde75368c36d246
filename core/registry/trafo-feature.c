/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-enum-types.h>

#include "trafo-feature.h"

#include "trafo-async-call-private.h"
#include "trafo-feature-private.h"
#include "trafo-machine-private.h"
#include "trafo-plugin-facts-private.h"
#include "trafo-plugin-module-private.h"
#include "trafo-plugin-object-private.h"

#include <trafo/trafo-backend.h>
#include <trafo/trafo-error.h>

/**
 * TrafoFeature:
 *
 * A backend, model, tokenizer, optimizer or task of pipelines that a plugin brings.
 *
 * The plugin is opened when [method@Trafo.Feature.create] is first called.
 */
struct _TrafoFeature
{
  GObject parent_instance;

  TrafoPlugin              *plugin;
  guint                     index;
  const TrafoPluginFeature *facts; /* in the plugin */
};

enum
{
  PROP_0,
  PROP_KIND,
  PROP_NAME,
  PROP_RANK,
  PROP_PLUGIN,
  PROP_METADATA,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TrafoFeature, trafo_feature, G_TYPE_OBJECT)

static void
trafo_feature_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TrafoFeature *self = TRAFO_FEATURE (object);

  switch (id)
    {
    case PROP_KIND:
      g_value_set_enum (value, self->facts->kind);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->facts->name);
      break;
    case PROP_RANK:
      g_value_set_int (value, trafo_feature_get_rank (self));
      break;
    case PROP_PLUGIN:
      g_value_set_object (value, self->plugin);
      break;
    case PROP_METADATA:
      g_value_set_variant (value, self->facts->metadata);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
trafo_feature_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_RANK)
    trafo_feature_set_rank (TRAFO_FEATURE (object), g_value_get_int (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
trafo_feature_finalize (GObject *object)
{
  g_clear_object (&TRAFO_FEATURE (object)->plugin);
  G_OBJECT_CLASS (trafo_feature_parent_class)->finalize (object);
}

static void
trafo_feature_class_init (TrafoFeatureClass *klass)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = trafo_feature_get_property;
  object_class->set_property = trafo_feature_set_property;
  object_class->finalize = trafo_feature_finalize;

  /**
   * TrafoFeature:kind:
   *
   * What it is.
   */
  properties[PROP_KIND] = g_param_spec_enum ("kind",
                                             NULL,
                                             NULL,
                                             TRAFO_TYPE_FEATURE_KIND,
                                             TRAFO_FEATURE_KIND_BACKEND,
                                             readable);
  /**
   * TrafoFeature:name:
   *
   * Its name, such as "bert".
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, readable);
  /**
   * TrafoFeature:rank:
   *
   * Among features that answer to the same name the one with the highest rank is chosen, and none
   * of rank 0; [method@Trafo.Registry.lookup] gives those, too. Changes hold for this process.
   */
  properties[PROP_RANK] = g_param_spec_int ("rank",
                                            NULL,
                                            NULL,
                                            0,
                                            G_MAXINT,
                                            0,
                                            readable | G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY);
  /**
   * TrafoFeature:plugin:
   *
   * The plugin that brings it.
   */
  properties[PROP_PLUGIN] = g_param_spec_object ("plugin", NULL, NULL, TRAFO_TYPE_PLUGIN, readable);
  /**
   * TrafoFeature:metadata:
   *
   * What else the plugin says about it, a `a{sv}`; see TRAFO_PLUGIN_DEFINE().
   */
  properties[PROP_METADATA] =
      g_param_spec_variant ("metadata", NULL, NULL, G_VARIANT_TYPE_VARDICT, NULL, readable);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
trafo_feature_init (TrafoFeature *self)
{
}

TrafoFeature *
trafo_feature_new (TrafoPlugin *plugin, guint index)
{
  TrafoFeature *self = g_object_new (TRAFO_TYPE_FEATURE, NULL);

  self->plugin = g_object_ref (plugin);
  self->index = index;
  self->facts = trafo_plugin_get_feature (plugin, index);
  return self;
}

/**
 * trafo_feature_get_kind:
 * @self: a feature
 *
 * What it is.
 *
 * Returns: the kind
 */
TrafoFeatureKind
trafo_feature_get_kind (TrafoFeature *self)
{
  g_return_val_if_fail (TRAFO_IS_FEATURE (self), TRAFO_FEATURE_KIND_BACKEND);
  return self->facts->kind;
}

/**
 * trafo_feature_get_name:
 * @self: a feature
 *
 * Its name.
 *
 * Returns: (transfer none): such as "bert"
 */
const char *
trafo_feature_get_name (TrafoFeature *self)
{
  g_return_val_if_fail (TRAFO_IS_FEATURE (self), NULL);
  return self->facts->name;
}

/**
 * trafo_feature_get_rank:
 * @self: a feature
 *
 * What it is chosen by among others.
 *
 * Returns: the rank, at least 0
 */
gint
trafo_feature_get_rank (TrafoFeature *self)
{
  g_return_val_if_fail (TRAFO_IS_FEATURE (self), 0);
  return trafo_plugin_get_rank (self->plugin, self->index);
}

/**
 * trafo_feature_set_rank:
 * @self: a feature
 * @rank: at least 0
 *
 * Changes what it is chosen by, for this process.
 */
void
trafo_feature_set_rank (TrafoFeature *self, gint rank)
{
  g_return_if_fail (TRAFO_IS_FEATURE (self));
  g_return_if_fail (rank >= 0);
  if (rank == trafo_feature_get_rank (self))
    return;
  trafo_plugin_set_rank (self->plugin, self->index, rank);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RANK]);
}

/**
 * trafo_feature_get_plugin:
 * @self: a feature
 *
 * The plugin that brings it.
 *
 * Returns: (transfer none): the plugin
 */
TrafoPlugin *
trafo_feature_get_plugin (TrafoFeature *self)
{
  g_return_val_if_fail (TRAFO_IS_FEATURE (self), NULL);
  return self->plugin;
}

/**
 * trafo_feature_get_metadata:
 * @self: a feature
 *
 * What else the plugin says about it.
 *
 * Returns: (transfer none): a `a{sv}`; see TRAFO_PLUGIN_DEFINE() for the keys
 */
GVariant *
trafo_feature_get_metadata (TrafoFeature *self)
{
  g_return_val_if_fail (TRAFO_IS_FEATURE (self), NULL);
  return self->facts->metadata;
}

/**
 * trafo_feature_answers_to:
 * @self: a feature
 * @name: a model_type, a tokenizer_class, a name
 *
 * Whether it is what is meant by a name.
 *
 * Returns: %TRUE if it is its own name or one that its description lists
 */
gboolean
trafo_feature_answers_to (TrafoFeature *self, const char *name)
{
  g_autofree const char **names = NULL;

  g_return_val_if_fail (TRAFO_IS_FEATURE (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  if (g_str_equal (self->facts->name, name))
    return TRUE;
  return g_variant_lookup (self->facts->metadata, "answers_to", "^a&s", &names) &&
         g_strv_contains (names, name);
}

/* What this processor lacks, as an error. */
static gboolean
check_isa (TrafoFeature *self, GError **error)
{
  g_autofree const char **isa = NULL;
  const char             *missing;

  if (!g_variant_lookup (self->facts->metadata, "isa", "^a&s", &isa))
    return TRUE;
  missing = trafo_machine_find_missing_isa (isa);
  if (missing == NULL)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_UNSUPPORTED,
               "%s '%s' needs %s, which this processor or its operating system lacks",
               trafo_feature_kind_get_name (self->facts->kind),
               self->facts->name,
               missing);
  return FALSE;
}

/**
 * trafo_feature_dup_obstacle:
 * @self: a feature
 *
 * Why it cannot be used, as far as is known without opening its plugin.
 *
 * Returns: (transfer full) (nullable): the reason, %NULL if nothing is known against it
 */
char *
trafo_feature_dup_obstacle (TrafoFeature *self)
{
  g_autoptr (GError) error = NULL;
  char *reason;

  g_return_val_if_fail (TRAFO_IS_FEATURE (self), NULL);
  reason = trafo_plugin_dup_reason (self->plugin);
  if (reason == NULL && !check_isa (self, &error))
    reason = g_strdup (error->message);
  return reason;
}

/**
 * trafo_feature_create:
 * @self: a feature
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Makes an object that implements the interface of the feature's kind, #TrafoBackend,
 * #TrafoModel, #TrafoTokenizer, #TrafoOptimizer or #TrafoPipelineTask.
 *
 * Opens the plugin if it is not open yet; see [method@Trafo.Plugin.load]. The first time in the
 * life of a file this may take seconds.
 *
 * Fails with %TRAFO_PLUGIN_ERROR, or with %TRAFO_ERROR_UNSUPPORTED if the processor lacks what the
 * feature needs.
 *
 * Returns: (transfer full): the object
 */
GObject *
trafo_feature_create (TrafoFeature *self, GCancellable *cancellable, GError **error)
{
  GObject *object;
  GType    type, interface;

  g_return_val_if_fail (TRAFO_IS_FEATURE (self), NULL);
  if (!check_isa (self, error) || !trafo_plugin_load (self->plugin, cancellable, error))
    return NULL;
  type = trafo_plugin_get_feature_type (self->plugin, self->index);
  interface = trafo_feature_kind_get_interface (self->facts->kind);
  object = g_object_new (type, NULL);
  if (object != NULL && g_type_is_a (G_OBJECT_TYPE (object), interface))
    return object;
  g_set_error (error,
               TRAFO_PLUGIN_ERROR,
               TRAFO_PLUGIN_ERROR_INVALID,
               "%s: a new %s is a %s, which does not implement %s",
               trafo_plugin_get_name (self->plugin),
               g_type_name (type),
               object != NULL ? G_OBJECT_TYPE_NAME (object) : "NULL",
               g_type_name (interface));
  g_clear_object (&object);
  return NULL;
}

static gpointer
create (gpointer source, gpointer request, GCancellable *cancellable, GError **error)
{
  return trafo_feature_create (source, cancellable, error);
}

static const TrafoAsyncCall create_call = { create, NULL, g_object_unref };

/**
 * trafo_feature_create_async:
 * @self: a feature
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Does what [method@Trafo.Feature.create] does, in another thread.
 */
void
trafo_feature_create_async (TrafoFeature       *self,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_return_if_fail (TRAFO_IS_FEATURE (self));
  trafo_async_call_start (&create_call, self, NULL, cancellable, callback, user_data);
}

/**
 * trafo_feature_create_finish:
 * @self: a feature
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@Trafo.Feature.create_async].
 *
 * Returns: (transfer full): the object
 */
GObject *
trafo_feature_create_finish (TrafoFeature *self, GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&create_call, self, result, error);
}

/* The devices of a backend, in this process. */
static GVariant *
probe_here (TrafoFeature *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GObject) backend = trafo_feature_create (self, cancellable, error);
  g_autoptr (GListModel) devices = NULL;
  GVariantBuilder builder;

  if (backend == NULL || !trafo_backend_probe (TRAFO_BACKEND (backend), cancellable, error))
    return NULL;
  devices = trafo_backend_list_devices (TRAFO_BACKEND (backend));
  if (g_list_model_get_n_items (devices) == 0)
    {
      g_set_error (error,
                   TRAFO_DEVICE_ERROR,
                   TRAFO_DEVICE_ERROR_UNAVAILABLE,
                   "backend '%s' offers no device",
                   self->facts->name);
      return NULL;
    }
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sust)"));
  for (guint i = 0; i < g_list_model_get_n_items (devices); i++)
    {
      g_autoptr (TrafoDevice) device = g_list_model_get_item (devices, i);

      g_variant_builder_add (&builder,
                             "(sust)",
                             trafo_device_get_name (device),
                             trafo_device_get_kind (device),
                             trafo_device_get_description (device),
                             trafo_device_get_total_memory (device));
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/**
 * trafo_feature_probe:
 * @self: a backend
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Looks for the devices of a backend, without opening it in this process.
 *
 * What was found before is taken while neither the file, the driver, the kernel nor the variables
 * that hide devices changed, until the next boot.
 *
 * Fails with %TRAFO_DEVICE_ERROR_UNAVAILABLE and the backend's reason if there is no device, with
 * %TRAFO_PLUGIN_ERROR if the plugin cannot be used, with %TRAFO_ERROR_UNSUPPORTED for a feature
 * that is no backend.
 *
 * Returns: (transfer full): a `a(sust)`: the name, the #TrafoDeviceKind, the vendor's name and the
 *   memory in bytes (0 if unknown) of each device
 */
GVariant *
trafo_feature_probe (TrafoFeature *self, GCancellable *cancellable, GError **error)
{
  GVariant *devices;
  gboolean  is_known;

  g_return_val_if_fail (TRAFO_IS_FEATURE (self), NULL);
  if (self->facts->kind != TRAFO_FEATURE_KIND_BACKEND)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_UNSUPPORTED,
                   "'%s' is a %s, only a backend has devices",
                   self->facts->name,
                   trafo_feature_kind_get_name (self->facts->kind));
      return NULL;
    }
  if (!check_isa (self, error))
    return NULL;
  devices = trafo_plugin_probe_devices (self->plugin, &is_known, cancellable, error);
  return is_known ? devices : probe_here (self, cancellable, error);
}

static gpointer
probe (gpointer source, gpointer request, GCancellable *cancellable, GError **error)
{
  return trafo_feature_probe (source, cancellable, error);
}

static const TrafoAsyncCall probe_call = { probe, NULL, (GDestroyNotify) g_variant_unref };

/**
 * trafo_feature_probe_async:
 * @self: a backend
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Does what [method@Trafo.Feature.probe] does, in another thread.
 */
void
trafo_feature_probe_async (TrafoFeature       *self,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_return_if_fail (TRAFO_IS_FEATURE (self));
  trafo_async_call_start (&probe_call, self, NULL, cancellable, callback, user_data);
}

/**
 * trafo_feature_probe_finish:
 * @self: a backend
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@Trafo.Feature.probe_async].
 *
 * Returns: (transfer full): as of [method@Trafo.Feature.probe]
 */
GVariant *
trafo_feature_probe_finish (TrafoFeature *self, GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&probe_call, self, result, error);
}

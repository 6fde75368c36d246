/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-auto-config.h"

#include <json-glib/json-glib.h>
#include <trafo/trafo-error.h>
#include <trafo/trafo-model.h>

#include "trafo-async-call-private.h"
#include "trafo-registry.h"

/**
 * TrafoAutoConfig:
 *
 * Reads a checkpoint's configuration.
 */
struct _TrafoAutoConfig
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (TrafoAutoConfig, trafo_auto_config, G_TYPE_OBJECT)

static void
trafo_auto_config_class_init (TrafoAutoConfigClass *klass)
{
}

static void
trafo_auto_config_init (TrafoAutoConfig *self)
{
}

/**
 * trafo_auto_config_from_pretrained:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Reads config.json.
 *
 * Returns: (transfer full) (nullable): the configuration, or %NULL with an error of the domains
 *   %TRAFO_FORMAT_ERROR or %G_IO_ERROR
 */
TrafoConfig *
trafo_auto_config_from_pretrained (const char *path, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (path != NULL, NULL);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  return trafo_config_new_from_folder (path, error);
}

static gpointer
load (gpointer source, gpointer path, GCancellable *cancellable, GError **error)
{
  return trafo_auto_config_from_pretrained (path, cancellable, error);
}

static const TrafoAsyncCall load_call = { load, g_free, g_object_unref };

/**
 * trafo_auto_config_from_pretrained_async:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Reads config.json, without blocking.
 */
void
trafo_auto_config_from_pretrained_async (const char         *path,
                                         GCancellable       *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer            user_data)
{
  g_return_if_fail (path != NULL);
  trafo_async_call_start (&load_call, NULL, g_strdup (path), cancellable, callback, user_data);
}

/**
 * trafo_auto_config_from_pretrained_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.AutoConfig.from_pretrained_async] began.
 *
 * Returns: (transfer full) (nullable): as [func@Trafo.AutoConfig.from_pretrained]
 */
TrafoConfig *
trafo_auto_config_from_pretrained_finish (GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&load_call, NULL, result, error);
}

/* The options as config.json has them: bindings make integers of any size, and lists of any type. */
static TrafoConfig *
new_config (const char *model_type, GVariant *options, GError **error)
{
  g_auto (GVariantDict) dict;
  g_autoptr (GVariant) all = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_variant_dict_init (&dict, options);
  g_variant_dict_insert (&dict, "model_type", "s", model_type);
  all = g_variant_ref_sink (g_variant_dict_end (&dict));
  text = json_gvariant_serialize_data (all, NULL);
  bytes = g_bytes_new_static (text, strlen (text));
  return trafo_config_new_from_bytes (bytes, model_type, error);
}

/* What the model reads besides; a model that is nothing without a head says nothing. */
static gboolean
read_defaults (TrafoConfig *config, GError **error)
{
  g_autoptr (TrafoFeature) feature = NULL;
  g_autoptr (TrafoModel) model = NULL;
  g_autoptr (GError) local = NULL;

  feature = trafo_registry_find (trafo_registry_get_default (),
                                 TRAFO_FEATURE_KIND_MODEL,
                                 trafo_config_get_model_type (config),
                                 error);
  if (feature == NULL)
    return FALSE;
  model = (TrafoModel *) trafo_feature_create (feature, NULL, error);
  if (model == NULL)
    return FALSE;
  if (trafo_model_configure (model, config, "base", &local) ||
      g_error_matches (local, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/**
 * trafo_auto_config_for_model:
 * @model_type: the kind of model, such as "gpt2"
 * @options: (nullable): a dictionary of type a{sv}: keys of config.json and their values, such as
 *   "n_layer"; a floating reference is taken
 * @error: return location for an error
 *
 * Makes a configuration without a file, with Hugging Face's defaults for what is left out.
 *
 * Returns: (transfer full) (nullable): the configuration, or %NULL with an error of the domains
 *   %TRAFO_PLUGIN_ERROR (no plugin for @model_type), %TRAFO_FORMAT_ERROR or %TRAFO_ERROR
 */
TrafoConfig *
trafo_auto_config_for_model (const char *model_type, GVariant *options, GError **error)
{
  g_autoptr (GVariant) owned = options != NULL ? g_variant_ref_sink (options) : NULL;
  g_autoptr (TrafoConfig) config = NULL;

  g_return_val_if_fail (model_type != NULL, NULL);
  if (owned != NULL && !g_variant_is_of_type (owned, G_VARIANT_TYPE_VARDICT))
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "%s: found options of type '%s', expected 'a{sv}'",
                   model_type,
                   g_variant_get_type_string (owned));
      return NULL;
    }
  config = new_config (model_type, owned, error);
  if (config == NULL || !read_defaults (config, error))
    return NULL;
  return trafo_config_complete (config);
}

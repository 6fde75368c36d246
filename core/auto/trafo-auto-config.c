/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-auto-config.h"

#include "trafo-async-call-private.h"

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

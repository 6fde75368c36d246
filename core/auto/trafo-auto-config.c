/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-auto-config.h"

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
 * @error: return location for an error
 *
 * Reads config.json.
 *
 * Returns: (transfer full) (nullable): the configuration, or %NULL with an error of the domains
 *   %TRAFO_FORMAT_ERROR or %G_IO_ERROR
 */
TrafoConfig *
trafo_auto_config_from_pretrained (const char *path, GError **error)
{
  g_return_val_if_fail (path != NULL, NULL);
  return trafo_config_new_from_folder (path, error);
}

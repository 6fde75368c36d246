/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>
#include <trafo/trafo-config.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_AUTO_CONFIG (trafo_auto_config_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoAutoConfig, trafo_auto_config, TRAFO, AUTO_CONFIG, GObject)

TRAFO_API TrafoConfig *
trafo_auto_config_from_pretrained (const char *path, GCancellable *cancellable, GError **error);
TRAFO_API void         trafo_auto_config_from_pretrained_async (const char         *path,
                                                                GCancellable       *cancellable,
                                                                GAsyncReadyCallback callback,
                                                                gpointer            user_data);
TRAFO_API TrafoConfig *trafo_auto_config_from_pretrained_finish (GAsyncResult *result,
                                                                 GError      **error);
TRAFO_API TrafoConfig *
trafo_auto_config_for_model (const char *model_type, GVariant *options, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-config.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_AUTO_CONFIG (trafo_auto_config_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoAutoConfig, trafo_auto_config, TRAFO, AUTO_CONFIG, GObject)

TRAFO_API TrafoConfig *trafo_auto_config_from_pretrained (const char *path, GError **error);
TRAFO_API TrafoConfig *
trafo_auto_config_for_model (const char *model_type, GVariant *options, GError **error);

G_END_DECLS

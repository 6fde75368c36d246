/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-plugin-descriptor.h>

G_BEGIN_DECLS

/* The interface that a feature of a kind implements. */
GType trafo_feature_kind_get_interface (TrafoFeatureKind kind);

/* Opens a plugin in this process, for good, and registers its types: one for each feature of
 * @facts, into @ret_types. Errors: TRAFO_PLUGIN_ERROR_DEPENDENCY if it cannot be opened, _INVALID
 * and _ABI if it is not what it says. */
gboolean
trafo_plugin_module_open (const char *filename, GVariant *facts, GType *ret_types, GError **error);

/* The same for a plugin whose table is in this process already. */
gboolean trafo_plugin_module_register (const TrafoPluginDescriptor *descriptor,
                                       const char                  *filename,
                                       GVariant                    *facts,
                                       GType                       *ret_types,
                                       GError                     **error);

G_END_DECLS

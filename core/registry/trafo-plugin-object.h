/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>
#include <trafo/trafo-plugin-descriptor.h>

G_BEGIN_DECLS

/**
 * TrafoPluginState:
 * @TRAFO_PLUGIN_STATE_UNTRIED: its description is known; none of its code ran yet
 * @TRAFO_PLUGIN_STATE_READY: it was tried in another process, where it behaved
 * @TRAFO_PLUGIN_STATE_LOADED: it is open in this process
 * @TRAFO_PLUGIN_STATE_REJECTED: it is broken, of another ABI, disabled or shadowed by another
 * @TRAFO_PLUGIN_STATE_QUARANTINED: it crashed or hung when it was tried in another process
 *
 * How far a plugin has come.
 */
typedef enum
{
  TRAFO_PLUGIN_STATE_UNTRIED,
  TRAFO_PLUGIN_STATE_READY,
  TRAFO_PLUGIN_STATE_LOADED,
  TRAFO_PLUGIN_STATE_REJECTED,
  TRAFO_PLUGIN_STATE_QUARANTINED,
} TrafoPluginState;

#define TRAFO_TYPE_PLUGIN (trafo_plugin_get_type ())

TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoPlugin, trafo_plugin, TRAFO, PLUGIN, GObject)

TRAFO_API TrafoPlugin *trafo_plugin_new_from_file (const char *filename);

TRAFO_API const char      *trafo_plugin_get_filename (TrafoPlugin *self);
TRAFO_API const char      *trafo_plugin_get_name (TrafoPlugin *self);
TRAFO_API const char      *trafo_plugin_get_version (TrafoPlugin *self);
TRAFO_API const char      *trafo_plugin_get_license (TrafoPlugin *self);
TRAFO_API const char      *trafo_plugin_get_description (TrafoPlugin *self);
TRAFO_API guint            trafo_plugin_get_abi_major (TrafoPlugin *self);
TRAFO_API guint            trafo_plugin_get_abi_minor (TrafoPlugin *self);
TRAFO_API TrafoPluginState trafo_plugin_get_state (TrafoPlugin *self);
TRAFO_API char            *trafo_plugin_dup_reason (TrafoPlugin *self);
TRAFO_API GListModel      *trafo_plugin_list_features (TrafoPlugin *self);

TRAFO_API gboolean trafo_plugin_load (TrafoPlugin *self, GCancellable *cancellable, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-command.h"

G_BEGIN_DECLS

/* A plugin: name, version, license, description, file, abi, state, reason, and its features as
 * below. */
TrafoValue *trafo_plugin_report_new (TrafoPlugin *plugin);

/* A feature: kind, name, rank, metadata, obstacle (why it cannot be used, or null), and, of a
 * backend, devices and probe_error; looking for them happens in another process. */
TrafoValue *trafo_feature_report_new (TrafoFeature *feature);

/* All plugins of the default registry, in the order of their names. Those that nobody tried yet are
 * tried first, in processes of their own. */
TrafoValue *trafo_plugin_report_list (void);

const char *trafo_plugin_state_get_name (TrafoPluginState state);

/* The string of a member, "" where it is null. */
const char *trafo_report_get_string (TrafoValue *record, const char *key);

G_END_DECLS

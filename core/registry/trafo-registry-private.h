/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-plugin-scan-private.h"
#include "trafo-registry.h"

G_BEGIN_DECLS

TrafoVerdicts *trafo_registry_get_verdicts (TrafoRegistry *self);
gboolean       trafo_registry_is_cache_read_only (TrafoRegistry *self);

/* The plugins now. @ret_generation (nullable): of this list, for trafo_registry_take_scan(). */
GPtrArray *trafo_registry_dup_plugins (TrafoRegistry *self, guint *ret_generation);

/* Makes what a scan found the registry's; FALSE, and nothing happened, if the list changed since it
 * had @generation. */
gboolean trafo_registry_take_scan (TrafoRegistry *self, TrafoPluginScan *scan, guint generation);

G_END_DECLS

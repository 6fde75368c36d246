/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-verdicts-private.h"

#include "trafo-plugin-object.h"

G_BEGIN_DECLS

/* What a look through the folders found. */
typedef struct
{
  GPtrArray *plugins; /* of TrafoPlugin, in the order of the search */
  GVariant  *folders; /* a(sus): folder, number of plugins in it, why it was skipped or "" */
} TrafoPluginScan;

/* Looks through @folders. Plugins of @known (nullable) that are still the same file, or are open,
 * stay the same object. @cache_filename: NULL for none. FALSE only if the caller cancelled. */
gboolean trafo_plugin_scan_run (TrafoPluginScan   *self,
                                const char *const *folders,
                                const char        *cache_filename,
                                gboolean           is_cache_read_only,
                                TrafoVerdicts     *verdicts,
                                GPtrArray         *known,
                                GCancellable      *cancellable,
                                GError           **error);
void     trafo_plugin_scan_clear (TrafoPluginScan *self);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-file-identity-private.h"

G_BEGIN_DECLS

/* The registry's cache: what the files that were found say, so that no start reads them again. */
typedef struct _TrafoPluginCache TrafoPluginCache;

/* @filename: NULL keeps nothing. A file that is absent or broken is an empty cache. */
TrafoPluginCache *trafo_plugin_cache_new (const char *filename);
void              trafo_plugin_cache_free (TrafoPluginCache *self);

/* TRUE if the file is known and unchanged: then either @ret_facts or, for a file that is no plugin,
 * @ret_error is set. */
gboolean trafo_plugin_cache_lookup (TrafoPluginCache        *self,
                                    const char              *path,
                                    const TrafoFileIdentity *identity,
                                    GVariant               **ret_facts,
                                    GError                 **ret_error);

/* Either @facts or @error, a TRAFO_PLUGIN_ERROR. */
void trafo_plugin_cache_put (TrafoPluginCache        *self,
                             const char              *path,
                             const TrafoFileIdentity *identity,
                             GVariant                *facts,
                             const GError            *error);

/* Writes the file if anything changed. Files of @folders that were neither looked up nor put are
 * gone and are forgotten; those of other folders, which another search path names, stay. */
gboolean
trafo_plugin_cache_save (TrafoPluginCache *self, const char *const *folders, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoPluginCache, trafo_plugin_cache_free)

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-feature.h"

G_BEGIN_DECLS

#define TRAFO_TYPE_REGISTRY (trafo_registry_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoRegistry, trafo_registry, TRAFO, REGISTRY, GObject)

TRAFO_API TrafoRegistry *trafo_registry_get_default (void);
TRAFO_API TrafoRegistry *trafo_registry_new (const char *const *search_path,
                                             const char        *cache_folder);

TRAFO_API char      **trafo_registry_dup_search_path (TrafoRegistry *self);
TRAFO_API void        trafo_registry_add_path (TrafoRegistry *self, const char *folder);
TRAFO_API const char *trafo_registry_get_cache_filename (TrafoRegistry *self);
TRAFO_API const char *trafo_registry_get_verdicts_filename (TrafoRegistry *self);
TRAFO_API GVariant   *trafo_registry_dup_folders (TrafoRegistry *self);
/* Bindings have no descriptors: those are made by a macro. */
#ifndef __GI_SCANNER__
TRAFO_API gboolean trafo_registry_add_static (TrafoRegistry               *self,
                                              const TrafoPluginDescriptor *descriptor,
                                              GError                     **error);
#endif

TRAFO_API gboolean trafo_registry_scan (TrafoRegistry *self,
                                        GCancellable  *cancellable,
                                        GError       **error);
TRAFO_API void     trafo_registry_scan_async (TrafoRegistry      *self,
                                              GCancellable       *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer            user_data);
TRAFO_API gboolean trafo_registry_scan_finish (TrafoRegistry *self,
                                               GAsyncResult  *result,
                                               GError       **error);

TRAFO_API gboolean trafo_registry_probe (TrafoRegistry *self,
                                         gboolean       is_anew,
                                         GCancellable  *cancellable,
                                         GError       **error);
TRAFO_API void     trafo_registry_probe_async (TrafoRegistry      *self,
                                               gboolean            is_anew,
                                               GCancellable       *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer            user_data);
TRAFO_API gboolean trafo_registry_probe_finish (TrafoRegistry *self,
                                                GAsyncResult  *result,
                                                GError       **error);
TRAFO_API guint    trafo_registry_clear_quarantine (TrafoRegistry *self);

TRAFO_API GListModel   *trafo_registry_list_features (TrafoRegistry *self, TrafoFeatureKind kind);
TRAFO_API TrafoFeature *trafo_registry_lookup (TrafoRegistry   *self,
                                               TrafoFeatureKind kind,
                                               const char      *name,
                                               GError         **error);
TRAFO_API TrafoFeature *trafo_registry_find (TrafoRegistry   *self,
                                             TrafoFeatureKind kind,
                                             const char      *answers_to,
                                             GError         **error);

G_END_DECLS

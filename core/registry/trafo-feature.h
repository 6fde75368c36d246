/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-plugin-object.h"

G_BEGIN_DECLS

#define TRAFO_TYPE_FEATURE (trafo_feature_get_type ())

TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoFeature, trafo_feature, TRAFO, FEATURE, GObject)

TRAFO_API TrafoFeatureKind trafo_feature_get_kind (TrafoFeature *self);
TRAFO_API const char      *trafo_feature_get_name (TrafoFeature *self);
TRAFO_API gint             trafo_feature_get_rank (TrafoFeature *self);
TRAFO_API void             trafo_feature_set_rank (TrafoFeature *self, gint rank);
TRAFO_API TrafoPlugin     *trafo_feature_get_plugin (TrafoFeature *self);
TRAFO_API GVariant        *trafo_feature_get_metadata (TrafoFeature *self);
TRAFO_API gboolean         trafo_feature_answers_to (TrafoFeature *self, const char *name);
TRAFO_API char            *trafo_feature_dup_obstacle (TrafoFeature *self);

TRAFO_API GObject                *
trafo_feature_create (TrafoFeature *self, GCancellable *cancellable, GError **error);
TRAFO_API void trafo_feature_create_async (TrafoFeature       *self,
                                           GCancellable       *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer            user_data);
TRAFO_API GObject *
trafo_feature_create_finish (TrafoFeature *self, GAsyncResult *result, GError **error);

TRAFO_API GVariant                *
trafo_feature_probe (TrafoFeature *self, GCancellable *cancellable, GError **error);
TRAFO_API void trafo_feature_probe_async (TrafoFeature       *self,
                                          GCancellable       *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer            user_data);
TRAFO_API GVariant *
trafo_feature_probe_finish (TrafoFeature *self, GAsyncResult *result, GError **error);

G_END_DECLS

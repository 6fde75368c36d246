/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>
#include <trafo/trafo-model.h>

#include "trafo-load-options.h"
#include "trafo-tensor-dict.h"

G_BEGIN_DECLS

/* What a user does with a model, once a plugin made it. */

TRAFO_API gboolean trafo_model_load (TrafoModel       *self,
                                     const char       *folder,
                                     const char       *task,
                                     TrafoLoadOptions *options,
                                     GCancellable     *cancellable,
                                     GError          **error);
TRAFO_API void     trafo_model_load_async (TrafoModel         *self,
                                           const char         *folder,
                                           const char         *task,
                                           TrafoLoadOptions   *options,
                                           GCancellable       *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer            user_data);
TRAFO_API gboolean trafo_model_load_finish (TrafoModel *self, GAsyncResult *result, GError **error);

TRAFO_API gboolean trafo_model_initialize (TrafoModel       *self,
                                           TrafoConfig      *config,
                                           const char       *task,
                                           TrafoLoadOptions *options,
                                           GCancellable     *cancellable,
                                           GError          **error);

TRAFO_API TrafoConfig *trafo_model_get_config (TrafoModel *self);
TRAFO_API const char  *trafo_model_get_task (TrafoModel *self);
TRAFO_API const char  *trafo_model_get_folder (TrafoModel *self);
TRAFO_API char       **trafo_model_list_inputs (TrafoModel *self, GError **error);
TRAFO_API const char  *trafo_model_get_device_name (TrafoModel *self);
TRAFO_API char       **trafo_model_list_missing_keys (TrafoModel *self);
TRAFO_API char       **trafo_model_list_unexpected_keys (TrafoModel *self);
TRAFO_API guint64      trafo_model_get_n_parameters (TrafoModel *self);
TRAFO_API guint64      trafo_model_get_peak_bytes (TrafoModel *self);

G_END_DECLS

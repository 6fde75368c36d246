/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>
#include <trafo/trafo-model.h>

G_BEGIN_DECLS

TRAFO_API guint64  trafo_model_measure_saved (TrafoModel *self, GError **error);
TRAFO_API gboolean trafo_model_save_pretrained (TrafoModel   *self,
                                                const char   *folder,
                                                guint64       max_shard_size_bytes,
                                                GCancellable *cancellable,
                                                GError      **error);
TRAFO_API void     trafo_model_save_pretrained_async (TrafoModel         *self,
                                                      const char         *folder,
                                                      guint64             max_shard_size_bytes,
                                                      GCancellable       *cancellable,
                                                      GAsyncReadyCallback callback,
                                                      gpointer            user_data);
TRAFO_API gboolean trafo_model_save_pretrained_finish (TrafoModel   *self,
                                                       GAsyncResult *result,
                                                       GError      **error);

G_END_DECLS

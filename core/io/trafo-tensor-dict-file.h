/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>

#include "trafo-tensor-dict.h"

G_BEGIN_DECLS

TRAFO_API TrafoTensorDict *trafo_tensor_dict_load (const char *filename, GError **error);
TRAFO_API gboolean         trafo_tensor_dict_save (TrafoTensorDict *self,
                                                   const char      *filename,
                                                   GError         **error);
TRAFO_API void             trafo_tensor_dict_load_async (const char         *filename,
                                                         GCancellable       *cancellable,
                                                         GAsyncReadyCallback callback,
                                                         gpointer            user_data);
TRAFO_API TrafoTensorDict *trafo_tensor_dict_load_finish (GAsyncResult *result, GError **error);
TRAFO_API void             trafo_tensor_dict_save_async (TrafoTensorDict    *self,
                                                         const char         *filename,
                                                         GCancellable       *cancellable,
                                                         GAsyncReadyCallback callback,
                                                         gpointer            user_data);
TRAFO_API gboolean         trafo_tensor_dict_save_finish (TrafoTensorDict *self,
                                                          GAsyncResult    *result,
                                                          GError         **error);

G_END_DECLS

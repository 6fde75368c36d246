/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-backend.h>

G_BEGIN_DECLS

TRAFO_API TrafoDevice *
trafo_device_open (const char *name, GCancellable *cancellable, GError **error);

TRAFO_API void         trafo_device_open_async (const char         *name,
                                                GCancellable       *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer            user_data);
TRAFO_API TrafoDevice *trafo_device_open_finish (GAsyncResult *result, GError **error);

G_END_DECLS

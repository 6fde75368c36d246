/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-device-private.h"

G_BEGIN_DECLS

/* A device in host memory that has one kernel, for calls of @op that @supports takes. Until it is gone, it
 * is the only one. */
TrafoDevice *kernel_device_new (TrafoOpId op, gboolean (*supports) (const TrafoKernelArgs *args));

G_END_DECLS

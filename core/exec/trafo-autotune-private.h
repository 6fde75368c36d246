/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-device-private.h"

G_BEGIN_DECLS

/* Finds by trying which of the kernels that take the same operands is the fastest, if the environment
 * variable TRAFO_AUTOTUNE is 1: for kernels in host memory, once a machine. */
gboolean trafo_autotune_is_wanted (TrafoDevice *device);

/* The kernel that was found to be the fastest; if that is not known, the cheapest, and @ret_is_open
 * becomes TRUE. NULL: the device has none. */
const TrafoKernel *
trafo_autotune_recall (TrafoDevice *device, const TrafoKernelArgs *args, gboolean *ret_is_open);

/* Runs them all, in turns, on operands that are there; the last one leaves the result, which is the same
 * for each. */
gboolean trafo_autotune_measure (TrafoDevice *device, const TrafoKernelArgs *args, GError **error);

G_END_DECLS

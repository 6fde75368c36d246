/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-backend.h>

G_BEGIN_DECLS

/* What no kernel can surpass on @device with the threads of the pool, the best of some tries; 0 where it
 * cannot be told, as on any device with memory of its own. */

/* Multiplications and additions of @dtype a second. */
double trafo_machine_measure_flops (TrafoDevice *device, TrafoDType dtype);

/* Bytes a second that are read from a memory much larger than the caches. FALSE if there is none. */
gboolean trafo_machine_measure_bytes (TrafoDevice *device, double *ret_bytes, GError **error);

G_END_DECLS

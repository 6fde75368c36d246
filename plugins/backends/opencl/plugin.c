/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-backend.h"

#include <trafo/trafo-plugin.h>

/* Below the processor's own backend: the only driver may be one that runs on the processor. */
TRAFO_PLUGIN_DEFINE (opencl,
                     "0.1.0",
                     "MIT",
                     "OpenCL 1.2 devices",
                     TRAFO_PLUGIN_BACKEND ("opencl",
                                           TrafoOpenclBackend,
                                           trafo_opencl_backend,
                                           TRAFO_RANK_SECONDARY,
                                           TRAFO_NEEDS_DRIVERS ("libOpenCL.so.1")))

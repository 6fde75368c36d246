/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-plugin.h>

#include "cpu-backend.h"

/* clang-format off */
TRAFO_PLUGIN_DEFINE (cpu, "0.1.0", "MIT", "Kernels for x86-64 processors: baseline, AVX2, AVX-512, AMX",
                     TRAFO_PLUGIN_BACKEND ("cpu", TrafoCpuBackend, trafo_cpu_backend,
                                           TRAFO_RANK_PRIMARY, ))
/* clang-format on */

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-backend.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_CPU_BACKEND (trafo_cpu_backend_get_type ())
G_DECLARE_FINAL_TYPE (TrafoCpuBackend, trafo_cpu_backend, TRAFO, CPU_BACKEND, GObject)

G_END_DECLS

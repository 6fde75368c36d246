/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-backend.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_OPENCL_BACKEND (trafo_opencl_backend_get_type ())
G_DECLARE_FINAL_TYPE (TrafoOpenclBackend, trafo_opencl_backend, TRAFO, OPENCL_BACKEND, GObject)

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "opencl-library.h"

#include <trafo/trafo-kernel.h>

G_BEGIN_DECLS

const char *opencl_status_get_name (cl_int code);
TrafoStatus opencl_status_from_code (cl_int code);

/* Both fill @message, which may be NULL, and return the status to pass on. */
TrafoStatus opencl_status_fail (TrafoMessage *message, cl_int code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
TrafoStatus opencl_status_set (TrafoMessage *message, TrafoStatus status, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

G_END_DECLS

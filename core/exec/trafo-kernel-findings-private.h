/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-backend.h>

G_BEGIN_DECLS

/* Which kernels were found to be the fastest on this machine, with as many threads as there are: by this
 * process, and by others of the same builds of the backend and of this library. Any thread may ask. */

/* The name of the kernel for the operands that @key describes; NULL: not known. Nobody vouches for it. */
const char *trafo_kernel_findings_lookup (TrafoDevice *device, const char *key);
void        trafo_kernel_findings_add (TrafoDevice *device, const char *key, const char *kernel);

/* Keeps what was added. */
void trafo_kernel_findings_save (TrafoDevice *device);

/* Knows what is kept alone, as a new process does. */
void trafo_kernel_findings_forget (void);

G_END_DECLS

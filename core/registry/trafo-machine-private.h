/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A text that changes when the kernel or a graphics driver does: verdicts on plugins hold while it
 * stays. */
char *trafo_machine_dup_driver_key (void);

/* A text that changes when the devices that a process sees may have changed. */
char *trafo_machine_dup_device_key (void);

/* The first of @features, as __builtin_cpu_supports() names them, that the processor lacks or the
 * operating system does not let run; NULL if none. */
const char *trafo_machine_find_missing_isa (const char *const *features);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A program that links this counts its allocations: its functions take the place of libc's. */

/* FALSE where a sanitizer has its own allocator. */
gboolean allocations_are_counted (void);

/* How many there were so far. */
guint allocations_get_count (void);

G_END_DECLS

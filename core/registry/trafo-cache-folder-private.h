/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where this user's caches are: the environment variable TRAFO_CACHE_DIR, or a folder below the
 * desktop's. NULL in a process that has more rights than its caller, which keeps none. */
char *trafo_cache_folder_find (void);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

/* What a block of rows that passes all weights may take of a core's second-level cache; the rest is for
 * the weights that it meets, those that come next, and results. */
gsize trafo_cpu_get_block_bytes (void);

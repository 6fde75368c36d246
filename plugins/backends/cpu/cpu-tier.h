/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "cpu-kernels.h"

#define TRAFO_CPU_N_TIERS 6

/* The tiers that this processor has and this operating system lets run, best first, never none: for tests and
 * benchmarks, which go over all of them. */
gsize trafo_cpu_list_tiers (const TrafoCpuKernels *ret_tiers[TRAFO_CPU_N_TIERS]);

/* The best of them that is not above @cap, a tier's name; NULL or "" is no cap. */
const TrafoCpuKernels *trafo_cpu_choose_tier (const char *cap, GError **error);

/* The processor's own name for itself, at most 48 bytes. */
char *trafo_cpu_get_brand (void);

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

/* Whether the tile registers of AMX may be used by this process and compute what they should. What
 * CPUID says of them is not enough: some virtual machines show the feature and end a program that
 * uses it, others hide the leaf that describes it (0x1D) and run it at full speed. So another process
 * tries, on palette 1, which every processor with AMX has. */
gboolean trafo_cpu_try_amx (void);

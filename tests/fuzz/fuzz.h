/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>
#include <stddef.h>

/* What libFuzzer calls. */
int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const guint8 *data, size_t size_bytes);

/* Stops the fuzzer with the input at hand if @condition does not hold. */
#define fuzz_check(condition) g_assert_true (condition)

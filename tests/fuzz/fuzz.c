/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fuzz.h"

/* A critical message is a defect as much as a crash is. */
int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
  return 0;
}

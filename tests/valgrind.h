/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

/* Valgrind is a processor of its own, with less than the machine's. */
static inline gboolean
is_on_valgrind (void)
{
  return RUNNING_ON_VALGRIND != 0;
}

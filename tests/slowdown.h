/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

/* How many times as long things may take: what runs the tests says it, if that slows them down. */
static inline double
get_slowdown (void)
{
  const char *text = g_getenv ("TRAFO_TEST_SLOWDOWN");

  return text != NULL ? MAX (g_ascii_strtod (text, NULL), 1) : 1;
}

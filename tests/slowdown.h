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

/* Of very many like cases each Nth is enough there. */
static inline guint64
get_every (void)
{
  const char *text = g_getenv ("TRAFO_TEST_EVERY");

  return text != NULL ? MAX (g_ascii_strtoull (text, NULL, 10), 1) : 1;
}

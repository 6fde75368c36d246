/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "cpu-cache.h"

#include <unistd.h>

/* Where the system does not know. */
#define USUAL_L2_BYTES (1024 * 1024)

static gsize
read_l2_bytes (void)
{
#ifdef _SC_LEVEL2_CACHE_SIZE
  long size_bytes = sysconf (_SC_LEVEL2_CACHE_SIZE);

  if (size_bytes > 0)
    return (gsize) size_bytes;
#endif
  return USUAL_L2_BYTES;
}

gsize
trafo_cpu_get_block_bytes (void)
{
  static gsize block_bytes;

  if (g_once_init_enter (&block_bytes))
    g_once_init_leave (&block_bytes, read_l2_bytes () * 3 / 8);
  return block_bytes;
}

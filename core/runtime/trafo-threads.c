/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-threads.h"

#include "trafo-thread-pool-private.h"

/**
 * trafo_get_n_threads:
 *
 * How many threads compute at once on the host: as many as the environment variable
 * `TRAFO_THREADS` says, else as there are processors that the affinity and the control group leave
 * to this process. The number stays what it is when it is first asked for or used.
 *
 * Returns: at least 1
 */
guint
trafo_get_n_threads (void)
{
  return trafo_thread_pool_get_size (trafo_thread_pool_get_default ());
}

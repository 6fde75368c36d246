/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-device-private.h"

G_BEGIN_DECLS

/* One kernel call in host memory, with all threads and with scratch of its own; as often as wanted. */
typedef struct
{
  const TrafoKernel *kernel;
  TrafoKernelArgs    args;
  TrafoKernelSplit   split;
  guint8            *scratch;
  guint              n_taken;   /* of the tasks that workers take as they become free */
  guint              n_workers; /* that took part in the last run */
} TrafoHostRun;

gboolean trafo_host_run_init (TrafoHostRun          *self,
                              const TrafoKernel     *kernel,
                              const TrafoKernelArgs *args,
                              GError               **error);
void     trafo_host_run_clear (TrafoHostRun *self);
/* FALSE if threads were busy, so that it took longer than it can. */
gboolean trafo_host_run (TrafoHostRun *self);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "kernel-device.h"

static void
run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  g_assert_not_reached ();
}

static TrafoKernel kernel = { .struct_size = sizeof kernel, .name = "only", .run = run };

static const TrafoKernel *const *
list_kernels (gpointer device, guint16 op, gsize *ret_n_kernels)
{
  static const TrafoKernel *const kernels[] = { &kernel };

  *ret_n_kernels = op == kernel.op ? 1 : 0;
  return kernels;
}

static const TrafoDeviceOps ops = { .struct_size = sizeof ops,
                                    .flags = TRAFO_DEVICE_HOST_MEMORY,
                                    .list_kernels = list_kernels };

TrafoDevice *
kernel_device_new (TrafoOpId op, gboolean (*supports) (const TrafoKernelArgs *args))
{
  kernel.op = (guint16) op;
  kernel.supports = supports;
  return trafo_device_new ("kernel", TRAFO_DEVICE_KIND_CPU, "", 0, &ops, NULL, NULL);
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-reference-device-private.h"

static const TrafoKernel *const *
list_kernels (gpointer device, guint16 op, gsize *ret_n_kernels)
{
  *ret_n_kernels = 0;
  return NULL;
}

static const TrafoDeviceOps ops = {
  .struct_size = sizeof ops,
  .flags = TRAFO_DEVICE_HOST_MEMORY,
  .list_kernels = list_kernels,
};

TrafoDevice *
trafo_reference_device_new (void)
{
  return trafo_device_new ("reference",
                           TRAFO_DEVICE_KIND_CPU,
                           "reference kernels in plain C",
                           0,
                           &ops,
                           NULL,
                           NULL);
}

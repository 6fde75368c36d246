/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "cpu-device.h"

#include "cpu-kernels.h"

static const TrafoKernel *const *
device_list_kernels (gpointer device, guint16 op, gsize *ret_n_kernels)
{
  const TrafoCpuKernels *tier = device;

  return tier->list_kernels (op, ret_n_kernels);
}

static gsize
device_packed_size (gpointer device, const TrafoWeight *weight)
{
  const TrafoCpuKernels *tier = device;

  return tier->packed_size (weight);
}

static guint
device_pack_n_tasks (gpointer device, const TrafoWeight *weight)
{
  const TrafoCpuKernels *tier = device;

  return tier->pack_n_tasks (weight);
}

static gint64
device_pack_rows (gpointer device, const TrafoWeight *weight, guint task, gint64 *ret_end)
{
  const TrafoCpuKernels *tier = device;

  return tier->pack_rows (weight, task, ret_end);
}

static void
device_pack (gpointer device, const TrafoWeight *weight, gpointer destination, guint task)
{
  const TrafoCpuKernels *tier = device;

  tier->pack (weight, destination, task);
}

static guint64
device_saturate (gpointer device, guint16 dtype)
{
  const TrafoCpuKernels *tier = device;

  return tier->saturate (dtype);
}

/* Panels are as wide as the tier's vectors. */
static const char *
device_packed_layout (gpointer device)
{
  const TrafoCpuKernels *tier = device;

  return tier->name;
}

static gboolean
device_keeps_dtype (gpointer device, guint16 dtype)
{
  const TrafoCpuKernels *tier = device;

  return tier->keeps_dtype (dtype);
}

const TrafoDeviceOps trafo_cpu_device_ops = {
  .struct_size = sizeof (TrafoDeviceOps),
  .flags = TRAFO_DEVICE_HOST_MEMORY,
  .list_kernels = device_list_kernels,
  .packed_size = device_packed_size,
  .pack_n_tasks = device_pack_n_tasks,
  .pack_rows = device_pack_rows,
  .pack = device_pack,
  .saturate = device_saturate,
  .packed_layout = device_packed_layout,
  .keeps_dtype = device_keeps_dtype,
};

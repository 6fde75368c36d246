/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "example.h"

/* A device in host memory with one kernel. What it lacks is computed by core, so a backend grows
 * kernel by kernel, and each can be measured against core's reference. */
struct _ExampleBackend
{
  GObject parent_instance;
};

/* y = -x, element for element. */
static gint64
count_elements (const TrafoOperand *operand)
{
  gint64 n = 1;

  for (guint i = 0; i < operand->n_dims; i++)
    n *= operand->shape[i];
  return n;
}

static gboolean
is_dense_float32 (const TrafoOperand *operand)
{
  gint64 stride = 1;

  for (guint i = operand->n_dims; i-- > 0; stride *= operand->shape[i])
    if (operand->shape[i] != 1 && operand->strides[i] != stride)
      return FALSE;
  return operand->dtype == TRAFO_DTYPE_FLOAT32 && operand->layout == TRAFO_LAYOUT_STRIDED;
}

static gboolean
neg_supports (const TrafoKernelArgs *args)
{
  return is_dense_float32 (&args->inputs[0]) && is_dense_float32 (&args->output);
}

static void
neg_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  const float *x = args->inputs[0].data;
  float       *y = args->output.data;
  gint64       n = count_elements (&args->output);

  for (gint64 i = 0; i < n; i++)
    y[i] = -x[i];
}

static const TrafoKernel neg = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_NEG,
  .name = "neg-float32-example",
  .supports = neg_supports,
  .run = neg_run,
};

static const TrafoKernel *const *
list_kernels (gpointer device, guint16 op, gsize *ret_n_kernels)
{
  static const TrafoKernel *const neg_kernels[] = { &neg };

  *ret_n_kernels = op == TRAFO_OP_NEG ? G_N_ELEMENTS (neg_kernels) : 0;
  return neg_kernels;
}

static const TrafoDeviceOps device_ops = {
  .struct_size = sizeof (TrafoDeviceOps),
  .flags = TRAFO_DEVICE_HOST_MEMORY,
  .list_kernels = list_kernels,
};

static void example_backend_iface_init (TrafoBackendInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ExampleBackend,
                               example_backend,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_BACKEND,
                                                      example_backend_iface_init))

/* Opens what the machine must have; without it, says why with TRAFO_DEVICE_ERROR_UNAVAILABLE. */
static gboolean
example_backend_probe (TrafoBackend *backend, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static GListModel *
example_backend_list_devices (TrafoBackend *backend)
{
  GListStore *devices = g_list_store_new (TRAFO_TYPE_DEVICE);
  g_autoptr (TrafoDevice) device = trafo_device_new ("example",
                                                     TRAFO_DEVICE_KIND_CPU,
                                                     "a processor that can negate",
                                                     0,
                                                     &device_ops,
                                                     NULL,
                                                     NULL);

  g_list_store_append (devices, device);
  return G_LIST_MODEL (devices);
}

static void
example_backend_iface_init (TrafoBackendInterface *iface)
{
  iface->probe = example_backend_probe;
  iface->list_devices = example_backend_list_devices;
}

static void
example_backend_class_init (ExampleBackendClass *klass)
{
}

static void
example_backend_init (ExampleBackend *self)
{
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "cpu-backend.h"

#include "cpu-device.h"
#include "cpu-tier.h"

#include <unistd.h>

/* The host's processor: one device, "cpu", whose kernels are those of the best instruction-set
 * tier that may run here. TRAFO_CPU_ISA caps the tier. */
struct _TrafoCpuBackend
{
  GObject parent_instance;

  const TrafoCpuKernels *tier;
};

static guint64
get_total_memory (void)
{
  long n_pages = sysconf (_SC_PHYS_PAGES);
  long page_size_bytes = sysconf (_SC_PAGESIZE);

  return n_pages > 0 && page_size_bytes > 0 ? (guint64) n_pages * (guint64) page_size_bytes : 0;
}

static gboolean
cpu_backend_probe (TrafoBackend *backend, GCancellable *cancellable, GError **error)
{
  TrafoCpuBackend *self = TRAFO_CPU_BACKEND (backend);

  self->tier = trafo_cpu_choose_tier (g_getenv ("TRAFO_CPU_ISA"), error);
  return self->tier != NULL;
}

static GListModel *
cpu_backend_list_devices (TrafoBackend *backend)
{
  TrafoCpuBackend *self = TRAFO_CPU_BACKEND (backend);
  GListStore      *devices = g_list_store_new (TRAFO_TYPE_DEVICE);
  g_autoptr (TrafoDevice) device = NULL;
  g_autofree char *brand = NULL;
  g_autofree char *description = NULL;

  if (self->tier == NULL)
    return G_LIST_MODEL (devices);
  brand = trafo_cpu_get_brand ();
  description = g_strdup_printf ("%s (%s kernels)", brand, self->tier->name);
  device = trafo_device_new ("cpu",
                             TRAFO_DEVICE_KIND_CPU,
                             description,
                             get_total_memory (),
                             &trafo_cpu_device_ops,
                             (gpointer) self->tier,
                             NULL);
  g_list_store_append (devices, device);
  return G_LIST_MODEL (devices);
}

static void
cpu_backend_iface_init (TrafoBackendInterface *iface)
{
  iface->probe = cpu_backend_probe;
  iface->list_devices = cpu_backend_list_devices;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TrafoCpuBackend,
                               trafo_cpu_backend,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_BACKEND, cpu_backend_iface_init))

static void
trafo_cpu_backend_class_init (TrafoCpuBackendClass *klass)
{
}

static void
trafo_cpu_backend_init (TrafoCpuBackend *self)
{
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>
#include <trafo/trafo-kernel.h>

G_BEGIN_DECLS

/**
 * TrafoDeviceKind:
 * @TRAFO_DEVICE_KIND_CPU: the host's processor
 * @TRAFO_DEVICE_KIND_GPU: a graphics processor with memory of its own
 * @TRAFO_DEVICE_KIND_INTEGRATED_GPU: a graphics processor that shares the host's memory
 * @TRAFO_DEVICE_KIND_ACCELERATOR: anything else
 *
 * What sort of device it is.
 */
typedef enum
{
  TRAFO_DEVICE_KIND_CPU,
  TRAFO_DEVICE_KIND_GPU,
  TRAFO_DEVICE_KIND_INTEGRATED_GPU,
  TRAFO_DEVICE_KIND_ACCELERATOR,
} TrafoDeviceKind;

#define TRAFO_TYPE_DEVICE (trafo_device_get_type ())
#define TRAFO_TYPE_BACKEND (trafo_backend_get_type ())

TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoDevice, trafo_device, TRAFO, DEVICE, GObject)
TRAFO_API
G_DECLARE_INTERFACE (TrafoBackend, trafo_backend, TRAFO, BACKEND, GObject)

/**
 * TrafoBackendInterface:
 * @g_iface: the parent interface
 * @probe: opens driver libraries and looks for devices; %FALSE with the reason, as an error of the
 *   domain %TRAFO_DEVICE_ERROR, if there is none. Called once, before anything else
 * @list_devices: the devices that @probe found, as a #GListModel of #TrafoDevice
 *
 * What a backend plugin implements. A backend knows kernels and memory; it knows nothing of
 * models, training or adapters.
 */
struct _TrafoBackendInterface
{
  GTypeInterface g_iface;

  gboolean (*probe) (TrafoBackend *self, GCancellable *cancellable, GError **error);
  GListModel *(*list_devices) (TrafoBackend *self);
};

TRAFO_API gboolean    trafo_backend_probe (TrafoBackend *self,
                                           GCancellable *cancellable,
                                           GError      **error);
TRAFO_API GListModel *trafo_backend_list_devices (TrafoBackend *self);

/* @ops must outlive the device (a static table); @destroy, if not NULL, frees @handle. */
TRAFO_API TrafoDevice *trafo_device_new (const char           *name,
                                         TrafoDeviceKind       kind,
                                         const char           *description,
                                         guint64               total_memory_bytes,
                                         const TrafoDeviceOps *ops,
                                         gpointer              handle,
                                         GDestroyNotify        destroy);

TRAFO_API const char     *trafo_device_get_name (TrafoDevice *self);
TRAFO_API const char     *trafo_device_get_description (TrafoDevice *self);
TRAFO_API TrafoDeviceKind trafo_device_get_kind (TrafoDevice *self);
TRAFO_API guint64         trafo_device_get_total_memory (TrafoDevice *self);

TRAFO_API const TrafoDeviceOps *trafo_device_get_ops (TrafoDevice *self);
TRAFO_API gpointer              trafo_device_get_handle (TrafoDevice *self);

G_END_DECLS

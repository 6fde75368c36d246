/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-backend.h>
#include <trafo/trafo-error.h>

G_DEFINE_INTERFACE (TrafoBackend, trafo_backend, G_TYPE_OBJECT)

static void
trafo_backend_default_init (TrafoBackendInterface *iface)
{
}

/**
 * trafo_backend_probe:
 * @self: a backend
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Opens what the backend needs from the machine and looks for devices.
 *
 * A plugin that fails without saying why gets an error that names it.
 *
 * Returns: %TRUE if there is at least one device
 */
gboolean
trafo_backend_probe (TrafoBackend *self, GCancellable *cancellable, GError **error)
{
  TrafoBackendInterface *iface;
  GError                *local = NULL;
  gboolean               found;

  g_return_val_if_fail (TRAFO_IS_BACKEND (self), FALSE);
  iface = TRAFO_BACKEND_GET_IFACE (self);
  if (iface->probe == NULL)
    return TRUE;
  found = iface->probe (self, cancellable, &local);
  if (found && local == NULL)
    return TRUE;
  if (local == NULL)
    g_set_error (&local,
                 TRAFO_ERROR,
                 TRAFO_ERROR_INTERNAL,
                 "%s: probe() failed without a reason",
                 G_OBJECT_TYPE_NAME (self));
  g_propagate_error (error, local);
  return FALSE;
}

/**
 * trafo_backend_list_devices:
 * @self: a backend that was probed with success
 *
 * The devices of this backend, best first.
 *
 * Returns: (transfer full): a #GListModel of #TrafoDevice, possibly empty
 */
GListModel *
trafo_backend_list_devices (TrafoBackend *self)
{
  TrafoBackendInterface *iface;
  GListModel            *devices = NULL;

  g_return_val_if_fail (TRAFO_IS_BACKEND (self), NULL);
  iface = TRAFO_BACKEND_GET_IFACE (self);
  if (iface->list_devices != NULL)
    devices = iface->list_devices (self);
  return devices != NULL ? devices : G_LIST_MODEL (g_list_store_new (TRAFO_TYPE_DEVICE));
}

/**
 * TrafoDevice:
 *
 * One processor that a backend can compute on.
 */
struct _TrafoDevice
{
  GObject parent_instance;

  char                 *name;
  char                 *description;
  TrafoDeviceKind       kind;
  guint64               total_memory_bytes;
  const TrafoDeviceOps *ops;
  gpointer              handle;
  GDestroyNotify        destroy;
};

G_DEFINE_FINAL_TYPE (TrafoDevice, trafo_device, G_TYPE_OBJECT)

static void
trafo_device_finalize (GObject *object)
{
  TrafoDevice *self = TRAFO_DEVICE (object);

  if (self->destroy != NULL)
    self->destroy (self->handle);
  g_free (self->name);
  g_free (self->description);
  G_OBJECT_CLASS (trafo_device_parent_class)->finalize (object);
}

static void
trafo_device_class_init (TrafoDeviceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trafo_device_finalize;
}

static void
trafo_device_init (TrafoDevice *self)
{
}

/**
 * trafo_device_new: (skip)
 * @name: a name unique on this machine, such as "cpu" or "opencl:0"
 * @kind: what sort of device it is
 * @description: the vendor's name for it
 * @total_memory_bytes: its memory in bytes, 0 if unknown
 * @ops: its data plane, a table that is never freed
 * @handle: what every function of @ops gets as its device
 * @destroy: (nullable): frees @handle
 *
 * Describes a device; called by backends.
 *
 * Returns: (transfer full): the device
 */
TrafoDevice *
trafo_device_new (const char           *name,
                  TrafoDeviceKind       kind,
                  const char           *description,
                  guint64               total_memory_bytes,
                  const TrafoDeviceOps *ops,
                  gpointer              handle,
                  GDestroyNotify        destroy)
{
  TrafoDevice *self = g_object_new (TRAFO_TYPE_DEVICE, NULL);

  self->name = g_strdup (name);
  self->kind = kind;
  self->description = g_strdup (description);
  self->total_memory_bytes = total_memory_bytes;
  self->ops = ops;
  self->handle = handle;
  self->destroy = destroy;
  return self;
}

/**
 * trafo_device_get_name:
 * @self: a device
 *
 * The name by which `TRAFO_DEVICE` and options choose it.
 *
 * Returns: (transfer none): such as "cpu" or "opencl:0"
 */
const char *
trafo_device_get_name (TrafoDevice *self)
{
  g_return_val_if_fail (TRAFO_IS_DEVICE (self), NULL);
  return self->name;
}

/**
 * trafo_device_get_description:
 * @self: a device
 *
 * The vendor's name for it.
 *
 * Returns: (transfer none): one line
 */
const char *
trafo_device_get_description (TrafoDevice *self)
{
  g_return_val_if_fail (TRAFO_IS_DEVICE (self), NULL);
  return self->description;
}

/**
 * trafo_device_get_kind:
 * @self: a device
 *
 * What sort of device it is.
 *
 * Returns: the kind
 */
TrafoDeviceKind
trafo_device_get_kind (TrafoDevice *self)
{
  g_return_val_if_fail (TRAFO_IS_DEVICE (self), TRAFO_DEVICE_KIND_CPU);
  return self->kind;
}

/**
 * trafo_device_get_total_memory:
 * @self: a device
 *
 * Its memory.
 *
 * Returns: bytes, 0 if unknown
 */
guint64
trafo_device_get_total_memory (TrafoDevice *self)
{
  g_return_val_if_fail (TRAFO_IS_DEVICE (self), 0);
  return self->total_memory_bytes;
}

/**
 * trafo_device_get_ops: (skip)
 * @self: a device
 *
 * The data plane.
 *
 * Returns: (transfer none): the table given to trafo_device_new()
 */
const TrafoDeviceOps *
trafo_device_get_ops (TrafoDevice *self)
{
  g_return_val_if_fail (TRAFO_IS_DEVICE (self), NULL);
  return self->ops;
}

/**
 * trafo_device_get_handle: (skip)
 * @self: a device
 *
 * What the functions of the data plane get as their device.
 *
 * Returns: (transfer none) (nullable): the handle
 */
gpointer
trafo_device_get_handle (TrafoDevice *self)
{
  g_return_val_if_fail (TRAFO_IS_DEVICE (self), NULL);
  return self->handle;
}

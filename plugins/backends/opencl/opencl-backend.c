/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-backend.h"

#include "opencl-device.h"
#include "opencl-status.h"

#include <trafo/trafo-error.h>

/**
 * TrafoOpenclBackend:
 *
 * Kernels in OpenCL C 1.2 for every device that an OpenCL driver of this machine offers.
 *
 * The loader libOpenCL.so.1 is opened by probe(), so that the plugin itself needs no driver.
 */
struct _TrafoOpenclBackend
{
  GObject parent_instance;

  GListStore *devices;
};

static void trafo_opencl_backend_iface_init (TrafoBackendInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TrafoOpenclBackend,
                               trafo_opencl_backend,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_BACKEND,
                                                      trafo_opencl_backend_iface_init))

/* More platforms or devices than this are not looked at. */
#define MAX_PLATFORMS 16
#define MAX_DEVICES_PER_PLATFORM 64

/* Appends what a platform offers to @devices, and why a device was left out to @reasons. */
static void
collect_devices (OpenclLibrary *library,
                 cl_platform_id platform,
                 GPtrArray     *devices,
                 GString       *reasons)
{
  cl_device_id ids[MAX_DEVICES_PER_PLATFORM];
  cl_uint      n_ids = 0;
  cl_int       code =
      library->clGetDeviceIDs (platform, CL_DEVICE_TYPE_ALL, MAX_DEVICES_PER_PLATFORM, ids, &n_ids);

  if (code != CL_SUCCESS)
    {
      g_string_append_printf (reasons,
                              "; clGetDeviceIDs of a platform: %s",
                              opencl_status_get_name (code));
      return;
    }
  for (cl_uint i = 0; i < MIN (n_ids, MAX_DEVICES_PER_PLATFORM); i++)
    {
      g_autoptr (GError) error = NULL;
      OpenclDevice *device = opencl_device_new (library, platform, ids[i], &error);

      if (device != NULL)
        g_ptr_array_add (devices, device);
      else
        g_string_append_printf (reasons, "; %s", error->message);
    }
}

/* GPUs before integrated ones before the rest; the processor last. */
static int
compare_devices (gconstpointer a, gconstpointer b)
{
  static const int    order[] = { [TRAFO_DEVICE_KIND_GPU] = 0,
                                  [TRAFO_DEVICE_KIND_INTEGRATED_GPU] = 1,
                                  [TRAFO_DEVICE_KIND_ACCELERATOR] = 2,
                                  [TRAFO_DEVICE_KIND_CPU] = 3 };
  const OpenclDevice *first = *(const OpenclDevice *const *) a;
  const OpenclDevice *second = *(const OpenclDevice *const *) b;

  return order[first->kind] - order[second->kind];
}

/* Takes the device over. */
static void
publish_device (TrafoOpenclBackend *self, OpenclDevice *device, guint index)
{
  g_autoptr (TrafoDevice) published = NULL;

  device->name = g_strdup_printf ("opencl:%u", index);
  published = trafo_device_new (device->name,
                                device->kind,
                                device->description,
                                device->total_memory_bytes,
                                &opencl_device_ops,
                                device,
                                (GDestroyNotify) opencl_device_free);
  g_list_store_append (self->devices, published);
}

static gboolean
trafo_opencl_backend_probe (TrafoBackend *backend, GCancellable *cancellable, GError **error)
{
  TrafoOpenclBackend *self = TRAFO_OPENCL_BACKEND (backend);
  g_autoptr (OpenclLibrary) library = opencl_library_open (error);
  g_autoptr (GPtrArray) devices =
      g_ptr_array_new_with_free_func ((GDestroyNotify) opencl_device_free);
  g_autoptr (GString) reasons = g_string_new (NULL);
  cl_platform_id platforms[MAX_PLATFORMS];
  cl_uint        n_platforms = 0;
  cl_int         code;

  if (library == NULL)
    return FALSE;
  code = library->clGetPlatformIDs (MAX_PLATFORMS, platforms, &n_platforms);
  if (code != CL_SUCCESS)
    g_string_append_printf (reasons, "; clGetPlatformIDs: %s", opencl_status_get_name (code));
  for (cl_uint i = 0; code == CL_SUCCESS && i < MIN (n_platforms, MAX_PLATFORMS); i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      collect_devices (library, platforms[i], devices, reasons);
    }
  if (devices->len == 0)
    {
      g_set_error (error,
                   TRAFO_DEVICE_ERROR,
                   TRAFO_DEVICE_ERROR_UNAVAILABLE,
                   "opencl: found no usable device%s",
                   reasons->str);
      return FALSE;
    }
  g_ptr_array_sort (devices, compare_devices);
  g_list_store_remove_all (self->devices);
  g_ptr_array_set_free_func (devices, NULL);
  for (guint i = 0; i < devices->len; i++)
    publish_device (self, devices->pdata[i], i);
  return TRUE;
}

static GListModel *
trafo_opencl_backend_list_devices (TrafoBackend *backend)
{
  return G_LIST_MODEL (g_object_ref (TRAFO_OPENCL_BACKEND (backend)->devices));
}

static void
trafo_opencl_backend_finalize (GObject *object)
{
  g_object_unref (TRAFO_OPENCL_BACKEND (object)->devices);
  G_OBJECT_CLASS (trafo_opencl_backend_parent_class)->finalize (object);
}

static void
trafo_opencl_backend_class_init (TrafoOpenclBackendClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trafo_opencl_backend_finalize;
}

static void
trafo_opencl_backend_init (TrafoOpenclBackend *self)
{
  self->devices = g_list_store_new (TRAFO_TYPE_DEVICE);
}

static void
trafo_opencl_backend_iface_init (TrafoBackendInterface *iface)
{
  iface->probe = trafo_opencl_backend_probe;
  iface->list_devices = trafo_opencl_backend_list_devices;
}

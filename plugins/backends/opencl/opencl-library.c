/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-library.h"

#include <trafo/trafo-error.h>

#include <dlfcn.h>

#define DEFAULT_LIBRARY "libOpenCL.so.1"

static const struct
{
  const char *name;
  gsize       offset;
} functions[] = {
#define OPENCL_ENTRY(name) { #name, G_STRUCT_OFFSET (OpenclLibrary, name) },
  OPENCL_FUNCTIONS (OPENCL_ENTRY)
};

/*
 * opencl_library_open:
 * @error: return location for an error
 *
 * Opens the ICD loader, or the library that `TRAFO_OPENCL_LIBRARY` names in its place.
 *
 * Returns: (transfer full) (nullable): the library; %NULL with %TRAFO_DEVICE_ERROR_UNAVAILABLE if
 *   it is absent or older than OpenCL 1.2
 */
OpenclLibrary *
opencl_library_open (GError **error)
{
  const char *path = g_getenv ("TRAFO_OPENCL_LIBRARY");
  g_autoptr (OpenclLibrary) self = g_atomic_rc_box_new0 (OpenclLibrary);

  if (path == NULL || *path == '\0')
    path = DEFAULT_LIBRARY;
  self->handle = dlopen (path, RTLD_NOW | RTLD_LOCAL);
  if (self->handle == NULL)
    {
      g_set_error (error,
                   TRAFO_DEVICE_ERROR,
                   TRAFO_DEVICE_ERROR_UNAVAILABLE,
                   "opencl: cannot open the OpenCL loader: %s",
                   dlerror ());
      return NULL;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    {
      gpointer address = dlsym (self->handle, functions[i].name);

      if (address == NULL)
        {
          g_set_error (error,
                       TRAFO_DEVICE_ERROR,
                       TRAFO_DEVICE_ERROR_UNAVAILABLE,
                       "opencl: %s lacks %s, expected OpenCL 1.2 or newer",
                       path,
                       functions[i].name);
          return NULL;
        }
      G_STRUCT_MEMBER (gpointer, self, functions[i].offset) = address;
    }
  return g_steal_pointer (&self);
}

OpenclLibrary *
opencl_library_ref (OpenclLibrary *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
opencl_library_unref (OpenclLibrary *self)
{
  g_atomic_rc_box_release (self);
}

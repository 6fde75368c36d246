/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "opencl-device.h"

G_BEGIN_DECLS

/* An in-order queue with kernel objects of its own: arguments are set in the object, so that two
 * streams must not share one. A stream is used by one thread at a time. */
typedef struct
{
  OpenclDevice    *device;
  cl_command_queue queue;
  GHashTable      *kernels[OPENCL_N_PROGRAMS]; /* a static name, by address -> cl_kernel */
} OpenclStream;

TrafoStatus opencl_stream_new (gpointer device, gpointer *ret_stream, TrafoMessage *message);
void        opencl_stream_free (gpointer device, gpointer stream);
TrafoStatus opencl_stream_sync (gpointer device, gpointer stream, TrafoMessage *message);

TrafoStatus opencl_stream_get_kernel (OpenclStream   *self,
                                      OpenclProgramId program,
                                      const char     *name,
                                      cl_kernel      *ret_kernel,
                                      TrafoMessage   *message);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-stream.h"

#include "opencl-status.h"

/*
 * opencl_stream_new:
 * @device: an #OpenclDevice
 * @ret_stream: (out): an #OpenclStream
 * @message: (nullable): room for an explanation
 *
 * Returns: a status
 */
TrafoStatus
opencl_stream_new (gpointer device, gpointer *ret_stream, TrafoMessage *message)
{
  OpenclDevice    *self = device;
  OpenclStream    *stream;
  cl_command_queue queue;
  cl_int           code = CL_SUCCESS;
  TrafoStatus      status = opencl_device_open (self, message);

  if (status != TRAFO_STATUS_OK)
    return status;
  queue = self->library->clCreateCommandQueue (self->context, self->id, 0, &code);
  if (code != CL_SUCCESS)
    return opencl_status_fail (message, code, "%s: clCreateCommandQueue", self->name);
  stream = g_new (OpenclStream, 1);
  stream->device = self;
  stream->queue = queue;
  for (guint i = 0; i < OPENCL_N_PROGRAMS; i++)
    stream->kernels[i] = g_hash_table_new_full (g_direct_hash,
                                                g_direct_equal,
                                                NULL,
                                                (GDestroyNotify) self->library->clReleaseKernel);
  *ret_stream = stream;
  return TRAFO_STATUS_OK;
}

void
opencl_stream_free (gpointer device, gpointer stream)
{
  OpenclDevice *self = device;
  OpenclStream *freed = stream;

  if (freed == NULL)
    return;
  self->library->clFinish (freed->queue);
  for (guint i = 0; i < OPENCL_N_PROGRAMS; i++)
    g_hash_table_unref (freed->kernels[i]);
  self->library->clReleaseCommandQueue (freed->queue);
  g_free (freed);
}

/*
 * opencl_stream_sync:
 * @device: an #OpenclDevice
 * @stream: an #OpenclStream
 * @message: (nullable): room for an explanation
 *
 * Waits for everything enqueued so far.
 *
 * Returns: a status
 */
TrafoStatus
opencl_stream_sync (gpointer device, gpointer stream, TrafoMessage *message)
{
  OpenclDevice *self = device;
  OpenclStream *waited = stream;
  cl_int        code = self->library->clFinish (waited->queue);

  if (code == CL_SUCCESS)
    return TRAFO_STATUS_OK;
  return opencl_status_fail (message, code, "%s: clFinish", self->name);
}

/*
 * opencl_stream_get_kernel:
 * @self: a stream
 * @program: the program it is in
 * @name: its name, a string that stays: the address is the key
 * @ret_kernel: (out) (transfer none): the kernel, whose arguments the caller may set
 * @message: (nullable): room for an explanation
 *
 * Returns: a status
 */
TrafoStatus
opencl_stream_get_kernel (OpenclStream   *self,
                          OpenclProgramId program,
                          const char     *name,
                          cl_kernel      *ret_kernel,
                          TrafoMessage   *message)
{
  cl_kernel   kernel = g_hash_table_lookup (self->kernels[program], name);
  cl_program  built = NULL;
  cl_int      code = CL_SUCCESS;
  TrafoStatus status;

  if (kernel == NULL)
    {
      status = opencl_device_get_program (self->device, program, &built, message);
      if (status != TRAFO_STATUS_OK)
        return status;
      kernel = self->device->library->clCreateKernel (built, name, &code);
      if (code != CL_SUCCESS)
        return opencl_status_fail (message,
                                   code,
                                   "%s: clCreateKernel of %s",
                                   self->device->name,
                                   name);
      g_hash_table_insert (self->kernels[program], (gpointer) name, kernel);
    }
  *ret_kernel = kernel;
  return TRAFO_STATUS_OK;
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-buffer.h"

#include "opencl-status.h"
#include "opencl-stream.h"

/* OpenCL has no empty buffers, and a copy kernel may look at whole words. */
#define SIZE_UNIT_BYTES 16

/*
 * opencl_buffer_alloc:
 * @device: an #OpenclDevice
 * @size_bytes: the size, which may be 0
 * @usage: what it is for
 * @ret_buffer: (out): an #OpenclBuffer
 * @message: (nullable): room for an explanation
 *
 * Returns: a status; %TRAFO_STATUS_NO_MEMORY if the device cannot give as much in one piece
 */
TrafoStatus
opencl_buffer_alloc (gpointer         device,
                     gsize            size_bytes,
                     TrafoBufferUsage usage,
                     gpointer        *ret_buffer,
                     TrafoMessage    *message)
{
  OpenclDevice *self = device;
  cl_int        code = CL_SUCCESS;
  gsize         padded_bytes;
  cl_mem        memory;
  OpenclBuffer *buffer;
  TrafoStatus   status = opencl_device_open (self, message);

  if (status != TRAFO_STATUS_OK)
    return status;
  if (!g_size_checked_add (&padded_bytes, MAX (size_bytes, 1), SIZE_UNIT_BYTES - 1))
    return opencl_status_set (message,
                              TRAFO_STATUS_NO_MEMORY,
                              "%s: a buffer of %" G_GSIZE_FORMAT " bytes",
                              self->name,
                              size_bytes);
  padded_bytes -= padded_bytes % SIZE_UNIT_BYTES;
  memory =
      self->library->clCreateBuffer (self->context, CL_MEM_READ_WRITE, padded_bytes, NULL, &code);
  if (code != CL_SUCCESS)
    return opencl_status_fail (message,
                               code,
                               "%s: clCreateBuffer of %" G_GSIZE_FORMAT " bytes",
                               self->name,
                               padded_bytes);
  buffer = g_new (OpenclBuffer, 1);
  buffer->memory = memory;
  buffer->size_bytes = size_bytes;
  *ret_buffer = buffer;
  return TRAFO_STATUS_OK;
}

void
opencl_buffer_free (gpointer device, gpointer buffer)
{
  OpenclDevice *self = device;
  OpenclBuffer *freed = buffer;

  if (freed == NULL)
    return;
  self->library->clReleaseMemObject (freed->memory);
  g_free (freed);
}

static TrafoStatus
check_range (const OpenclDevice *self,
             const OpenclBuffer *buffer,
             gsize               offset_bytes,
             gsize               size_bytes,
             const char         *what,
             TrafoMessage       *message)
{
  gsize end;

  if (g_size_checked_add (&end, offset_bytes, size_bytes) && end <= buffer->size_bytes)
    return TRAFO_STATUS_OK;
  return opencl_status_set (message,
                            TRAFO_STATUS_FAILED,
                            "%s: %s of %" G_GSIZE_FORMAT " bytes at %" G_GSIZE_FORMAT
                            ", but the buffer has %" G_GSIZE_FORMAT,
                            self->name,
                            what,
                            size_bytes,
                            offset_bytes,
                            buffer->size_bytes);
}

static cl_command_queue
get_queue (const OpenclDevice *self, gpointer stream)
{
  return stream != NULL ? ((OpenclStream *) stream)->queue : self->queue;
}

/* The bytes between @host and the buffer, in one direction or the other; @host is only read by a
 * write. Returns when they have arrived. */
static TrafoStatus
transfer (OpenclDevice *self,
          gpointer      stream,
          OpenclBuffer *buffer,
          gsize         offset_bytes,
          gpointer      host,
          gsize         size_bytes,
          gboolean      is_write,
          TrafoMessage *message)
{
  const OpenclLibrary *library = self->library;
  cl_command_queue     queue = get_queue (self, stream);
  cl_mem               memory = buffer->memory;
  const char          *what = is_write ? "a write" : "a read";
  cl_int               code;
  TrafoStatus          status = check_range (self, buffer, offset_bytes, size_bytes, what, message);

  if (status != TRAFO_STATUS_OK || size_bytes == 0)
    return status;
  if (is_write)
    code = library->clEnqueueWriteBuffer (queue,
                                          memory,
                                          CL_TRUE,
                                          offset_bytes,
                                          size_bytes,
                                          host,
                                          0,
                                          NULL,
                                          NULL);
  else
    code = library->clEnqueueReadBuffer (queue,
                                         memory,
                                         CL_TRUE,
                                         offset_bytes,
                                         size_bytes,
                                         host,
                                         0,
                                         NULL,
                                         NULL);
  if (code == CL_SUCCESS)
    return TRAFO_STATUS_OK;
  return opencl_status_fail (message,
                             code,
                             "%s: %s of %" G_GSIZE_FORMAT " bytes",
                             self->name,
                             what,
                             size_bytes);
}

/*
 * opencl_buffer_write:
 * @device: an #OpenclDevice
 * @stream: (nullable): the stream whose earlier kernels come first
 * @buffer: an #OpenclBuffer
 * @offset_bytes: where in @buffer
 * @source: (array length=size_bytes): what to write
 * @size_bytes: how much
 * @message: (nullable): room for an explanation
 *
 * Returns when the bytes are in the buffer.
 *
 * Returns: a status
 */
TrafoStatus
opencl_buffer_write (gpointer      device,
                     gpointer      stream,
                     gpointer      buffer,
                     gsize         offset_bytes,
                     gconstpointer source,
                     gsize         size_bytes,
                     TrafoMessage *message)
{
  return transfer (device,
                   stream,
                   buffer,
                   offset_bytes,
                   (gpointer) source,
                   size_bytes,
                   TRUE,
                   message);
}

/*
 * opencl_buffer_read:
 * @device: an #OpenclDevice
 * @stream: (nullable): the stream whose earlier kernels come first
 * @buffer: an #OpenclBuffer
 * @offset_bytes: where in @buffer
 * @destination: (array length=size_bytes): where the bytes go
 * @size_bytes: how much
 * @message: (nullable): room for an explanation
 *
 * Returns when the bytes have arrived.
 *
 * Returns: a status
 */
TrafoStatus
opencl_buffer_read (gpointer      device,
                    gpointer      stream,
                    gpointer      buffer,
                    gsize         offset_bytes,
                    gpointer      destination,
                    gsize         size_bytes,
                    TrafoMessage *message)
{
  return transfer (device, stream, buffer, offset_bytes, destination, size_bytes, FALSE, message);
}

/*
 * opencl_buffer_copy:
 * @device: an #OpenclDevice
 * @stream: (nullable): the stream in which the copy takes its turn
 * @destination: an #OpenclBuffer
 * @destination_offset_bytes: where in @destination
 * @source: an #OpenclBuffer, maybe the same
 * @source_offset_bytes: where in @source
 * @size_bytes: how much; the two ranges do not overlap
 * @message: (nullable): room for an explanation
 *
 * Returns: a status
 */
TrafoStatus
opencl_buffer_copy (gpointer      device,
                    gpointer      stream,
                    gpointer      destination,
                    gsize         destination_offset_bytes,
                    gpointer      source,
                    gsize         source_offset_bytes,
                    gsize         size_bytes,
                    TrafoMessage *message)
{
  OpenclDevice *self = device;
  OpenclBuffer *to = destination, *from = source;
  TrafoStatus   status;
  cl_int        code;

  status = check_range (self, to, destination_offset_bytes, size_bytes, "a copy", message);
  if (status == TRAFO_STATUS_OK)
    status = check_range (self, from, source_offset_bytes, size_bytes, "a copy", message);
  if (status != TRAFO_STATUS_OK || size_bytes == 0)
    return status;
  code = self->library->clEnqueueCopyBuffer (get_queue (self, stream),
                                             from->memory,
                                             to->memory,
                                             source_offset_bytes,
                                             destination_offset_bytes,
                                             size_bytes,
                                             0,
                                             NULL,
                                             NULL);
  if (code == CL_SUCCESS)
    return TRAFO_STATUS_OK;
  return opencl_status_fail (message,
                             code,
                             "%s: clEnqueueCopyBuffer of %" G_GSIZE_FORMAT " bytes",
                             self->name,
                             size_bytes);
}

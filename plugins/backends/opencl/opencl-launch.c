/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-launch.h"

#include "opencl-buffer.h"
#include "opencl-status.h"

/* The work-group of element-wise kernels, for which drivers would take a divisor of the size. */
#define ELEMENTS_PER_GROUP 256

/*
 * opencl_launch_init:
 * @self: what to fill
 * @stream: the #OpenclStream to run on
 * @program: the program that has the kernel
 * @kernel: the kernel's name, a string that stays
 * @message: (nullable): room for an explanation
 */
void
opencl_launch_init (OpenclLaunch   *self,
                    gpointer        stream,
                    OpenclProgramId program,
                    const char     *kernel,
                    TrafoMessage   *message)
{
  memset (self, 0, sizeof *self);
  self->stream = stream;
  self->name = kernel;
  self->message = message;
  if (stream == NULL)
    self->status = opencl_status_set (message,
                                      TRAFO_STATUS_FAILED,
                                      "%s: found no stream, expected one",
                                      kernel);
  else
    self->status = opencl_stream_get_kernel (stream, program, kernel, &self->kernel, message);
}

void
opencl_launch_push (OpenclLaunch *self, gsize size_bytes, const void *value)
{
  cl_int code;

  if (self->status != TRAFO_STATUS_OK)
    return;
  code = self->stream->device->library->clSetKernelArg (self->kernel,
                                                        self->n_arguments,
                                                        size_bytes,
                                                        value);
  if (code != CL_SUCCESS)
    self->status = opencl_status_fail (self->message,
                                       code,
                                       "%s: %s: clSetKernelArg of argument %u",
                                       self->stream->device->name,
                                       self->name,
                                       self->n_arguments);
  self->n_arguments++;
}

void
opencl_launch_push_uint (OpenclLaunch *self, cl_uint value)
{
  opencl_launch_push (self, sizeof value, &value);
}

void
opencl_launch_push_long (OpenclLaunch *self, cl_long value)
{
  opencl_launch_push (self, sizeof value, &value);
}

void
opencl_launch_push_float (OpenclLaunch *self, cl_float value)
{
  opencl_launch_push (self, sizeof value, &value);
}

/* Whether the elements that the operand's shape and strides reach lie in its buffer. */
static gboolean
is_inside (const TrafoOperand *operand, gsize size_bytes)
{
  gint64 lowest = 0, highest = 0, reach;
  gsize  element_bytes = trafo_dtype_get_size (operand->dtype);
  gsize  n_elements;

  if (element_bytes == 0 || operand->offset_bytes % element_bytes != 0 ||
      operand->offset_bytes > size_bytes)
    return FALSE;
  for (guint i = 0; i < operand->n_dims; i++)
    {
      if (operand->shape[i] == 0)
        return TRUE;
      if (__builtin_mul_overflow (operand->shape[i] - 1, operand->strides[i], &reach) ||
          __builtin_add_overflow (reach, reach < 0 ? lowest : highest, &reach))
        return FALSE;
      if (reach < lowest)
        lowest = reach;
      if (reach > highest)
        highest = reach;
    }
  n_elements = (size_bytes - operand->offset_bytes) / element_bytes;
  return (guint64) highest < n_elements &&
         0 - (guint64) lowest <= operand->offset_bytes / element_bytes;
}

/*
 * opencl_launch_push_operand:
 * @self: a launch
 * @operand: a tensor
 *
 * Pushes two arguments: the memory, and the offset in elements. A tensor that does not lie inside
 * its buffer fails the launch.
 */
void
opencl_launch_push_operand (OpenclLaunch *self, const TrafoOperand *operand)
{
  const OpenclBuffer *buffer = operand->data;
  cl_ulong            offset;

  if (self->status != TRAFO_STATUS_OK)
    return;
  if (buffer == NULL || !is_inside (operand, buffer->size_bytes))
    {
      self->status = opencl_status_set (self->message,
                                        TRAFO_STATUS_FAILED,
                                        "%s: %s: argument %u, a %s tensor at byte %" G_GSIZE_FORMAT
                                        ", is not within its buffer of %" G_GSIZE_FORMAT " bytes",
                                        self->stream->device->name,
                                        self->name,
                                        self->n_arguments,
                                        trafo_dtype_get_name (operand->dtype),
                                        operand->offset_bytes,
                                        buffer != NULL ? buffer->size_bytes : 0);
      return;
    }
  offset = operand->offset_bytes / trafo_dtype_get_size (operand->dtype);
  opencl_launch_push (self, sizeof buffer->memory, &buffer->memory);
  opencl_launch_push (self, sizeof offset, &offset);
}

void
opencl_launch_push_walk (OpenclLaunch *self, const OpenclWalk *walk, guint n_operands)
{
  opencl_launch_push_uint (self, walk->n_elements);
  opencl_launch_push_uint (self, walk->n_dims);
  opencl_launch_push (self, sizeof walk->shape, &walk->shape);
  for (guint i = 0; i < n_operands; i++)
    opencl_launch_push (self, sizeof walk->strides[i], &walk->strides[i]);
}

/*
 * opencl_launch_run:
 * @self: a launch with all its arguments
 * @n_dims: 1 to 3
 * @global: (array length=n_dims): how many work-items
 * @local: (array length=n_dims) (nullable): how many in a work-group
 *
 * Puts the kernel in the stream's queue.
 *
 * Returns: the launch's first failure, or a status
 */
TrafoStatus
opencl_launch_run (OpenclLaunch *self, cl_uint n_dims, const gsize *global, const gsize *local)
{
  cl_int code;

  if (self->status != TRAFO_STATUS_OK)
    return self->status;
  for (cl_uint i = 0; i < n_dims; i++)
    if (global[i] == 0)
      return TRAFO_STATUS_OK;
  code = self->stream->device->library->clEnqueueNDRangeKernel (self->stream->queue,
                                                                self->kernel,
                                                                n_dims,
                                                                NULL,
                                                                global,
                                                                local,
                                                                0,
                                                                NULL,
                                                                NULL);
  if (code == CL_SUCCESS)
    return TRAFO_STATUS_OK;
  return opencl_status_fail (self->message,
                             code,
                             "%s: clEnqueueNDRangeKernel of %s",
                             self->stream->device->name,
                             self->name);
}

TrafoStatus
opencl_launch_run_elements (OpenclLaunch *self, gsize n_elements)
{
  gsize local = ELEMENTS_PER_GROUP;
  gsize global = (n_elements + local - 1) / local * local;

  return opencl_launch_run (self, 1, &global, &local);
}

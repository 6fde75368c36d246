/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/* The functions of OpenCL 1.2 that this backend calls. */
#define OPENCL_FUNCTIONS(FUNCTION)                                                                 \
  FUNCTION (clGetPlatformIDs)                                                                      \
  FUNCTION (clGetPlatformInfo)                                                                     \
  FUNCTION (clGetDeviceIDs)                                                                        \
  FUNCTION (clGetDeviceInfo)                                                                       \
  FUNCTION (clCreateContext)                                                                       \
  FUNCTION (clReleaseContext)                                                                      \
  FUNCTION (clCreateCommandQueue)                                                                  \
  FUNCTION (clReleaseCommandQueue)                                                                 \
  FUNCTION (clCreateBuffer)                                                                        \
  FUNCTION (clReleaseMemObject)                                                                    \
  FUNCTION (clEnqueueReadBuffer)                                                                   \
  FUNCTION (clEnqueueWriteBuffer)                                                                  \
  FUNCTION (clEnqueueCopyBuffer)                                                                   \
  FUNCTION (clCreateProgramWithSource)                                                             \
  FUNCTION (clBuildProgram)                                                                        \
  FUNCTION (clGetProgramBuildInfo)                                                                 \
  FUNCTION (clReleaseProgram)                                                                      \
  FUNCTION (clCreateKernel)                                                                        \
  FUNCTION (clReleaseKernel)                                                                       \
  FUNCTION (clSetKernelArg)                                                                        \
  FUNCTION (clEnqueueNDRangeKernel)                                                                \
  FUNCTION (clFlush)                                                                               \
  FUNCTION (clFinish)

#define OPENCL_FIELD(name) __typeof__ (&name) name;

/* The ICD loader, opened at run time. It is never closed: drivers do not survive it. */
typedef struct
{
  gpointer handle;
  OPENCL_FUNCTIONS (OPENCL_FIELD)
} OpenclLibrary;

OpenclLibrary *opencl_library_open (GError **error);
OpenclLibrary *opencl_library_ref (OpenclLibrary *self);
void           opencl_library_unref (OpenclLibrary *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OpenclLibrary, opencl_library_unref)

G_END_DECLS

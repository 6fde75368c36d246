/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "opencl-stream.h"
#include "opencl-walk.h"

#include <trafo/trafo-kernel.h>

G_BEGIN_DECLS

/* One run of one kernel: arguments are pushed in the order of its parameters. The first failure
 * sticks and opencl_launch_run() reports it. */
typedef struct
{
  OpenclStream *stream;
  const char   *name;
  cl_kernel     kernel;
  cl_uint       n_arguments;
  TrafoStatus   status;
  TrafoMessage *message;
} OpenclLaunch;

void opencl_launch_init (OpenclLaunch   *self,
                         gpointer        stream,
                         OpenclProgramId program,
                         const char     *kernel,
                         TrafoMessage   *message);
void opencl_launch_push (OpenclLaunch *self, gsize size_bytes, const void *value);
void opencl_launch_push_uint (OpenclLaunch *self, cl_uint value);
void opencl_launch_push_long (OpenclLaunch *self, cl_long value);
void opencl_launch_push_float (OpenclLaunch *self, cl_float value);

/* (global T *memory, ulong offset in elements). Where a kernel has a parameter for an operand that
 * is absent, push another in its place: not every driver takes NULL. */
void opencl_launch_push_operand (OpenclLaunch *self, const TrafoOperand *operand);

/* (uint n_elements, uint n_dims, uint8 shape, long8 strides, ...) */
void opencl_launch_push_walk (OpenclLaunch *self, const OpenclWalk *walk, guint n_operands);

/* @local may be NULL; a global size of 0 does nothing. */
TrafoStatus
opencl_launch_run (OpenclLaunch *self, cl_uint n_dims, const gsize *global, const gsize *local);

/* One work-item an element. */
TrafoStatus opencl_launch_run_elements (OpenclLaunch *self, gsize n_elements);

G_END_DECLS

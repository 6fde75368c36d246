/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "opencl-library.h"

#include <trafo/trafo-backend.h>

G_BEGIN_DECLS

/* The programs, each built from a file ops/NAME.cl at its first use. */
typedef enum
{
  OPENCL_PROGRAM_FILL,
  OPENCL_PROGRAM_COPY,
  OPENCL_PROGRAM_CAST,
  OPENCL_PROGRAM_GATHER,
  OPENCL_PROGRAM_UNARY,
  OPENCL_PROGRAM_BINARY,
  OPENCL_PROGRAM_SELECT,
  OPENCL_PROGRAM_REDUCE,
  OPENCL_PROGRAM_GEMM,
  OPENCL_PROGRAM_GEMM_FLOAT16, /* the second matrix is a weight of that type */
  OPENCL_PROGRAM_GEMM_BFLOAT16,
  OPENCL_PROGRAM_LAYER_NORM,
  OPENCL_PROGRAM_SOFTMAX,
  OPENCL_PROGRAM_ATTENTION,
  OPENCL_PROGRAM_CACHED_ATTENTION,
  OPENCL_N_PROGRAMS,
} OpenclProgramId;

typedef struct
{
  gboolean     was_built;
  cl_program   program; /* NULL if building failed */
  TrafoStatus  status;
  TrafoMessage message;
} OpenclProgram;

/* The handle behind a TrafoDevice. Facts are read when it is made; the context and the programs
 * are made at their first use, under the lock. */
typedef struct
{
  OpenclLibrary  *library;
  cl_platform_id  platform;
  cl_device_id    id;
  char           *name;
  char           *description;
  TrafoDeviceKind kind;
  guint64         total_memory_bytes;
  guint           vector_width; /* in floats, for the kernels of processors; 0 elsewhere */

  GMutex           lock;
  cl_context       context;
  cl_command_queue queue; /* for transfers that name no stream */
  OpenclProgram    programs[OPENCL_N_PROGRAMS];
} OpenclDevice;

OpenclDevice *opencl_device_new (OpenclLibrary *library,
                                 cl_platform_id platform,
                                 cl_device_id   id,
                                 GError       **error);
void          opencl_device_free (OpenclDevice *self);

TrafoStatus opencl_device_open (OpenclDevice *self, TrafoMessage *message);
TrafoStatus opencl_device_get_program (OpenclDevice   *self,
                                       OpenclProgramId id,
                                       cl_program     *ret_program,
                                       TrafoMessage   *message);

extern const TrafoDeviceOps opencl_device_ops;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OpenclDevice, opencl_device_free)

G_END_DECLS

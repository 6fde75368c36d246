/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "opencl-device.h"

G_BEGIN_DECLS

/* What TrafoOperand.data points to. */
typedef struct
{
  cl_mem memory;
  gsize  size_bytes; /* as asked for */
} OpenclBuffer;

TrafoStatus opencl_buffer_alloc (gpointer         device,
                                 gsize            size_bytes,
                                 TrafoBufferUsage usage,
                                 gpointer        *ret_buffer,
                                 TrafoMessage    *message);
void        opencl_buffer_free (gpointer device, gpointer buffer);
TrafoStatus opencl_buffer_write (gpointer      device,
                                 gpointer      stream,
                                 gpointer      buffer,
                                 gsize         offset_bytes,
                                 gconstpointer source,
                                 gsize         size_bytes,
                                 TrafoMessage *message);
TrafoStatus opencl_buffer_read (gpointer      device,
                                gpointer      stream,
                                gpointer      buffer,
                                gsize         offset_bytes,
                                gpointer      destination,
                                gsize         size_bytes,
                                TrafoMessage *message);
TrafoStatus opencl_buffer_copy (gpointer      device,
                                gpointer      stream,
                                gpointer      destination,
                                gsize         destination_offset_bytes,
                                gpointer      source,
                                gsize         source_offset_bytes,
                                gsize         size_bytes,
                                TrafoMessage *message);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "opencl-library.h"

#include <trafo/trafo-kernel.h>

G_BEGIN_DECLS

#define OPENCL_WALK_MAX_OPERANDS 5

/* Several operands walked together over one shape, in as few dimensions as their strides allow.
 * Lane 0 of the vectors is the innermost dimension, as ops/prelude.cl reads them. */
typedef struct
{
  cl_uint  n_elements; /* 0 if a dimension is */
  cl_uint  n_dims;     /* 1 to 8 */
  cl_uint8 shape;
  cl_long8 strides[OPENCL_WALK_MAX_OPERANDS]; /* in elements, an operand each */
} OpenclWalk;

gboolean opencl_walk_init (OpenclWalk          *self,
                           guint                n_dims,
                           const gint64        *shape,
                           guint                n_operands,
                           const gint64 *const *strides);
gboolean opencl_walk_init_broadcast (OpenclWalk                *self,
                                     guint                      n_operands,
                                     const TrafoOperand *const *operands);
gboolean opencl_walk_is_contiguous (const OpenclWalk *self, guint n_operands);

G_END_DECLS

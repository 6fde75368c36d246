/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* COPY and the parts of CONCAT, by element size: strided to strided. */

#define COPY(type)                                                                                 \
  kernel void copy_##type (global type       *y,                                                   \
                           ulong              y_offset,                                            \
                           global const type *x,                                                   \
                           ulong              x_offset,                                            \
                           uint               n,                                                   \
                           uint               n_dims,                                              \
                           uint8              shape,                                               \
                           long8              y_strides,                                           \
                           long8              x_strides)                                           \
  {                                                                                                \
    uint i = get_global_id (0);                                                                    \
    if (i < n)                                                                                     \
      y[y_offset + walk_offset (i, n_dims, shape, y_strides)] =                                    \
          x[x_offset + walk_offset (i, n_dims, shape, x_strides)];                                 \
  }

COPY (uchar)
COPY (ushort)
COPY (uint)
COPY (ulong)

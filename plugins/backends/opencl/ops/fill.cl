/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* FILL by element size, the host having converted the value; IOTA along the last axis. */

#define FILL(type)                                                                                 \
  kernel void fill_##type (ulong         value,                                                    \
                           global type  *y,                                                        \
                           ulong         y_offset,                                                 \
                           uint          n,                                                        \
                           uint          n_dims,                                                   \
                           uint8         shape,                                                    \
                           long8         y_strides)                                                \
  {                                                                                                \
    uint i = get_global_id (0);                                                                    \
    if (i < n)                                                                                     \
      y[y_offset + walk_offset (i, n_dims, shape, y_strides)] = (type) value;                      \
  }

FILL (uchar)
FILL (ushort)
FILL (uint)
FILL (ulong)

#define IOTA(type)                                                                                 \
  kernel void iota_##type (uint         length,                                                    \
                           global type *y,                                                         \
                           ulong        y_offset,                                                  \
                           uint         n,                                                         \
                           uint         n_dims,                                                    \
                           uint8        shape,                                                     \
                           long8        y_strides)                                                 \
  {                                                                                                \
    uint i = get_global_id (0);                                                                    \
    if (i < n)                                                                                     \
      y[y_offset + walk_offset (i, n_dims, shape, y_strides)] = (type) (i % length);               \
  }

IOTA (float)
IOTA (int)
IOTA (long)

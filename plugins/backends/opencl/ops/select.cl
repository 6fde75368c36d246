/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* COMPARE: bool of two operands. WHERE: one of two operands, by element size. */

/* kind is a TrafoComparison. */
#define COMPARE(type)                                                                              \
  kernel void compare_##type (uint               kind,                                             \
                              global uchar      *y,                                                \
                              ulong              y_offset,                                         \
                              global const type *x1,                                               \
                              ulong              x1_offset,                                        \
                              global const type *x2,                                               \
                              ulong              x2_offset,                                        \
                              uint               n,                                                \
                              uint               n_dims,                                           \
                              uint8              shape,                                            \
                              long8              y_strides,                                        \
                              long8              x1_strides,                                       \
                              long8              x2_strides)                                       \
  {                                                                                                \
    uint i = get_global_id (0);                                                                    \
    if (i < n)                                                                                     \
      {                                                                                            \
        type a = x1[x1_offset + walk_offset (i, n_dims, shape, x1_strides)];                       \
        type b = x2[x2_offset + walk_offset (i, n_dims, shape, x2_strides)];                       \
        int  is_true;                                                                              \
                                                                                                   \
        switch (kind)                                                                              \
          {                                                                                        \
          case 0:                                                                                  \
            is_true = a == b;                                                                      \
            break;                                                                                 \
          case 1:                                                                                  \
            is_true = a != b;                                                                      \
            break;                                                                                 \
          case 2:                                                                                  \
            is_true = a < b;                                                                       \
            break;                                                                                 \
          case 3:                                                                                  \
            is_true = a <= b;                                                                      \
            break;                                                                                 \
          case 4:                                                                                  \
            is_true = a > b;                                                                       \
            break;                                                                                 \
          default:                                                                                 \
            is_true = a >= b;                                                                      \
            break;                                                                                 \
          }                                                                                        \
        y[y_offset + walk_offset (i, n_dims, shape, y_strides)] = is_true;                         \
      }                                                                                            \
  }

COMPARE (float)
COMPARE (char)
COMPARE (uchar)
COMPARE (int)
COMPARE (long)

#define WHERE(type)                                                                                \
  kernel void where_##type (global type        *y,                                                 \
                            ulong               y_offset,                                          \
                            global const uchar *condition,                                         \
                            ulong               condition_offset,                                  \
                            global const type  *a,                                                 \
                            ulong               a_offset,                                          \
                            global const type  *b,                                                 \
                            ulong               b_offset,                                          \
                            uint                n,                                                 \
                            uint                n_dims,                                            \
                            uint8               shape,                                             \
                            long8               y_strides,                                         \
                            long8               condition_strides,                                 \
                            long8               a_strides,                                         \
                            long8               b_strides)                                         \
  {                                                                                                \
    uint i = get_global_id (0);                                                                    \
    if (i < n)                                                                                     \
      y[y_offset + walk_offset (i, n_dims, shape, y_strides)] =                                    \
          condition[condition_offset + walk_offset (i, n_dims, shape, condition_strides)]          \
              ? a[a_offset + walk_offset (i, n_dims, shape, a_strides)]                            \
              : b[b_offset + walk_offset (i, n_dims, shape, b_strides)];                           \
  }

WHERE (uchar)
WHERE (ushort)
WHERE (uint)
WHERE (ulong)

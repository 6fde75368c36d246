/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* SUM, MEAN and MAX over one axis. Where the axis is dense a work-group reduces a row together;
 * else a work-item reduces a column alone, its neighbours reading what lies next to it. */

#define GROUP 64

#define REDUCE(name, type, combine, finish)                                                        \
  kernel __attribute__ ((reqd_work_group_size (GROUP, 1, 1))) void name##_##type##_row (           \
      uint               length,                                                                   \
      long               stride,                                                                   \
      global type       *y,                                                                        \
      ulong              y_offset,                                                                 \
      global const type *x,                                                                        \
      ulong              x_offset,                                                                 \
      uint               n,                                                                        \
      uint               n_dims,                                                                   \
      uint8              shape,                                                                    \
      long8              y_strides,                                                                \
      long8              x_strides)                                                                \
  {                                                                                                \
    local type partial[GROUP];                                                                     \
    uint       row = get_group_id (0);                                                             \
    uint       lane = get_local_id (0);                                                            \
    uint       used = min (length, (uint) GROUP);                                                  \
                                                                                                   \
    x += x_offset + walk_offset (row, n_dims, shape, x_strides);                                   \
    if (lane < used)                                                                               \
      {                                                                                            \
        type a = x[lane * stride];                                                                 \
        for (uint i = lane + GROUP; i < length; i += GROUP)                                        \
          {                                                                                        \
            type b = x[i * stride];                                                                \
            a = combine;                                                                           \
          }                                                                                        \
        partial[lane] = a;                                                                         \
      }                                                                                            \
    barrier (CLK_LOCAL_MEM_FENCE);                                                                 \
    for (uint half_size = GROUP / 2; half_size > 0; half_size /= 2)                                \
      {                                                                                            \
        if (lane < half_size && lane + half_size < used)                                           \
          {                                                                                        \
            type a = partial[lane];                                                                \
            type b = partial[lane + half_size];                                                    \
            partial[lane] = combine;                                                               \
          }                                                                                        \
        barrier (CLK_LOCAL_MEM_FENCE);                                                             \
      }                                                                                            \
    if (lane == 0)                                                                                 \
      {                                                                                            \
        type a = length > 0 ? partial[0] : (type) 0;                                               \
        y[y_offset + walk_offset (row, n_dims, shape, y_strides)] = finish;                        \
      }                                                                                            \
  }                                                                                                \
  kernel void name##_##type##_column (uint               length,                                   \
                                      long               stride,                                   \
                                      global type       *y,                                        \
                                      ulong              y_offset,                                 \
                                      global const type *x,                                        \
                                      ulong              x_offset,                                 \
                                      uint               n,                                        \
                                      uint               n_dims,                                   \
                                      uint8              shape,                                    \
                                      long8              y_strides,                                \
                                      long8              x_strides)                                \
  {                                                                                                \
    uint i = get_global_id (0);                                                                    \
                                                                                                   \
    if (i < n)                                                                                     \
      {                                                                                            \
        type a = 0;                                                                                \
                                                                                                   \
        x += x_offset + walk_offset (i, n_dims, shape, x_strides);                                 \
        if (length > 0)                                                                            \
          a = x[0];                                                                                \
        for (uint j = 1; j < length; j++)                                                          \
          {                                                                                        \
            type b = x[j * stride];                                                                \
            a = combine;                                                                           \
          }                                                                                        \
        y[y_offset + walk_offset (i, n_dims, shape, y_strides)] = finish;                          \
      }                                                                                            \
  }

#define LARGER (a != a || a > b ? a : b)

REDUCE (sum, float, a + b, a)
REDUCE (sum, int, a + b, a)
REDUCE (sum, long, a + b, a)
REDUCE (mean, float, a + b, a / (float) length)
REDUCE (max, float, LARGER, a)
REDUCE (max, int, LARGER, a)
REDUCE (max, long, LARGER, a)

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* Element-wise functions of two operands of one type. y may be a. */

#define BINARY(name, type, expression)                                                             \
  kernel void name##_##type##_contiguous (global type       *y,                                    \
                                          ulong              y_offset,                             \
                                          global const type *x1,                                   \
                                          ulong              x1_offset,                            \
                                          global const type *x2,                                   \
                                          ulong              x2_offset,                            \
                                          uint               n)                                    \
  {                                                                                                \
    uint i = get_global_id (0);                                                                    \
    if (i < n)                                                                                     \
      {                                                                                            \
        type a = x1[x1_offset + i];                                                                \
        type b = x2[x2_offset + i];                                                                \
        y[y_offset + i] = expression;                                                              \
      }                                                                                            \
  }                                                                                                \
  kernel void name##_##type##_strided (global type       *y,                                       \
                                       ulong              y_offset,                                \
                                       global const type *x1,                                      \
                                       ulong              x1_offset,                               \
                                       global const type *x2,                                      \
                                       ulong              x2_offset,                               \
                                       uint               n,                                       \
                                       uint               n_dims,                                  \
                                       uint8              shape,                                   \
                                       long8              y_strides,                               \
                                       long8              x1_strides,                              \
                                       long8              x2_strides)                              \
  {                                                                                                \
    uint i = get_global_id (0);                                                                    \
    if (i < n)                                                                                     \
      {                                                                                            \
        type a = x1[x1_offset + walk_offset (i, n_dims, shape, x1_strides)];                       \
        type b = x2[x2_offset + walk_offset (i, n_dims, shape, x2_strides)];                       \
        y[y_offset + walk_offset (i, n_dims, shape, y_strides)] = expression;                      \
      }                                                                                            \
  }

#define BINARY_ALL(name, expression)                                                               \
  BINARY (name, float, expression)                                                                 \
  BINARY (name, int, expression)                                                                   \
  BINARY (name, long, expression)

BINARY_ALL (add, a + b)
BINARY_ALL (sub, a - b)
BINARY_ALL (mul, a * b)
BINARY (div, float, a / b)

/* 0 where b is 0; -1 is set apart because the quotient of the lowest integer would trap. */
#define QUOTIENT (b == 0 ? 0 : b == -1 ? 0 - a : a / (b == 0 || b == -1 ? 1 : b))
BINARY (div, int, QUOTIENT)
BINARY (div, long, QUOTIENT)

BINARY (pow, float, pow (a, b))

/* A NaN on either side is the result, as in PyTorch. */
BINARY_ALL (maximum, a != a || a > b ? a : b)
BINARY_ALL (minimum, a != a || a < b ? a : b)

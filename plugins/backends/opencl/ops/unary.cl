/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* Element-wise functions of one float32 operand. y may be x. */

#define UNARY(name, expression)                                                                    \
  kernel void name##_contiguous (                                                                  \
      global float *y, ulong y_offset, global const float *x, ulong x_offset, uint n)              \
  {                                                                                                \
    uint i = get_global_id (0);                                                                    \
    if (i < n)                                                                                     \
      {                                                                                            \
        float v = x[x_offset + i];                                                                 \
        y[y_offset + i] = expression;                                                              \
      }                                                                                            \
  }                                                                                                \
  kernel void name##_strided (global float       *y,                                               \
                              ulong               y_offset,                                        \
                              global const float *x,                                               \
                              ulong               x_offset,                                        \
                              uint                n,                                               \
                              uint                n_dims,                                          \
                              uint8               shape,                                           \
                              long8               y_strides,                                       \
                              long8               x_strides)                                       \
  {                                                                                                \
    uint i = get_global_id (0);                                                                    \
    if (i < n)                                                                                     \
      {                                                                                            \
        float v = x[x_offset + walk_offset (i, n_dims, shape, x_strides)];                         \
        y[y_offset + walk_offset (i, n_dims, shape, y_strides)] = expression;                      \
      }                                                                                            \
  }

UNARY (neg, -v)
UNARY (sqrt, sqrt (v))
UNARY (rsqrt, 1.0f / sqrt (v))
UNARY (exp, exp (v))
UNARY (log, log (v))
UNARY (tanh, tanh (v))
UNARY (erf, error_function (v))
UNARY (sigmoid, sigmoid (v))

UNARY (identity, v)
UNARY (gelu, gelu (v))
UNARY (gelu_tanh, gelu_tanh (v))
UNARY (relu, activate (3, v))
UNARY (silu, activate (4, v))
UNARY (quick_gelu, activate (5, v))

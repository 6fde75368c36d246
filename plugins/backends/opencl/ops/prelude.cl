/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* What every program starts with: walks over strided tensors, and the activation functions. */

#define UNROLL _Pragma ("unroll")

/* The offset, in elements, of element number i of a walk (opencl-walk.h): dimension 0 is innermost
 * and the last one needs no remainder. n_dims is the same in every work-item. */
static long
walk_offset (uint i, uint n_dims, uint8 shape, long8 strides)
{
  long offset = 0;

#define WALK(lane)                                                                                 \
  if (n_dims == lane + 1)                                                                          \
    return offset + (long) i * strides.s##lane;                                                    \
  offset += (long) (i % shape.s##lane) * strides.s##lane;                                          \
  i /= shape.s##lane;
  WALK (0)
  WALK (1)
  WALK (2)
  WALK (3)
  WALK (4)
  WALK (5)
  WALK (6)
#undef WALK
  return offset + (long) i * strides.s7;
}

static float
sigmoid (float x)
{
  return 1.0f / (1.0f + exp (-x));
}

static float
gelu (float x)
{
  return 0.5f * x * (1.0f + erf (x * 0.70710678118654752f));
}

static float
gelu_tanh (float x)
{
  return 0.5f * x * (1.0f + tanh (0.79788456080286536f * (x + 0.044715f * x * x * x)));
}

/* kind is a TrafoActivation. */
static float
activate (uint kind, float x)
{
  switch (kind)
    {
    case 1:
      return gelu (x);
    case 2:
      return gelu_tanh (x);
    case 3:
      return x > 0.0f || x != x ? x : 0.0f;
    case 4:
      return x * sigmoid (x);
    case 5:
      return x * sigmoid (1.702f * x);
    case 6:
      return tanh (x);
    case 7:
      return sigmoid (x);
    default:
      return x;
    }
}

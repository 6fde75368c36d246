/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* What every program starts with: walks over strided tensors, and the activation functions. */

#define UNROLL _Pragma ("unroll")

/* TrafoDType */
#define FLOAT32 1
#define FLOAT16 2
#define BFLOAT16 3
#define INT8 4
#define INT32 5
#define INT64 6
#define BOOL 7
#define UINT8 8

/* Of any float type; 16-bit ones exist in memory only. */
static float
load_float (global const uchar *x, uint dtype, long i)
{
  switch (dtype)
    {
    case FLOAT16:
      return vload_half (i, (global const half *) x);
    case BFLOAT16:
      return as_float ((uint) ((global const ushort *) x)[i] << 16);
    default:
      return ((global const float *) x)[i];
    }
}

/* WIDTH is what a vector register of a processor holds, in floats; 0 on other devices, for which
 * the kernels that use it are left out. */
#if WIDTH == 16
#define VECTOR float16
#define INTEGERS int16
#define LOAD vload16
#define STORE_VECTOR vstore16
#define COUNT ((int16) (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))
#elif WIDTH == 8
#define VECTOR float8
#define INTEGERS int8
#define LOAD vload8
#define STORE_VECTOR vstore8
#define COUNT ((int8) (0, 1, 2, 3, 4, 5, 6, 7))
#endif
#define LANES ((uint) (sizeof (VECTOR) / sizeof (float)))

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

#if WIDTH
static float
sum_lanes (VECTOR v)
{
#if WIDTH == 16
  float8 u = v.lo + v.hi;
#else
  float8 u = v;
#endif
  float4 w = u.lo + u.hi;

  return w.x + w.y + (w.z + w.w);
}

static float
largest_lane (VECTOR v)
{
#if WIDTH == 16
  float8 u = fmax (v.lo, v.hi);
#else
  float8 u = v;
#endif
  float4 w = fmax (u.lo, u.hi);

  return fmax (fmax (w.x, w.y), fmax (w.z, w.w));
}
#endif

/* erf within 2e-7, with nothing in it that keeps a compiler from vectorizing: PoCL's own takes ten
 * times as long. Chebyshev fits of erf (x) / x in x^2 below 1 and of -log (erfc (x)) up to 4. */
static float
error_function (float x)
{
  float t = fabs (x) > 4.0f ? 4.0f : fabs (x);
  float s = x * x;
  float below = 7.882497448e-05f;
  float above = -1.560402666e-06f;

  below = mad (below, s, -8.018855006e-04f);
  below = mad (below, s, 5.189312156e-03f);
  below = mad (below, s, -2.685432881e-02f);
  below = mad (below, s, 1.128359735e-01f);
  below = mad (below, s, -3.761262596e-01f);
  below = mad (below, s, 1.128379107e+00f);
  above = mad (above, t, 4.476584945e-05f);
  above = mad (above, t, -5.875837523e-04f);
  above = mad (above, t, 4.723159596e-03f);
  above = mad (above, t, -2.633389831e-02f);
  above = mad (above, t, 1.099503040e-01f);
  above = mad (above, t, 6.319434047e-01f);
  above = mad (above, t, 1.130174279e+00f);
  above = mad (above, t, -3.073970729e-04f);
  return t < 1.0f ? x * below : copysign (1.0f - exp (-above), x);
}

static float
sigmoid (float x)
{
  return 1.0f / (1.0f + exp (-x));
}

static float
gelu (float x)
{
  return 0.5f * x * (1.0f + error_function (x * 0.70710678118654752f));
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

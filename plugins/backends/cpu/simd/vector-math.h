/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "vector.h"
#include <trafo/trafo-ops.h>

/* Elementary functions on vectors, branch-free. The coefficients come from fit-vector-math.py.
 * test-math.c holds them to 1.5 ulp, sigmoid to 2.5. NaN stays NaN. */

/* Cody and Waite 1980, chapter 6: x = n ln 2 + r, e^x = 2^n e^r. */
static inline VFloat
v_exp (VFloat x)
{
  VFloat n, r, p;

  x = v_min (v_set (89.0f), v_max (v_set (-104.0f), x));
  n = v_round (x * v_set (0x1.715476p+0f));
  /* the first part of ln 2 has 9 bits, so that its product with n is exact */
  r = v_fma (n, v_set (-0x1.63p-1f), x);
  r = v_fma (n, v_set (0x1.bd0106p-13f), r);
  p = v_fma (v_set (0x1.6a2352p-10f), r, v_set (0x1.123a6cp-7f));
  p = v_fma (p, r, v_set (0x1.5558f4p-5f));
  p = v_fma (p, r, v_set (0x1.55549p-3f));
  p = v_fma (p, r, v_set (0x1.fffffcp-2f));
  p = v_fma (p, r * r, r) + v_set (1.0f);
  return v_scale (p, n);
}

/* x p(x^2) below 1, 1 - e^-q(|x|) from there; erf (4) is 1 in float32. */
static inline VFloat
v_erf (VFloat x)
{
  VFloat magnitude = v_abs (x);
  VFloat square = x * x;
  VFloat t = v_min (v_set (4.0f), magnitude);
  VFloat near, far;

  near = v_fma (v_set (0x1.496a32p-14f), square, v_set (-0x1.a3f7p-11f));
  near = v_fma (near, square, v_set (0x1.5405b2p-8f));
  near = v_fma (near, square, v_set (-0x1.b7f90ep-6f));
  near = v_fma (near, square, v_set (0x1.ce2cf8p-4f));
  near = v_fma (near, square, v_set (-0x1.81273ep-2f));
  near = v_fma (near, square, v_set (0x1.06eba8p-3f));
  near = v_fma (near, x, x);

  far = v_fma (v_set (0x1.852d4cp-13f), t, v_set (-0x1.814cdcp-9f));
  far = v_fma (far, t, v_set (0x1.654222p-6f));
  far = v_fma (far, t, v_set (-0x1.a60a84p-4f));
  far = v_fma (far, t, v_set (-0x1.46c584p-1f));
  far = v_fma (far, t, v_set (-0x1.2085b2p+0f));
  far = v_fma (far, t, v_set (-0x1.72e6cep-12f));
  far = v_copy_sign (v_set (1.0f) - v_exp (far), x);
  return v_select (v_less (magnitude, v_set (1.0f)), near, far);
}

/* x + x^3 p(x^2) below 0.625, 1 - 2 / (e^2|x| + 1) from there. */
static inline VFloat
v_tanh (VFloat x)
{
  VFloat magnitude = v_abs (x);
  VFloat square = x * x;
  VFloat near, far;

  near = v_fma (v_set (-0x1.76ac1ap-8f), square, v_set (0x1.5256d8p-6f));
  near = v_fma (near, square, v_set (-0x1.b84448p-5f));
  near = v_fma (near, square, v_set (0x1.110768p-3f));
  near = v_fma (near, square, v_set (-0x1.555534p-2f));
  near = v_fma (near * square, x, x);

  far = v_set (1.0f) - v_set (2.0f) / (v_exp (magnitude + magnitude) + v_set (1.0f));
  far = v_copy_sign (far, x);
  return v_select (v_less (magnitude, v_set (0.625f)), near, far);
}

/* Of -|x|, whose exponential never overflows: e / (1 + e) below 0, 1 / (1 + e) from there. */
static inline VFloat
v_sigmoid (VFloat x)
{
  VFloat one = v_set (1.0f);
  VFloat e = v_exp (-v_abs (x));

  return v_select (v_less (x, v_zero ()), e, one) / (one + e);
}

/* The formulas are those of TrafoActivation; @activation is a constant where this is inlined. */
static inline __attribute__ ((always_inline)) VFloat
v_activate (guint activation, VFloat x)
{
  VFloat half = v_set (0.5f);
  VFloat inner;

  switch (activation)
    {
    case TRAFO_ACTIVATION_GELU:
      return x * half * (v_set (1.0f) + v_erf (x * v_set (0x1.6a09e6p-1f)));
    case TRAFO_ACTIVATION_GELU_TANH:
      inner = v_fma (x * x * x, v_set (0.044715f), x) * v_set (0x1.988454p-1f);
      return x * half * (v_set (1.0f) + v_tanh (inner));
    case TRAFO_ACTIVATION_RELU:
      return v_max (v_zero (), x);
    case TRAFO_ACTIVATION_SILU:
      return x * v_sigmoid (x);
    case TRAFO_ACTIVATION_QUICK_GELU:
      return x * v_sigmoid (x * v_set (1.702f));
    case TRAFO_ACTIVATION_TANH:
      return v_tanh (x);
    case TRAFO_ACTIVATION_SIGMOID:
      return v_sigmoid (x);
    default:
      return x;
    }
}

/* The activations that v_activate() knows. */
#define V_N_ACTIVATIONS (TRAFO_ACTIVATION_SIGMOID + 1)

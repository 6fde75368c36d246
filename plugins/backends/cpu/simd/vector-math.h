/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "vector.h"
#include <trafo/trafo-ops.h>

/* Elementary functions on vectors, branch-free. The coefficients come from fit-vector-math.py.
 * test-math.c holds exp and tanh to 1.5 ulp, erf to 2, sigmoid to 2.5. NaN stays NaN. */

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

#ifdef V_HAS_LOOKUP

/* x p_i(|x| - middle), i being the quarter that |x| lies in: half the time of the other form. From
 * ERF_IS_ONE on, erf is 1. */
#define ERF_IS_ONE 0x1.f9999ap+1f

static inline VFloat
v_erf (VFloat x)
{
  static const float coefficients[][V_LANES] = {
    { 0x1.1f5e1ap+0f,
      0x1.13e08cp+0f,
      0x1.fe8f16p-1f,
      0x1.cacbc2p-1f,
      0x1.9450bcp-1f,
      0x1.611066p-1f,
      0x1.3448f8p-1f,
      0x1.0ee122p-1f,
      0x1.e09a7ap-2f,
      0x1.aed200p-2f,
      0x1.8603e0p-2f,
      0x1.642828p-2f,
      0x1.47ad40p-2f,
      0x1.2f6828p-2f,
      0x1.1a7b90p-2f,
      0x1.084210p-2f },
    { -0x1.7d900ap-4f,
      -0x1.09ac3cp-2f,
      -0x1.7edef6p-2f,
      -0x1.b29324p-2f,
      -0x1.ad1534p-2f,
      -0x1.82ad18p-2f,
      -0x1.48b7c4p-2f,
      -0x1.0e9e18p-2f,
      -0x1.b87062p-3f,
      -0x1.67575ap-3f,
      -0x1.284242p-3f,
      -0x1.ef1beep-4f,
      -0x1.a35764p-4f,
      -0x1.6793eep-4f,
      -0x1.37b3d8p-4f,
      -0x1.10c83ap-4f },
    { -0x1.766af0p-2f,
      -0x1.276b4ep-2f,
      -0x1.527662p-3f,
      -0x1.4579d6p-5f,
      0x1.bbf076p-5f,
      0x1.ab144ep-4f,
      0x1.df89c0p-4f,
      0x1.b7ea86p-4f,
      0x1.6bfc1ep-4f,
      0x1.1e3198p-4f,
      0x1.ba0a1ap-5f,
      0x1.560bdap-5f,
      0x1.0bd90cp-5f,
      0x1.a9f504p-6f,
      0x1.57e93cp-6f,
      0x1.19936ap-6f },
    { 0x1.c5a67cp-5f,
      0x1.24d544p-3f,
      0x1.671ac4p-3f,
      0x1.367a80p-3f,
      0x1.8a285ap-4f,
      0x1.3fc2f2p-5f,
      -0x1.681ffap-10f,
      -0x1.5d2a96p-6f,
      -0x1.ae6beep-6f,
      -0x1.834a50p-6f,
      -0x1.3244fcp-6f,
      -0x1.cac458p-7f,
      -0x1.52a6ccp-7f,
      -0x1.f70a74p-8f,
      -0x1.7b2690p-8f,
      -0x1.229a76p-8f },
    { 0x1.b26622p-4f,
      0x1.00cffep-4f,
      0x1.03913cp-9f,
      -0x1.6bb9dap-5f,
      -0x1.ee48e8p-5f,
      -0x1.9d322cp-5f,
      -0x1.e8067cp-6f,
      -0x1.715754p-7f,
      -0x1.0b1878p-13f,
      0x1.1ec982p-8f,
      0x1.4a631cp-8f,
      0x1.14193ep-8f,
      0x1.9a7116p-9f,
      0x1.2502f4p-9f,
      0x1.a0c6a0p-10f,
      0x1.2c06d4p-10f },
    { -0x1.3e92dcp-6f,
      -0x1.7a7cd4p-5f,
      -0x1.7c4676p-5f,
      -0x1.a1dcdap-6f,
      -0x1.54de4cp-11f,
      0x1.d75b18p-7f,
      0x1.14e168p-6f,
      0x1.8aa7f0p-7f,
      0x1.8382c2p-8f,
      0x1.b7ddb0p-10f,
      -0x1.4075cep-12f,
      -0x1.c4d5d8p-11f,
      -0x1.ab2b0ap-11f,
      -0x1.415552p-11f,
      -0x1.c026b4p-12f,
      -0x1.336a44p-12f },
  };
  VFloat t = v_min (v_set (ERF_IS_ONE), v_abs (x));
  VFloat from_first = t - v_set (0.125f);
  VFloat quarter = from_first + v_set (0x1.8p21f); /* whose last bit is worth 0.25 */
  VFloat d = from_first - (quarter - v_set (0x1.8p21f));
  VFloat p = v_lookup (coefficients[5], quarter);

#pragma GCC unroll 5
  for (gint i = 4; i >= 0; i--)
    p = v_fma (p, d, v_lookup (coefficients[i], quarter));
  return v_copy_sign (t * p, x);
}

#else

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

#endif

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

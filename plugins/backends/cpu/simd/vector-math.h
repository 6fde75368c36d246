/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "vector.h"
#include <trafo/trafo-ops.h>

/* Elementary functions on vectors, branch-free. The coefficients come from fit-vector-math.py.
 * test-math.c holds exp to 1.5 ulp, erf to 2, sigmoid to 2.5, tanh to 3. NaN stays NaN. */

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

/* The same to 2^-17 for what is rounded to bfloat16, x <= 0: 2^(x / ln 2). */
static inline VFloat
v_exp_short (VFloat x)
{
  const VFloat per_ln2 = v_set (0x1.715476p+0f);
  VFloat       n, r, p;

  x = v_max (v_set (-112.0f), x);
  n = v_round (x * per_ln2);
  r = v_fma (x, per_ln2, v_zero () - n);
  p = v_fma (v_set (0x1.3a02ccp-7f), r, v_set (0x1.c9fc46p-5f));
  p = v_fma (p, r, v_set (0x1.ec0378p-3f));
  p = v_fma (p, r, v_set (0x1.62e12cp-1f));
  p = v_fma (p, r, v_set (1.0f));
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
  VFloat p = v_lookup_16 (coefficients[5], quarter);

#pragma GCC unroll 5
  for (gint i = 4; i >= 0; i--)
    p = v_fma (p, d, v_lookup_16 (coefficients[i], quarter));
  return v_copy_sign (t * p, x);
}

/* The same with z = 0.8 |x| in place of |x|, for pieces that reach 10. */
#define TANH_IS_ONE 0x1.cd6042p+2f

static inline VFloat
v_tanh (VFloat x)
{
  static const float coefficients[][2 * V_LANES] = {
    { 0x1.3d6bc8p+0f, 0x1.2a7448p+0f, 0x1.0ba46ep+0f, 0x1.d31608p-1f, 0x1.938b78p-1f,
      0x1.5d2b84p-1f, 0x1.306afep-1f, 0x1.0c1536p-1f, 0x1.dd279ap-2f, 0x1.ace378p-2f,
      0x1.84feb2p-2f, 0x1.63a2c4p-2f, 0x1.476a38p-2f, 0x1.2f46a8p-2f, 0x1.1a6ad2p-2f,
      0x1.0839acp-2f, 0x1.f073aep-3f, 0x1.d418fep-3f, 0x1.bacd68p-3f, 0x1.a4192ap-3f,
      0x1.8f9b8ap-3f, 0x1.7d05acp-3f, 0x1.6c169cp-3f, 0x1.5c9870p-3f, 0x1.4e5e00p-3f,
      0x1.41413cp-3f, 0x1.3521cep-3f, 0x1.29e412p-3f, 0x1.1f7048p-3f, 0x1.15b1e6p-3f,
      0x1.0c9714p-3f, 0x1.041040p-3f },
    { -0x1.46eb02p-3f, -0x1.a69514p-2f, -0x1.0daa34p-1f, -0x1.0c71b2p-1f, -0x1.da3036p-2f,
      -0x1.8b86eap-2f, -0x1.424654p-2f, -0x1.05436cp-2f, -0x1.a99080p-3f, -0x1.5dda3ep-3f,
      -0x1.22e212p-3f, -0x1.e96bacp-4f, -0x1.a070fcp-4f, -0x1.661fdep-4f, -0x1.36fa60p-4f,
      -0x1.106bb6p-4f, -0x1.e113fcp-5f, -0x1.abcefcp-5f, -0x1.7ee144p-5f, -0x1.58a73ap-5f,
      -0x1.37ddf8p-5f, -0x1.1b8a4ep-5f, -0x1.02e6ccp-5f, -0x1.daad66p-6f, -0x1.b4b8b4p-6f,
      -0x1.93244cp-6f, -0x1.754a6cp-6f, -0x1.5aa2e2p-6f, -0x1.42bce4p-6f, -0x1.2d3a70p-6f,
      -0x1.19ccaap-6f, -0x1.083104p-6f },
    { -0x1.3a4336p-1f, -0x1.7def24p-2f, -0x1.7e956ap-4f, 0x1.500b90p-4f, 0x1.2fd6eap-3f,
      0x1.37ebb0p-3f,  0x1.0e1872p-3f,  0x1.b428a6p-4f,  0x1.564d96p-4f, 0x1.0a783ep-4f,
      0x1.9fdba4p-5f,  0x1.470b48p-5f,  0x1.03e742p-5f,  0x1.a1e0b6p-6f, 0x1.53dfe6p-6f,
      0x1.1791a8p-6f,  0x1.d0d9d6p-7f,  0x1.864e92p-7f,  0x1.4ab7ccp-7f, 0x1.1a940ep-7f,
      0x1.e69950p-8f,  0x1.a5e6f0p-8f,  0x1.70289cp-8f,  0x1.4327c8p-8f, 0x1.1d30dep-8f,
      0x1.f9e352p-9f,  0x1.c2c21ap-9f,  0x1.935abcp-9f,  0x1.6a5ec4p-9f, 0x1.46c146p-9f,
      0x1.27a86ap-9f,  0x1.0c627ap-9f },
    { 0x1.8c9056p-3f,   0x1.94fbd0p-2f,   0x1.44b33cp-2f,   0x1.37f306p-3f,   0x1.28a9f0p-5f,
      -0x1.1931dap-6f,  -0x1.0fcc02p-5f,  -0x1.0ea2c6p-5f,  -0x1.c60edap-6f,  -0x1.63f86cp-6f,
      -0x1.0f72c6p-6f,  -0x1.9a699cp-7f,  -0x1.36a624p-7f,  -0x1.d9654cp-8f,  -0x1.6c20c4p-8f,
      -0x1.1b1fbcp-8f,  -0x1.bd44e4p-9f,  -0x1.62140ap-9f,  -0x1.1c9f30p-9f,  -0x1.ce4ab4p-10f,
      -0x1.7b0ee4p-10f, -0x1.399a5cp-10f, -0x1.059cb2p-10f, -0x1.b7d8d8p-11f, -0x1.7464fap-11f,
      -0x1.3d5e5cp-11f, -0x1.102124p-11f, -0x1.d554a4p-12f, -0x1.96db94p-12f, -0x1.627056p-12f,
      -0x1.3631d4p-12f, -0x1.10a48ep-12f },
    { 0x1.6120fap-2f,  0x1.580f86p-5f,  -0x1.3b59e6p-3f, -0x1.325626p-3f, -0x1.4e7c64p-4f,
      -0x1.f52a5ap-6f, -0x1.6ad918p-8f, 0x1.f191e2p-9f,  0x1.8beb86p-8f,  0x1.73e3f4p-8f,
      0x1.2d738ep-8f,  0x1.cc811ap-9f,  0x1.571844p-9f,  0x1.fb13eap-10f, 0x1.770110p-10f,
      0x1.16eec0p-10f, 0x1.a282dcp-11f, 0x1.3d218ap-11f, 0x1.e5c6d6p-12f, 0x1.781852p-12f,
      0x1.2648b4p-12f, 0x1.d144ccp-13f, 0x1.736418p-13f, 0x1.2b2f2ep-13f, 0x1.e631b8p-14f,
      0x1.8e3ce2p-14f, 0x1.48a6d2p-14f, 0x1.1121c6p-14f, 0x1.c8f67ap-15f, 0x1.809ae6p-15f,
      0x1.458ffap-15f, 0x1.1510bap-15f },
    { -0x1.5fe70ap-3f,  -0x1.f2459cp-3f,  -0x1.f8da70p-5f,  0x1.7edb2ap-5f,   0x1.a8db44p-5f,
      0x1.e0564ap-6f,   0x1.91c3e6p-7f,   0x1.ee93acp-9f,   0x1.8068f6p-12f,  -0x1.7c183ap-11f,
      -0x1.de63b6p-11f, -0x1.a4c5e2p-11f, -0x1.499afep-11f, -0x1.ebb7dcp-12f, -0x1.672b0cp-12f,
      -0x1.048728p-12f, -0x1.7a3ef8p-13f, -0x1.14055ap-13f, -0x1.96060ap-14f, -0x1.2d6cf6p-14f,
      -0x1.c412cep-15f, -0x1.5685b0p-15f, -0x1.0631fcp-15f, -0x1.957278p-16f, -0x1.3c831cp-16f,
      -0x1.f2b818p-17f, -0x1.8c5498p-17f, -0x1.3d8d78p-17f, -0x1.006636p-17f, -0x1.a10d50p-18f,
      -0x1.557f5ep-18f, -0x1.196c6ap-18f },
  };
  VFloat z = v_min (v_set (TANH_IS_ONE), v_abs (x) * v_set (0.8f));
  VFloat from_first = z - v_set (0.125f);
  VFloat quarter = from_first + v_set (0x1.8p21f);
  VFloat d = from_first - (quarter - v_set (0x1.8p21f));
  VFloat p = v_lookup_32 (coefficients[5], quarter);

#pragma GCC unroll 5
  for (gint i = 4; i >= 0; i--)
    p = v_fma (p, d, v_lookup_32 (coefficients[i], quarter));
  return v_copy_sign (z * p, x);
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

#endif

/* Of -|x|, whose exponential never overflows: e / (1 + e) below 0, 1 / (1 + e) from there. */
static inline VFloat
v_sigmoid (VFloat x)
{
  VFloat one = v_set (1.0f);
  VFloat e = v_exp (-v_abs (x));

  return v_select (v_less (x, v_zero ()), e, one) / (one + e);
}

/* X (id) for each activation that kernels know: what they have for each is made of this list, in which none
 * below the last may be missing. */
#define V_ACTIVATIONS(X)                                                                           \
  X (NONE) X (GELU) X (GELU_TANH) X (RELU) X (SILU) X (QUICK_GELU) X (TANH) X (SIGMOID)

#define V_COUNT_ACTIVATION(id) +1

enum
{
  V_N_ACTIVATIONS = V_ACTIVATIONS (V_COUNT_ACTIVATION)
};

/* The formulas are those of TrafoActivation, of which the compiler misses none; @activation is a constant
 * where this is inlined. */
static inline __attribute__ ((always_inline)) VFloat
v_activate (guint activation, VFloat x)
{
  VFloat half = v_set (0.5f);
  VFloat inner;

  switch ((TrafoActivation) activation)
    {
    case TRAFO_ACTIVATION_NONE:
      break;
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
    }
  return x;
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fixture.h"

#include <math.h>

/* Relative to the double result; the absolute part is for results near 0, where gelu subtracts. */
#define RELATIVE 1e-5
#define ABSOLUTE 1e-6

static double
sigmoid (double x)
{
  return 1.0 / (1.0 + exp (-x));
}

static double
gelu (double x)
{
  return x * (1.0 + erf (x / sqrt (2.0))) / 2.0;
}

static double
gelu_tanh (double x)
{
  return x * (1.0 + tanh (sqrt (2.0 / G_PI) * (x + 0.044715 * x * x * x))) / 2.0;
}

static double
negate (double x)
{
  return -x;
}

static double
reciprocal_root (double x)
{
  return 1.0 / sqrt (x);
}

static double
identity (double x)
{
  return x;
}

static double
relu (double x)
{
  return x > 0.0 ? x : 0.0;
}

static double
silu (double x)
{
  return x * sigmoid (x);
}

static double
quick_gelu (double x)
{
  return x * sigmoid (1.702 * x);
}

static const struct
{
  TrafoOpId op;
  guint32   activation;
  double (*function) (double);
  double low, high;
} cases[] = {
  { TRAFO_OP_NEG, 0, negate, -10, 10 },
  { TRAFO_OP_SQRT, 0, sqrt, 0, 100 },
  { TRAFO_OP_RSQRT, 0, reciprocal_root, 1e-4, 100 },
  { TRAFO_OP_EXP, 0, exp, -30, 30 },
  { TRAFO_OP_LOG, 0, log, 1e-4, 100 },
  { TRAFO_OP_TANH, 0, tanh, -10, 10 },
  { TRAFO_OP_ERF, 0, erf, -5, 5 },
  { TRAFO_OP_SIGMOID, 0, sigmoid, -30, 30 },
  { TRAFO_OP_ACTIVATION, TRAFO_ACTIVATION_NONE, identity, -10, 10 },
  { TRAFO_OP_ACTIVATION, TRAFO_ACTIVATION_GELU, gelu, -8, 8 },
  { TRAFO_OP_ACTIVATION, TRAFO_ACTIVATION_GELU_TANH, gelu_tanh, -8, 8 },
  { TRAFO_OP_ACTIVATION, TRAFO_ACTIVATION_RELU, relu, -10, 10 },
  { TRAFO_OP_ACTIVATION, TRAFO_ACTIVATION_SILU, silu, -20, 20 },
  { TRAFO_OP_ACTIVATION, TRAFO_ACTIVATION_QUICK_GELU, quick_gelu, -20, 20 },
  { TRAFO_OP_ACTIVATION, TRAFO_ACTIVATION_TANH, tanh, -10, 10 },
  { TRAFO_OP_ACTIVATION, TRAFO_ACTIVATION_SIGMOID, sigmoid, -30, 30 },
};

static void
test_unary_equals_double_precision (void)
{
  static const gint64 shape[] = { 3, 5, 67 };
  g_autoptr (Fixture) fixture = fixture_new ();
  double expected[3 * 5 * 67];

  for (gsize c = 0; fixture != NULL && c < G_N_ELEMENTS (cases); c++)
    for (Layout layout = DENSE; layout <= SPACED; layout++)
      {
        const TrafoActivationAttrs attrs = { sizeof attrs, cases[c].activation };
        g_autoptr (Tensor) x = tensor_new_random (fixture,
                                                  TRAFO_DTYPE_FLOAT32,
                                                  layout,
                                                  3,
                                                  shape,
                                                  cases[c].low,
                                                  cases[c].high);
        g_autoptr (Tensor) y = tensor_new (fixture,
                                           TRAFO_DTYPE_FLOAT32,
                                           layout == SPACED ? REVERSED : DENSE,
                                           3,
                                           shape);

        for (gsize i = 0; i < x->n_elements; i++)
          expected[i] = cases[c].function (x->values[i]);
        g_test_message ("op %d, activation %u", cases[c].op, cases[c].activation);
        fixture_run (fixture, cases[c].op, &attrs, y, 1, &x);
        assert_close (y, expected, RELATIVE, ABSOLUTE);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opencl/unary/accuracy", test_unary_equals_double_precision);
  return g_test_run ();
}

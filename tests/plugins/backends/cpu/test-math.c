/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "kernel-case.h"

#include <math.h>
#include <string.h>

/* The functions of simd/vector-math.h against double precision, over floats of every exponent: the
 * bits of consecutive inputs are a prime apart. */
#define BIT_STEP 4099
#define N_INPUTS (0x7f800000 / BIT_STEP)
#define BLOCK 4096

typedef struct
{
  guint16 op;
  double (*reference) (double x);
  double ulp; /* the largest error allowed, in units of the result's last place */
} Function;

static double
sigmoid (double x)
{
  return 1 / (1 + exp (-x));
}

static const Function functions[] = {
  { TRAFO_OP_EXP, exp, 1.5 },
  { TRAFO_OP_ERF, erf, 2 },
  { TRAFO_OP_TANH, tanh, 3 },
  { TRAFO_OP_SIGMOID, sigmoid, 2.5 },
};

static double
error_ulp (float found, double expected)
{
  float  rounded = (float) expected;
  double ulp = (double) nextafterf (fabsf (rounded), INFINITY) - fabs ((double) rounded);

  if (isinf (rounded) || isinf (found))
    return rounded == found ? 0 : INFINITY;
  return fabs ((double) found - expected) / ulp;
}

static float
input_at (guint32 i)
{
  guint32 bits = (i >> 1) * BIT_STEP * 2 | (i & 1) << 31;
  float   x;

  memcpy (&x, &bits, sizeof x);
  return x;
}

static void
test_function (const TrafoCpuKernels *tier, const Function *function)
{
  KernelCase c;
  float     *x, *y;
  double     worst = 0;
  float      worst_x = 0;

  kernel_case_init (&c, function->op, NULL);
  kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (BLOCK), 0));
  c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (BLOCK), 0);
  x = c.args.inputs[0].data;
  y = c.args.output.data;
  for (guint32 first = 0; first + BLOCK <= N_INPUTS; first += BLOCK)
    {
      for (guint32 i = 0; i < BLOCK; i++)
        x[i] = input_at (first + i);
      kernel_case_run (&c, tier, 1);
      for (guint32 i = 0; i < BLOCK; i++)
        if (error_ulp (y[i], function->reference (x[i])) > worst)
          {
            worst = error_ulp (y[i], function->reference (x[i]));
            worst_x = x[i];
          }
    }
  g_test_message ("op %u, %s: %.2f ulp at %a", function->op, tier->name, worst, worst_x);
  g_assert_cmpfloat (worst, <=, function->ulp);
  kernel_case_clear (&c);
}

static void
test_accuracy (gconstpointer tier)
{
  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    test_function (tier, &functions[i]);
}

/* NaN and the infinities, as C's functions have them. */
static void
test_special (gconstpointer tier)
{
  static const float inputs[] = { NAN, INFINITY, -INFINITY, 0.0f, -0.0f };

  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (inputs); j++)
      {
        KernelCase c;
        float      y;
        double     expected = functions[i].reference (inputs[j]);

        kernel_case_init (&c, functions[i].op, NULL);
        kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (1), 0));
        *(float *) c.args.inputs[0].data = inputs[j];
        c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (1), 0);
        kernel_case_run (&c, tier, 1);
        y = *(float *) c.args.output.data;
        if (isnan (expected))
          g_assert_true (isnan (y));
        else
          g_assert_cmpfloat (y, ==, (float) expected);
        kernel_case_clear (&c);
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  kernel_case_add_tests ("math/accuracy", test_accuracy);
  kernel_case_add_tests ("math/special", test_special);
  return g_test_run ();
}

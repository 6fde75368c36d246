/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "kernel-case.h"

#include <math.h>
#include <string.h>

/* The ops that go along the last axis: LAYER_NORM, SOFTMAX, SUM, MEAN, MAX. */
static const gint64 lengths[] = { 1, 3, 5, 16, 17, 31, 63, 64, 65, 129, 768, 1000 };

static void
add_row_input (KernelCase *c, gint64 n_rows, gint64 length, gint64 gap)
{
  kernel_case_add_input (c,
                         kernel_case_operand (c,
                                              TRAFO_DTYPE_FLOAT32,
                                              SHAPE (n_rows, length),
                                              length + gap));
}

/* Values about 1 with unit weights: the variance of five and more random numbers is above 0.01, so
 * that an error of 1e-7 in x - mean becomes at most 1e-6. */
static void
check_layer_norm_row (const KernelCase *c, gint64 row, gint64 n)
{
  const TrafoLayerNormAttrs *attrs = c->args.attrs;
  g_autofree double         *x = g_new (double, n);
  double                     mean = 0, variance = 0;

  for (gint64 i = 0; i < n; i++)
    {
      x[i] = kernel_case_get (&c->args.inputs[0], (gint64[]){ row, i });
      if (attrs->has_residual)
        x[i] += kernel_case_get (&c->args.inputs[3], (gint64[]){ row, i });
      mean += x[i] / n;
    }
  for (gint64 i = 0; i < n; i++)
    variance += (x[i] - mean) * (x[i] - mean) / n;
  for (gint64 i = 0; i < n; i++)
    {
      double y = (x[i] - mean) / sqrt (variance + attrs->epsilon);

      y = y * ((float *) c->args.inputs[1].data)[i] + ((float *) c->args.inputs[2].data)[i];
      g_assert_cmpfloat_with_epsilon (kernel_case_get (&c->args.output, (gint64[]){ row, i }),
                                      y,
                                      4e-6);
    }
}

static void
test_layer_norm (gconstpointer tier)
{
  for (gsize i = 0; i < 2 * G_N_ELEMENTS (lengths); i++)
    {
      gint64              n = lengths[i / 2];
      TrafoLayerNormAttrs attrs = { .struct_size = sizeof attrs,
                                    .has_residual = i % 2,
                                    .epsilon = 1e-3 };
      KernelCase          c;

      kernel_case_init (&c, TRAFO_OP_LAYER_NORM, &attrs);
      add_row_input (&c, 13, n, i % 2 * 3);
      for (guint j = 0; j < 2; j++)
        kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (n), 0));
      if (attrs.has_residual)
        add_row_input (&c, 13, n, 1);
      c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (13, n), 0);
      kernel_case_run_all (&c, tier);
      for (gint64 row = 0; row < 13; row++)
        check_layer_norm_row (&c, row, n);
      kernel_case_clear (&c);
    }
}

static void
test_softmax (gconstpointer tier)
{
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      TrafoAxisAttrs attrs = { .struct_size = sizeof attrs, .axis = 1 };
      gint64         n = lengths[i];
      KernelCase     c;
      float         *x;

      kernel_case_init (&c, TRAFO_OP_SOFTMAX, &attrs);
      add_row_input (&c, 9, n, 2);
      x = c.args.inputs[0].data;
      for (gint64 j = 0; j < 8 * (n + 2) + n; j++)
        x[j] *= 50;
      c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (9, n), 0);
      kernel_case_run_all (&c, tier);
      for (gint64 row = 0; row < 9; row++)
        {
          double sum = 0;

          for (gint64 j = 0; j < n; j++)
            sum += exp (x[row * (n + 2) + j]);
          for (gint64 j = 0; j < n; j++)
            g_assert_cmpfloat_with_epsilon (kernel_case_get (&c.args.output, (gint64[]){ row, j }),
                                            exp (x[row * (n + 2) + j]) / sum,
                                            1e-6);
        }
      kernel_case_clear (&c);
    }
}

static void
test_reduce (gconstpointer tier)
{
  static const guint16 ops[] = { TRAFO_OP_SUM, TRAFO_OP_MEAN, TRAFO_OP_MAX };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths) * G_N_ELEMENTS (ops); i++)
    {
      TrafoAxisAttrs attrs = { .struct_size = sizeof attrs, .axis = 1 };
      guint16        op = ops[i % G_N_ELEMENTS (ops)];
      gint64         n = lengths[i / G_N_ELEMENTS (ops)];
      KernelCase     c;

      kernel_case_init (&c, op, &attrs);
      add_row_input (&c, 7, n, 2);
      c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (7, 1), 0);
      kernel_case_run_all (&c, tier);
      for (gint64 row = 0; row < 7; row++)
        {
          double sum = 0, greatest = -INFINITY, expected;

          for (gint64 j = 0; j < n; j++)
            {
              double x = kernel_case_get (&c.args.inputs[0], (gint64[]){ row, j });

              sum += x;
              greatest = MAX (greatest, x);
            }
          expected = op == TRAFO_OP_SUM ? sum : op == TRAFO_OP_MEAN ? sum / n : greatest;
          g_assert_cmpfloat_with_epsilon (((float *) c.args.output.data)[row],
                                          expected,
                                          op == TRAFO_OP_MAX ? 1e-30 : 1e-7 * n);
        }
      kernel_case_clear (&c);
    }
}

static void
test_max_of_nan (gconstpointer tier)
{
  for (gint64 at = 0; at < 40; at++)
    {
      TrafoAxisAttrs attrs = { .struct_size = sizeof attrs, .axis = 1 };
      KernelCase     c;

      kernel_case_init (&c, TRAFO_OP_MAX, &attrs);
      add_row_input (&c, 1, 40, 0);
      ((float *) c.args.inputs[0].data)[(at + 1) % 40] = INFINITY;
      ((float *) c.args.inputs[0].data)[at] = NAN;
      c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (1, 1), 0);
      kernel_case_run (&c, tier, 1);
      g_assert_true (isnan (*(float *) c.args.output.data));
      kernel_case_clear (&c);
    }
}

static void
test_refuses (gconstpointer tier)
{
  TrafoAxisAttrs attrs = { .struct_size = sizeof attrs, .axis = 0 };
  KernelCase     c;

  kernel_case_init (&c, TRAFO_OP_SOFTMAX, &attrs);
  add_row_input (&c, 3, 4, 0);
  c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (3, 4), 0);
  g_assert_false (kernel_case_is_supported (&c, tier));
  attrs.axis = 1;
  g_assert_true (kernel_case_is_supported (&c, tier));
  kernel_case_clear (&c);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  kernel_case_add_tests ("rows/layer-norm", test_layer_norm);
  kernel_case_add_tests ("rows/softmax", test_softmax);
  kernel_case_add_tests ("rows/reduce", test_reduce);
  kernel_case_add_tests ("rows/max-of-nan", test_max_of_nan);
  kernel_case_add_tests ("rows/refuses", test_refuses);
  return g_test_run ();
}

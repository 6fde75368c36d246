/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fixture.h"

#include <math.h>

#include "slowdown.h"

/* Of operands in [-1, 1]: the error of a float32 sum grows with sqrt (K). */
#define RELATIVE 1e-5
#define ABSOLUTE 1e-5

typedef struct
{
  gint64 m, n, k;
} Size;

/* Of vectors: 0 stands for the kernels of GPUs. */
static const guint widths[] = { 0, 8, 16 };

static const Size sizes[] = { { 20, 37, 70 },  { 20, 37, 70 }, { 20, 37, 70 }, { 2, 37, 70 },
                              { 2, 37, 70 },   { 2, 37, 70 },  { 1, 1, 1 },    { 1, 67, 130 },
                              { 3, 5, 17 },    { 4, 33, 64 },  { 5, 1, 33 },   { 17, 19, 1 },
                              { 64, 64, 16 },  { 65, 70, 33 }, { 33, 129, 0 }, { 7, 40, 259 },
                              { 130, 17, 100 } };

static void
check_matmul (const Fixture *fixture, const Size *size, guint transposes, Layout layout)
{
  gboolean               ta = transposes & 1, tb = (transposes & 2) != 0;
  const TrafoMatmulAttrs attrs = { sizeof attrs, ta, tb, { 0 } };
  const gint64           a_shape[] = { 2, 1, ta ? size->k : size->m, ta ? size->m : size->k };
  const gint64           b_shape[] = { 3, tb ? size->n : size->k, tb ? size->k : size->n };
  const gint64           c_shape[] = { 2, 3, size->m, size->n };
  g_autoptr (Tensor) a =
      tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, layout, 4, a_shape, -1, 1);
  g_autoptr (Tensor) b =
      tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, layout, 3, b_shape, -1, 1);
  g_autoptr (Tensor) c = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, layout, 4, c_shape);
  g_autofree double *expected = g_new0 (double, c->n_elements);
  gint64             m = size->m, n = size->n, k = size->k;

  for (gint64 i = 0; i < (gint64) c->n_elements; i++)
    {
      const double *a_matrix = a->values + i / (3 * m * n) * m * k;
      const double *b_matrix = b->values + i / (m * n) % 3 * k * n;
      gint64        row = i / n % m, column = i % n;

      for (gint64 d = 0; d < k; d++)
        expected[i] += a_matrix[ta ? d * m + row : row * k + d] *
                       b_matrix[tb ? column * k + d : d * n + column];
    }
  g_test_message ("%d x %d x %d, transposed %u, layout %d",
                  (int) m,
                  (int) n,
                  (int) k,
                  transposes,
                  layout);
  fixture_run (fixture, TRAFO_OP_MATMUL, &attrs, c, 2, (Tensor *const[]){ a, b });
  assert_close (c, expected, RELATIVE, ABSOLUTE);
}

static void
test_matmul_broadcasts_and_transposes (gconstpointer data)
{
  guint width = GPOINTER_TO_UINT (data);
  g_autoptr (Fixture) fixture = fixture_new_for_width (width);
  guint64 every = get_every (), n_cases = 0;

  for (gsize s = 0; fixture != NULL && s < G_N_ELEMENTS (sizes); s++)
    for (guint transposes = 0; transposes < 4; transposes++)
      if (n_cases++ % every == 0)
        check_matmul (fixture, &sizes[s], transposes, (Layout) ((s + transposes) % 3));
}

static double
activate (TrafoActivation activation, double x)
{
  switch (activation)
    {
    case TRAFO_ACTIVATION_GELU:
      return x * (1.0 + erf (x / sqrt (2.0))) / 2.0;
    case TRAFO_ACTIVATION_GELU_TANH:
      return x * (1.0 + tanh (sqrt (2.0 / G_PI) * (x + 0.044715 * x * x * x))) / 2.0;
    case TRAFO_ACTIVATION_RELU:
      return MAX (x, 0.0);
    case TRAFO_ACTIVATION_SILU:
      return x / (1.0 + exp (-x));
    case TRAFO_ACTIVATION_QUICK_GELU:
      return x / (1.0 + exp (-1.702 * x));
    case TRAFO_ACTIVATION_TANH:
      return tanh (x);
    case TRAFO_ACTIVATION_SIGMOID:
      return 1.0 / (1.0 + exp (-x));
    default:
      return x;
    }
}

static void
check_linear (const Fixture          *fixture,
              const Size             *size,
              const TrafoLinearAttrs *attrs,
              Layout                  layout)
{
  /* each dtype of the weight meets both kinds of kernels, and those of few rows */
  TrafoDType   weight_dtype = 1 + (size - sizes) % 3;
  TrafoDType   bias_dtype = 1 + (size - sizes) / 3 % 3;
  gint64       M = size->m, N = size->n, K = size->k;
  const gint64 x_shape[] = { 2, M, K };
  const gint64 y_shape[] = { 2, M, N };
  const gint64 weight_shape[] = { attrs->is_in_out ? K : N, attrs->is_in_out ? N : K };
  g_autoptr (Tensor) x =
      tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, layout, 3, x_shape, -1, 1);
  g_autoptr (Tensor) weight =
      tensor_new_random (fixture, weight_dtype, DENSE, 2, weight_shape, -1, 1);
  g_autoptr (Tensor) bias = tensor_new_random (fixture, bias_dtype, SPACED, 1, &N, -1, 1);
  g_autoptr (Tensor) residual =
      tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, layout, 3, y_shape, -1, 1);
  g_autoptr (Tensor) y = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, SPACED, 3, y_shape);
  g_autofree double *expected = g_new0 (double, y->n_elements);
  Tensor            *inputs[4] = { x, weight };
  guint              n_inputs = 2;

  if (attrs->has_bias)
    inputs[n_inputs++] = bias;
  if (attrs->has_residual)
    inputs[n_inputs++] = residual;
  for (gint64 i = 0; i < (gint64) y->n_elements; i++)
    {
      gint64 row = i / N, column = i % N;
      double sum = attrs->has_bias ? bias->values[column] : 0;

      for (gint64 d = 0; d < K; d++)
        sum += x->values[row * K + d] *
               weight->values[attrs->is_in_out ? d * N + column : column * K + d];
      expected[i] =
          activate (attrs->activation, sum) + (attrs->has_residual ? residual->values[i] : 0);
    }
  g_test_message ("%d x %d x %d, activation %u, layout %d",
                  (int) M,
                  (int) N,
                  (int) K,
                  attrs->activation,
                  layout);
  fixture_run (fixture, TRAFO_OP_LINEAR, attrs, y, n_inputs, inputs);
  assert_close (y, expected, RELATIVE, ABSOLUTE);
}

static void
test_linear_with_every_epilogue (gconstpointer data)
{
  guint width = GPOINTER_TO_UINT (data);
  g_autoptr (Fixture) fixture = fixture_new_for_width (width);
  guint64 every = get_every (), n_cases = 0;

  for (gsize s = 0; fixture != NULL && s < G_N_ELEMENTS (sizes); s++)
    for (guint mask = 0; mask < 8; mask++)
      {
        const TrafoLinearAttrs attrs = {
          .struct_size = sizeof attrs,
          .activation = (s + mask) % (TRAFO_ACTIVATION_SIGMOID + 1),
          .is_in_out = mask & 1,
          .has_bias = (mask >> 1) & 1,
          .has_residual = mask >> 2,
        };

        if (n_cases++ % every == 0)
          check_linear (fixture, &sizes[s], &attrs, (Layout) ((s + mask) % 3));
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      g_autofree char *matmul = g_strdup_printf ("/opencl/matmul/transposes/%u", widths[i]);
      g_autofree char *linear = g_strdup_printf ("/opencl/linear/epilogues/%u", widths[i]);

      g_test_add_data_func (matmul,
                            GUINT_TO_POINTER (widths[i]),
                            test_matmul_broadcasts_and_transposes);
      g_test_add_data_func (linear, GUINT_TO_POINTER (widths[i]), test_linear_with_every_epilogue);
    }
  return g_test_run ();
}

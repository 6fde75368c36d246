/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fixture.h"

#include <math.h>

/* Of results of about 1. */
#define RELATIVE 1e-5
#define ABSOLUTE 1e-5

static void
normalise (Tensor *const *inputs, gboolean has_residual, double epsilon, double *expected)
{
  const Tensor *x = inputs[0];
  gsize         C = x->operand.shape[x->operand.n_dims - 1];

  for (gsize row = 0; row < x->n_elements / C; row++)
    {
      double *h = expected + row * C;
      double  mean = 0, variance = 0;

      for (gsize i = 0; i < C; i++)
        {
          h[i] = x->values[row * C + i] + (has_residual ? inputs[3]->values[row * C + i] : 0);
          mean += h[i] / C;
        }
      for (gsize i = 0; i < C; i++)
        variance += (h[i] - mean) * (h[i] - mean) / C;
      for (gsize i = 0; i < C; i++)
        h[i] =
            (h[i] - mean) / sqrt (variance + epsilon) * inputs[1]->values[i] + inputs[2]->values[i];
    }
}

static void
check (const Fixture *fixture, const gint64 *shape, Layout layout, gboolean has_residual)
{
  const TrafoLayerNormAttrs attrs = { sizeof attrs, has_residual, { 0 }, 1e-5 };
  g_autoptr (Tensor) x = tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, layout, 3, shape, -1, 3);
  g_autoptr (Tensor) weight =
      tensor_new_random (fixture, TRAFO_DTYPE_FLOAT16, SPACED, 1, shape + 2, -1, 1);
  g_autoptr (Tensor) bias =
      tensor_new_random (fixture,
                         has_residual ? TRAFO_DTYPE_BFLOAT16 : TRAFO_DTYPE_FLOAT32,
                         DENSE,
                         1,
                         shape + 2,
                         -1,
                         1);
  g_autoptr (Tensor) residual =
      tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, REVERSED, 3, shape, -1, 1);
  g_autoptr (Tensor) y = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, SPACED, 3, shape);
  Tensor *const      inputs[] = { x, weight, bias, residual };
  g_autofree double *expected = g_new (double, x->n_elements);

  normalise (inputs, has_residual, 1e-5, expected);
  fixture_run (fixture, TRAFO_OP_LAYER_NORM, &attrs, y, has_residual ? 4 : 3, inputs);
  assert_close (y, expected, RELATIVE, ABSOLUTE);
  if (layout != DENSE)
    return;
  fixture_run (fixture, TRAFO_OP_LAYER_NORM, &attrs, x, has_residual ? 4 : 3, inputs);
  assert_close (x, expected, RELATIVE, ABSOLUTE);
}

static void
test_layer_norm_with_and_without_residual (void)
{
  static const gint64 shapes[][3] = { { 1, 1, 1 }, { 2, 3, 7 }, { 3, 1, 768 }, { 2, 2, 1025 } };
  g_autoptr (Fixture) fixture = fixture_new ();

  for (gsize s = 0; fixture != NULL && s < G_N_ELEMENTS (shapes); s++)
    for (Layout layout = DENSE; layout <= SPACED; layout++)
      for (guint has_residual = 0; has_residual < 2; has_residual++)
        check (fixture, shapes[s], layout, has_residual);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opencl/layer-norm/residual", test_layer_norm_with_and_without_residual);
  return g_test_run ();
}

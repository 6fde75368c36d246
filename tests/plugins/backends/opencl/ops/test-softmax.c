/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fixture.h"

#include <float.h>
#include <math.h>

#define RELATIVE 1e-5
#define ABSOLUTE 1e-8

static void
softmax (const Tensor *x, guint axis, double *expected)
{
  gsize length = x->operand.shape[axis], inner = 1;

  for (guint i = axis + 1; i < x->operand.n_dims; i++)
    inner *= x->operand.shape[i];
  for (gsize i = 0; i < x->n_elements / length; i++)
    {
      gsize  first = i / inner * inner * length + i % inner;
      double largest = -INFINITY, sum = 0;

      for (gsize j = 0; j < length; j++)
        largest = fmax (largest, x->values[first + j * inner]);
      for (gsize j = 0; j < length; j++)
        sum += expected[first + j * inner] = exp (x->values[first + j * inner] - largest);
      for (gsize j = 0; j < length; j++)
        expected[first + j * inner] /= sum;
    }
}

static void
test_softmax_takes_any_axis_and_layout (void)
{
  static const gint64 shapes[][3] = { { 2, 3, 1 }, { 3, 5, 67 }, { 2, 1, 1000 } };
  g_autoptr (Fixture) fixture = fixture_new ();

  for (gsize s = 0; fixture != NULL && s < G_N_ELEMENTS (shapes); s++)
    for (Layout layout = DENSE; layout <= SPACED; layout++)
      for (guint axis = 0; axis < 3; axis++)
        {
          const TrafoAxisAttrs attrs = { sizeof attrs, axis };
          g_autoptr (Tensor) x =
              tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, layout, 3, shapes[s], -20, 20);
          g_autoptr (Tensor) y = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, SPACED, 3, shapes[s]);
          g_autofree double *expected = g_new (double, x->n_elements);

          softmax (x, axis, expected);
          fixture_run (fixture, TRAFO_OP_SOFTMAX, &attrs, y, 1, &x);
          assert_close (y, expected, RELATIVE, ABSOLUTE);
        }
}

/* Scores of -FLT_MAX, as masks make them, vanish beside others and are equal among themselves. */
static void
test_softmax_in_place_of_masked_scores (void)
{
  static const gint64  shape[] = { 2, 4 };
  static const double  expected[] = { 0, 1, 0, 0, 0.25, 0.25, 0.25, 0.25 };
  const TrafoAxisAttrs attrs = { sizeof attrs, 1 };
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (Tensor) x = NULL;

  if (fixture == NULL)
    return;
  x = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 2, shape);
  for (gsize i = 0; i < x->n_elements; i++)
    x->values[i] = i == 1 ? 3.0 : -FLT_MAX;
  tensor_upload (x);
  fixture_run (fixture, TRAFO_OP_SOFTMAX, &attrs, x, 1, &x);
  assert_close (x, expected, 0, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opencl/softmax/any-axis", test_softmax_takes_any_axis_and_layout);
  g_test_add_func ("/opencl/softmax/masked", test_softmax_in_place_of_masked_scores);
  return g_test_run ();
}

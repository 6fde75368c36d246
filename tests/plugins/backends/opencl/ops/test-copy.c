/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fixture.h"

static void
test_copy_keeps_values_whatever_the_strides (void)
{
  static const gint64 shapes[][5] = { { 1, 1, 1, 1, 1 }, { 2, 3, 1, 5, 7 }, { 1, 1, 257, 1, 3 } };
  g_autoptr (Fixture) fixture = fixture_new ();

  for (TrafoDType dtype = 1; fixture != NULL && dtype < TRAFO_N_DTYPES; dtype++)
    for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
      for (Layout from = DENSE; from <= SPACED; from++)
        for (Layout to = DENSE; to <= SPACED; to++)
          {
            g_autoptr (Tensor) x =
                tensor_new_random (fixture, dtype, from, 5, shapes[i], -100, 100);
            g_autoptr (Tensor) y = tensor_new (fixture, dtype, to, 5, shapes[i]);

            fixture_run (fixture, TRAFO_OP_COPY, NULL, y, 1, &x);
            assert_close (y, x->values, 0, 0);
          }
}

static void
test_copy_takes_eight_dimensions (void)
{
  static const gint64 shape[] = { 2, 3, 2, 1, 2, 3, 2, 5 };
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (Tensor) x = NULL;
  g_autoptr (Tensor) y = NULL;

  if (fixture == NULL)
    return;
  x = tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, REVERSED, 8, shape, -1, 1);
  y = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, SPACED, 8, shape);
  fixture_run (fixture, TRAFO_OP_COPY, NULL, y, 1, &x);
  assert_close (y, x->values, 0, 0);
}

/* Of [3, 5, 4]: where element i lies if it is in the part [start, start + length) of axis. */
static void
test_concat_joins_along_each_axis (void)
{
  static const gint64 lengths[] = { 2, 1, 4 };
  g_autoptr (Fixture) fixture = fixture_new ();

  for (guint axis = 0; fixture != NULL && axis < 3; axis++)
    {
      const TrafoAxisAttrs attrs = { sizeof attrs, axis };
      gint64               shape[] = { 3, 5, 4 };
      Tensor              *parts[3];
      g_autoptr (Tensor) y = NULL;
      g_autofree double *expected = NULL;

      for (guint p = 0; p < 3; p++)
        {
          shape[axis] = lengths[p];
          parts[p] = tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, (Layout) p, 3, shape, -1, 1);
        }
      shape[axis] = 7;
      y = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, SPACED, 3, shape);
      expected = g_new (double, y->n_elements);
      for (gsize i = 0; i < y->n_elements; i++)
        {
          gint64 at[] = { i / (shape[1] * shape[2]), i / shape[2] % shape[1], i % shape[2] };
          guint  p = at[axis] < 2 ? 0 : at[axis] < 3 ? 1 : 2;

          at[axis] -= p == 0 ? 0 : p == 1 ? 2 : 3;
          expected[i] = parts[p]->values[(at[0] * parts[p]->operand.shape[1] + at[1]) *
                                             parts[p]->operand.shape[2] +
                                         at[2]];
        }
      fixture_run (fixture, TRAFO_OP_CONCAT, &attrs, y, 3, parts);
      assert_close (y, expected, 0, 0);
      for (guint p = 0; p < 3; p++)
        tensor_free (parts[p]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opencl/copy/strides", test_copy_keeps_values_whatever_the_strides);
  g_test_add_func ("/opencl/copy/eight-dimensions", test_copy_takes_eight_dimensions);
  g_test_add_func ("/opencl/concat/each-axis", test_concat_joins_along_each_axis);
  return g_test_run ();
}

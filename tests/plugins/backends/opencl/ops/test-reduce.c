/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fixture.h"

#include <math.h>

/* Relative to the sum of magnitudes, which a sum of both signs may be far below. */
#define RELATIVE 1e-5
#define ABSOLUTE 1e-3

static void
reduce (TrafoOpId op, const Tensor *x, guint axis, double *expected)
{
  gsize length = x->operand.shape[axis], inner = 1;

  for (guint i = axis + 1; i < x->operand.n_dims; i++)
    inner *= x->operand.shape[i];
  for (gsize i = 0; i < x->n_elements / length; i++)
    {
      const double *first = x->values + i / inner * inner * length + i % inner;
      double        result = op == TRAFO_OP_MAX ? -INFINITY : 0;

      for (gsize j = 0; j < length; j++)
        result = op == TRAFO_OP_MAX ? fmax (result, first[j * inner]) : result + first[j * inner];
      expected[i] = op == TRAFO_OP_MEAN ? result / length : result;
    }
}

static void
check (const Fixture *fixture, TrafoOpId op, TrafoDType dtype, Layout layout, guint axis)
{
  static const gint64  shapes[][3] = { { 4, 9, 131 }, { 2, 3, 1 }, { 200, 2, 3 } };
  const TrafoAxisAttrs attrs = { sizeof attrs, axis };

  for (gsize s = 0; s < G_N_ELEMENTS (shapes); s++)
    {
      gint64 output_shape[] = { shapes[s][0], shapes[s][1], shapes[s][2] };
      g_autoptr (Tensor) x = tensor_new_random (fixture, dtype, layout, 3, shapes[s], -99, 99);
      g_autoptr (Tensor) y = NULL;
      g_autofree double *expected = g_new (double, x->n_elements);

      output_shape[axis] = 1;
      y = tensor_new (fixture, dtype, SPACED, 3, output_shape);
      reduce (op, x, axis, expected);
      g_test_message ("op %d of %s, axis %u, case %" G_GSIZE_FORMAT,
                      op,
                      trafo_dtype_get_name (dtype),
                      axis,
                      s);
      fixture_run (fixture, op, &attrs, y, 1, &x);
      if (dtype == TRAFO_DTYPE_FLOAT32 && op != TRAFO_OP_MAX)
        assert_close (y, expected, RELATIVE, ABSOLUTE);
      else
        assert_close (y, expected, 0, 0);
    }
}

static void
test_reduce_takes_any_axis_layout_and_type (void)
{
  static const TrafoDType dtypes[] = { TRAFO_DTYPE_FLOAT32, TRAFO_DTYPE_INT32, TRAFO_DTYPE_INT64 };
  g_autoptr (Fixture) fixture = fixture_new ();

  for (TrafoOpId op = TRAFO_OP_SUM; fixture != NULL && op <= TRAFO_OP_MAX; op++)
    for (gsize d = 0; d < (op == TRAFO_OP_MEAN ? 1 : G_N_ELEMENTS (dtypes)); d++)
      for (Layout layout = DENSE; layout <= SPACED; layout++)
        for (guint axis = 0; axis < 3; axis++)
          check (fixture, op, dtypes[d], layout, axis);
}

/* A NaN is found at any place of a row; an infinity is no NaN. */
static void
test_max_keeps_nan (void)
{
  static const gint64  shape[] = { 3, 70 };
  static const gint64  output_shape[] = { 3, 1 };
  static const double  expected[] = { NAN, NAN, INFINITY };
  const TrafoAxisAttrs attrs = { sizeof attrs, 1 };
  g_autoptr (Fixture) fixture = fixture_new ();

  for (Layout layout = DENSE; fixture != NULL && layout <= REVERSED; layout++)
    {
      g_autoptr (Tensor) x =
          tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, layout, 2, shape, -1, 1);
      g_autoptr (Tensor) y = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 2, output_shape);

      x->values[0] = NAN;
      x->values[70 + 69] = NAN;
      x->values[140] = INFINITY;
      tensor_upload (x);
      fixture_run (fixture, TRAFO_OP_MAX, &attrs, y, 1, &x);
      assert_close (y, expected, 0, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opencl/reduce/any-axis", test_reduce_takes_any_axis_layout_and_type);
  g_test_add_func ("/opencl/reduce/max-of-nan", test_max_keeps_nan);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fixture.h"

static const gint64 shape[] = { 3, 5, 7 };
static const gint64 row_shape[] = { 5, 1 };

static gboolean
compare (guint32 comparison, double a, double b)
{
  switch (comparison)
    {
    case TRAFO_COMPARE_EQUAL:
      return a == b;
    case TRAFO_COMPARE_NOT_EQUAL:
      return a != b;
    case TRAFO_COMPARE_LESS:
      return a < b;
    case TRAFO_COMPARE_LESS_EQUAL:
      return a <= b;
    case TRAFO_COMPARE_GREATER:
      return a > b;
    default:
      return a >= b;
    }
}

static void
test_compare_knows_every_relation_and_type (void)
{
  static const TrafoDType dtypes[] = { TRAFO_DTYPE_FLOAT32, TRAFO_DTYPE_INT8,  TRAFO_DTYPE_UINT8,
                                       TRAFO_DTYPE_BOOL,    TRAFO_DTYPE_INT32, TRAFO_DTYPE_INT64 };
  g_autoptr (Fixture) fixture = fixture_new ();
  double expected[3 * 5 * 7];

  for (gsize d = 0; fixture != NULL && d < G_N_ELEMENTS (dtypes); d++)
    for (guint32 k = TRAFO_COMPARE_EQUAL; k <= TRAFO_COMPARE_GREATER_EQUAL; k++)
      {
        const TrafoCompareAttrs attrs = { sizeof attrs, k };
        double                  low = d == 2 || d == 3 ? 0 : -3;
        g_autoptr (Tensor) a = tensor_new_random (fixture, dtypes[d], SPACED, 3, shape, low, 3);
        g_autoptr (Tensor) b = tensor_new_random (fixture, dtypes[d], DENSE, 2, row_shape, low, 3);
        g_autoptr (Tensor) y = tensor_new (fixture, TRAFO_DTYPE_BOOL, REVERSED, 3, shape);

        a->values[0] = b->values[0];
        tensor_upload (a);
        for (gsize i = 0; i < y->n_elements; i++)
          expected[i] = compare (k, a->values[i], b->values[i / 7 % 5]);
        fixture_run (fixture, TRAFO_OP_COMPARE, &attrs, y, 2, (Tensor *const[]){ a, b });
        assert_close (y, expected, 0, 0);
      }
}

static void
test_where_chooses_in_every_dtype (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  double expected[3 * 5 * 7];

  for (TrafoDType dtype = 1; fixture != NULL && dtype < TRAFO_N_DTYPES; dtype++)
    {
      g_autoptr (Tensor) c =
          tensor_new_random (fixture, TRAFO_DTYPE_BOOL, DENSE, 2, row_shape, 0, 1);
      g_autoptr (Tensor) a = tensor_new_random (fixture, dtype, REVERSED, 3, shape, 0, 100);
      g_autoptr (Tensor) b = tensor_new_random (fixture, dtype, SPACED, 3, shape, 0, 100);
      g_autoptr (Tensor) y = tensor_new (fixture, dtype, DENSE, 3, shape);

      for (gsize i = 0; i < 5; i++)
        c->values[i] = i % 2;
      tensor_upload (c);
      for (gsize i = 0; i < y->n_elements; i++)
        expected[i] = c->values[i / 7 % 5] != 0 ? a->values[i] : b->values[i];
      fixture_run (fixture, TRAFO_OP_WHERE, NULL, y, 3, (Tensor *const[]){ c, a, b });
      assert_close (y, expected, 0, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opencl/compare/every-relation", test_compare_knows_every_relation_and_type);
  g_test_add_func ("/opencl/where/every-dtype", test_where_chooses_in_every_dtype);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fixture.h"

static const gint64 shape[] = { 3, 1, 7, 5 };

static void
test_fill_writes_the_value_in_every_dtype (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  const TrafoFillAttrs attrs = { sizeof attrs, 0, -3.25 };
  double               expected[3 * 7 * 5];

  for (TrafoDType dtype = 1; fixture != NULL && dtype < TRAFO_N_DTYPES; dtype++)
    for (Layout layout = DENSE; layout <= SPACED; layout++)
      {
        g_autoptr (Tensor) y = tensor_new (fixture, dtype, layout, 4, shape);

        for (gsize i = 0; i < y->n_elements; i++)
          expected[i] = trafo_dtype_is_float (dtype) ? -3.25
                        : dtype == TRAFO_DTYPE_BOOL  ? 1
                        : dtype == TRAFO_DTYPE_UINT8 ? 0
                                                     : -3;
        fixture_run (fixture, TRAFO_OP_FILL, &attrs, y, 0, NULL);
        assert_close (y, expected, 0, 0);
      }
}

static void
test_iota_counts_along_the_last_axis (void)
{
  static const TrafoDType dtypes[] = { TRAFO_DTYPE_FLOAT32, TRAFO_DTYPE_INT32, TRAFO_DTYPE_INT64 };
  g_autoptr (Fixture) fixture = fixture_new ();
  double expected[3 * 7 * 5];

  for (gsize d = 0; fixture != NULL && d < G_N_ELEMENTS (dtypes); d++)
    for (Layout layout = DENSE; layout <= SPACED; layout++)
      {
        g_autoptr (Tensor) y = tensor_new (fixture, dtypes[d], layout, 4, shape);

        for (gsize i = 0; i < y->n_elements; i++)
          expected[i] = i % 5;
        fixture_run (fixture, TRAFO_OP_IOTA, NULL, y, 0, NULL);
        assert_close (y, expected, 0, 0);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opencl/fill/every-dtype", test_fill_writes_the_value_in_every_dtype);
  g_test_add_func ("/opencl/iota/last-axis", test_iota_counts_along_the_last_axis);
  return g_test_run ();
}

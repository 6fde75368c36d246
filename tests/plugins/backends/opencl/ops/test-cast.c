/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fixture.h"

#include <math.h>

static double
limit (double value, double low, double high)
{
  return isnan (value) ? 0 : CLAMP (trunc (value), low, high);
}

/* What core's scalar conversions give; floats beyond an integer's range become its nearest value,
 * integers keep their low bits. */
static double
convert (double value, TrafoDType from, TrafoDType dtype)
{
  gboolean is_float = trafo_dtype_is_float (from);

  switch (dtype)
    {
    case TRAFO_DTYPE_FLOAT32:
      return (float) value;
    case TRAFO_DTYPE_FLOAT16:
      return trafo_float16_to_float (trafo_float16_from_float ((float) value));
    case TRAFO_DTYPE_BFLOAT16:
      return trafo_bfloat16_to_float (trafo_bfloat16_from_float ((float) value));
    case TRAFO_DTYPE_INT8:
      return is_float ? limit (value, -128, 127) : (gint8) (gint64) value;
    case TRAFO_DTYPE_UINT8:
      return is_float ? limit (value, 0, 255) : (guint8) (gint64) value;
    case TRAFO_DTYPE_BOOL:
      return value != 0.0;
    case TRAFO_DTYPE_INT32:
      return limit (value, G_MININT32, G_MAXINT32);
    default:
      return limit (value, -0x1p63, 0x1p63);
    }
}

static void
test_cast_converts_every_pair_exactly (void)
{
  static const gint64 shape[] = { 5, 53 };
  g_autoptr (Fixture) fixture = fixture_new ();
  double expected[5 * 53];

  for (TrafoDType from = 1; fixture != NULL && from < TRAFO_N_DTYPES; from++)
    for (TrafoDType to = 1; to < TRAFO_N_DTYPES; to++)
      {
        double low = from == TRAFO_DTYPE_UINT8 ? 0 : -120;
        g_autoptr (Tensor) x = tensor_new_random (fixture, from, REVERSED, 2, shape, low, 120);
        g_autoptr (Tensor) y = tensor_new (fixture, to, SPACED, 2, shape);

        for (gsize i = 0; i < x->n_elements; i++)
          expected[i] = convert (x->values[i], from, to);
        fixture_run (fixture, TRAFO_OP_CAST, NULL, y, 1, &x);
        assert_close (y, expected, 0, 0);
      }
}

/* Overflow, subnormals, ties and special values of the 16-bit types, both ways. */
static void
test_cast_rounds_floats_as_core_does (void)
{
  static const double values[] = {
    0.0,       -0.0,    65504.0,   65519.99,   65520.0,      1e9,           -1e9,          6.1e-5,
    0x1p-24,   0x1p-25, 0x1.8p-25, 3e-8,       1.0009765625, 1.00048828125, 1.00146484375, INFINITY,
    -INFINITY, NAN,     3.4e38,    1.00390625, 1.01171875,   5e-41,
  };
  const gint64            shape[] = { G_N_ELEMENTS (values) };
  static const TrafoDType dtypes[] = { TRAFO_DTYPE_FLOAT16, TRAFO_DTYPE_BFLOAT16 };
  double                  expected[G_N_ELEMENTS (values)];
  g_autoptr (Fixture) fixture = fixture_new ();

  for (gsize d = 0; fixture != NULL && d < G_N_ELEMENTS (dtypes); d++)
    {
      g_autoptr (Tensor) x = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 1, shape);
      g_autoptr (Tensor) y = tensor_new (fixture, dtypes[d], DENSE, 1, shape);
      g_autoptr (Tensor) z = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 1, shape);

      memcpy (x->values, values, sizeof values);
      tensor_upload (x);
      for (gsize i = 0; i < x->n_elements; i++)
        expected[i] = convert (x->values[i], TRAFO_DTYPE_FLOAT32, dtypes[d]);
      fixture_run (fixture, TRAFO_OP_CAST, NULL, y, 1, &x);
      assert_close (y, expected, 0, 0);
      fixture_run (fixture, TRAFO_OP_CAST, NULL, z, 1, &y);
      assert_close (z, expected, 0, 0);
    }
}

static void
test_cast_of_floats_beyond_an_integer_saturates (void)
{
  static const double values[] = { NAN,   INFINITY, -INFINITY, 127.9, 128,  -128.9, -129,
                                   255.5, 256,      3e9,       -3e9,  1e20, -1e20 };
  const gint64        shape[] = { G_N_ELEMENTS (values) };
  double              expected[G_N_ELEMENTS (values)];
  g_autoptr (Fixture) fixture = fixture_new ();

  for (TrafoDType to = TRAFO_DTYPE_INT8; fixture != NULL && to < TRAFO_N_DTYPES; to++)
    {
      g_autoptr (Tensor) x = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 1, shape);
      g_autoptr (Tensor) y = tensor_new (fixture, to, DENSE, 1, shape);

      memcpy (x->values, values, sizeof values);
      tensor_upload (x);
      for (gsize i = 0; i < x->n_elements; i++)
        expected[i] = to == TRAFO_DTYPE_BOOL && isnan (x->values[i])
                          ? 1
                          : convert (x->values[i], TRAFO_DTYPE_FLOAT32, to);
      g_test_message ("to %s", trafo_dtype_get_name (to));
      fixture_run (fixture, TRAFO_OP_CAST, NULL, y, 1, &x);
      assert_close (y, expected, 0, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opencl/cast/every-pair", test_cast_converts_every_pair_exactly);
  g_test_add_func ("/opencl/cast/rounding", test_cast_rounds_floats_as_core_does);
  g_test_add_func ("/opencl/cast/saturation", test_cast_of_floats_beyond_an_integer_saturates);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-float16-range-private.h"

#include <math.h>

/* What becomes infinite in float16, and only that: trafo_float16_from_float() says. */
static void
test_borders (void)
{
  static const float values[] = { 0,      -0.0f, 65504, -65504, 65519,    65519.996f, 65520,
                                  -65520, 65536, 1e38f, -1e38f, INFINITY, -INFINITY,  NAN };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      float        value = values[i], found = 0;
      TrafoOperand matrix = { .data = &value,
                              .dtype = TRAFO_DTYPE_FLOAT32,
                              .n_dims = 2,
                              .shape = { 1, 1 },
                              .strides = { 1, 1 } };
      gint64       row, column;
      gboolean     is_lost =
          isfinite (value) && isinf (trafo_float16_to_float (trafo_float16_from_float (value)));

      g_assert_cmpint (trafo_float16_range_find (&matrix, 0, 1, &row, &column, &found),
                       ==,
                       is_lost);
      if (is_lost)
        g_assert_cmpfloat (found, ==, value);
    }
}

/* Every bfloat16, as one matrix of rows with a gap between them. */
static void
test_bfloat16 (void)
{
  g_autofree guint16 *halves = g_new (guint16, 256 * 257);
  TrafoOperand        matrix = { .data = halves,
                                 .dtype = TRAFO_DTYPE_BFLOAT16,
                                 .n_dims = 2,
                                 .shape = { 256, 256 },
                                 .strides = { 257, 1 } };
  gint64              first_row = 0, n_lost = 0, row, column, n_found = 0;
  float               value;

  for (gint64 i = 0; i < 256 * 257; i++)
    halves[i] =
        i % 257 < 256 ? (guint16) (i / 257 * 256 + i % 257) : 0x7f00; /* in the gap: 1.7e38 */
  for (guint i = 0; i < 65536; i++)
    {
      float each = trafo_bfloat16_to_float ((guint16) i);

      n_lost += isfinite (each) && isinf (trafo_float16_to_float (trafo_float16_from_float (each)));
    }
  while (trafo_float16_range_find (&matrix, first_row, 256, &row, &column, &value))
    {
      g_assert_cmpint (row, >=, first_row);
      g_assert_cmpfloat (value, ==, trafo_bfloat16_to_float (halves[row * 257 + column]));
      halves[row * 257 + column] = 0;
      first_row = row;
      n_found++;
    }
  g_assert_cmpint (n_found, ==, n_lost);
  g_assert_cmpint (n_lost, >, 0);
  matrix.dtype = TRAFO_DTYPE_FLOAT16;
  halves[3] = 0x7bff;
  g_assert_false (trafo_float16_range_find (&matrix, 0, 256, &row, &column, &value));
}

static void
test_rows (void)
{
  float        values[4][3] = { { 1, 2, 3 }, { 4, 5, -7e4f }, { 1e9f, 0, 8e4f }, { 0, 0, 0 } };
  TrafoOperand matrix = { .data = values,
                          .dtype = TRAFO_DTYPE_FLOAT32,
                          .n_dims = 2,
                          .shape = { 4, 3 },
                          .strides = { 3, 1 } };
  gint64       row, column;
  float        value;

  g_assert_false (trafo_float16_range_find (&matrix, 0, 1, &row, &column, &value));
  g_assert_false (trafo_float16_range_find (&matrix, 3, 4, &row, &column, &value));
  g_assert_true (trafo_float16_range_find (&matrix, 0, 4, &row, &column, &value));
  g_assert_cmpint (row, ==, 1);
  g_assert_cmpint (column, ==, 2);
  g_assert_cmpfloat (value, ==, -7e4f);
  g_assert_true (trafo_float16_range_find (&matrix, 2, 4, &row, &column, &value));
  g_assert_cmpint (row, ==, 2);
  g_assert_cmpint (column, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tensor/float16-range/borders", test_borders);
  g_test_add_func ("/tensor/float16-range/bfloat16", test_bfloat16);
  g_test_add_func ("/tensor/float16-range/rows", test_rows);
  return g_test_run ();
}

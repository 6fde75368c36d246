/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fixture.h"

#include <math.h>

#define RELATIVE 1e-5
#define ABSOLUTE 1e-6

static double
compute (TrafoOpId op, TrafoDType dtype, double a, double b)
{
  switch (op)
    {
    case TRAFO_OP_ADD:
      return a + b;
    case TRAFO_OP_SUB:
      return a - b;
    case TRAFO_OP_MUL:
      return a * b;
    case TRAFO_OP_DIV:
      if (dtype == TRAFO_DTYPE_FLOAT32)
        return a / b;
      return b == 0 ? 0 : trunc (a / b);
    case TRAFO_OP_POW:
      return pow (a, b);
    case TRAFO_OP_MAXIMUM:
      return isnan (a) || isnan (b) ? NAN : MAX (a, b);
    default:
      return isnan (a) || isnan (b) ? NAN : MIN (a, b);
    }
}

static const struct
{
  guint  a_n_dims;
  gint64 a_shape[4];
  guint  b_n_dims;
  gint64 b_shape[4];
} cases[] = {
  { 4, { 2, 3, 5, 7 }, 4, { 2, 3, 5, 7 } }, { 4, { 2, 3, 5, 7 }, 1, { 7 } },
  { 4, { 2, 3, 5, 7 }, 3, { 3, 1, 7 } },    { 4, { 2, 3, 5, 7 }, 0, { 0 } },
  { 1, { 7 }, 4, { 2, 3, 5, 7 } },          { 4, { 2, 1, 5, 1 }, 4, { 1, 3, 1, 7 } },
};

static const gint64 output_shape[] = { 2, 3, 5, 7 };

static void
check (const Fixture *fixture, TrafoOpId op, TrafoDType dtype, gsize c, Layout layout)
{
  gboolean is_positive = op == TRAFO_OP_POW || op == TRAFO_OP_DIV;
  double   low = is_positive ? 0.1 : -50, high = is_positive ? 5 : 50;
  g_autoptr (Tensor) a =
      tensor_new_random (fixture, dtype, layout, cases[c].a_n_dims, cases[c].a_shape, low, high);
  g_autoptr (Tensor) b =
      tensor_new_random (fixture, dtype, DENSE, cases[c].b_n_dims, cases[c].b_shape, low, high);
  g_autoptr (Tensor) y = tensor_new (fixture, dtype, layout, 4, output_shape);
  Tensor *const inputs[] = { a, b };
  double        expected[2 * 3 * 5 * 7];

  for (gsize i = 0; i < y->n_elements; i++)
    expected[i] = compute (
        op,
        dtype,
        a->values[broadcast_index (i, 4, output_shape, cases[c].a_n_dims, cases[c].a_shape)],
        b->values[broadcast_index (i, 4, output_shape, cases[c].b_n_dims, cases[c].b_shape)]);
  g_test_message ("op %d, %s, case %" G_GSIZE_FORMAT, op, trafo_dtype_get_name (dtype), c);
  fixture_run (fixture, op, NULL, y, 2, inputs);
  if (dtype == TRAFO_DTYPE_FLOAT32)
    assert_close (y, expected, RELATIVE, ABSOLUTE);
  else
    assert_close (y, expected, 0, 0);
}

static void
test_binary_broadcasts_every_op_and_type (void)
{
  static const TrafoDType dtypes[] = { TRAFO_DTYPE_FLOAT32, TRAFO_DTYPE_INT32, TRAFO_DTYPE_INT64 };
  g_autoptr (Fixture) fixture = fixture_new ();

  for (TrafoOpId op = TRAFO_OP_ADD; fixture != NULL && op <= TRAFO_OP_MINIMUM; op++)
    for (gsize d = 0; d < G_N_ELEMENTS (dtypes); d++)
      for (gsize c = 0; c < G_N_ELEMENTS (cases); c++)
        {
          if (d > 0 && op == TRAFO_OP_POW)
            continue;
          check (fixture, op, dtypes[d], c, (Layout) (c % 3));
        }
}

static void
test_binary_keeps_special_values (void)
{
  static const double a_values[] = { NAN, 1, INFINITY, 0, -1, 1 };
  static const double b_values[] = { 1, NAN, -INFINITY, 0, 0, 0 };
  static const gint64 shape[] = { G_N_ELEMENTS (a_values) };
  g_autoptr (Fixture) fixture = fixture_new ();
  double expected[G_N_ELEMENTS (a_values)];

  for (TrafoOpId op = TRAFO_OP_ADD; fixture != NULL && op <= TRAFO_OP_MINIMUM; op++)
    {
      g_autoptr (Tensor) a = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 1, shape);
      g_autoptr (Tensor) b = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 1, shape);
      g_autoptr (Tensor) y = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 1, shape);
      Tensor *const inputs[] = { a, b };

      memcpy (a->values, a_values, sizeof a_values);
      memcpy (b->values, b_values, sizeof b_values);
      tensor_upload (a);
      tensor_upload (b);
      for (gsize i = 0; i < y->n_elements; i++)
        expected[i] = compute (op, TRAFO_DTYPE_FLOAT32, a_values[i], b_values[i]);
      fixture_run (fixture, op, NULL, y, 2, inputs);
      assert_close (y, expected, 0, 0);
    }
}

/* As a view made by BROADCAST arrives: the full shape, strides of 0. */
static void
test_binary_reads_strides_of_zero (void)
{
  static const gint64 row[] = { 7 };
  static const gint64 full[] = { 2, 7 };
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (Tensor) a = NULL;
  g_autoptr (Tensor) b = NULL;
  double expected[14];

  if (fixture == NULL)
    return;
  a = tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 2, full, -1, 1);
  b = tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 1, row, -1, 1);
  b->operand.n_dims = 2;
  b->operand.shape[0] = 2;
  b->operand.shape[1] = 7;
  b->operand.strides[0] = 0;
  b->operand.strides[1] = 1;
  for (gsize i = 0; i < 14; i++)
    expected[i] = a->values[i] * b->values[i % 7];
  fixture_run (fixture, TRAFO_OP_MUL, NULL, a, 2, (Tensor *const[]){ a, b });
  assert_close (a, expected, RELATIVE, ABSOLUTE);
}

/* The lowest integer by -1 overflows, which traps where it is not looked for. */
static void
test_integer_quotients_never_trap (void)
{
  static const double a_values[] = { 7, -7, G_MININT32, G_MININT32, 0 };
  static const double b_values[] = { 0, 2, -1, 0, 0 };
  static const double expected[] = { 0, -3, G_MININT32, 0, 0 };
  static const gint64 shape[] = { G_N_ELEMENTS (a_values) };
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (Tensor) a = NULL;
  g_autoptr (Tensor) b = NULL;

  if (fixture == NULL)
    return;
  a = tensor_new (fixture, TRAFO_DTYPE_INT32, DENSE, 1, shape);
  b = tensor_new (fixture, TRAFO_DTYPE_INT32, DENSE, 1, shape);
  memcpy (a->values, a_values, sizeof a_values);
  memcpy (b->values, b_values, sizeof b_values);
  tensor_upload (a);
  tensor_upload (b);
  fixture_run (fixture, TRAFO_OP_DIV, NULL, a, 2, (Tensor *const[]){ a, b });
  assert_close (a, expected, 0, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opencl/binary/broadcasting", test_binary_broadcasts_every_op_and_type);
  g_test_add_func ("/opencl/binary/special-values", test_binary_keeps_special_values);
  g_test_add_func ("/opencl/binary/zero-strides", test_binary_reads_strides_of_zero);
  g_test_add_func ("/opencl/binary/quotients", test_integer_quotients_never_trap);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-builder-private.h"
#include "trafo-eager.h"
#include "trafo-reference-device-private.h"

typedef TrafoSym (*Unary) (TrafoBuilder *self, TrafoSym x);
typedef TrafoSym (*Binary) (TrafoBuilder *self, TrafoSym a, TrafoSym b);
typedef TrafoSym (*Reduction) (TrafoBuilder *self, TrafoSym x, gint axis);

/* At 0.25, and of it with 0.5, to float32's precision. */
static const struct
{
  Unary  function;
  double expected;
} unaries[] = {
  { trafo_builder_neg, -0.25 },
  { trafo_builder_sqrt, 0.5 },
  { trafo_builder_rsqrt, 2 },
  { trafo_builder_exp, 1.2840254166877414 },
  { trafo_builder_log, -1.3862943611198906 },
  { trafo_builder_tanh, 0.24491866240370913 },
  { trafo_builder_erf, 0.27632639016823696 },
  { trafo_builder_sigmoid, 0.5621765008857981 },
};

static const struct
{
  Binary function;
  double expected;
} binaries[] = {
  { trafo_builder_add, 0.75 },     { trafo_builder_sub, -0.25 }, { trafo_builder_mul, 0.125 },
  { trafo_builder_div, 0.5 },      { trafo_builder_pow, 0.5 },   { trafo_builder_maximum, 0.5 },
  { trafo_builder_minimum, 0.25 },
};

static TrafoBuilder *
new_eager (void)
{
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();

  return trafo_builder_new_eager (device);
}

static void
assert_value (TrafoBuilder *b, TrafoSym x, gint64 index, double expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensor) value = trafo_builder_get_value (b, x, &error);

  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (trafo_tensor_get_value (value, index), expected, 1e-6);
}

/* Each function is the op of its name, its operands in their order. */
static void
test_elements (void)
{
  g_autoptr (TrafoBuilder) b = new_eager ();
  TrafoSym x = trafo_builder_scalar (b, 0.25, TRAFO_DTYPE_FLOAT32);
  TrafoSym y = trafo_builder_scalar (b, 0.5, TRAFO_DTYPE_FLOAT32);

  for (gsize i = 0; i < G_N_ELEMENTS (unaries); i++)
    assert_value (b, unaries[i].function (b, x), 0, unaries[i].expected);
  for (gsize i = 0; i < G_N_ELEMENTS (binaries); i++)
    assert_value (b, binaries[i].function (b, x, y), 0, binaries[i].expected);
}

static void
test_where (void)
{
  g_autoptr (TrafoBuilder) b = new_eager ();
  TrafoSym x = trafo_builder_scalar (b, 1, TRAFO_DTYPE_FLOAT32);
  TrafoSym y = trafo_builder_scalar (b, 2, TRAFO_DTYPE_FLOAT32);
  TrafoSym less = trafo_builder_compare (b, TRAFO_COMPARE_LESS, x, y);
  TrafoSym greater = trafo_builder_compare (b, TRAFO_COMPARE_GREATER, x, y);

  assert_value (b, trafo_builder_where (b, less, x, y), 0, 1);
  assert_value (b, trafo_builder_where (b, greater, x, y), 0, 2);
}

/* A cast to the type that there is costs nothing. */
static void
test_cast (void)
{
  g_autoptr (TrafoBuilder) b = new_eager ();
  TrafoSym x = trafo_builder_scalar (b, 2.75, TRAFO_DTYPE_FLOAT32);
  TrafoSym integer = trafo_builder_cast (b, x, TRAFO_DTYPE_INT32);

  g_assert_cmpuint (trafo_builder_cast (b, x, TRAFO_DTYPE_FLOAT32), ==, x);
  g_assert_cmpint (trafo_builder_get_dtype (b, integer), ==, TRAFO_DTYPE_INT32);
  assert_value (b, integer, 0, 2);
}

/* Over (2, 3) that counts up; the axis stays with length 1, and negative ones count from the end. */
static void
test_reductions (void)
{
  static const struct
  {
    Reduction function;
    gint      axis;
    double    expected[3];
  } cases[] = {
    { trafo_builder_sum, 0, { 3, 5, 7 } }, { trafo_builder_sum, -2, { 3, 5, 7 } },
    { trafo_builder_sum, -1, { 3, 12 } },  { trafo_builder_mean, 1, { 1, 4 } },
    { trafo_builder_mean, -1, { 1, 4 } },  { trafo_builder_max, 0, { 3, 4, 5 } },
    { trafo_builder_max, -1, { 2, 5 } },
  };
  const float values[] = { 0, 1, 2, 3, 4, 5 };
  g_autoptr (TrafoBuilder) b = new_eager ();
  g_autoptr (TrafoTensor) tensor =
      trafo_tensor_new_from_floats ((gint64[]){ 2, 3 }, 2, values, 6, NULL);
  TrafoSym x = trafo_builder_constant (b, tensor);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TrafoSym y = cases[i].function (b, x, cases[i].axis);
      gint     axis = (cases[i].axis + 2) % 2;

      g_assert_cmpuint (trafo_builder_get_n_dims (b, y), ==, 2);
      g_assert_cmpint (trafo_builder_get_dim (b, y, axis), ==, 1);
      for (gint64 j = 0; j < trafo_builder_get_dim (b, y, 1 - axis); j++)
        assert_value (b, y, j, cases[i].expected[j]);
    }
  g_assert_cmpuint (trafo_builder_sum (b, x, 2), ==, 0);
  g_assert_true (trafo_builder_has_failed (b));
}

static void
test_matmul (void)
{
  const float values[] = { 1, 2, 3, 4 };
  g_autoptr (TrafoBuilder) b = new_eager ();
  g_autoptr (TrafoTensor) tensor =
      trafo_tensor_new_from_floats ((gint64[]){ 2, 2 }, 2, values, 4, NULL);
  TrafoSym x = trafo_builder_constant (b, tensor);

  /* element (0, 1) of x x, x^T x, x x^T and x^T x^T */
  assert_value (b, trafo_builder_matmul (b, x, x, FALSE, FALSE), 1, 10);
  assert_value (b, trafo_builder_matmul (b, x, x, TRUE, FALSE), 1, 14);
  assert_value (b, trafo_builder_matmul (b, x, x, FALSE, TRUE), 1, 11);
  assert_value (b, trafo_builder_matmul (b, x, x, TRUE, TRUE), 1, 15);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/builder-math/elements", test_elements);
  g_test_add_func ("/builder-math/where", test_where);
  g_test_add_func ("/builder-math/cast", test_cast);
  g_test_add_func ("/builder-math/reductions", test_reductions);
  g_test_add_func ("/builder-math/matmul", test_matmul);
  return g_test_run ();
}

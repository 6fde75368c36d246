/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-dims-private.h"

#define B TRAFO_DIM_BATCH
#define S TRAFO_DIM_SEQUENCE
#define P TRAFO_DIM_PAGES

static void
assert_prints (const TrafoDims *dims, gint64 dim, const char *expected)
{
  g_autofree char *text = trafo_dims_dim_to_string (dims, dim);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_constants (void)
{
  g_autoptr (TrafoDims) dims = trafo_dims_new ();

  g_assert_cmpint (trafo_dims_add (dims, 3, 4), ==, 7);
  g_assert_cmpint (trafo_dims_mul (dims, 3, 4), ==, 12);
  g_assert_cmpint (trafo_dims_add (dims, 0, 0), ==, 0);
  g_assert_cmpint (trafo_dims_add (dims, B, 0), ==, B);
  g_assert_cmpint (trafo_dims_mul (dims, B, 1), ==, B);
  g_assert_cmpint (trafo_dims_mul (dims, B, 0), ==, 0);
  g_assert_cmpint (trafo_dims_product (dims, NULL, 0), ==, 1);
  g_assert_cmpuint (trafo_dims_get_size (dims), ==, TRAFO_N_SLOTS);
}

/* Equal dimensions are equal numbers, however they came about. */
static void
test_normal_form (void)
{
  g_autoptr (TrafoDims) dims = trafo_dims_new ();
  gint64 total = trafo_dims_add (dims, P, S);
  gint64 left = trafo_dims_mul (dims, B, total);
  gint64 right = trafo_dims_add (dims, trafo_dims_mul (dims, S, B), trafo_dims_mul (dims, P, B));

  g_assert_cmpint (total, <, -TRAFO_N_SLOTS);
  g_assert_cmpint (trafo_dims_add (dims, S, P), ==, total);
  g_assert_cmpint (left, ==, right);
  g_assert_cmpint (left, !=, total);
  g_assert_cmpint (trafo_dims_product (dims, (gint64[]){ 2, S, B, 3 }, 4),
                   ==,
                   trafo_dims_product (dims, (gint64[]){ B, 6, S }, 3));
  g_assert_cmpint (trafo_dims_add (dims, S, S), ==, trafo_dims_mul (dims, 2, S));
  g_assert_cmpint (trafo_dims_mul (dims, S, S), !=, trafo_dims_mul (dims, 2, S));
}

static void
test_saturates (void)
{
  g_autoptr (TrafoDims) dims = trafo_dims_new ();
  gint64 large = G_GINT64_CONSTANT (1) << 40;
  gint64 scaled = trafo_dims_mul (dims, S, large);
  gint64 power = S;

  g_assert_cmpint (trafo_dims_mul (dims, large, large), ==, G_MAXINT64);
  g_assert_cmpint (trafo_dims_add (dims, G_MAXINT64, 1), ==, G_MAXINT64);
  g_assert_cmpint (trafo_dims_add (dims, G_MAXINT64 - 1, 1), ==, G_MAXINT64);
  g_assert_cmpint (trafo_dims_mul (dims, scaled, large), ==, G_MAXINT64);
  g_assert_cmpint (trafo_dims_mul (dims, G_MAXINT64, S), ==, G_MAXINT64);
  g_assert_cmpint (trafo_dims_mul (dims, G_MAXINT64, 0), ==, 0);
  g_assert_cmpint (trafo_dims_product (dims, (gint64[]){ large, large, 0 }, 3), ==, 0);
  g_assert_cmpint (trafo_dims_add (dims, -100, 1), ==, G_MAXINT64);
  g_assert_cmpint (trafo_dims_mul (dims, G_MININT64, 1), ==, G_MAXINT64);
  for (guint i = 0; i < 8; i++)
    power = trafo_dims_mul (dims, power, power);
  g_assert_cmpint (power, ==, G_MAXINT64);
}

/* A plugin that multiplies sums on and on gets a saturated dimension, not ever more memory. */
static void
test_many_terms (void)
{
  g_autoptr (TrafoDims) dims = trafo_dims_new ();
  gint64 sum = trafo_dims_add (dims, trafo_dims_add (dims, B, S), trafo_dims_add (dims, P, 1));
  gint64 product = sum;

  for (guint i = 0; i < 3; i++)
    product = trafo_dims_mul (dims, product, sum);
  g_assert_cmpint (product, ==, G_MAXINT64);
}

static void
test_broadcast (void)
{
  static const struct
  {
    gint64 a, b, expected;
  } cases[] = { { 3, 3, 3 }, { 1, 3, 3 }, { 3, 1, 3 }, { B, B, B },
                { 1, B, B }, { B, 1, B }, { 0, 1, 0 }, { 1, 1, 1 } };
  gint64 dim = 77;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_true (trafo_dims_broadcast (cases[i].a, cases[i].b, &dim));
      g_assert_cmpint (dim, ==, cases[i].expected);
    }
  dim = 77;
  g_assert_false (trafo_dims_broadcast (2, 3, &dim));
  g_assert_false (trafo_dims_broadcast (B, S, &dim));
  g_assert_false (trafo_dims_broadcast (B, 3, &dim));
  g_assert_cmpint (dim, ==, 77);
}

static void
test_evaluate (void)
{
  g_autoptr (TrafoDims) dims = trafo_dims_new ();
  gint64             total = trafo_dims_add (dims, trafo_dims_mul (dims, 3, S), P);
  gint64             area = trafo_dims_mul (dims, B, trafo_dims_mul (dims, total, total));
  g_autofree gint64 *values = g_new (gint64, trafo_dims_get_size (dims));

  trafo_dims_evaluate (dims, (gint64[TRAFO_N_SLOTS]){ 2, 5, 7 }, values);
  g_assert_cmpint (trafo_dims_resolve (values, 12), ==, 12);
  g_assert_cmpint (trafo_dims_resolve (values, B), ==, 2);
  g_assert_cmpint (trafo_dims_resolve (values, P), ==, 7);
  g_assert_cmpint (trafo_dims_resolve (values, total), ==, 22);
  g_assert_cmpint (trafo_dims_resolve (values, area), ==, 2 * 22 * 22);

  trafo_dims_evaluate (dims, (gint64[TRAFO_N_SLOTS]){ 1, G_GINT64_CONSTANT (1) << 40, 0 }, values);
  g_assert_cmpint (trafo_dims_resolve (values, area), ==, G_MAXINT64);
  trafo_dims_evaluate (dims, (gint64[TRAFO_N_SLOTS]){ 0, G_GINT64_CONSTANT (1) << 40, 0 }, values);
  g_assert_cmpint (trafo_dims_resolve (values, area), ==, 0);
}

static void
test_print (void)
{
  g_autoptr (TrafoDims) dims = trafo_dims_new ();
  gint64           total = trafo_dims_add (dims, trafo_dims_add (dims, P, S), 2);
  gint64           rows = trafo_dims_mul (dims, B, S);
  g_autofree char *shape = trafo_dims_to_string (dims, (gint64[]){ rows, 768 }, 2);
  g_autofree char *scalar = trafo_dims_to_string (dims, NULL, 0);

  g_assert_cmpstr (shape, ==, "(batch*sequence, 768)");
  g_assert_cmpstr (scalar, ==, "()");
  assert_prints (dims, total, "sequence+pages+2");
  assert_prints (dims,
                 trafo_dims_mul (dims, 4, trafo_dims_mul (dims, S, S)),
                 "4*sequence*sequence");
  assert_prints (dims, trafo_dims_add (dims, rows, 1), "batch*sequence+1");
  assert_prints (dims, -1000, "unknown dimension -1000");
  assert_prints (dims, G_MAXINT64, "too large");
}

static void
test_copy (void)
{
  g_autoptr (TrafoDims) dims = trafo_dims_new ();
  gint64 total = trafo_dims_add (dims, P, S);
  g_autoptr (TrafoDims) copy = trafo_dims_copy (dims);

  g_assert_cmpint (trafo_dims_add (copy, P, S), ==, total);
  trafo_dims_mul (copy, B, S);
  g_assert_cmpuint (trafo_dims_get_size (dims), ==, TRAFO_N_SLOTS + 1);
  g_assert_cmpuint (trafo_dims_get_size (copy), ==, TRAFO_N_SLOTS + 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dims/constants", test_constants);
  g_test_add_func ("/dims/normal-form", test_normal_form);
  g_test_add_func ("/dims/saturates", test_saturates);
  g_test_add_func ("/dims/many-terms", test_many_terms);
  g_test_add_func ("/dims/broadcast", test_broadcast);
  g_test_add_func ("/dims/evaluate", test_evaluate);
  g_test_add_func ("/dims/print", test_print);
  g_test_add_func ("/dims/copy", test_copy);
  return g_test_run ();
}

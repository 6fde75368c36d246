/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <string.h>

#include "../../valgrind.h"
#include "some-tensor.h"

typedef struct
{
  float      from;
  TrafoDType dtype;
  double     expected;
} CastCase;

static const CastCase cast_cases[] = {
  { 2.9f, TRAFO_DTYPE_INT32, 2 },
  { -2.9f, TRAFO_DTYPE_INT64, -2 },
  { 1e30f, TRAFO_DTYPE_INT32, G_MAXINT32 },
  { -1e30f, TRAFO_DTYPE_INT8, -128 },
  { 300, TRAFO_DTYPE_UINT8, 255 },
  { -1, TRAFO_DTYPE_UINT8, 0 },
  { NAN, TRAFO_DTYPE_INT32, 0 },
  { NAN, TRAFO_DTYPE_UINT8, 0 },
  { NAN, TRAFO_DTYPE_INT64, 0 },
  { NAN, TRAFO_DTYPE_INT8, 0 },
  { 0.5f, TRAFO_DTYPE_BOOL, 1 },
  { 0, TRAFO_DTYPE_BOOL, 0 },
  { 1e6f, TRAFO_DTYPE_FLOAT16, INFINITY },
  { 2049, TRAFO_DTYPE_FLOAT16, 2048 },
  { 257, TRAFO_DTYPE_BFLOAT16, 256 },
  { INFINITY, TRAFO_DTYPE_INT8, 127 },
};

static void
test_cast (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cast_cases); i++)
    {
      const CastCase *c = &cast_cases[i];
      g_autoptr (TrafoTensor) x = trafo_tensor_new_from_floats (NULL, 0, &c->from, 1, NULL);
      g_autoptr (TrafoTensor) y = trafo_tensor_cast (x, c->dtype, NULL);

      g_assert_cmpint (trafo_tensor_get_dtype (y), ==, c->dtype);
      g_assert_cmpfloat (trafo_tensor_get_value (y, 0), ==, c->expected);
    }
}

/* Integers keep their low bits, all of an int64's too; as numpy and PyTorch have it. */
static void
test_cast_integers (void)
{
  static const struct
  {
    gint64     from;
    TrafoDType dtype;
    gint64     expected;
  } cases[] = {
    { G_GINT64_CONSTANT (0x100000005), TRAFO_DTYPE_INT32, 5 },
    { G_GINT64_CONSTANT (0x80000000), TRAFO_DTYPE_INT32, G_MININT32 },
    { G_MININT64, TRAFO_DTYPE_INT32, 0 },
    { G_MAXINT64, TRAFO_DTYPE_INT32, -1 },
    { 300, TRAFO_DTYPE_INT8, 44 },
    { 128, TRAFO_DTYPE_INT8, -128 },
    { -1, TRAFO_DTYPE_UINT8, 255 },
    { 256, TRAFO_DTYPE_UINT8, 0 },
    { 256, TRAFO_DTYPE_BOOL, 1 },
    { 0, TRAFO_DTYPE_BOOL, 0 },
    /* halfway between two floats but for its last bit, which a double does not hold */
    { (G_GINT64_CONSTANT (1) << 60) + (G_GINT64_CONSTANT (1) << 36) + 1,
      TRAFO_DTYPE_FLOAT32,
      (G_GINT64_CONSTANT (1) << 60) + (G_GINT64_CONSTANT (1) << 37) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoTensor) x = trafo_tensor_new_from_int64s (NULL, 0, &cases[i].from, 1, NULL);
      g_autoptr (TrafoTensor) y = trafo_tensor_cast (x, cases[i].dtype, NULL);

      /* valgrind makes a double of an int64 first */
      if (cases[i].dtype == TRAFO_DTYPE_FLOAT32 && is_on_valgrind ())
        continue;
      g_assert_cmpfloat (trafo_tensor_get_value (y, 0), ==, cases[i].expected);
    }
}

/* A view is cast in the order of its own axes; a copy of the same type keeps every bit. */
static void
test_cast_views (void)
{
  static const guint32 nan_bits = 0x7fa00001;
  g_autoptr (TrafoTensor) x = some_tensor_new ((gint64[]){ 2, 3 }, 2);
  g_autoptr (TrafoTensor) turned = trafo_tensor_permute (x, (guint[]){ 1, 0 }, 2, NULL);
  g_autoptr (TrafoTensor) integers = trafo_tensor_cast (turned, TRAFO_DTYPE_INT8, NULL);
  g_autoptr (TrafoTensor) same = trafo_tensor_cast (turned, TRAFO_DTYPE_FLOAT32, NULL);
  g_autoptr (TrafoTensor) flat = NULL;
  g_autoptr (GBytes) bytes = NULL;

  some_tensor_assert_values (integers, (const double[]){ 0, 3, 1, 4, 2, 5 }, 6);
  g_assert_true (trafo_tensor_is_contiguous (integers));
  g_assert_true (same == turned);
  memcpy ((float *) trafo_tensor_get_data (x) + 3, &nan_bits, sizeof nan_bits);
  flat = trafo_tensor_contiguous (turned, NULL);
  g_assert_cmpmem ((float *) trafo_tensor_get_data (flat) + 1, 4, &nan_bits, 4);
  bytes = trafo_tensor_get_bytes (turned, NULL);
  g_assert_cmpmem ((const guint8 *) g_bytes_get_data (bytes, NULL) + 4, 4, &nan_bits, 4);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 24);
}

static void
test_max_difference (void)
{
  static const struct
  {
    float  a[2], b[2];
    double expected;
  } cases[] = {
    { { 1, 2 }, { 1, 2.5f }, 0.5 },
    { { NAN, 1 }, { NAN, 1 }, 0 },
    { { NAN, 1 }, { 0, 1 }, INFINITY },
    { { INFINITY, 0 }, { INFINITY, 0 }, 0 },
    { { INFINITY, 0 }, { -INFINITY, 0 }, INFINITY },
  };
  g_autoptr (TrafoTensor) other = some_tensor_new ((gint64[]){ 1, 2 }, 2);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoTensor) a =
          trafo_tensor_new_from_floats ((gint64[]){ 2 }, 1, cases[i].a, 2, NULL);
      g_autoptr (TrafoTensor) b =
          trafo_tensor_new_from_floats ((gint64[]){ 2 }, 1, cases[i].b, 2, NULL);

      g_assert_cmpfloat (trafo_tensor_max_difference (a, b), ==, cases[i].expected);
      g_assert_cmpfloat (trafo_tensor_max_difference (a, other), ==, INFINITY);
    }
}

static void
test_to_string (void)
{
  g_autoptr (TrafoTensor) x = some_tensor_new ((gint64[]){ 2, 8 }, 2);
  g_autoptr (TrafoTensor) scalar = some_tensor_new (NULL, 0);
  g_autoptr (TrafoTensor) empty = some_tensor_new ((gint64[]){ 0, 3 }, 2);
  g_autofree char *text = trafo_tensor_to_string (x);
  g_autofree char *zero = trafo_tensor_to_string (scalar);
  g_autofree char *nothing = trafo_tensor_to_string (empty);
  g_autoptr (TrafoTensor) large =
      trafo_tensor_new_from_int64s ((gint64[]){ 1 }, 1, (gint64[]){ G_MAXINT64 }, 1, NULL);
  g_autofree char *all_digits = trafo_tensor_to_string (large);

  g_assert_cmpstr (text, ==, "[[0, 1, 2, ..., 5, 6, 7],\n [8, 9, 10, ..., 13, 14, 15]]");
  g_assert_cmpstr (zero, ==, "0");
  g_assert_cmpstr (nothing, ==, "[]");
  g_assert_cmpstr (all_digits, ==, "[9223372036854775807]");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tensor-elements/cast", test_cast);
  g_test_add_func ("/tensor-elements/cast-integers", test_cast_integers);
  g_test_add_func ("/tensor-elements/cast-views", test_cast_views);
  g_test_add_func ("/tensor-elements/max-difference", test_max_difference);
  g_test_add_func ("/tensor-elements/to-string", test_to_string);
  return g_test_run ();
}

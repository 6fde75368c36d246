/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-tensor.h"

#include <math.h>
#include <string.h>

static TrafoTensor *
count_up (const gint64 *shape, gsize n_dims)
{
  TrafoTensor *x = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, shape, n_dims, NULL);
  float       *values = trafo_tensor_get_data (x);

  for (gint64 i = 0; i < trafo_tensor_get_n_elements (x); i++)
    values[i] = i;
  return x;
}

static void
assert_values (TrafoTensor *x, const double *expected, gsize n)
{
  g_assert_cmpint (trafo_tensor_get_n_elements (x), ==, n);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat (trafo_tensor_get_value (x, i), ==, expected[i]);
}

typedef struct
{
  const char *name;
  TrafoDType  dtype;
  gsize       n_dims;
  gint64      shape[9];
  gint64      n_elements; /* -1: no such tensor */
} ShapeCase;

static const ShapeCase shape_cases[] = {
  { "scalar", TRAFO_DTYPE_FLOAT32, 0, { 0 }, 1 },
  { "empty", TRAFO_DTYPE_INT64, 2, { 3, 0 }, 0 },
  { "eight", TRAFO_DTYPE_INT8, 8, { 1, 2, 1, 2, 1, 2, 1, 2 }, 16 },
  { "nine", TRAFO_DTYPE_INT8, 9, { 1, 1, 1, 1, 1, 1, 1, 1, 1 }, -1 },
  { "negative", TRAFO_DTYPE_INT8, 2, { 3, -1 }, -1 },
  { "no-dtype", TRAFO_DTYPE_NONE, 1, { 3 }, -1 },
  { "unknown-dtype", (TrafoDType) 99, 1, { 3 }, -1 },
  { "overflow",
    TRAFO_DTYPE_INT8,
    2,
    { G_GINT64_CONSTANT (1) << 40, G_GINT64_CONSTANT (1) << 40 },
    -1 },
  { "overflow-hidden-by-0", TRAFO_DTYPE_INT8, 3, { 0, G_MAXINT64, G_MAXINT64 }, -1 },
  { "more-than-there-is", TRAFO_DTYPE_FLOAT32, 1, { G_GINT64_CONSTANT (1) << 57 }, -1 },
};

static void
test_shapes (gconstpointer data)
{
  const ShapeCase *c = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensor) x = NULL;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  if (g_str_equal (c->name, "more-than-there-is"))
    {
      g_test_skip ("the sanitizer ends the process where malloc would return NULL");
      return;
    }
#endif
  x = trafo_tensor_new (c->dtype, c->shape, c->n_dims, &error);
  g_assert_cmpint (x == NULL, ==, c->n_elements < 0);
  g_assert_cmpint (error != NULL, ==, c->n_elements < 0);
  if (x == NULL)
    return;
  g_assert_cmpint (trafo_tensor_get_n_elements (x), ==, c->n_elements);
  g_assert_cmpuint (trafo_tensor_get_size_bytes (x),
                    ==,
                    c->n_elements * trafo_dtype_get_size (c->dtype));
  g_assert_true (trafo_tensor_is_contiguous (x));
  g_assert_false (trafo_tensor_is_read_only (x));
  g_assert_cmpuint (trafo_tensor_get_address (x) % 64, ==, 0);
  for (gint64 i = 0; i < c->n_elements; i++)
    g_assert_cmpfloat (trafo_tensor_get_value (x, i), ==, 0);
  g_assert_true (isnan (trafo_tensor_get_value (x, c->n_elements)));
  g_assert_true (isnan (trafo_tensor_get_value (x, -1)));
  g_assert_cmpint (trafo_tensor_get_dim (x, c->n_dims), ==, 0);
}

static void
test_from_bytes (void)
{
  static const float values[] = { 1, 2, 3, 4, 5, 6, 7 };
  g_autoptr (GBytes) bytes = g_bytes_new_static (values, 24);
  g_autoptr (GBytes) all = g_bytes_new_static (values, 28);
  g_autoptr (GBytes) shifted = g_bytes_new_static ((const guint8 *) values + 1, 24);
  g_autoptr (TrafoTensor) x =
      trafo_tensor_new_from_bytes (TRAFO_DTYPE_FLOAT32, (gint64[]){ 2, 3 }, 2, bytes, NULL);
  g_autoptr (TrafoTensor) unaligned =
      trafo_tensor_new_from_bytes (TRAFO_DTYPE_FLOAT32, (gint64[]){ 2, 3 }, 2, shifted, NULL);
  g_autoptr (GBytes) back = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (trafo_tensor_get_data (x) == values);
  g_assert_true (trafo_tensor_is_read_only (x));
  assert_values (x, (const double[]){ 1, 2, 3, 4, 5, 6 }, 6);
  back = trafo_tensor_get_bytes (x, NULL);
  g_assert_true (g_bytes_equal (back, bytes));
  g_assert_true (trafo_tensor_get_data (unaligned) != (const guint8 *) values + 1);
  g_assert_cmpmem (trafo_tensor_get_data (unaligned), 24, (const guint8 *) values + 1, 24);
  g_assert_null (
      trafo_tensor_new_from_bytes (TRAFO_DTYPE_FLOAT32, (gint64[]){ 2, 3 }, 2, all, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE);
  g_assert_cmpstr (error->message,
                   ==,
                   "found 28 bytes, expected 24 for a float32 tensor of shape (2, 3)");
}

static void
count_call (gpointer data)
{
  ++*(guint *) data;
}

/* The memory goes with the last view; at once, if there is no tensor. */
static void
test_from_data (void)
{
  static float values[6] = { 0, 1, 2, 3, 4, 5 };
  gint64       shape[] = { 3, 2 };
  guint        n_calls = 0;
  TrafoTensor *x = trafo_tensor_new_from_data (TRAFO_DTYPE_FLOAT32,
                                               shape,
                                               (gint64[]){ 1, 3 },
                                               2,
                                               values,
                                               FALSE,
                                               &n_calls,
                                               count_call,
                                               NULL);
  TrafoTensor *row = trafo_tensor_select (x, 0, 1, NULL);
  g_autoptr (GError) error = NULL;

  assert_values (x, (const double[]){ 0, 3, 1, 4, 2, 5 }, 6);
  g_assert_false (trafo_tensor_is_contiguous (x));
  trafo_tensor_unref (x);
  g_assert_cmpuint (n_calls, ==, 0);
  assert_values (row, (const double[]){ 1, 4 }, 2);
  trafo_tensor_unref (row);
  g_assert_cmpuint (n_calls, ==, 1);
  g_assert_null (trafo_tensor_new_from_data (TRAFO_DTYPE_NONE,
                                             shape,
                                             NULL,
                                             2,
                                             values,
                                             FALSE,
                                             &n_calls,
                                             count_call,
                                             &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE);
  g_assert_cmpuint (n_calls, ==, 2);
  g_clear_error (&error);
  g_assert_null (trafo_tensor_new_from_data (TRAFO_DTYPE_FLOAT32,
                                             shape,
                                             (gint64[]){ G_MAXINT64 / 2, 1 },
                                             2,
                                             values,
                                             FALSE,
                                             &n_calls,
                                             count_call,
                                             &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE);
  g_assert_cmpuint (n_calls, ==, 3);
}

static void
test_from_values (void)
{
  g_autoptr (TrafoTensor) x =
      trafo_tensor_new_from_int64s ((gint64[]){ 2 }, 1, (const gint64[]){ -7, 9 }, 2, NULL);
  g_autoptr (GError) error = NULL;

  assert_values (x, (const double[]){ -7, 9 }, 2);
  g_assert_null (
      trafo_tensor_new_from_floats ((gint64[]){ 2 }, 1, (const float[]){ 1 }, 1, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE);
  g_assert_cmpstr (error->message, ==, "found 1 values, expected 2");
}

typedef struct
{
  guint  axis;
  gint64 start, length, step;
  gsize  n; /* elements; G_MAXSIZE: an error */
  double expected[6];
} SliceCase;

/* Of a (3, 4) that counts up. */
static const SliceCase slice_cases[] = {
  { 0, 0, 3, 1, G_MAXSIZE - 1, { 0 } },
  { 0, 1, 1, 1, 4, { 4, 5, 6, 7 } },
  { 1, 1, 2, 2, 6, { 1, 3, 5, 7, 9, 11 } },
  { 1, 3, 1, G_MAXINT64, 3, { 3, 7, 11 } },
  { 1, 4, 0, 1, 0, { 0 } },
  { 1, 0, 0, G_MAXINT64, 0, { 0 } },
  { 1, 4, 1, 1, G_MAXSIZE, { 0 } },
  { 1, 5, 0, 1, G_MAXSIZE, { 0 } },
  { 1, 1, 2, 3, G_MAXSIZE, { 0 } },
  { 1, 0, G_MAXINT64, 1, G_MAXSIZE, { 0 } },
  { 1, 0, 2, G_MAXINT64, G_MAXSIZE, { 0 } },
  { 1, G_MAXINT64, 1, 1, G_MAXSIZE, { 0 } },
  { 1, -1, 1, 1, G_MAXSIZE, { 0 } },
  { 1, 0, -1, 1, G_MAXSIZE, { 0 } },
  { 1, 0, 1, 0, G_MAXSIZE, { 0 } },
  { 2, 0, 1, 1, G_MAXSIZE, { 0 } },
};

static void
test_slice (void)
{
  g_autoptr (TrafoTensor) x = count_up ((gint64[]){ 3, 4 }, 2);

  for (gsize i = 0; i < G_N_ELEMENTS (slice_cases); i++)
    {
      const SliceCase *c = &slice_cases[i];
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTensor) cut =
          trafo_tensor_slice (x, c->axis, c->start, c->length, c->step, &error);

      g_assert_cmpint (cut == NULL, ==, c->n == G_MAXSIZE);
      if (cut == NULL)
        g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE);
      else if (c->n < G_MAXSIZE - 1)
        assert_values (cut, c->expected, c->n);
      else
        g_assert_cmpfloat (trafo_tensor_max_difference (cut, x), ==, 0);
    }
}

static void
test_select_permute (void)
{
  g_autoptr (TrafoTensor) x = count_up ((gint64[]){ 2, 3 }, 2);
  g_autoptr (TrafoTensor) column = trafo_tensor_select (x, 1, 2, NULL);
  g_autoptr (TrafoTensor) turned = trafo_tensor_permute (x, (guint[]){ 1, 0 }, 2, NULL);
  g_autoptr (TrafoTensor) flat = trafo_tensor_contiguous (turned, NULL);
  g_autoptr (TrafoTensor) same = trafo_tensor_contiguous (x, NULL);
  static const guint wrong[][3] = { { 0, 0, 0 }, { 1, 2, 0 }, { 0, 1, 2 }, { G_MAXUINT, 0, 0 } };

  assert_values (column, (const double[]){ 2, 5 }, 2);
  assert_values (turned, (const double[]){ 0, 3, 1, 4, 2, 5 }, 6);
  g_assert_false (trafo_tensor_is_contiguous (turned));
  g_assert_true (trafo_tensor_is_contiguous (flat));
  g_assert_cmpfloat (trafo_tensor_max_difference (turned, flat), ==, 0);
  g_assert_true (same == x);
  g_assert_null (trafo_tensor_select (x, 1, 3, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (trafo_tensor_permute (x, wrong[i], i == 2 ? 3 : 2, &error));
      g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE);
    }
}

typedef struct
{
  gsize  n_dims;
  gint64 shape[3];
  gint64 expected[3]; /* -1 first: an error */
} ReshapeCase;

/* Of a (2, 6). */
static const ReshapeCase reshape_cases[] = {
  { 1, { 12 }, { 12 } },
  { 3, { 2, -1, 3 }, { 2, 2, 3 } },
  { 1, { -1 }, { 12 } },
  { 2, { -1, -1 }, { -1 } },
  { 2, { 5, -1 }, { -1 } },
  { 2, { 0, -1 }, { -1 } },
  { 2, { 3, 3 }, { -1 } },
  { 2, { -2, -6 }, { -1 } },
  { 3, { G_MAXINT64, G_MAXINT64, -1 }, { -1 } },
  { 0, { 0 }, { -1 } },
};

static void
test_reshape (void)
{
  g_autoptr (TrafoTensor) x = count_up ((gint64[]){ 2, 6 }, 2);
  g_autoptr (TrafoTensor) turned = trafo_tensor_permute (x, (guint[]){ 1, 0 }, 2, NULL);
  g_autoptr (TrafoTensor) copy = trafo_tensor_reshape (turned, (gint64[]){ 12 }, 1, NULL);

  assert_values (copy, (const double[]){ 0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11 }, 12);
  for (gsize i = 0; i < G_N_ELEMENTS (reshape_cases); i++)
    {
      const ReshapeCase *c = &reshape_cases[i];
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTensor) y = trafo_tensor_reshape (x, c->shape, c->n_dims, &error);

      g_assert_cmpint (y == NULL, ==, c->expected[0] < 0);
      if (y == NULL)
        {
          g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE);
          continue;
        }
      g_assert_true (trafo_tensor_get_data (y) == trafo_tensor_get_data (x));
      for (guint j = 0; j < c->n_dims; j++)
        g_assert_cmpint (trafo_tensor_get_dim (y, j), ==, c->expected[j]);
    }
}

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
  g_autoptr (TrafoTensor) other = count_up ((gint64[]){ 1, 2 }, 2);

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
  g_autoptr (TrafoTensor) x = count_up ((gint64[]){ 2, 8 }, 2);
  g_autoptr (TrafoTensor) scalar = count_up (NULL, 0);
  g_autoptr (TrafoTensor) empty = count_up ((gint64[]){ 0, 3 }, 2);
  g_autofree char *text = trafo_tensor_to_string (x);
  g_autofree char *zero = trafo_tensor_to_string (scalar);
  g_autofree char *nothing = trafo_tensor_to_string (empty);

  g_assert_cmpstr (text, ==, "[[0, 1, 2, ..., 5, 6, 7],\n [8, 9, 10, ..., 13, 14, 15]]");
  g_assert_cmpstr (zero, ==, "0");
  g_assert_cmpstr (nothing, ==, "[]");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (shape_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/tensor/shapes/", shape_cases[i].name, NULL);

      g_test_add_data_func (path, &shape_cases[i], test_shapes);
    }
  g_test_add_func ("/tensor/from-bytes", test_from_bytes);
  g_test_add_func ("/tensor/from-data", test_from_data);
  g_test_add_func ("/tensor/from-values", test_from_values);
  g_test_add_func ("/tensor/slice", test_slice);
  g_test_add_func ("/tensor/select-permute", test_select_permute);
  g_test_add_func ("/tensor/reshape", test_reshape);
  g_test_add_func ("/tensor/cast", test_cast);
  g_test_add_func ("/tensor/max-difference", test_max_difference);
  g_test_add_func ("/tensor/to-string", test_to_string);
  return g_test_run ();
}

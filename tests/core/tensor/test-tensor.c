/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-tensor.h"

#include <math.h>

#include "some-tensor.h"

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
  some_tensor_assert_values (x, (const double[]){ 1, 2, 3, 4, 5, 6 }, 6);
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

  some_tensor_assert_values (x, (const double[]){ 0, 3, 1, 4, 2, 5 }, 6);
  g_assert_false (trafo_tensor_is_contiguous (x));
  trafo_tensor_unref (x);
  g_assert_cmpuint (n_calls, ==, 0);
  some_tensor_assert_values (row, (const double[]){ 1, 4 }, 2);
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

  some_tensor_assert_values (x, (const double[]){ -7, 9 }, 2);
  g_assert_null (
      trafo_tensor_new_from_floats ((gint64[]){ 2 }, 1, (const float[]){ 1 }, 1, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE);
  g_assert_cmpstr (error->message, ==, "found 1 values, expected 2");
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
  return g_test_run ();
}

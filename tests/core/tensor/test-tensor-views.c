/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "some-tensor.h"

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
  g_autoptr (TrafoTensor) x = some_tensor_new ((gint64[]){ 3, 4 }, 2);

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
        some_tensor_assert_values (cut, c->expected, c->n);
      else
        g_assert_cmpfloat (trafo_tensor_max_difference (cut, x), ==, 0);
    }
}

static void
test_select_permute (void)
{
  g_autoptr (TrafoTensor) x = some_tensor_new ((gint64[]){ 2, 3 }, 2);
  g_autoptr (TrafoTensor) column = trafo_tensor_select (x, 1, 2, NULL);
  g_autoptr (TrafoTensor) turned = trafo_tensor_permute (x, (guint[]){ 1, 0 }, 2, NULL);
  g_autoptr (TrafoTensor) flat = trafo_tensor_contiguous (turned, NULL);
  g_autoptr (TrafoTensor) same = trafo_tensor_contiguous (x, NULL);
  static const guint wrong[][3] = { { 0, 0, 0 }, { 1, 2, 0 }, { 0, 1, 2 }, { G_MAXUINT, 0, 0 } };

  some_tensor_assert_values (column, (const double[]){ 2, 5 }, 2);
  some_tensor_assert_values (turned, (const double[]){ 0, 3, 1, 4, 2, 5 }, 6);
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
  g_autoptr (TrafoTensor) x = some_tensor_new ((gint64[]){ 2, 6 }, 2);
  g_autoptr (TrafoTensor) turned = trafo_tensor_permute (x, (guint[]){ 1, 0 }, 2, NULL);
  g_autoptr (TrafoTensor) copy = trafo_tensor_reshape (turned, (gint64[]){ 12 }, 1, NULL);

  some_tensor_assert_values (copy, (const double[]){ 0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11 }, 12);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tensor-views/slice", test_slice);
  g_test_add_func ("/tensor-views/select-permute", test_select_permute);
  g_test_add_func ("/tensor-views/reshape", test_reshape);
  return g_test_run ();
}

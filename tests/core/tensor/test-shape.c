/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-shape-private.h"

#include <trafo/trafo-error.h>

static void
test_to_string (void)
{
  g_autofree char *scalar = trafo_shape_to_string (NULL, 0);
  g_autofree char *vector = trafo_shape_to_string ((gint64[]){ 3 }, 1);
  g_autofree char *matrix = trafo_shape_to_string ((gint64[]){ -1, G_MAXINT64 }, 2);

  g_assert_cmpstr (scalar, ==, "()");
  g_assert_cmpstr (vector, ==, "(3,)");
  g_assert_cmpstr (matrix, ==, "(-1, 9223372036854775807)");
}

/* An axis of length 0 or 1 does not widen the others' strides. */
static void
test_to_strides (void)
{
  gint64 strides[4];

  trafo_shape_to_strides ((gint64[]){ 2, 1, 0, 3 }, 4, strides);
  g_assert_cmpmem (strides, sizeof strides, ((gint64[]){ 3, 3, 3, 1 }), sizeof strides);
}

static const struct
{
  guint    n_dims;
  gint64   shape[3], strides[3];
  gboolean is_contiguous;
} layouts[] = {
  { 0, { 0 }, { 0 }, TRUE },
  { 2, { 2, 3 }, { 3, 1 }, TRUE },
  { 2, { 2, 3 }, { 1, 2 }, FALSE },
  { 2, { 2, 3 }, { 4, 1 }, FALSE },
  { 2, { 2, 3 }, { 0, 1 }, FALSE },
  { 1, { 3 }, { -1 }, FALSE },
  { 1, { 3 }, { 2 }, FALSE },
  /* where nobody takes a step its length says nothing */
  { 3, { 2, 1, 3 }, { 3, 77, 1 }, TRUE },
  { 2, { 0, 3 }, { 99, 99 }, TRUE },
  { 2, { 3, 0 }, { 99, 99 }, TRUE },
};

static void
test_is_contiguous (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (layouts); i++)
    g_assert_cmpint (trafo_shape_is_contiguous (layouts[i].shape,
                                                layouts[i].strides,
                                                layouts[i].n_dims),
                     ==,
                     layouts[i].is_contiguous);
}

static void
test_check (void)
{
  const gint64 largest = G_MAXINT64 / 16;
  gint64       n_elements = -1;
  gsize        size_bytes = 7;
  g_autoptr (GError) error = NULL;

  g_assert_true (
      trafo_shape_check (TRAFO_DTYPE_INT64, &largest, 1, &n_elements, &size_bytes, &error));
  g_assert_cmpint (n_elements, ==, largest);
  g_assert_cmpuint (size_bytes, ==, (gsize) largest * 8);
  g_assert_true (trafo_shape_check (TRAFO_DTYPE_INT8,
                                    (gint64[]){ 3, 0 },
                                    2,
                                    &n_elements,
                                    &size_bytes,
                                    &error));
  g_assert_cmpint (n_elements, ==, 0);
  g_assert_cmpuint (size_bytes, ==, 0);
  g_assert_no_error (error);
}

/* What is refused leaves the results as they were. */
static void
test_refused (void)
{
  static const struct
  {
    TrafoDType  dtype;
    gsize       n_dims;
    gint64      shape[3];
    const char *message;
  } cases[] = {
    { TRAFO_DTYPE_NONE, 1, { 1 }, "found 1 dimensions of type none, *" },
    { TRAFO_DTYPE_INT8,
      1,
      { G_MAXINT64 / 16 + 1 },
      "shape (*,) is negative somewhere or too large" },
    { TRAFO_DTYPE_INT8, 2, { 2, -1 }, "shape (2, -1) is negative somewhere or too large" },
    { TRAFO_DTYPE_INT8,
      3,
      { 0, G_MAXINT64, 2 },
      "shape (0, *) is negative somewhere or too large" },
    { TRAFO_DTYPE_INT8, G_MAXSIZE, { 1 }, "found * dimensions of type int8, *" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 n_elements = -1;
      gsize  size_bytes = 7;
      g_autoptr (GError) error = NULL;

      g_assert_false (trafo_shape_check (cases[i].dtype,
                                         cases[i].shape,
                                         cases[i].n_dims,
                                         &n_elements,
                                         &size_bytes,
                                         &error));
      g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE);
      g_assert_true (g_pattern_match_simple (cases[i].message, error->message));
      g_assert_cmpint (n_elements, ==, -1);
      g_assert_cmpuint (size_bytes, ==, 7);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shape/to-string", test_to_string);
  g_test_add_func ("/shape/to-strides", test_to_strides);
  g_test_add_func ("/shape/is-contiguous", test_is_contiguous);
  g_test_add_func ("/shape/check", test_check);
  g_test_add_func ("/shape/refused", test_refused);
  return g_test_run ();
}

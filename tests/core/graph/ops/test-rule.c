/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"

#include <trafo/trafo-error.h>

static void
take_message (GError *error, const char *expected)
{
  g_assert_nonnull (error);
  g_assert_cmpstr (error->message, ==, expected);
  g_error_free (error);
}

static void
test_n_dims (void)
{
  static const struct
  {
    guint       n_dims, min, max;
    const char *message;
  } cases[] = {
    { 2, 2, 2, NULL },
    { 2, 0, 8, NULL },
    { 1, 2, 2, "op: x (3,) has 1 dimensions, expected 2" },
    { 1, 2, 4, "op: x (3,) has 1 dimensions, expected at least 2" },
    { 3, 1, 2, "op: x (3, 4, 5) has 3 dimensions, expected at most 2" },
    { 9, 0, 8, "op: x (3, 4, 5, 1, 1, 1, 1, 1) has 9 dimensions, expected at most 8" },
  };
  g_autoptr (TrafoDims) dims = trafo_dims_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TrafoValueType type = { TRAFO_DTYPE_INT8, cases[i].n_dims, { 3, 4, 5, 1, 1, 1, 1, 1 } };
      GError        *error = NULL;
      gboolean       is_right =
          trafo_rule_check_n_dims ("op", "x", dims, &type, cases[i].min, cases[i].max, &error);

      g_assert_cmpint (is_right, ==, cases[i].message == NULL);
      if (!is_right)
        take_message (error, cases[i].message);
    }
}

static void
test_dtypes (void)
{
  TrafoValueType type = { TRAFO_DTYPE_UINT8, 0, { 0 } };
  TrafoValueType unknown = { (TrafoDType) 33, 0, { 0 } };
  GError        *error = NULL;

  g_assert_true (trafo_rule_check_dtype ("op", "x", &type, TRAFO_RULE_INTEGERS, &error));
  g_assert_no_error (error);
  g_assert_false (trafo_rule_check_dtype ("op", "x", &type, TRAFO_RULE_DTYPE (INT64), &error));
  take_message (g_steal_pointer (&error), "op: x is uint8, expected int64");
  g_assert_false (trafo_rule_check_dtype ("op", "x", &type, TRAFO_RULE_FLOATS, &error));
  take_message (g_steal_pointer (&error), "op: x is uint8, expected float32, float16 or bfloat16");
  /* a number that no shift may take */
  g_assert_false (trafo_rule_check_dtype ("op", "x", &unknown, TRAFO_RULE_ALL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_DTYPE);
  g_clear_error (&error);
  g_assert_false (trafo_rule_check_same_dtype ("op", &type, &unknown, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_DTYPE);
  g_clear_error (&error);
}

/* What a caller asks for: known dims, and a number of elements that can be counted. */
static void
test_asked (void)
{
  static const struct
  {
    TrafoValueType type;
    const char    *message;
  } cases[] = {
    { { TRAFO_DTYPE_INT8, 2, { TRAFO_DIM_BATCH, 3 } }, NULL },
    { { TRAFO_DTYPE_INT8, 0, { 0 } }, NULL },
    { { TRAFO_DTYPE_INT8, 2, { G_MAXINT64, 0 } }, NULL },
    { { TRAFO_DTYPE_INT8, 1, { -99 } },
      "op: the result's shape (unknown dimension -99,) is no shape of at most 2^63-1 elements" },
    { { TRAFO_DTYPE_INT8, 2, { G_MAXINT64 / 2, 3 } },
      "op: the result's shape (4611686018427387903, 3) is no shape of at most 2^63-1 elements" },
    { { TRAFO_DTYPE_INT8, 9, { 1, 1, 1, 1, 1, 1, 1, 1 } },
      "op: the result (1, 1, 1, 1, 1, 1, 1, 1) has 9 dimensions, expected at most 8" },
  };
  g_autoptr (TrafoDims) dims = trafo_dims_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GError  *error = NULL;
      gboolean is_right = trafo_rule_check_asked ("op", dims, &cases[i].type, &error);

      g_assert_cmpint (is_right, ==, cases[i].message == NULL);
      if (!is_right)
        take_message (error, cases[i].message);
    }
}

/* Three operands of different ranks; slots fit themselves and 1, and nothing else. */
static void
test_broadcast (void)
{
  static const struct
  {
    TrafoValueType inputs[3], expected;
    const char    *message;
  } cases[] = {
    { { { 0, 0, { 0 } }, { 0, 0, { 0 } }, { 0, 0, { 0 } } }, { 0, 0, { 0 } }, NULL },
    { { { 0, 3, { 2, 1, 4 } }, { 0, 2, { 3, 1 } }, { 0, 0, { 0 } } }, { 0, 3, { 2, 3, 4 } }, NULL },
    { { { 0, 1, { 0 } }, { 0, 1, { 1 } }, { 0, 2, { 5, 1 } } }, { 0, 2, { 5, 0 } }, NULL },
    { { { 0, 2, { TRAFO_DIM_BATCH, 1 } }, { 0, 1, { TRAFO_DIM_SEQUENCE } }, { 0, 1, { 1 } } },
      { 0, 2, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE } },
      NULL },
    { { { 0, 1, { 2 } }, { 0, 1, { 1 } }, { 0, 1, { 3 } } },
      { 0 },
      "op: the shapes (2,), (1,) and (3,) do not broadcast together" },
    { { { 0, 1, { TRAFO_DIM_BATCH } }, { 0, 1, { 1 } }, { 0, 1, { 2 } } },
      { 0 },
      "op: the shapes (batch,), (1,) and (2,) do not broadcast together" },
    { { { 0, 1, { 0 } }, { 0, 1, { 2 } }, { 0, 0, { 0 } } },
      { 0 },
      "op: the shapes (0,), (2,) and () do not broadcast together" },
  };
  g_autoptr (TrafoDims) dims = trafo_dims_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TrafoValueType output = { .dtype = TRAFO_DTYPE_BOOL };
      GError        *error = NULL;

      if (!trafo_rule_broadcast ("op", dims, cases[i].inputs, 3, &output, &error))
        {
          take_message (error, cases[i].message);
          continue;
        }
      g_assert_null (cases[i].message);
      g_assert_cmpint (output.dtype, ==, TRAFO_DTYPE_BOOL);
      g_assert_cmpuint (output.n_dims, ==, cases[i].expected.n_dims);
      for (guint j = 0; j < output.n_dims; j++)
        g_assert_cmpint (output.dims[j], ==, cases[i].expected.dims[j]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rule/n-dims", test_n_dims);
  g_test_add_func ("/rule/dtypes", test_dtypes);
  g_test_add_func ("/rule/asked", test_asked);
  g_test_add_func ("/rule/broadcast", test_broadcast);
  return g_test_run ();
}

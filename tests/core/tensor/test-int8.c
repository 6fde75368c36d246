/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-int8-private.h"

#include <math.h>
#include <string.h>

#include "trafo-tensor-dict-file.h"
#include "trafo-tensor-private.h"

/* What torch quantizes: tests/tools/make-int8-cases.py. */
static TrafoTensorDict *
load_cases (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "int8.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  TrafoTensorDict *cases = trafo_tensor_dict_load (path, &error);

  g_assert_no_error (error);
  return cases;
}

static TrafoTensor *
find (TrafoTensorDict *cases, guint number, const char *name)
{
  g_autofree char *key = g_strdup_printf ("%u.%s", number, name);

  return trafo_tensor_dict_get (cases, key);
}

/* In two pieces. */
static void
assert_encodes (const TrafoOperand *weight,
                gboolean            is_in_out,
                TrafoTensor        *expected,
                TrafoTensor        *expected_scales)
{
  gint64            n_out = trafo_tensor_get_dim (expected, 0);
  gint64            n_in = trafo_tensor_get_dim (expected, 1), half = n_out / 2;
  g_autofree gint8 *integers = g_new (gint8, n_out * n_in);
  g_autofree float *scales = g_new (float, n_out);

  trafo_int8_encode (weight, is_in_out, half, n_out - half, integers + half * n_in, scales + half);
  trafo_int8_encode (weight, is_in_out, 0, half, integers, scales);
  g_assert_cmpmem (integers, n_out * n_in, trafo_tensor_get_data (expected), n_out * n_in);
  g_assert_cmpmem (scales,
                   n_out * sizeof *scales,
                   trafo_tensor_get_data (expected_scales),
                   n_out * sizeof *scales);
}

static void
test_torch (void)
{
  g_autoptr (TrafoTensorDict) cases = load_cases ();
  guint n_cases = 0;

  for (; find (cases, n_cases, "w") != NULL; n_cases++)
    {
      TrafoTensor *w = find (cases, n_cases, "w");
      g_autoptr (TrafoTensor) turned = trafo_tensor_permute (w, (guint[]){ 1, 0 }, 2, NULL);
      g_autoptr (TrafoTensor) in_out = trafo_tensor_contiguous (turned, NULL);
      TrafoTensor *integers = find (cases, n_cases, "integers");
      TrafoTensor *scales = find (cases, n_cases, "scales");
      TrafoOperand weight;

      trafo_tensor_get_operand (w, &weight);
      assert_encodes (&weight, FALSE, integers, scales);
      trafo_tensor_get_operand (in_out, &weight);
      assert_encodes (&weight, TRUE, integers, scales);
    }
  g_assert_cmpuint (n_cases, ==, 7);
}

/* A scale that is no number makes the row's results none. */
static void
test_no_number (void)
{
  static float row[] = { 1, NAN, 2, INFINITY, 1, -2, 1e-44f, 0, 1e-45f };
  TrafoOperand weight = { .data = row,
                          .dtype = TRAFO_DTYPE_FLOAT32,
                          .n_dims = 2,
                          .shape = { 3, 3 },
                          .strides = { 3, 1 } };
  gint8        integers[9];
  float        scales[3];

  trafo_int8_encode (&weight, FALSE, 0, 3, integers, scales);
  g_assert_true (isnan (scales[0]));
  g_assert_true (isinf (scales[1]));
  for (guint i = 0; i < 6; i++)
    g_assert_cmpint (integers[i], ==, 0);
  g_assert_cmpfloat (fabs (integers[6] * (double) scales[2]), <=, 1e-44);
}

/* Halves that are the same numbers become the same integers. */
static void
test_halves (void)
{
  static guint16 row[] = { 0x3f80, 0xbfc0, 0x4040, 0x8000 }; /* 1, -1.5, 3, -0 */
  TrafoOperand   weight = { .data = row,
                            .dtype = TRAFO_DTYPE_BFLOAT16,
                            .n_dims = 2,
                            .shape = { 1, 4 },
                            .strides = { 4, 1 } };
  gint8          integers[4];
  float          scale;

  trafo_int8_encode (&weight, FALSE, 0, 1, integers, &scale);
  g_assert_cmpfloat (scale, ==, 3.0f / 127);
  g_assert_cmpint (integers[0], ==, 42);
  g_assert_cmpint (integers[1], ==, -64); /* a tie */
  g_assert_cmpint (integers[2], ==, 127);
  g_assert_cmpint (integers[3], ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/int8/torch", test_torch);
  g_test_add_func ("/int8/no-number", test_no_number);
  g_test_add_func ("/int8/halves", test_halves);
  return g_test_run ();
}

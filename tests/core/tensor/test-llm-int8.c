/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-llm-int8-private.h"

#include <math.h>
#include <string.h>

#include "trafo-tensor-dict-file.h"
#include "trafo-tensor-private.h"

/* What bitsandbytes computes: tests/tools/make-llm-int8-cases.py. */
static TrafoTensorDict *
load_cases (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "llm-int8.safetensors", NULL);
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

/* [K, N] of [N, K]. */
static void
transpose (const TrafoOperand *from, float *values, TrafoOperand *ret_to)
{
  *ret_to = *from;
  ret_to->data = values;
  for (guint i = 0; i < 2; i++)
    ret_to->shape[i] = from->shape[1 - i];
  trafo_shape_to_strides (ret_to->shape, 2, ret_to->strides);
  for (gint64 n = 0; n < from->shape[0]; n++)
    for (gint64 k = 0; k < from->shape[1]; k++)
      values[k * from->shape[0] + n] = ((const float *) from->data)[n * from->shape[1] + k];
}

static void
assert_encodes (const TrafoOperand *weight, gboolean is_in_out, TrafoTensor *CB, TrafoTensor *SCB)
{
  gint64            n_out = trafo_tensor_get_dim (CB, 0), n_in = trafo_tensor_get_dim (CB, 1);
  g_autofree gint8 *integers = g_new (gint8, n_out * n_in);
  g_autofree float *scales = g_new (float, n_out);
  gint64            half = n_out / 2;

  trafo_llm_int8_encode (weight,
                         is_in_out,
                         half,
                         n_out - half,
                         integers + half * n_in,
                         scales + half);
  trafo_llm_int8_encode (weight, is_in_out, 0, half, integers, scales);
  g_assert_cmpmem (integers, n_out * n_in, trafo_tensor_get_data (CB), n_out * n_in);
  g_assert_cmpmem (scales,
                   n_out * sizeof *scales,
                   trafo_tensor_get_data (SCB),
                   n_out * sizeof *scales);
}

static void
test_encode (void)
{
  g_autoptr (TrafoTensorDict) cases = load_cases ();
  guint n_cases = 0;

  for (; find (cases, n_cases, "w") != NULL; n_cases++)
    {
      TrafoTensor      *w = find (cases, n_cases, "w");
      g_autofree float *values = g_new (float, trafo_tensor_get_n_elements (w));
      TrafoOperand      weight, transposed;

      trafo_tensor_get_operand (w, &weight);
      transpose (&weight, values, &transposed);
      assert_encodes (&weight, FALSE, find (cases, n_cases, "CB"), find (cases, n_cases, "SCB"));
      assert_encodes (&transposed, TRUE, find (cases, n_cases, "CB"), find (cases, n_cases, "SCB"));
    }
  g_assert_cmpuint (n_cases, ==, 8);
}

/* What is no number makes its row one of zeros, whose scale is no number either. */
static void
test_nan (void)
{
  float              values[] = { 1, NAN, -3, 2 };
  const TrafoOperand weight = { .data = values,
                                .dtype = TRAFO_DTYPE_FLOAT32,
                                .n_dims = 2,
                                .shape = { 2, 2 },
                                .strides = { 2, 1 } };
  gint8              integers[4];
  float              scales[2];

  trafo_llm_int8_encode (&weight, FALSE, 0, 2, integers, scales);
  g_assert_true (isnan (scales[0]));
  g_assert_cmpint (integers[0], ==, 0);
  g_assert_cmpint (integers[1], ==, 0);
  g_assert_cmpfloat (scales[1], ==, 3);
  g_assert_cmpint (integers[2], ==, -127);
  g_assert_cmpint (integers[3], ==, 85);
}

static void
test_layout (void)
{
  gsize offset, size_bytes;

  g_assert_true (trafo_llm_int8_layout (5, 13, &offset, &size_bytes));
  g_assert_cmpuint (offset, ==, 128);
  g_assert_cmpuint (size_bytes, ==, 148);
  g_assert_false (trafo_llm_int8_layout (G_MAXINT64, 3, &offset, &size_bytes));
  g_assert_false (trafo_llm_int8_layout (G_MAXINT64, 2, &offset, &size_bytes));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llm-int8/encode", test_encode);
  g_test_add_func ("/llm-int8/nan", test_nan);
  g_test_add_func ("/llm-int8/layout", test_layout);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "kernel-case.h"

#include <math.h>
#include <string.h>
#include <trafo/trafo.h>

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

static TrafoLinearAttrs
make_attrs (float threshold, gboolean has_bias)
{
  return (TrafoLinearAttrs){ .struct_size = sizeof (TrafoLinearAttrs),
                             .has_bias = has_bias != FALSE,
                             .encoding = TRAFO_WEIGHT_ENCODING_LLM_INT8,
                             .threshold = threshold };
}

/* Of [@n, @k], its elements copied to where reading behind them ends the test. */
static TrafoOperand
guarded (KernelCase *c, TrafoTensor *tensor)
{
  TrafoOperand operand = { .dtype = trafo_tensor_get_dtype (tensor),
                           .n_dims = trafo_tensor_get_n_dims (tensor) };
  gsize size_bytes = trafo_tensor_get_n_elements (tensor) * trafo_dtype_get_size (operand.dtype);

  for (guint i = 0; i < operand.n_dims; i++)
    operand.shape[i] = trafo_tensor_get_dim (tensor, i);
  operand.strides[operand.n_dims - 1] = 1;
  if (operand.n_dims == 2)
    operand.strides[0] = operand.shape[1];
  operand.data = kernel_case_alloc (c, size_bytes);
  memcpy (operand.data, trafo_tensor_get_data (tensor), size_bytes);
  return operand;
}

static TrafoOperand
pack (KernelCase            *c,
      const TrafoCpuKernels *tier,
      const TrafoOperand    *parts,
      const TrafoOperand    *scales,
      guint                  n_parts)
{
  TrafoWeight  weight = { .struct_size = sizeof weight,
                          .n_parts = n_parts,
                          .parts = parts,
                          .dtype = TRAFO_DTYPE_INT8,
                          .encoding = TRAFO_WEIGHT_ENCODING_LLM_INT8,
                          .n_in = parts[0].shape[1],
                          .scales = scales };
  TrafoOperand packed = { .dtype = TRAFO_DTYPE_INT8, .n_dims = 2, .layout = TRAFO_LAYOUT_PACKED };
  gsize        size;

  for (guint i = 0; i < n_parts; i++)
    weight.n_out += parts[i].shape[0];
  packed.shape[0] = weight.n_out;
  packed.shape[1] = weight.n_in;
  size = tier->packed_size (&weight);
  g_assert_cmpuint (size, >, 0);
  packed.data = kernel_case_alloc (c, (size + 63) / 64 * 64);
  memset (packed.data, 0x7f, size);
  for (guint task = tier->pack_n_tasks (&weight); task-- > 0;)
    tier->pack (&weight, packed.data, task);
  return packed;
}

static TrafoTensor *
find (TrafoTensorDict *cases, const char *name, guint number, gint threshold)
{
  g_autofree char *key = threshold < 0 ? g_strdup_printf ("%u.%s", number, name)
                                       : g_strdup_printf ("%u.%d.%s", number, threshold, name);

  return trafo_tensor_dict_get (cases, key);
}

/* How far sums of floats in another order may be from one another: some units of the last place of the
 * outliers' magnitudes, where no weight is greater than its scale. */
static double
get_tolerance (const KernelCase *c, TrafoTensor *columns, const TrafoOperand *scales, gint64 i)
{
  const TrafoOperand *x = &c->args.inputs[0];
  gint64              m = i / c->args.output.shape[1];
  double              sum = 0;

  for (gint64 j = 0; j < trafo_tensor_get_n_elements (columns); j++)
    sum +=
        fabs (kernel_case_get (x, (gint64[]){ m, (gint64) trafo_tensor_get_value (columns, j) }));
  return 1e-6 * (1 + sum * ((const float *) scales->data)[i % c->args.output.shape[1]]);
}

/* The integers are exact, or sums would be off by far more than floats round. */
static void
test_case (TrafoTensorDict *cases, const TrafoCpuKernels *tier, guint number, guint threshold)
{
  TrafoLinearAttrs attrs =
      make_attrs (trafo_tensor_get_value (trafo_tensor_dict_get (cases, "thresholds"), threshold),
                  TRUE);
  TrafoTensor *y = find (cases, "y", number, (gint) threshold);
  gint64       M = trafo_tensor_get_dim (y, 0), N = trafo_tensor_get_dim (y, 1);
  TrafoTensor *columns = find (cases, "columns", number, (gint) threshold);
  const float *expected = trafo_tensor_get_data (y);
  KernelCase   c;
  TrafoOperand part, scales;

  kernel_case_init (&c, TRAFO_OP_LINEAR, &attrs);
  kernel_case_add_input (&c, guarded (&c, find (cases, "x", number, -1)));
  part = guarded (&c, find (cases, "CB", number, -1));
  scales = guarded (&c, find (cases, "SCB", number, -1));
  kernel_case_add_input (&c, pack (&c, tier, &part, &scales, 1));
  kernel_case_add_input (&c, guarded (&c, find (cases, "bias", number, -1)));
  c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, N), 0);
  kernel_case_run_all (&c, tier);
  for (gint64 i = 0; i < M * N; i++)
    if (trafo_tensor_get_n_elements (columns) == 0)
      g_assert_cmpfloat (((const float *) c.args.output.data)[i], ==, expected[i]);
    else
      g_assert_cmpfloat_with_epsilon (((const float *) c.args.output.data)[i],
                                      expected[i],
                                      get_tolerance (&c, columns, &scales, i) +
                                          1e-6 * fabsf (expected[i]));
  kernel_case_clear (&c);
}

static void
test_bitsandbytes (gconstpointer tier)
{
  g_autoptr (TrafoTensorDict) cases = load_cases ();
  guint n_cases = 0;

  for (guint i = 0; find (cases, "x", i, -1) != NULL; i++)
    for (guint threshold = 0; threshold < 3; threshold++, n_cases++)
      test_case (cases, tier, i, threshold);
  g_assert_cmpuint (n_cases, ==, 24);
}

static void
fill_integers (const TrafoOperand *integers, const TrafoOperand *scales)
{
  for (gint64 i = 0; i < integers->shape[0] * integers->shape[1]; i++)
    ((gint8 *) integers->data)[i] = (gint8) g_test_rand_int_range (-127, 128);
  for (gint64 i = 0; i < scales->shape[0]; i++)
    ((float *) scales->data)[i] = fabsf (((float *) scales->data)[i]);
}

/* Parts below one another give what they give alone, and rows that stand apart what contiguous ones
 * do. */
static void
test_parts (gconstpointer tier)
{
  enum
  {
    M = 37,
    K = 150,
    FIRST = 41,
    SECOND = 30
  };
  TrafoLinearAttrs attrs = make_attrs (0.9f, FALSE);
  KernelCase       c;
  TrafoOperand     parts[2], scales[2], whole, both;

  kernel_case_init (&c, TRAFO_OP_LINEAR, &attrs);
  kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, K), K + 3));
  for (guint i = 0; i < 2; i++)
    {
      gint64 n = i == 0 ? FIRST : SECOND;

      parts[i] = kernel_case_operand (&c, TRAFO_DTYPE_INT8, SHAPE (n, K), 0);
      scales[i] = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (n), 0);
      fill_integers (&parts[i], &scales[i]);
    }
  both = pack (&c, tier, parts, scales, 2);
  kernel_case_add_input (&c, both);
  whole = c.args.output =
      kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, FIRST + SECOND), 0);
  kernel_case_run_all (&c, tier);
  for (guint i = 0; i < 2; i++)
    {
      gint64 n = i == 0 ? FIRST : SECOND;

      c.args.inputs[1] = pack (&c, tier, &parts[i], &scales[i], 1);
      c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, n), 0);
      kernel_case_run (&c, tier, 1);
      for (gint64 m = 0; m < M; m++)
        g_assert_cmpmem ((const float *) c.args.output.data + m * n,
                         n * sizeof (float),
                         (const float *) whole.data + m * (FIRST + SECOND) + i * FIRST,
                         n * sizeof (float));
    }
  kernel_case_clear (&c);
}

/* Random inputs [@m, @k], and integers and scales of @n outputs. */
static void
begin_random (KernelCase             *c,
              const TrafoCpuKernels  *tier,
              const TrafoLinearAttrs *attrs,
              gint64                  m,
              gint64                  k,
              gint64                  n)
{
  TrafoOperand part, scales;

  kernel_case_init (c, TRAFO_OP_LINEAR, attrs);
  kernel_case_add_input (c, kernel_case_operand (c, TRAFO_DTYPE_FLOAT32, SHAPE (m, k), 0));
  part = kernel_case_operand (c, TRAFO_DTYPE_INT8, SHAPE (n, k), 0);
  scales = kernel_case_operand (c, TRAFO_DTYPE_FLOAT32, SHAPE (n), 0);
  fill_integers (&part, &scales);
  kernel_case_add_input (c, pack (c, tier, &part, &scales, 1));
  c->args.output = kernel_case_operand (c, TRAFO_DTYPE_FLOAT32, SHAPE (m, n), 0);
}

/* A row that holds what is no number is none; other rows stay what they are. */
static void
test_nan (gconstpointer tier)
{
  enum
  {
    M = 20,
    K = 70,
    N = 40
  };
  TrafoLinearAttrs  attrs = make_attrs (6, FALSE);
  KernelCase        c;
  g_autofree float *expected = NULL;

  begin_random (&c, tier, &attrs, M, K, N);
  kernel_case_run (&c, tier, 1);
  expected = g_memdup2 (c.args.output.data, M * N * sizeof (float));
  ((float *) c.args.inputs[0].data)[17 * K + 69] = NAN;
  kernel_case_run_all (&c, tier);
  for (gint64 i = 0; i < M * N; i++)
    if (i / N == 17)
      g_assert_true (isnan (((const float *) c.args.output.data)[i]));
    else
      g_assert_cmpfloat (((const float *) c.args.output.data)[i], ==, expected[i]);
  kernel_case_clear (&c);
}

/* bitsandbytes compares x in float16 with a number that torch rounds to float16 first: 2.0005 becomes 2,
 * which x is, and 2.002 does not. */
static void
test_threshold (gconstpointer tier)
{
  enum
  {
    M = 3,
    K = 70,
    N = 40
  };
  TrafoLinearAttrs  attrs = make_attrs (2, FALSE);
  KernelCase        c;
  g_autofree float *expected = NULL;

  begin_random (&c, tier, &attrs, M, K, N);
  for (gint64 m = 0; m < M; m++)
    ((float *) c.args.inputs[0].data)[m * K + 7] = m == 1 ? -2 : 2;
  kernel_case_run (&c, tier, 1);
  expected = g_memdup2 (c.args.output.data, M * N * sizeof (float));
  attrs.threshold = 2.0005f;
  kernel_case_run_all (&c, tier);
  g_assert_cmpmem (c.args.output.data, M * N * sizeof (float), expected, M * N * sizeof (float));
  attrs.threshold = 2.002f;
  kernel_case_run_all (&c, tier);
  g_assert_cmpint (memcmp (c.args.output.data, expected, M * N * sizeof (float)), !=, 0);
  kernel_case_clear (&c);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  kernel_case_add_tests ("linear-llm-int8/bitsandbytes", test_bitsandbytes);
  kernel_case_add_tests ("linear-llm-int8/parts", test_parts);
  kernel_case_add_tests ("linear-llm-int8/threshold", test_threshold);
  kernel_case_add_tests ("linear-llm-int8/nan", test_nan);
  return g_test_run ();
}

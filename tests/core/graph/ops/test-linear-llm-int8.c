/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "linear-llm-int8-private.h"

#include <math.h>
#include <string.h>

#include "trafo-llm-int8-private.h"
#include "trafo-op-private.h"
#include "trafo-tensor-dict-file.h"
#include "trafo-tensor-private.h"

/* What bitsandbytes computes: tests/tools/make-llm-int8-cases.py. */
typedef struct
{
  TrafoTensorDict *tensors;
  guint            number, threshold;
} Case;

/* Of the threshold if @name is, else of the case. */
static TrafoTensor *
find (const Case *self, const char *name)
{
  g_autofree char *own = g_strdup_printf ("%u.%u.%s", self->number, self->threshold, name);
  g_autofree char *common = g_strdup_printf ("%u.%s", self->number, name);
  TrafoTensor     *found = trafo_tensor_dict_get (self->tensors, own);

  return found != NULL ? found : trafo_tensor_dict_get (self->tensors, common);
}

static float
get_threshold (const Case *self)
{
  return trafo_tensor_get_value (trafo_tensor_dict_get (self->tensors, "thresholds"),
                                 self->threshold);
}

/* The scale of every row, the integers of all columns and which are outliers, bit for bit. */
static void
test_input (const Case *c)
{
  TrafoOperand x;
  g_auto (TrafoLlmInt8Input) input = { 0 };
  const gint8 *CA = trafo_tensor_get_data (find (c, "CA"));
  const float *SCA = trafo_tensor_get_data (find (c, "SCA"));
  TrafoTensor *columns = find (c, "columns");
  gint64       n_columns = 0;

  trafo_tensor_get_operand (find (c, "x"), &x);
  g_assert_true (trafo_llm_int8_input_init (&input, &x, get_threshold (c)));
  for (gint64 k = 0; k < input.n_in; k++)
    if (input.is_outlier[k])
      g_assert_cmpint (trafo_tensor_get_value (columns, n_columns++), ==, k);
  g_assert_cmpint (n_columns, ==, trafo_tensor_get_n_elements (columns));
  for (gint64 m = 0; m < x.shape[0]; m++)
    {
      trafo_llm_int8_input_set_row (&input, m * x.strides[0]);
      g_assert_cmpfloat (input.greatest, ==, SCA[m]);
      g_assert_cmpmem (input.integers, input.n_in, CA + m * input.n_in, input.n_in);
    }
}

static TrafoOperand
make_weight (const Case *c, gpointer *ret_memory)
{
  TrafoOperand weight;
  gsize        offset, size_bytes;
  char        *memory;

  trafo_tensor_get_operand (find (c, "CB"), &weight);
  g_assert_true (trafo_llm_int8_layout (weight.shape[0], weight.shape[1], &offset, &size_bytes));
  memory = g_malloc (size_bytes);
  memcpy (memory, weight.data, weight.shape[0] * weight.shape[1]);
  memcpy (memory + offset,
          trafo_tensor_get_data (find (c, "SCB")),
          weight.shape[0] * sizeof (float));
  weight.data = *ret_memory = memory;
  return weight;
}

/* How far sums of floats in another order may be from one another: some units of the last place of the
 * outliers' magnitudes, where no weight is greater than its scale. */
static double
get_tolerance (const Case *c, gint64 m, gint64 n)
{
  TrafoTensor *columns = find (c, "columns");
  TrafoTensor *x = find (c, "x");
  double       sum = 1;

  for (gint64 i = 0; i < trafo_tensor_get_n_elements (columns); i++)
    sum += fabs (trafo_tensor_get_value (x,
                                         m * trafo_tensor_get_dim (x, 1) +
                                             (gint64) trafo_tensor_get_value (columns, i))) *
           trafo_tensor_get_value (find (c, "SCB"), n);
  return 1e-6 * sum;
}

/* Only the sums of floats may round otherwise. */
static void
test_product (const Case *c)
{
  TrafoLinearAttrs    attrs = { .struct_size = sizeof attrs,
                                .has_bias = TRUE,
                                .encoding = TRAFO_WEIGHT_ENCODING_LLM_INT8,
                                .threshold = get_threshold (c) };
  TrafoKernelArgs     args = { .struct_size = sizeof args,
                               .op = TRAFO_OP_LINEAR,
                               .n_inputs = 3,
                               .attrs = &attrs };
  g_autofree gpointer memory = NULL;
  g_autofree float   *y = NULL;
  const float        *expected = trafo_tensor_get_data (find (c, "y"));
  gint64              n_elements;

  trafo_tensor_get_operand (find (c, "x"), &args.inputs[0]);
  args.inputs[1] = make_weight (c, &memory);
  trafo_tensor_get_operand (find (c, "bias"), &args.inputs[2]);
  trafo_tensor_get_operand (find (c, "y"), &args.output);
  n_elements = args.output.shape[0] * args.output.shape[1];
  args.output.data = y = g_new (float, n_elements);
  trafo_op_lookup (TRAFO_OP_LINEAR)->reference (&args);
  for (gint64 i = 0; i < n_elements; i++)
    g_assert_cmpfloat_with_epsilon (y[i],
                                    expected[i],
                                    get_tolerance (c,
                                                   i / args.output.shape[1],
                                                   i % args.output.shape[1]) +
                                        1e-6 * fabsf (expected[i]));
}

static void
test_cases (gconstpointer data)
{
  void (*test) (const Case *c) = data;
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "llm-int8.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensorDict) tensors = trafo_tensor_dict_load (path, &error);
  guint n_cases = 0;

  g_assert_no_error (error);
  for (Case c = { tensors, 0, 0 }; find (&c, "x") != NULL; c.number++)
    for (c.threshold = 0; c.threshold < 3; c.threshold++, n_cases++)
      test (&c);
  g_assert_cmpuint (n_cases, ==, 24);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/linear-llm-int8/input", test_input, test_cases);
  g_test_add_data_func ("/linear-llm-int8/product", test_product, test_cases);
  return g_test_run ();
}

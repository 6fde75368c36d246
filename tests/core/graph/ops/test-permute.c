/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

static const TrafoPermuteAttrs rotate = { sizeof rotate, { 2, 0, 1 } };
static const TrafoPermuteAttrs twice = { sizeof twice, { 1, 1, 0 } };
static const TrafoPermuteAttrs outside = { sizeof outside, { 0, 3, 1 } };

/* clang-format off */
static const OpError errors[] = {
  { "twice", TRAFO_OP_PERMUTE, &twice, 1,
    { { TRAFO_DTYPE_FLOAT32, 3, { 2, 3, 4 } } }, { 0 }, TRAFO_ERROR_SHAPE,
    "permute: an axis of the 3 is named twice, expected each once" },
  { "outside", TRAFO_OP_PERMUTE, &outside, 1,
    { { TRAFO_DTYPE_FLOAT32, 3, { 2, 3, 4 } } }, { 0 }, TRAFO_ERROR_SHAPE,
    "permute: there is no axis 3, the operand has 3 dimensions" },
};
/* clang-format on */

static void
test_rule (void)
{
  g_autoptr (TrafoDims) dims = trafo_dims_new ();
  TrafoPermuteAttrs attrs = rotate;
  TrafoValueType    x = { TRAFO_DTYPE_BOOL, 3, { TRAFO_DIM_BATCH, 3, TRAFO_DIM_SEQUENCE } };
  TrafoValueType    output;

  g_assert_true (trafo_op_lookup (TRAFO_OP_PERMUTE)->infer (dims, &attrs, &x, 1, &output, NULL));
  g_assert_cmpint (output.dtype, ==, TRAFO_DTYPE_BOOL);
  g_assert_cmpuint (output.n_dims, ==, 3);
  g_assert_cmpint (output.dims[0], ==, TRAFO_DIM_SEQUENCE);
  g_assert_cmpint (output.dims[1], ==, TRAFO_DIM_BATCH);
  g_assert_cmpint (output.dims[2], ==, 3);
}

static void
test_scalar (void)
{
  g_autoptr (TrafoDims) dims = trafo_dims_new ();
  TrafoPermuteAttrs attrs = rotate;
  TrafoValueType    x = { TRAFO_DTYPE_FLOAT32, 0, { 0 } };
  TrafoValueType    output;

  g_assert_true (trafo_op_lookup (TRAFO_OP_PERMUTE)->infer (dims, &attrs, &x, 1, &output, NULL));
  g_assert_cmpuint (output.n_dims, ==, 0);
}

static void
test_view (void)
{
  guint8       byte = 0;
  TrafoOperand x = { .data = &byte,
                     .offset_bytes = 8,
                     .dtype = TRAFO_DTYPE_FLOAT32,
                     .n_dims = 3,
                     .shape = { 2, 3, 4 },
                     .strides = { 100, 10, 1 } };
  TrafoOperand output = { .dtype = TRAFO_DTYPE_FLOAT32, .n_dims = 3, .shape = { 4, 2, 3 } };

  g_assert_true (trafo_op_lookup (TRAFO_OP_PERMUTE)->view (&rotate, &x, &output));
  g_assert_true (output.data == &byte);
  g_assert_cmpuint (output.offset_bytes, ==, 8);
  g_assert_cmpint (output.strides[0], ==, 1);
  g_assert_cmpint (output.strides[1], ==, 100);
  g_assert_cmpint (output.strides[2], ==, 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/permute/rule", test_rule);
  g_test_add_func ("/permute/scalar", test_scalar);
  g_test_add_func ("/permute/view", test_view);
  op_error_add (errors, G_N_ELEMENTS (errors));
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

/* clang-format off */
static const OpError errors[] = {
  { "length", TRAFO_OP_BROADCAST, NULL, 1,
    { { TRAFO_DTYPE_FLOAT32, 2, { TRAFO_DIM_BATCH, 3 } } },
    { TRAFO_DTYPE_NONE, 2, { TRAFO_DIM_BATCH, 4 } }, TRAFO_ERROR_SHAPE,
    "broadcast: x (batch, 3) does not repeat to (batch, 4)" },
  { "shrinks", TRAFO_OP_BROADCAST, NULL, 1,
    { { TRAFO_DTYPE_FLOAT32, 1, { 3 } } }, { TRAFO_DTYPE_NONE, 1, { 1 } }, TRAFO_ERROR_SHAPE,
    "broadcast: x (3,) does not repeat to (1,)" },
  { "n-dims", TRAFO_OP_BROADCAST, NULL, 1,
    { { TRAFO_DTYPE_FLOAT32, 2, { 1, 3 } } }, { TRAFO_DTYPE_NONE, 1, { 3 } }, TRAFO_ERROR_SHAPE,
    "broadcast: x (1, 3) does not repeat to (3,)" },
  { "overflow", TRAFO_OP_BROADCAST, NULL, 1,
    { { TRAFO_DTYPE_FLOAT32, 1, { 1 } } },
    { TRAFO_DTYPE_NONE, 2, { G_MAXINT64, 2 } }, TRAFO_ERROR_SHAPE,
    "broadcast: the result's shape (too large, 2) is no shape of at most 2^63-1 elements" },
};
/* clang-format on */

static void
test_rule (void)
{
  g_autoptr (TrafoDims) dims = trafo_dims_new ();
  TrafoValueType x = { TRAFO_DTYPE_UINT8, 2, { 1, TRAFO_DIM_SEQUENCE } };
  TrafoValueType output = { TRAFO_DTYPE_NONE, 3, { 4, TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE } };

  g_assert_true (trafo_op_lookup (TRAFO_OP_BROADCAST)->infer (dims, NULL, &x, 1, &output, NULL));
  g_assert_cmpint (output.dtype, ==, TRAFO_DTYPE_UINT8);
}

static void
test_view (void)
{
  TrafoOperand x = { .offset_bytes = 4,
                     .dtype = TRAFO_DTYPE_FLOAT32,
                     .n_dims = 3,
                     .shape = { 2, 1, 5 },
                     .strides = { 20, 9, 2 } };
  TrafoOperand output = { .dtype = TRAFO_DTYPE_FLOAT32, .n_dims = 4, .shape = { 7, 2, 3, 5 } };

  g_assert_true (trafo_op_lookup (TRAFO_OP_BROADCAST)->view (NULL, &x, &output));
  g_assert_cmpuint (output.offset_bytes, ==, 4);
  g_assert_cmpint (output.strides[0], ==, 0);
  g_assert_cmpint (output.strides[1], ==, 20);
  g_assert_cmpint (output.strides[2], ==, 0);
  g_assert_cmpint (output.strides[3], ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/broadcast/rule", test_rule);
  g_test_add_func ("/broadcast/view", test_view);
  op_error_add (errors, G_N_ELEMENTS (errors));
  return g_test_run ();
}

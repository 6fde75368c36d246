/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

/* clang-format off */
static const OpError errors[] = {
  { "dtype", TRAFO_OP_INPUT, NULL, 0, { { 0 } }, { 99, 1, { 2 } }, TRAFO_ERROR_DTYPE,
    "input: the result is none, expected float32, float16, bfloat16, int8, int32, int64, bool or "
    "uint8" },
  { "dims", TRAFO_OP_PARAM, NULL, 0, { { 0 } }, { TRAFO_DTYPE_FLOAT32, 2, { 3, -99 } },
    TRAFO_ERROR_SHAPE,
    "param: the result's shape (3, unknown dimension -99) is no shape of at most 2^63-1 elements" },
};
/* clang-format on */

static void
test_rule (void)
{
  static const guint16 leaves[] = { TRAFO_OP_INPUT, TRAFO_OP_PARAM, TRAFO_OP_STATE };

  for (gsize i = 0; i < G_N_ELEMENTS (leaves); i++)
    {
      const TrafoOp *op = trafo_op_lookup (leaves[i]);
      g_autoptr (TrafoDims) dims = trafo_dims_new ();
      TrafoValueType output = { TRAFO_DTYPE_INT8, 2, { TRAFO_DIM_BATCH, 3 } };

      g_assert_true (op->infer (dims, NULL, NULL, 0, &output, NULL));
      g_assert_null (op->reference);
      g_assert_null (op->view);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/leaf/rule", test_rule);
  op_error_add (errors, G_N_ELEMENTS (errors));
  return g_test_run ();
}

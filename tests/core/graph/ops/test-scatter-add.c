/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include "cases/scatter-add.h"

/* clang-format off */
static const OpError errors[] = {
  { "bool", TRAFO_OP_SCATTER_ADD, NULL, 3,
    { { TRAFO_DTYPE_BOOL, 2, { 5, 3 } }, { TRAFO_DTYPE_INT32, 1, { 2 } }, { TRAFO_DTYPE_BOOL, 2, { 2, 3 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "scatter_add: x is bool, expected float32, float16, bfloat16, int32 or int64" },
  { "dtype", TRAFO_OP_SCATTER_ADD, NULL, 3,
    { { TRAFO_DTYPE_FLOAT32, 2, { 5, 3 } }, { TRAFO_DTYPE_INT32, 1, { 2 } }, { TRAFO_DTYPE_FLOAT16, 2, { 2, 3 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "scatter_add: the operands are float32 and float16, expected one dtype" },
  { "ids", TRAFO_OP_SCATTER_ADD, NULL, 3,
    { { TRAFO_DTYPE_FLOAT32, 2, { 5, 3 } }, { TRAFO_DTYPE_UINT8, 1, { 2 } }, { TRAFO_DTYPE_FLOAT32, 2, { 2, 3 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "scatter_add: ids is uint8, expected int32 or int64" },
  { "scalar", TRAFO_OP_SCATTER_ADD, NULL, 3,
    { { TRAFO_DTYPE_FLOAT32, 0, { 0 } }, { TRAFO_DTYPE_INT32, 0, { 0 } }, { TRAFO_DTYPE_FLOAT32, 0, { 0 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "scatter_add: x () has 0 dimensions, expected at least 1" },
  { "y", TRAFO_OP_SCATTER_ADD, NULL, 3,
    { { TRAFO_DTYPE_FLOAT32, 2, { 5, 3 } }, { TRAFO_DTYPE_INT32, 1, { 2 } }, { TRAFO_DTYPE_FLOAT32, 2, { 2, 4 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "scatter_add: y has shape (2, 4), expected (2, 3) to fit x[ids]" },
};
/* clang-format on */

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  op_case_add (cases, G_N_ELEMENTS (cases));
  op_error_add (errors, G_N_ELEMENTS (errors));
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include "cases/binary.h"

/* clang-format off */
static const OpError errors[] = {
  { "bool", TRAFO_OP_ADD, NULL, 2,
    { { TRAFO_DTYPE_BOOL, 1, { 2 } }, { TRAFO_DTYPE_BOOL, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "add: a is bool, expected float32, float16, bfloat16, int32 or int64" },
  { "bool", TRAFO_OP_SUB, NULL, 2,
    { { TRAFO_DTYPE_BOOL, 1, { 2 } }, { TRAFO_DTYPE_BOOL, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "sub: a is bool, expected float32, float16, bfloat16, int32 or int64" },
  { "bool", TRAFO_OP_MUL, NULL, 2,
    { { TRAFO_DTYPE_BOOL, 1, { 2 } }, { TRAFO_DTYPE_BOOL, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "mul: a is bool, expected float32, float16, bfloat16, int32 or int64" },
  { "bool", TRAFO_OP_DIV, NULL, 2,
    { { TRAFO_DTYPE_BOOL, 1, { 2 } }, { TRAFO_DTYPE_BOOL, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "div: a is bool, expected float32, float16, bfloat16, int32 or int64" },
  { "bool", TRAFO_OP_POW, NULL, 2,
    { { TRAFO_DTYPE_BOOL, 1, { 2 } }, { TRAFO_DTYPE_BOOL, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "pow: a is bool, expected float32, float16 or bfloat16" },
  { "bool", TRAFO_OP_MAXIMUM, NULL, 2,
    { { TRAFO_DTYPE_BOOL, 1, { 2 } }, { TRAFO_DTYPE_BOOL, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "maximum: a is bool, expected float32, float16, bfloat16, int32 or int64" },
  { "bool", TRAFO_OP_MINIMUM, NULL, 2,
    { { TRAFO_DTYPE_BOOL, 1, { 2 } }, { TRAFO_DTYPE_BOOL, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "minimum: a is bool, expected float32, float16, bfloat16, int32 or int64" },
  { "integer", TRAFO_OP_POW, NULL, 2,
    { { TRAFO_DTYPE_INT32, 1, { 2 } }, { TRAFO_DTYPE_INT32, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "pow: a is int32, expected float32, float16 or bfloat16" },
  { "dtypes", TRAFO_OP_ADD, NULL, 2,
    { { TRAFO_DTYPE_FLOAT32, 1, { 2 } }, { TRAFO_DTYPE_FLOAT16, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "add: the operands are float32 and float16, expected one dtype" },
  { "shapes", TRAFO_OP_MUL, NULL, 2,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 3 } }, { TRAFO_DTYPE_FLOAT32, 1, { 4 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "mul: the shapes (2, 3) and (4,) do not broadcast together" },
  { "symbolic", TRAFO_OP_SUB, NULL, 2,
    { { TRAFO_DTYPE_FLOAT32, 2, { TRAFO_DIM_BATCH, 3 } }, { TRAFO_DTYPE_FLOAT32, 2, { TRAFO_DIM_SEQUENCE, 3 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "sub: the shapes (batch, 3) and (sequence, 3) do not broadcast together" },
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

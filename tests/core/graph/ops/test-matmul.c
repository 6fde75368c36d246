/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include "cases/matmul.h"

/* clang-format off */
static const OpError errors[] = {
  { "vector", TRAFO_OP_MATMUL, &(const TrafoMatmulAttrs){ .struct_size = sizeof (TrafoMatmulAttrs) }, 2,
    { { TRAFO_DTYPE_FLOAT32, 1, { 3 } }, { TRAFO_DTYPE_FLOAT32, 2, { 3, 2 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "matmul: a (3,) has 1 dimensions, expected at least 2" },
  { "dtypes", TRAFO_OP_MATMUL, &(const TrafoMatmulAttrs){ .struct_size = sizeof (TrafoMatmulAttrs) }, 2,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 3 } }, { TRAFO_DTYPE_BFLOAT16, 2, { 3, 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "matmul: the operands are float32 and bfloat16, expected one dtype" },
  { "integer", TRAFO_OP_MATMUL, &(const TrafoMatmulAttrs){ .struct_size = sizeof (TrafoMatmulAttrs) }, 2,
    { { TRAFO_DTYPE_INT32, 2, { 2, 3 } }, { TRAFO_DTYPE_INT32, 2, { 3, 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "matmul: a is int32, expected float32, float16 or bfloat16" },
  { "inner", TRAFO_OP_MATMUL, &(const TrafoMatmulAttrs){ .struct_size = sizeof (TrafoMatmulAttrs), .transpose_b = 1 }, 2,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 3 } }, { TRAFO_DTYPE_FLOAT32, 2, { 3, 2 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "matmul: a is (2, 3) and b (2, 3), expected as many columns of a as rows of b" },
  { "batch", TRAFO_OP_MATMUL, &(const TrafoMatmulAttrs){ .struct_size = sizeof (TrafoMatmulAttrs) }, 2,
    { { TRAFO_DTYPE_FLOAT32, 3, { 4, 2, 3 } }, { TRAFO_DTYPE_FLOAT32, 3, { 5, 3, 2 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "matmul: the shapes (4,) and (5,) do not broadcast together" },
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

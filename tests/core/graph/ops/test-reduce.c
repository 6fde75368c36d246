/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include "cases/reduce.h"

/* clang-format off */
static const OpError errors[] = {
  { "axis", TRAFO_OP_SUM, &(const TrafoAxisAttrs){ .struct_size = sizeof (TrafoAxisAttrs), .axis = 1 }, 1,
    { { TRAFO_DTYPE_FLOAT32, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "sum: there is no axis 1, the operand has 1 dimensions" },
  { "scalar", TRAFO_OP_MAX, &(const TrafoAxisAttrs){ .struct_size = sizeof (TrafoAxisAttrs), .axis = 0 }, 1,
    { { TRAFO_DTYPE_FLOAT32, 0, { 0 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "max: there is no axis 0, the operand has 0 dimensions" },
  { "integer", TRAFO_OP_MEAN, &(const TrafoAxisAttrs){ .struct_size = sizeof (TrafoAxisAttrs), .axis = 0 }, 1,
    { { TRAFO_DTYPE_INT32, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "mean: x is int32, expected float32, float16 or bfloat16" },
  { "bool", TRAFO_OP_SUM, &(const TrafoAxisAttrs){ .struct_size = sizeof (TrafoAxisAttrs), .axis = 0 }, 1,
    { { TRAFO_DTYPE_BOOL, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "sum: x is bool, expected float32, float16, bfloat16, int32 or int64" },
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

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include "cases/concat.h"

/* clang-format off */
static const OpError errors[] = {
  { "axis", TRAFO_OP_CONCAT, &(const TrafoAxisAttrs){ .struct_size = sizeof (TrafoAxisAttrs), .axis = 2 }, 1,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 3 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "concat: there is no axis 2, the operand has 2 dimensions" },
  { "dtype", TRAFO_OP_CONCAT, &(const TrafoAxisAttrs){ .struct_size = sizeof (TrafoAxisAttrs), .axis = 0 }, 2,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 3 } }, { TRAFO_DTYPE_INT32, 2, { 2, 3 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "concat: the operands are float32 and int32, expected one dtype" },
  { "other-axis", TRAFO_OP_CONCAT, &(const TrafoAxisAttrs){ .struct_size = sizeof (TrafoAxisAttrs), .axis = 0 }, 2,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 3 } }, { TRAFO_DTYPE_FLOAT32, 2, { 2, 4 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "concat: an operand has shape (2, 4), expected (2, 3) to fit the first" },
  { "n-dims", TRAFO_OP_CONCAT, &(const TrafoAxisAttrs){ .struct_size = sizeof (TrafoAxisAttrs), .axis = 0 }, 2,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 3 } }, { TRAFO_DTYPE_FLOAT32, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "concat: an operand has shape (2,), expected (2, 3) to fit the first" },
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

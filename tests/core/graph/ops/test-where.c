/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include "cases/where.h"

/* clang-format off */
static const OpError errors[] = {
  { "condition", TRAFO_OP_WHERE, NULL, 3,
    { { TRAFO_DTYPE_FLOAT32, 1, { 2 } }, { TRAFO_DTYPE_FLOAT32, 1, { 2 } }, { TRAFO_DTYPE_FLOAT32, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "where: condition is float32, expected bool" },
  { "dtypes", TRAFO_OP_WHERE, NULL, 3,
    { { TRAFO_DTYPE_BOOL, 1, { 2 } }, { TRAFO_DTYPE_FLOAT32, 1, { 2 } }, { TRAFO_DTYPE_INT32, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "where: the operands are float32 and int32, expected one dtype" },
  { "shapes", TRAFO_OP_WHERE, NULL, 3,
    { { TRAFO_DTYPE_BOOL, 1, { 2 } }, { TRAFO_DTYPE_FLOAT32, 2, { 2, 1 } }, { TRAFO_DTYPE_FLOAT32, 1, { 3 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "where: the shapes (2,), (2, 1) and (3,) do not broadcast together" },
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

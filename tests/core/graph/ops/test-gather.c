/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include "cases/gather.h"

/* clang-format off */
static const OpError errors[] = {
  { "ids", TRAFO_OP_GATHER, NULL, 2,
    { { TRAFO_DTYPE_FLOAT32, 2, { 5, 3 } }, { TRAFO_DTYPE_FLOAT32, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "gather: ids is float32, expected int32 or int64" },
  { "scalar-table", TRAFO_OP_GATHER, NULL, 2,
    { { TRAFO_DTYPE_FLOAT32, 0, { 0 } }, { TRAFO_DTYPE_INT32, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "gather: table () has 0 dimensions, expected at least 1" },
  { "nine-axes", TRAFO_OP_GATHER, NULL, 2,
    { { TRAFO_DTYPE_FLOAT32, 4, { 5, 3, 2, 2 } }, { TRAFO_DTYPE_INT32, 6, { 1, 1, 1, 1, 1, 1 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "gather: ids (1, 1, 1, 1, 1, 1) has 6 dimensions, expected at most 5" },
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

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include "cases/iota.h"

/* clang-format off */
static const OpError errors[] = {
  { "bool", TRAFO_OP_IOTA, NULL, 0,
    { { 0 } },
    { TRAFO_DTYPE_BOOL, 1, { 2 } }, TRAFO_ERROR_DTYPE,
    "iota: the result is bool, expected float32, float16, bfloat16, int8, int32, int64 or uint8" },
  { "scalar", TRAFO_OP_IOTA, NULL, 0,
    { { 0 } },
    { TRAFO_DTYPE_INT32, 0, { 0 } }, TRAFO_ERROR_SHAPE,
    "iota: the result () has 0 dimensions, expected at least 1" },
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

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include "cases/cast.h"

/* clang-format off */
static const OpError errors[] = {
  { "no-dtype", TRAFO_OP_CAST, NULL, 1,
    { { TRAFO_DTYPE_FLOAT32, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "cast: the result is none, expected float32, float16, bfloat16, int8, int32, int64, bool or uint8" },
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

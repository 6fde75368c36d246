/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include "cases/softmax.h"

/* clang-format off */
static const OpError errors[] = {
  { "axis", TRAFO_OP_SOFTMAX, &(const TrafoAxisAttrs){ .struct_size = sizeof (TrafoAxisAttrs), .axis = 3 }, 1,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 3 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "softmax: there is no axis 3, the operand has 2 dimensions" },
  { "dtype", TRAFO_OP_SOFTMAX, &(const TrafoAxisAttrs){ .struct_size = sizeof (TrafoAxisAttrs) }, 1,
    { { TRAFO_DTYPE_FLOAT16, 2, { 2, 3 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "softmax: x is float16, expected float32" },
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

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include "cases/compare.h"

/* clang-format off */
static const OpError errors[] = {
  { "comparison", TRAFO_OP_COMPARE, &(const TrafoCompareAttrs){ .struct_size = sizeof (TrafoCompareAttrs), .comparison = 6 }, 2,
    { { TRAFO_DTYPE_FLOAT32, 1, { 2 } }, { TRAFO_DTYPE_FLOAT32, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_INVALID_ARGUMENT,
    "compare: there is no comparison 6" },
  { "dtypes", TRAFO_OP_COMPARE, &(const TrafoCompareAttrs){ .struct_size = sizeof (TrafoCompareAttrs) }, 2,
    { { TRAFO_DTYPE_INT32, 1, { 2 } }, { TRAFO_DTYPE_INT64, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "compare: the operands are int32 and int64, expected one dtype" },
  { "shapes", TRAFO_OP_COMPARE, &(const TrafoCompareAttrs){ .struct_size = sizeof (TrafoCompareAttrs) }, 2,
    { { TRAFO_DTYPE_INT32, 1, { 2 } }, { TRAFO_DTYPE_INT32, 1, { 3 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "compare: the shapes (2,) and (3,) do not broadcast together" },
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

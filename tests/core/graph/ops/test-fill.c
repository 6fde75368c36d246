/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include "cases/fill.h"

/* clang-format off */
static const OpError errors[] = {
  { "unknown-dim", TRAFO_OP_FILL, &(const TrafoFillAttrs){ .struct_size = sizeof (TrafoFillAttrs) }, 0,
    { { 0 } },
    { TRAFO_DTYPE_FLOAT32, 2, { 2, -9 } }, TRAFO_ERROR_SHAPE,
    "fill: the result's shape (2, unknown dimension -9) is no shape of at most 2^63-1 elements" },
  { "too-large", TRAFO_OP_FILL, &(const TrafoFillAttrs){ .struct_size = sizeof (TrafoFillAttrs) }, 0,
    { { 0 } },
    { TRAFO_DTYPE_FLOAT32, 2, { 1099511627776, 1099511627776 } }, TRAFO_ERROR_SHAPE,
    "fill: the result's shape (1099511627776, 1099511627776) is no shape of at most 2^63-1 elements" },
  { "no-dtype", TRAFO_OP_FILL, &(const TrafoFillAttrs){ .struct_size = sizeof (TrafoFillAttrs) }, 0,
    { { 0 } },
    { TRAFO_DTYPE_NONE, 1, { 2 } }, TRAFO_ERROR_DTYPE,
    "fill: the result is none, expected float32, float16, bfloat16, int8, int32, int64, bool or uint8" },
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

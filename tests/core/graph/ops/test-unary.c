/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include "cases/unary.h"

/* clang-format off */
static const OpError errors[] = {
  { "integer", TRAFO_OP_NEG, NULL, 1,
    { { TRAFO_DTYPE_INT64, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "neg: x is int64, expected float32, float16 or bfloat16" },
  { "integer", TRAFO_OP_SQRT, NULL, 1,
    { { TRAFO_DTYPE_INT64, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "sqrt: x is int64, expected float32, float16 or bfloat16" },
  { "integer", TRAFO_OP_RSQRT, NULL, 1,
    { { TRAFO_DTYPE_INT64, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "rsqrt: x is int64, expected float32, float16 or bfloat16" },
  { "integer", TRAFO_OP_EXP, NULL, 1,
    { { TRAFO_DTYPE_INT64, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "exp: x is int64, expected float32, float16 or bfloat16" },
  { "integer", TRAFO_OP_LOG, NULL, 1,
    { { TRAFO_DTYPE_INT64, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "log: x is int64, expected float32, float16 or bfloat16" },
  { "integer", TRAFO_OP_TANH, NULL, 1,
    { { TRAFO_DTYPE_INT64, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "tanh: x is int64, expected float32, float16 or bfloat16" },
  { "integer", TRAFO_OP_ERF, NULL, 1,
    { { TRAFO_DTYPE_INT64, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "erf: x is int64, expected float32, float16 or bfloat16" },
  { "integer", TRAFO_OP_SIGMOID, NULL, 1,
    { { TRAFO_DTYPE_INT64, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "sigmoid: x is int64, expected float32, float16 or bfloat16" },
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

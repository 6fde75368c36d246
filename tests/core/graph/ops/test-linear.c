/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include "cases/linear.h"

/* clang-format off */
static const OpError errors[] = {
  { "features", TRAFO_OP_LINEAR, &(const TrafoLinearAttrs){ .struct_size = sizeof (TrafoLinearAttrs) }, 2,
    { { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 768 } }, { TRAFO_DTYPE_FLOAT32, 2, { 3072, 512 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "linear: x has 768 features, weight (3072, 512) takes 512" },
  { "features-in-out", TRAFO_OP_LINEAR, &(const TrafoLinearAttrs){ .struct_size = sizeof (TrafoLinearAttrs), .is_in_out = 1 }, 2,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 768 } }, { TRAFO_DTYPE_FLOAT32, 2, { 3072, 768 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "linear: x has 768 features, weight (3072, 768) takes 3072" },
  { "symbolic-features", TRAFO_OP_LINEAR, &(const TrafoLinearAttrs){ .struct_size = sizeof (TrafoLinearAttrs) }, 2,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, TRAFO_DIM_SEQUENCE } }, { TRAFO_DTYPE_FLOAT32, 2, { 3, 4 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "linear: x has sequence features, weight (3, 4) takes 4" },
  { "bias", TRAFO_OP_LINEAR, &(const TrafoLinearAttrs){ .struct_size = sizeof (TrafoLinearAttrs), .has_bias = 1 }, 3,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 4 } }, { TRAFO_DTYPE_FLOAT32, 2, { 3, 4 } }, { TRAFO_DTYPE_FLOAT32, 1, { 4 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "linear: bias has shape (4,), expected (3,) to fit weight" },
  { "residual", TRAFO_OP_LINEAR, &(const TrafoLinearAttrs){ .struct_size = sizeof (TrafoLinearAttrs), .has_residual = 1 }, 3,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 4 } }, { TRAFO_DTYPE_FLOAT32, 2, { 3, 4 } }, { TRAFO_DTYPE_FLOAT32, 2, { 2, 4 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "linear: residual has shape (2, 4), expected (2, 3) to fit the result" },
  { "weight-n-dims", TRAFO_OP_LINEAR, &(const TrafoLinearAttrs){ .struct_size = sizeof (TrafoLinearAttrs) }, 2,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 4 } }, { TRAFO_DTYPE_FLOAT32, 1, { 4 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "linear: weight (4,) has 1 dimensions, expected 2" },
  { "scalar", TRAFO_OP_LINEAR, &(const TrafoLinearAttrs){ .struct_size = sizeof (TrafoLinearAttrs) }, 2,
    { { TRAFO_DTYPE_FLOAT32, 0, { 0 } }, { TRAFO_DTYPE_FLOAT32, 2, { 3, 4 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "linear: x () has 0 dimensions, expected at least 1" },
  { "x", TRAFO_OP_LINEAR, &(const TrafoLinearAttrs){ .struct_size = sizeof (TrafoLinearAttrs) }, 2,
    { { TRAFO_DTYPE_FLOAT16, 2, { 2, 4 } }, { TRAFO_DTYPE_FLOAT32, 2, { 3, 4 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "linear: x is float16, expected float32 or bfloat16" },
  { "result", TRAFO_OP_LINEAR, &(const TrafoLinearAttrs){ .struct_size = sizeof (TrafoLinearAttrs), .dtype = TRAFO_DTYPE_FLOAT16 }, 2,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 4 } }, { TRAFO_DTYPE_FLOAT32, 2, { 3, 4 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "linear: the result is to be float16, expected float32 or bfloat16" },
  { "weight", TRAFO_OP_LINEAR, &(const TrafoLinearAttrs){ .struct_size = sizeof (TrafoLinearAttrs) }, 2,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 4 } }, { TRAFO_DTYPE_INT8, 2, { 3, 4 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "linear: weight is int8, expected float32, float16 or bfloat16" },
  { "bias-dtype", TRAFO_OP_LINEAR, &(const TrafoLinearAttrs){ .struct_size = sizeof (TrafoLinearAttrs), .has_bias = 1 }, 3,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 4 } }, { TRAFO_DTYPE_FLOAT32, 2, { 3, 4 } }, { TRAFO_DTYPE_INT32, 1, { 3 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "linear: bias is int32, expected float32, float16 or bfloat16" },
  { "residual-dtype", TRAFO_OP_LINEAR, &(const TrafoLinearAttrs){ .struct_size = sizeof (TrafoLinearAttrs), .has_residual = 1 }, 3,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 4 } }, { TRAFO_DTYPE_FLOAT32, 2, { 3, 4 } }, { TRAFO_DTYPE_FLOAT16, 2, { 2, 3 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "linear: residual is float16, expected float32" },
  { "n-inputs", TRAFO_OP_LINEAR, &(const TrafoLinearAttrs){ .struct_size = sizeof (TrafoLinearAttrs), .has_bias = 1 }, 2,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 4 } }, { TRAFO_DTYPE_FLOAT32, 2, { 3, 4 } } },
    { 0 }, TRAFO_ERROR_INVALID_ARGUMENT,
    "linear: 2 operands given, its attributes take 3" },
  { "activation", TRAFO_OP_LINEAR, &(const TrafoLinearAttrs){ .struct_size = sizeof (TrafoLinearAttrs), .activation = 99 }, 2,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 4 } }, { TRAFO_DTYPE_FLOAT32, 2, { 3, 4 } } },
    { 0 }, TRAFO_ERROR_INVALID_ARGUMENT,
    "linear: there is no activation 99" },
  { "encoding", TRAFO_OP_LINEAR, &(const TrafoLinearAttrs){ .struct_size = sizeof (TrafoLinearAttrs), .encoding = 99 }, 2,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 4 } }, { TRAFO_DTYPE_FLOAT32, 2, { 3, 4 } } },
    { 0 }, TRAFO_ERROR_INVALID_ARGUMENT,
    "linear: there is no encoding 99" },
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

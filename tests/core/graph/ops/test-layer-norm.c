/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include "cases/layer-norm.h"

/* clang-format off */
static const OpError errors[] = {
  { "weight", TRAFO_OP_LAYER_NORM, &(const TrafoLayerNormAttrs){ .struct_size = sizeof (TrafoLayerNormAttrs) }, 3,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 4 } }, { TRAFO_DTYPE_FLOAT32, 1, { 5 } }, { TRAFO_DTYPE_FLOAT32, 1, { 4 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "layer_norm: weight has shape (5,), expected (4,) to fit x" },
  { "bias", TRAFO_OP_LAYER_NORM, &(const TrafoLayerNormAttrs){ .struct_size = sizeof (TrafoLayerNormAttrs) }, 3,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 4 } }, { TRAFO_DTYPE_FLOAT32, 1, { 4 } }, { TRAFO_DTYPE_FLOAT32, 2, { 1, 4 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "layer_norm: bias has shape (1, 4), expected (4,) to fit x" },
  { "residual", TRAFO_OP_LAYER_NORM, &(const TrafoLayerNormAttrs){ .struct_size = sizeof (TrafoLayerNormAttrs), .has_residual = 1 }, 4,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 4 } }, { TRAFO_DTYPE_FLOAT32, 1, { 4 } }, { TRAFO_DTYPE_FLOAT32, 1, { 4 } }, { TRAFO_DTYPE_FLOAT32, 1, { 4 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "layer_norm: residual has shape (4,), expected (2, 4) to fit x" },
  { "n-inputs", TRAFO_OP_LAYER_NORM, &(const TrafoLayerNormAttrs){ .struct_size = sizeof (TrafoLayerNormAttrs) }, 4,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 4 } }, { TRAFO_DTYPE_FLOAT32, 1, { 4 } }, { TRAFO_DTYPE_FLOAT32, 1, { 4 } }, { TRAFO_DTYPE_FLOAT32, 1, { 4 } } },
    { 0 }, TRAFO_ERROR_INVALID_ARGUMENT,
    "layer_norm: 4 operands given, its attributes take 3" },
  { "scalar", TRAFO_OP_LAYER_NORM, &(const TrafoLayerNormAttrs){ .struct_size = sizeof (TrafoLayerNormAttrs) }, 3,
    { { TRAFO_DTYPE_FLOAT32, 0, { 0 } }, { TRAFO_DTYPE_FLOAT32, 0, { 0 } }, { TRAFO_DTYPE_FLOAT32, 0, { 0 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "layer_norm: x () has 0 dimensions, expected at least 1" },
  { "dtype", TRAFO_OP_LAYER_NORM, &(const TrafoLayerNormAttrs){ .struct_size = sizeof (TrafoLayerNormAttrs) }, 3,
    { { TRAFO_DTYPE_BFLOAT16, 2, { 2, 4 } }, { TRAFO_DTYPE_FLOAT32, 1, { 4 } }, { TRAFO_DTYPE_FLOAT32, 1, { 4 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "layer_norm: x is bfloat16, expected float32" },
  { "weight-dtype", TRAFO_OP_LAYER_NORM, &(const TrafoLayerNormAttrs){ .struct_size = sizeof (TrafoLayerNormAttrs) }, 3,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 4 } }, { TRAFO_DTYPE_INT64, 1, { 4 } }, { TRAFO_DTYPE_FLOAT32, 1, { 4 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "layer_norm: weight is int64, expected float32, float16 or bfloat16" },
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

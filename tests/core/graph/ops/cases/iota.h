/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* Made by tests/tools/make-op-cases.py. */
/* clang-format off */
static const OpCase cases[] = {
  { "float32", TRAFO_OP_IOTA, NULL, 0,
    { { 0 } },
    { TRAFO_DTYPE_FLOAT32, 2, { 2, 5 }, (const double[]){ 0, 1, 2, 3, 4, 0, 1, 2, 3, 4 } } },
  { "float16", TRAFO_OP_IOTA, NULL, 0,
    { { 0 } },
    { TRAFO_DTYPE_FLOAT16, 2, { 2, 5 }, (const double[]){ 0, 1, 2, 3, 4, 0, 1, 2, 3, 4 } } },
  { "bfloat16", TRAFO_OP_IOTA, NULL, 0,
    { { 0 } },
    { TRAFO_DTYPE_BFLOAT16, 2, { 2, 5 }, (const double[]){ 0, 1, 2, 3, 4, 0, 1, 2, 3, 4 } } },
  { "int8", TRAFO_OP_IOTA, NULL, 0,
    { { 0 } },
    { TRAFO_DTYPE_INT8, 2, { 2, 5 }, (const double[]){ 0, 1, 2, 3, 4, 0, 1, 2, 3, 4 } } },
  { "int32", TRAFO_OP_IOTA, NULL, 0,
    { { 0 } },
    { TRAFO_DTYPE_INT32, 2, { 2, 5 }, (const double[]){ 0, 1, 2, 3, 4, 0, 1, 2, 3, 4 } } },
  { "int64", TRAFO_OP_IOTA, NULL, 0,
    { { 0 } },
    { TRAFO_DTYPE_INT64, 2, { 2, 5 }, (const double[]){ 0, 1, 2, 3, 4, 0, 1, 2, 3, 4 } } },
  { "uint8", TRAFO_OP_IOTA, NULL, 0,
    { { 0 } },
    { TRAFO_DTYPE_UINT8, 2, { 2, 5 }, (const double[]){ 0, 1, 2, 3, 4, 0, 1, 2, 3, 4 } } },
  { "long", TRAFO_OP_IOTA, NULL, 0,
    { { 0 } },
    { TRAFO_DTYPE_INT32, 4, { 2, 1, 3, 9 }, (const double[]){ 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8 } } },
  { "empty", TRAFO_OP_IOTA, NULL, 0,
    { { 0 } },
    { TRAFO_DTYPE_INT64, 2, { 3, 0 }, (const double[]){ 0 } } },
};

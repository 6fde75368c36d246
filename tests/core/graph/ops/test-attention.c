/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include "cases/attention.h"

/* clang-format off */
static const OpError errors[] = {
  { "heads", TRAFO_OP_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 3, .n_kv_heads = 2, .head_size = 4 }, 3,
    { { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } } },
    { 0 }, TRAFO_ERROR_INVALID_ARGUMENT,
    "attention: 3 heads of size 4 with 2 heads of keys and values, expected at least one, and a multiple of the latter" },
  { "no-heads", TRAFO_OP_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .head_size = 4 }, 3,
    { { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } } },
    { 0 }, TRAFO_ERROR_INVALID_ARGUMENT,
    "attention: 0 heads of size 4 with 0 heads of keys and values, expected at least one, and a multiple of the latter" },
  { "q", TRAFO_OP_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 2, .head_size = 3 }, 3,
    { { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "attention: q has shape (batch, sequence, 8), expected (batch, sequence, 6) to fit q, k and the heads" },
  { "k", TRAFO_OP_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 2, .n_kv_heads = 1, .head_size = 4 }, 3,
    { { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "attention: k has shape (batch, sequence, 8), expected (batch, sequence, 4) to fit q, k and the heads" },
  { "v", TRAFO_OP_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 2, .head_size = 4 }, 3,
    { { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_PAST, 8 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "attention: v has shape (batch, past, 8), expected (batch, sequence, 8) to fit q, k and the heads" },
  { "n-dims", TRAFO_OP_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 2, .head_size = 4 }, 3,
    { { TRAFO_DTYPE_FLOAT32, 2, { TRAFO_DIM_BATCH, 8 } }, { TRAFO_DTYPE_FLOAT32, 2, { TRAFO_DIM_BATCH, 8 } }, { TRAFO_DTYPE_FLOAT32, 2, { TRAFO_DIM_BATCH, 8 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "attention: q (batch, 8) has 2 dimensions, expected 3" },
  { "dtype", TRAFO_OP_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 2, .head_size = 4 }, 3,
    { { TRAFO_DTYPE_FLOAT16, 3, { 2, 3, 8 } }, { TRAFO_DTYPE_FLOAT16, 3, { 2, 3, 8 } }, { TRAFO_DTYPE_FLOAT16, 3, { 2, 3, 8 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "attention: q is float16, expected float32" },
  { "mask", TRAFO_OP_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 2, .head_size = 4, .has_mask = 1 }, 4,
    { { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_INT64, 2, { TRAFO_DIM_BATCH, TRAFO_DIM_PAST } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "attention: mask has shape (batch, past), expected (batch, sequence) to fit k" },
  { "mask-dtype", TRAFO_OP_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 2, .head_size = 4, .has_mask = 1 }, 4,
    { { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 2, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "attention: mask is float32, expected int8, int32, int64, bool or uint8" },
  { "n-inputs", TRAFO_OP_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 2, .head_size = 4, .has_mask = 1 }, 3,
    { { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } } },
    { 0 }, TRAFO_ERROR_INVALID_ARGUMENT,
    "attention: 3 operands given, its attributes take 4" },
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

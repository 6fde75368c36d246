/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"
#include "trafo-builder-private.h"

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
    { { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_PAGES, 8 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "attention: v has shape (batch, pages, 8), expected (batch, sequence, 8) to fit q, k and the heads" },
  { "n-dims", TRAFO_OP_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 2, .head_size = 4 }, 3,
    { { TRAFO_DTYPE_FLOAT32, 2, { TRAFO_DIM_BATCH, 8 } }, { TRAFO_DTYPE_FLOAT32, 2, { TRAFO_DIM_BATCH, 8 } }, { TRAFO_DTYPE_FLOAT32, 2, { TRAFO_DIM_BATCH, 8 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "attention: q (batch, 8) has 2 dimensions, expected 3" },
  { "dtype", TRAFO_OP_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 2, .head_size = 4 }, 3,
    { { TRAFO_DTYPE_FLOAT16, 3, { 2, 3, 8 } }, { TRAFO_DTYPE_FLOAT16, 3, { 2, 3, 8 } }, { TRAFO_DTYPE_FLOAT16, 3, { 2, 3, 8 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "attention: q is float16, expected float32" },
  { "products", TRAFO_OP_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 2, .head_size = 4, .dtype = TRAFO_DTYPE_INT8 }, 3,
    { { TRAFO_DTYPE_FLOAT32, 3, { 2, 3, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { 2, 3, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { 2, 3, 8 } } },
    { 0 }, TRAFO_ERROR_INVALID_ARGUMENT,
    "attention: found dtype int8, expected bfloat16 or none" },
  { "mask", TRAFO_OP_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 2, .head_size = 4, .has_mask = 1 }, 4,
    { { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_FLOAT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 8 } }, { TRAFO_DTYPE_INT64, 2, { TRAFO_DIM_BATCH, TRAFO_DIM_PAGES } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "attention: mask has shape (batch, pages), expected (batch, sequence) to fit k" },
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

/* More keys than queries, as where the past ones are given along. */
static void
test_symbols (void)
{
  TrafoVariant variant = { 0 };
  g_autoptr (GError) error = NULL;
  TrafoBuilder       *b = trafo_builder_new_with (&variant, NULL);
  TrafoAttentionAttrs attrs = {
    .struct_size = sizeof attrs,
    .n_heads = 4,
    .n_kv_heads = 2,
    .head_size = 3,
    .is_causal = TRUE,
    .has_mask = TRUE,
    .scale = 0.5,
  };
  gint64   total = trafo_builder_dim_add (b, TRAFO_DIM_PAGES, TRAFO_DIM_SEQUENCE);
  gint64   q_dims[] = { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 12 };
  gint64   k_dims[] = { TRAFO_DIM_BATCH, total, 6 };
  TrafoSym inputs[] = {
    trafo_builder_input (b, "q", TRAFO_DTYPE_FLOAT32, q_dims, 3, TRAFO_FILL_RULE_REQUIRED),
    trafo_builder_input (b, "k", TRAFO_DTYPE_FLOAT32, k_dims, 3, TRAFO_FILL_RULE_REQUIRED),
    trafo_builder_input (b, "v", TRAFO_DTYPE_FLOAT32, k_dims, 3, TRAFO_FILL_RULE_REQUIRED),
    trafo_builder_input (b, "mask", TRAFO_DTYPE_INT64, k_dims, 2, TRAFO_FILL_RULE_REQUIRED),
  };
  TrafoSym y = trafo_op_lookup (TRAFO_OP_ATTENTION)->decompose (b, &attrs, inputs, 4);

  trafo_builder_check (b, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trafo_builder_get_n_dims (b, y), ==, 3);
  for (gint axis = 0; axis < 3; axis++)
    g_assert_cmpint (trafo_builder_get_dim (b, y, axis), ==, q_dims[axis]);
  g_object_unref (b);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  op_case_add (cases, G_N_ELEMENTS (cases));
  op_error_add (errors, G_N_ELEMENTS (errors));
  g_test_add_func ("/attention/symbols", test_symbols);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"
#include "trafo-element-private.h"

/* clang-format off */
static const OpError errors[] = {
  { "batch", TRAFO_OP_CACHED_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 4, .n_kv_heads = 2, .head_size = 3, .is_causal = 1 }, 7,
    { { TRAFO_DTYPE_FLOAT32, 3, { 2, TRAFO_DIM_SEQUENCE, 12 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 5, { TRAFO_DIM_OPEN, 2, 2, 16, 3 } }, { TRAFO_DTYPE_INT32, 2, { 7, TRAFO_DIM_PAGES } }, { TRAFO_DTYPE_INT32, 1, { 8 } }, { TRAFO_DTYPE_INT32, 1, { 7 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "cached_attention: q has shape (2, sequence, 12), expected (1, sequence, 12) to fit q, k and the heads" },
  { "k", TRAFO_OP_CACHED_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 4, .n_kv_heads = 2, .head_size = 3, .is_causal = 1 }, 7,
    { { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 12 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 12 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 5, { TRAFO_DIM_OPEN, 2, 2, 16, 3 } }, { TRAFO_DTYPE_INT32, 2, { 7, TRAFO_DIM_PAGES } }, { TRAFO_DTYPE_INT32, 1, { 8 } }, { TRAFO_DTYPE_INT32, 1, { 7 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "cached_attention: k has shape (1, sequence, 12), expected (1, sequence, 6) to fit q, k and the heads" },
  { "cache-dtype", TRAFO_OP_CACHED_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 4, .n_kv_heads = 2, .head_size = 3, .is_causal = 1 }, 7,
    { { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 12 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT16, 5, { TRAFO_DIM_OPEN, 2, 2, 16, 3 } }, { TRAFO_DTYPE_INT32, 2, { 7, TRAFO_DIM_PAGES } }, { TRAFO_DTYPE_INT32, 1, { 8 } }, { TRAFO_DTYPE_INT32, 1, { 7 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "cached_attention: cache is float16, expected float32 or bfloat16" },
  { "cache-dims", TRAFO_OP_CACHED_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 4, .n_kv_heads = 2, .head_size = 3, .is_causal = 1 }, 7,
    { { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 12 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 4, { 2, 2, 16, 3 } }, { TRAFO_DTYPE_INT32, 2, { 7, TRAFO_DIM_PAGES } }, { TRAFO_DTYPE_INT32, 1, { 8 } }, { TRAFO_DTYPE_INT32, 1, { 7 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "cached_attention: cache (2, 2, 16, 3) has 4 dimensions, expected 5" },
  { "cache-heads", TRAFO_OP_CACHED_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 4, .n_kv_heads = 2, .head_size = 3, .is_causal = 1 }, 7,
    { { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 12 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 5, { TRAFO_DIM_OPEN, 2, 4, 16, 3 } }, { TRAFO_DTYPE_INT32, 2, { 7, TRAFO_DIM_PAGES } }, { TRAFO_DTYPE_INT32, 1, { 8 } }, { TRAFO_DTYPE_INT32, 1, { 7 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "cached_attention: cache has shape (any, 2, 4, 16, 3), expected (any, 2, 2, 16, 3) to fit the heads" },
  { "cache-page", TRAFO_OP_CACHED_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 4, .n_kv_heads = 2, .head_size = 3, .is_causal = 1 }, 7,
    { { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 12 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 5, { TRAFO_DIM_OPEN, 2, 2, 0, 3 } }, { TRAFO_DTYPE_INT32, 2, { 7, TRAFO_DIM_PAGES } }, { TRAFO_DTYPE_INT32, 1, { 8 } }, { TRAFO_DTYPE_INT32, 1, { 7 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "cached_attention: cache has pages of 0 tokens, expected a number from 1" },
  { "table-dtype", TRAFO_OP_CACHED_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 4, .n_kv_heads = 2, .head_size = 3, .is_causal = 1 }, 7,
    { { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 12 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 5, { TRAFO_DIM_OPEN, 2, 2, 16, 3 } }, { TRAFO_DTYPE_INT64, 2, { 7, TRAFO_DIM_PAGES } }, { TRAFO_DTYPE_INT32, 1, { 8 } }, { TRAFO_DTYPE_INT32, 1, { 7 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "cached_attention: page_table is int64, expected int32" },
  { "table-rows", TRAFO_OP_CACHED_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 4, .n_kv_heads = 2, .head_size = 3, .is_causal = 1 }, 7,
    { { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 12 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 5, { TRAFO_DIM_OPEN, 2, 2, 16, 3 } }, { TRAFO_DTYPE_INT32, 2, { 8, TRAFO_DIM_PAGES } }, { TRAFO_DTYPE_INT32, 1, { 8 } }, { TRAFO_DTYPE_INT32, 1, { 7 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "cached_attention: page_table has shape (8, pages), expected (7, pages) to fit past_lengths" },
  { "starts", TRAFO_OP_CACHED_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 4, .n_kv_heads = 2, .head_size = 3, .is_causal = 1 }, 7,
    { { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 12 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 5, { TRAFO_DIM_OPEN, 2, 2, 16, 3 } }, { TRAFO_DTYPE_INT32, 2, { 7, TRAFO_DIM_PAGES } }, { TRAFO_DTYPE_INT32, 1, { 7 } }, { TRAFO_DTYPE_INT32, 1, { 7 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "cached_attention: row_starts has shape (7,), expected (8,) to fit past_lengths" },
  { "past", TRAFO_OP_CACHED_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 4, .n_kv_heads = 2, .head_size = 3, .is_causal = 1 }, 7,
    { { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 12 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 5, { TRAFO_DIM_OPEN, 2, 2, 16, 3 } }, { TRAFO_DTYPE_INT32, 2, { 7, TRAFO_DIM_PAGES } }, { TRAFO_DTYPE_INT32, 1, { 8 } }, { TRAFO_DTYPE_INT32, 2, { 7, 1 } } },
    { 0 }, TRAFO_ERROR_SHAPE,
    "cached_attention: past_lengths (7, 1) has 2 dimensions, expected 1" },
  { "mask", TRAFO_OP_CACHED_ATTENTION, &(const TrafoAttentionAttrs){ .struct_size = sizeof (TrafoAttentionAttrs), .n_heads = 4, .n_kv_heads = 2, .head_size = 3, .is_causal = 1, .has_mask = 1 }, 7,
    { { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 12 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 3, { 1, TRAFO_DIM_SEQUENCE, 6 } }, { TRAFO_DTYPE_FLOAT32, 5, { TRAFO_DIM_OPEN, 2, 2, 16, 3 } }, { TRAFO_DTYPE_INT32, 2, { 7, TRAFO_DIM_PAGES } }, { TRAFO_DTYPE_INT32, 1, { 8 } }, { TRAFO_DTYPE_INT32, 1, { 7 } } },
    { 0 }, TRAFO_ERROR_UNSUPPORTED,
    "cached_attention: found attention that is not causal or has a mask, expected a causal one without" },
};
/* clang-format on */

enum
{
  N_TOKENS = 11,
  PAGE_TOKENS = 4,
  N_PAGES = 3,
  N_HEADS = 4,
  N_KV_HEADS = 2,
  HEAD_SIZE = 3,
};

static TrafoOperand
make_operand (TrafoDType dtype, gpointer data, guint n_dims, const gint64 *shape)
{
  TrafoOperand operand = { .data = data, .dtype = dtype, .n_dims = n_dims };
  gint64       stride = 1;

  for (guint i = n_dims; i-- > 0; stride *= shape[i])
    {
      operand.shape[i] = shape[i];
      operand.strides[i] = stride;
    }
  return operand;
}

static TrafoOperand
make_tokens (float *data, gint64 n_tokens, gint64 n_heads)
{
  return make_operand (TRAFO_DTYPE_FLOAT32,
                       data,
                       3,
                       (gint64[]){ 1, n_tokens, n_heads * HEAD_SIZE });
}

static float
draw (TrafoDType dtype)
{
  float value = (float) g_test_rand_double_range (-1, 1);

  return dtype == TRAFO_DTYPE_BFLOAT16 ? trafo_bfloat16_to_float (trafo_bfloat16_from_float (value))
                                       : value;
}

/* The tokens of one sequence in two steps give what attention makes of all of them at once, of keys and
 * values that the cache's dtype has. */
static void
test_steps (gconstpointer data)
{
  TrafoDType          dtype = (TrafoDType) GPOINTER_TO_UINT (data);
  static const gint32 pages[] = { 3, 0, 4 };
  TrafoAttentionAttrs attrs = { .struct_size = sizeof attrs,
                                .n_heads = N_HEADS,
                                .n_kv_heads = N_KV_HEADS,
                                .head_size = HEAD_SIZE,
                                .is_causal = TRUE,
                                .scale = 0.7 };
  float               q[N_TOKENS * N_HEADS * HEAD_SIZE], k[N_TOKENS * N_KV_HEADS * HEAD_SIZE];
  float               v[N_TOKENS * N_KV_HEADS * HEAD_SIZE];
  float               expected[G_N_ELEMENTS (q)], found[G_N_ELEMENTS (q)];
  TrafoKernelArgs     args = { .struct_size = sizeof args, .n_inputs = 3, .attrs = &attrs };

  for (gsize i = 0; i < G_N_ELEMENTS (q); i++)
    q[i] = (float) g_test_rand_double_range (-1, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (k); i++)
    {
      k[i] = draw (dtype);
      v[i] = draw (dtype);
    }
  args.inputs[0] = make_tokens (q, N_TOKENS, N_HEADS);
  args.inputs[1] = make_tokens (k, N_TOKENS, N_KV_HEADS);
  args.inputs[2] = make_tokens (v, N_TOKENS, N_KV_HEADS);
  args.output = make_tokens (expected, N_TOKENS, N_HEADS);
  trafo_op_lookup (TRAFO_OP_ATTENTION)->reference (&args);

  args.n_inputs = 7;
  for (gint32 past = 0; past <= N_TOKENS; past++)
    {
      float  cache[5 * 2 * N_KV_HEADS * PAGE_TOKENS * HEAD_SIZE] = { 0 };
      gint64 dims[] = { 5, 2, N_KV_HEADS, PAGE_TOKENS, HEAD_SIZE }, table[] = { 1, N_PAGES };

      args.inputs[3] = make_operand (dtype, cache, 5, dims);
      args.inputs[4] = make_operand (TRAFO_DTYPE_INT32, (gpointer) pages, 2, table);
      for (guint i = 0; i < 2; i++)
        {
          gint32 done = i == 0 ? 0 : past, starts[] = { 0, i == 0 ? past : N_TOKENS - past };

          args.inputs[0] = make_tokens (q + done * N_HEADS * HEAD_SIZE, starts[1], N_HEADS);
          args.inputs[1] = make_tokens (k + done * N_KV_HEADS * HEAD_SIZE, starts[1], N_KV_HEADS);
          args.inputs[2] = make_tokens (v + done * N_KV_HEADS * HEAD_SIZE, starts[1], N_KV_HEADS);
          args.inputs[5] = make_operand (TRAFO_DTYPE_INT32, starts, 1, (gint64[]){ 2 });
          args.inputs[6] = make_operand (TRAFO_DTYPE_INT32, &done, 1, (gint64[]){ 1 });
          args.output = make_tokens (found + done * N_HEADS * HEAD_SIZE, starts[1], N_HEADS);
          trafo_op_lookup (TRAFO_OP_CACHED_ATTENTION)->reference (&args);
        }
      for (gsize i = 0; i < G_N_ELEMENTS (q); i++)
        g_assert_cmpfloat_with_epsilon (found[i], expected[i], 1e-7);
    }
}

/* The first token's key goes into a cache of bfloat16 rounded to the nearest, ties to even. */
static void
test_rounding (void)
{
  TrafoAttentionAttrs attrs = { .struct_size = sizeof attrs,
                                .n_heads = 1,
                                .n_kv_heads = 1,
                                .head_size = HEAD_SIZE,
                                .is_causal = TRUE,
                                .scale = 1 };
  float               q[HEAD_SIZE] = { 0 }, output[HEAD_SIZE];
  float               x[HEAD_SIZE] = { 1 + 0x1p-8f, 1 + 0x3p-8f, -0x1.0101p0f };
  guint16             cache[2 * HEAD_SIZE] = { 0 };
  gint32              page = 0, past = 0, starts[] = { 0, 1 };
  TrafoKernelArgs     args = { .struct_size = sizeof args, .n_inputs = 7, .attrs = &attrs };

  args.inputs[0] = make_tokens (q, 1, 1);
  args.inputs[1] = args.inputs[2] = make_tokens (x, 1, 1);
  args.inputs[3] =
      make_operand (TRAFO_DTYPE_BFLOAT16, cache, 5, (gint64[]){ 1, 2, 1, 1, HEAD_SIZE });
  args.inputs[4] = make_operand (TRAFO_DTYPE_INT32, &page, 2, (gint64[]){ 1, 1 });
  args.inputs[5] = make_operand (TRAFO_DTYPE_INT32, starts, 1, (gint64[]){ 2 });
  args.inputs[6] = make_operand (TRAFO_DTYPE_INT32, &past, 1, (gint64[]){ 1 });
  args.output = make_tokens (output, 1, 1);
  trafo_op_lookup (TRAFO_OP_CACHED_ATTENTION)->reference (&args);
  for (guint part = 0; part < 2; part++)
    {
      g_assert_cmphex (cache[part * HEAD_SIZE], ==, 0x3f80);
      g_assert_cmphex (cache[part * HEAD_SIZE + 1], ==, 0x3f82);
      g_assert_cmphex (cache[part * HEAD_SIZE + 2], ==, 0xbf81);
    }
  /* and the value is seen as the cache has it */
  g_assert_cmpfloat (output[0], ==, 1);
  g_assert_cmpfloat (output[1], ==, 1 + 0x4p-8f);
  g_assert_cmpfloat (output[2], ==, -0x1.02p0f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/cached-attention/steps/float32",
                        GUINT_TO_POINTER (TRAFO_DTYPE_FLOAT32),
                        test_steps);
  g_test_add_data_func ("/cached-attention/steps/bfloat16",
                        GUINT_TO_POINTER (TRAFO_DTYPE_BFLOAT16),
                        test_steps);
  g_test_add_func ("/cached-attention/rounding", test_rounding);
  op_error_add (errors, G_N_ELEMENTS (errors));
  return g_test_run ();
}

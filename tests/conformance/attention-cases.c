/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "case.h"

#include <math.h>

typedef struct
{
  gint64 batch, n_queries, n_keys;
  guint  n_heads, n_kv_heads, head_size;
} Size;

static const TrafoDType mask_dtypes[] = {
  TRAFO_DTYPE_NONE,  TRAFO_DTYPE_INT64, TRAFO_DTYPE_BOOL,
  TRAFO_DTYPE_INT32, TRAFO_DTYPE_UINT8, TRAFO_DTYPE_INT8,
};

static Case *
add_attention (GArray     *cases,
               const Size *size,
               gboolean    is_causal,
               TrafoDType  mask_dtype,
               Layout      layout)
{
  Case        *added = case_append (cases, TRAFO_OP_ATTENTION);
  gint64       q[] = { size->batch, size->n_queries, size->n_heads * size->head_size };
  gint64       k[] = { size->batch, size->n_keys, size->n_kv_heads * size->head_size };
  CaseOperand *mask;

  case_add_operand (added, TRAFO_DTYPE_FLOAT32, q, 3)->layout = layout;
  case_add_operand (added, TRAFO_DTYPE_FLOAT32, k, 3)->layout = layout;
  case_add_operand (added, TRAFO_DTYPE_FLOAT32, k, 3)->layout = layout;
  added->attrs.attention.struct_size = sizeof added->attrs.attention;
  added->attrs.attention.n_heads = size->n_heads;
  added->attrs.attention.n_kv_heads = size->n_kv_heads;
  added->attrs.attention.head_size = size->head_size;
  added->attrs.attention.is_causal = is_causal;
  added->attrs.attention.has_mask = mask_dtype != TRAFO_DTYPE_NONE;
  added->attrs.attention.scale = 1 / sqrt (size->head_size);
  if (mask_dtype == TRAFO_DTYPE_NONE)
    return added;
  mask = case_add_operand (added, mask_dtype, k, 2);
  mask->values = VALUES_MASK;
  mask->layout = layout;
  return added;
}

/* Large scores, which overflow exp unless the greatest is subtracted; rows that see no key. */
static void
add_hard (GArray *cases, const Size *size, guint i)
{
  Case *added = add_attention (cases, size, i % 2, mask_dtypes[1 + i % 5], LAYOUT_PLAIN);

  added->inputs[3].values = VALUES_ZERO;
  added = add_attention (cases, size, i % 2, TRAFO_DTYPE_NONE, LAYOUT_OFFSET);
  added->inputs[0].values = VALUES_WIDE;
  added->inputs[1].values = VALUES_WIDE;
  added = add_attention (cases, size, i % 2, TRAFO_DTYPE_NONE, LAYOUT_PLAIN);
  added->attrs.attention.scale = 0.25;
}

/* @size->batch sequences of a row of n_queries tokens, some of them empty if there are few tokens. */
static void
add_ragged (GArray *cases, const Size *size, gboolean is_causal, Layout layout)
{
  Size row = {
    1, size->n_queries, size->n_queries, size->n_heads, size->n_kv_heads, size->head_size
  };
  gint64 n_starts = size->batch + 1;
  Case  *added = add_attention (cases, &row, is_causal, TRAFO_DTYPE_NONE, layout);

  added->attrs.attention.is_ragged = TRUE;
  case_add_operand (added, TRAFO_DTYPE_INT32, &n_starts, 1)->values = VALUES_STARTS;
  added->inputs[3].limit = size->n_queries;
}

static void
ragged_cases (GArray *cases)
{
  static const Size sizes[] = {
    { 1, 1, 0, 1, 1, 8 },    { 2, 5, 0, 2, 1, 12 },   { 7, 3, 0, 2, 2, 64 },
    { 3, 70, 0, 3, 1, 20 },  { 2, 190, 0, 2, 2, 32 }, { 1, 130, 0, 1, 1, 80 },
    { 9, 200, 0, 4, 2, 16 }, { 4, 0, 0, 1, 1, 8 },    { 2, 600, 0, 2, 1, 12 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint is_causal = 0; is_causal < 2; is_causal++)
      add_ragged (cases, &sizes[i], is_causal != 0, case_nth_layout (i + is_causal, 3));
}

/* The new tokens of rows side by side, in pages that no two of them share. */
static void
add_cached (GArray *cases, const Size *size, gint64 page_tokens, Layout layout)
{
  Case                *added = case_append (cases, TRAFO_OP_CACHED_ATTENTION);
  gint64               n_rows = size->batch, n_tokens = size->n_queries, past = size->n_keys;
  gint64               n_pages = (past + n_tokens + page_tokens - 1) / page_tokens;
  gint64               q[] = { 1, n_tokens, size->n_heads * size->head_size };
  gint64               k[] = { 1, n_tokens, size->n_kv_heads * size->head_size };
  gint64               cache[] = { 1, 2, size->n_kv_heads, page_tokens, size->head_size };
  gint64               table[] = { n_rows, n_pages }, n_starts = n_rows + 1;
  TrafoAttentionAttrs *attrs = &added->attrs.attention;

  while (cache[0] < n_rows * n_pages)
    cache[0] *= 2;
  case_add_operand (added, TRAFO_DTYPE_FLOAT32, q, 3)->layout = layout;
  case_add_operand (added, TRAFO_DTYPE_FLOAT32, k, 3)->layout = layout;
  case_add_operand (added, TRAFO_DTYPE_FLOAT32, k, 3)->layout = layout;
  case_add_operand (added, TRAFO_DTYPE_FLOAT32, cache, 5);
  case_add_operand (added, TRAFO_DTYPE_INT32, table, 2)->values = VALUES_DISTINCT;
  added->inputs[4].limit = cache[0];
  case_add_operand (added, TRAFO_DTYPE_INT32, &n_starts, 1)->values = VALUES_STARTS;
  added->inputs[5].limit = n_tokens;
  case_add_operand (added, TRAFO_DTYPE_INT32, &n_rows, 1)->values = VALUES_INDEX;
  added->inputs[6].limit = past + 1;
  attrs->struct_size = sizeof *attrs;
  attrs->n_heads = size->n_heads;
  attrs->n_kv_heads = size->n_kv_heads;
  attrs->head_size = size->head_size;
  attrs->is_causal = TRUE;
  attrs->scale = 1 / sqrt (size->head_size);
}

static void
cached_cases (GArray *cases)
{
  static const Size sizes[] = {
    { 1, 1, 0, 1, 1, 8 },     { 1, 1, 15, 2, 2, 64 },   { 1, 1, 16, 3, 1, 12 },
    { 1, 1, 300, 4, 4, 64 },  { 1, 1, 1000, 2, 1, 80 }, { 2, 2, 40, 4, 2, 32 },
    { 3, 5, 33, 2, 2, 16 },   { 5, 3, 600, 2, 2, 64 },  { 7, 40, 100, 2, 1, 20 },
    { 2, 70, 100, 2, 1, 40 }, { 1, 70, 0, 2, 2, 32 },   { 1, 33, 230, 1, 1, 128 },
    { 4, 2, 20, 12, 4, 1 },   { 9, 9, 300, 3, 3, 32 },
  };
  static const gint64 page_tokens[] = { 16, 1, 7, 64, 300 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint j = i % 2; j < G_N_ELEMENTS (page_tokens); j += 2)
      add_cached (cases, &sizes[i], page_tokens[j], case_nth_layout (i * j, 3));
}

/* The cases from @first on once more, with a cache in bfloat16. */
static void
add_rounded (GArray *cases, guint first)
{
  guint end = cases->len;

  for (guint i = first; i < end; i++)
    {
      Case copy = g_array_index (cases, Case, i);

      copy.number = cases->len;
      copy.inputs[3].dtype = TRAFO_DTYPE_BFLOAT16;
      g_array_append_val (cases, copy);
    }
}

/* The cases from @first on once more, in bfloat16: half of them with numbers that it has, so that it
 * rounds nothing but weights. */
static void
add_narrow (GArray *cases, guint first)
{
  guint end = cases->len;

  for (guint i = first; i < end; i++)
    {
      Case                 copy = g_array_index (cases, Case, i);
      TrafoAttentionAttrs *attrs = &copy.attrs.attention;

      copy.number = cases->len;
      attrs->dtype = TRAFO_DTYPE_BFLOAT16;
      if (i % 2 == 0)
        attrs->scale = exp2 (round (log2 (attrs->scale)));
      for (guint j = 0; j < 4 && i % 2 == 0; j++)
        if (copy.inputs[j].dtype == TRAFO_DTYPE_FLOAT32 && copy.inputs[j].values == VALUES_UNIT)
          copy.inputs[j].values = VALUES_SHORT;
      g_array_append_val (cases, copy);
    }
}

void
attention_cases (GArray *cases)
{
  static const guint head_sizes[] = { 1, 8, 12, 32, 64, 80, 128 };
  static const struct
  {
    guint n, n_kv;
  } heads[] = { { 1, 1 }, { 2, 2 }, { 3, 1 }, { 4, 2 }, { 12, 12 }, { 12, 4 }, { 6, 1 } };
  static const gint64 lengths[][2] = {
    { 1, 1 },  { 1, 7 },   { 1, 65 },  { 1, 129 },  { 2, 2 },   { 3, 5 },
    { 5, 3 },  { 7, 1 },   { 8, 8 },   { 9, 33 },   { 16, 16 }, { 17, 31 },
    { 33, 9 }, { 65, 65 }, { 63, 64 }, { 15, 127 }, { 0, 3 },   { 31, 17 },
  };
  guint first = cases->len, seen = 0;

  cached_cases (cases);
  add_rounded (cases, first);
  ragged_cases (cases);
  for (guint i = 0; i < G_N_ELEMENTS (head_sizes); i++)
    for (guint j = 0; j < G_N_ELEMENTS (lengths); j++)
      for (guint k = 0; k < 4; k++)
        {
          guint head = (i + j + 3 * k) % G_N_ELEMENTS (heads);
          Size  size = { 1 + seen % 3,  lengths[j][0],    lengths[j][1],
                         heads[head].n, heads[head].n_kv, head_sizes[i] };

          if (size.n_queries * size.n_keys * size.n_heads * size.head_size > 1 << 20)
            size.n_heads = size.n_kv_heads = size.batch = 1;
          add_attention (cases,
                         &size,
                         k & 1,
                         mask_dtypes[seen++ % G_N_ELEMENTS (mask_dtypes)],
                         k < 2 ? LAYOUT_PLAIN : case_nth_layout (i + j + k, 3));
          if (k == 0 && j % 3 == 0)
            add_hard (cases, &size, i + j);
        }
  add_narrow (cases, first);
}

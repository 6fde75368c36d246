/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "attention-private.h"
#include "strided-private.h"

#include <math.h>

/* cached_attention(q [1, N, H D], k [1, N, G D], v [1, N, G D], cache [P, 2, G, page tokens, D],
 *                  page_table [R, W], row_starts [R + 1], past_lengths [R]) [1, N, H D]
 *   = softmax (scale q K^T) V, for each of the H heads of each token, over its sequence up to itself
 * R sequences in rows: tokens row_starts[r] to row_starts[r + 1] of q, k and v follow the past_lengths[r]
 * tokens whose keys (0) and values (1) the cache holds; token i of a row lies in page
 * page_table[r][i / page tokens], at place i % page tokens (Kwon et al. 2023, section 4.1). First k and
 * v are written into the cache, whose dtype, float32 or bfloat16, they are rounded to. Heads as in
 * attention. A row's result does not depend on others; rows do not share pages that are written. Numbers
 * outside their range are clamped, so that a kernel stays within its memory. The reference computes in
 * double. */

static gboolean
check_cache (TrafoDims                 *dims,
             const TrafoAttentionAttrs *attrs,
             const TrafoValueType      *cache,
             GError                   **error)
{
  TrafoValueType expected = *cache;

  expected.dims[1] = 2;
  expected.dims[2] = attrs->n_kv_heads;
  expected.dims[4] = attrs->head_size;
  if (!trafo_rule_check_dtype ("cached_attention",
                               "cache",
                               cache,
                               TRAFO_RULE_DTYPE (FLOAT32) | TRAFO_RULE_DTYPE (BFLOAT16),
                               error) ||
      !trafo_rule_check_n_dims ("cached_attention", "cache", dims, cache, 5, 5, error) ||
      !trafo_rule_check_same_dims ("cached_attention",
                                   "cache",
                                   "the heads",
                                   dims,
                                   cache,
                                   &expected,
                                   error))
    return FALSE;
  if (cache->dims[3] > 0)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "cached_attention: cache has pages of %" G_GINT64_FORMAT
               " tokens, expected a number "
               "from 1",
               cache->dims[3]);
  return FALSE;
}

static gboolean
check_rows (TrafoDims *dims, const TrafoValueType *inputs, GError **error)
{
  static const char *const names[] = { "page_table", "row_starts", "past_lengths" };
  gint64                   n_rows = inputs[2].dims[0];
  const TrafoValueType     expected[] = {
        { .n_dims = 2, .dims = { n_rows, inputs[0].dims[1] } },
        { .n_dims = 1, .dims = { trafo_dims_add (dims, n_rows, 1) } },
        { .n_dims = 1, .dims = { n_rows } },
  };

  if (!trafo_rule_check_n_dims ("cached_attention", names[2], dims, &inputs[2], 1, 1, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (!trafo_rule_check_dtype ("cached_attention",
                                 names[i],
                                 &inputs[i],
                                 TRAFO_RULE_DTYPE (INT32),
                                 error) ||
        !trafo_rule_check_same_dims ("cached_attention",
                                     names[i],
                                     "past_lengths",
                                     dims,
                                     &inputs[i],
                                     &expected[i],
                                     error))
      return FALSE;
  return TRUE;
}

static gboolean
cached_attention_infer (TrafoDims            *dims,
                        gpointer              attrs,
                        const TrafoValueType *inputs,
                        guint                 n_inputs,
                        TrafoValueType       *output,
                        GError              **error)
{
  TrafoAttentionAttrs *attention = attrs;
  gint64               n_features, n_kv_features, n_tokens = inputs[0].dims[1];

  if (!trafo_attention_check_attrs ("cached_attention", attention, error))
    return FALSE;
  if (!attention->is_causal || attention->has_mask)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_UNSUPPORTED,
                   "cached_attention: found attention that is not causal or has a mask, expected a "
                   "causal one without");
      return FALSE;
    }
  n_features = trafo_dims_mul (dims, attention->n_heads, attention->head_size);
  n_kv_features = trafo_dims_mul (dims, attention->n_kv_heads, attention->head_size);
  for (guint i = 0; i < 3; i++)
    if (!trafo_attention_check_operand ("cached_attention",
                                        i == 0   ? "q"
                                        : i == 1 ? "k"
                                                 : "v",
                                        dims,
                                        &inputs[i],
                                        1,
                                        n_tokens,
                                        i == 0 ? n_features : n_kv_features,
                                        error))
      return FALSE;
  if (!check_cache (dims, attention, &inputs[3], error) || !check_rows (dims, &inputs[4], error))
    return FALSE;
  *output = inputs[0];
  return TRUE;
}

/* One row, and of it one query of one head. */
typedef struct
{
  const TrafoKernelArgs *args;
  gint64                 row;
  gint64                 first_token; /* in q, k and v */
  gint64                 n_tokens;
  gint64                 past;
  gint64                 t; /* counts from first_token */
  gint64                 head;
  gint64                 kv_head;
} Query;

/* Element @at of a vector of numbers, within 0 and @max. */
static gint64
read_clamped (const TrafoOperand *x, gint64 at, gint64 max)
{
  return CLAMP (trafo_strided_get_int (x, at), 0, max);
}

static Query
query_for_row (const TrafoKernelArgs *args, gint64 row)
{
  const TrafoOperand *cache = &args->inputs[3], *page_table = &args->inputs[4];
  const TrafoOperand *starts = &args->inputs[5], *past_lengths = &args->inputs[6];
  gint64              n_tokens = args->output.shape[1];
  gint64              capacity = page_table->shape[1] * cache->shape[3];
  Query               query = { .args = args, .row = row };
  gint64              end = read_clamped (starts, (row + 1) * starts->strides[0], n_tokens);

  query.first_token = read_clamped (starts, row * starts->strides[0], end);
  query.past = read_clamped (past_lengths, row * past_lengths->strides[0], capacity);
  query.n_tokens = MIN (end - query.first_token, capacity - query.past);
  return query;
}

/* Where the features of place @i of the row begin in the cache; @part is 0 for keys, 1 for values. */
static gint64
locate (const Query *self, gint64 i, gint64 part)
{
  const TrafoOperand *cache = &self->args->inputs[3], *page_table = &self->args->inputs[4];
  gint64              page_tokens = cache->shape[3];
  gint64 entry = self->row * page_table->strides[0] + i / page_tokens * page_table->strides[1];

  return read_clamped (page_table, entry, cache->shape[0] - 1) * cache->strides[0] +
         part * cache->strides[1] + self->kv_head * cache->strides[2] +
         i % page_tokens * cache->strides[3];
}

static void
append (const Query *self)
{
  const TrafoAttentionAttrs *attrs = self->args->attrs;
  const TrafoOperand        *cache = &self->args->inputs[3];

  for (gint64 t = 0; t < self->n_tokens; t++)
    for (guint part = 0; part < 2; part++)
      {
        const TrafoOperand *x = &self->args->inputs[1 + part];
        gint64              to = locate (self, self->past + t, part);
        gint64              from = (self->first_token + t) * x->strides[1] +
                      self->kv_head * attrs->head_size * x->strides[2];

        for (guint d = 0; d < attrs->head_size; d++)
          trafo_strided_set (cache,
                             to + d * cache->strides[4],
                             trafo_strided_get (x, from + d * x->strides[2]));
      }
}

/* Where the features of the query's head begin in q or the output. */
static gint64
locate_token (const Query *self, const TrafoOperand *x)
{
  const TrafoAttentionAttrs *attrs = self->args->attrs;

  return (self->first_token + self->t) * x->strides[1] +
         self->head * attrs->head_size * x->strides[2];
}

static double
query_score (const Query *self, gint64 i)
{
  const TrafoAttentionAttrs *attrs = self->args->attrs;
  const TrafoOperand        *q = &self->args->inputs[0], *cache = &self->args->inputs[3];
  gint64                     q_at = locate_token (self, q), k_at = locate (self, i, 0);
  double                     sum = 0;

  for (guint d = 0; d < attrs->head_size; d++)
    sum += trafo_strided_get (q, q_at + d * q->strides[2]) *
           trafo_strided_get (cache, k_at + d * cache->strides[4]);
  return sum * attrs->scale;
}

/* Features of the result that are computed together, as in attention. */
#define BLOCK 128

static void
query_average (const Query *self, double max, guint first, guint n)
{
  const TrafoOperand *cache = &self->args->inputs[3], *output = &self->args->output;
  gint64              output_at = locate_token (self, output);
  double              sums[BLOCK] = { 0 };
  double              total = 0;

  for (gint64 i = 0; i <= self->past + self->t; i++)
    {
      double weight = exp (query_score (self, i) - max);
      gint64 v_at = locate (self, i, 1);

      total += weight;
      for (guint d = 0; d < n; d++)
        sums[d] += weight * trafo_strided_get (cache, v_at + (first + d) * cache->strides[4]);
    }
  for (guint d = 0; d < n; d++)
    trafo_strided_set (output, output_at + (first + d) * output->strides[2], sums[d] / total);
}

static void
query_attend (const Query *self)
{
  const TrafoAttentionAttrs *attrs = self->args->attrs;
  double                     max = -INFINITY;

  for (gint64 i = 0; i <= self->past + self->t; i++)
    max = fmax (max, query_score (self, i));
  for (guint first = 0; first < attrs->head_size; first += BLOCK)
    query_average (self, max, first, MIN (BLOCK, attrs->head_size - first));
}

static void
fill_zeros (const TrafoOperand *output)
{
  TrafoStrided walk;

  trafo_strided_init (&walk, output);
  while (trafo_strided_next (&walk))
    trafo_strided_set (output, walk.at[0], 0);
}

static void
cached_attention_reference (const TrafoKernelArgs *args)
{
  const TrafoAttentionAttrs *attrs = args->attrs;

  fill_zeros (&args->output);
  for (gint64 row = 0; row < args->inputs[6].shape[0] && args->inputs[3].shape[0] > 0; row++)
    {
      Query query = query_for_row (args, row);

      for (query.kv_head = 0; query.kv_head < attrs->n_kv_heads; query.kv_head++)
        append (&query);
      for (query.t = 0; query.t < query.n_tokens; query.t++)
        for (query.head = 0; query.head < attrs->n_heads; query.head++)
          {
            query.kv_head = query.head / (attrs->n_heads / attrs->n_kv_heads);
            query_attend (&query);
          }
    }
}

/* Of the cache, what each sequence has in it, and what is added; that has to be read. */
static void
cached_attention_count_work (const TrafoKernelArgs *args, TrafoOpWork *work)
{
  const TrafoAttentionAttrs *attrs = args->attrs;
  const TrafoOperand        *cache = &args->inputs[3];
  double                     n_pairs = 0, n_places = 0;
  double                     place_bytes =
      2.0 * attrs->n_kv_heads * attrs->head_size * (double) trafo_dtype_get_size (cache->dtype);
  gboolean is_readable = args->inputs[5].data != NULL && args->inputs[6].data != NULL;

  for (gint64 row = 0; is_readable && row < args->inputs[6].shape[0]; row++)
    {
      Query query = query_for_row (args, row);

      n_pairs += trafo_attention_count_pairs (query.n_tokens, query.past + query.n_tokens, TRUE);
      n_places += (double) (query.past + 2 * query.n_tokens);
    }
  work->flops = 4 * n_pairs * attrs->n_heads * attrs->head_size;
  work->dtype = trafo_attention_get_dtype (attrs);
  work->bytes += n_places * place_bytes -
                 trafo_operand_count_stored (cache) * (double) trafo_dtype_get_size (cache->dtype);
}

const TrafoOp trafo_op_cached_attention = {
  .id = TRAFO_OP_CACHED_ATTENTION,
  .name = "cached_attention",
  .min_inputs = 7,
  .max_inputs = 7,
  .mutates = 1 << 3,
  .attrs_size_bytes = sizeof (TrafoAttentionAttrs),
  .infer = cached_attention_infer,
  .count_work = cached_attention_count_work,
  .reference = cached_attention_reference,
};

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "attention-private.h"
#include "strided-private.h"

#include <float.h>
#include <math.h>

/* attention(q [B, T, H D], k [B, S, G D], v [B, S, G D], mask [B, S]?) [B, T, H D]
 *   = softmax (scale q k^T + masks) v, for each of the H heads
 * Scaled dot-product attention (Vaswani et al. 2017, section 3.2.1) with G <= H heads of k and v, head
 * h of q using head h / (H / G) of them (Ainslie et al. 2023). A key is hidden where mask is 0 and, if
 * causal, where s > t + S - T; its score becomes -FLT_MAX, so that a query that sees no key gets the
 * mean of all values, as when torch.finfo.min is added. float32; the mask any integer type or bool.
 *
 * Ragged: B is 1, S is T, and starts [N + 1] (int32) in the place of the mask say where each of N
 * sequences begins in the row, and where the last ends; each attends to itself. Tokens outside of all
 * of them get what they may, and starts outside of the row are moved into it.
 *
 * The reference computes in double. With the dtype bfloat16 a kernel may round to the nearest, each time
 * to bfloat16: q, or q scale, k, v and the weights exp (score - greatest), which are added up and
 * multiplied in float32 all the same. To first order an element may then be off by sum_s w_s |v_s - y| e_s +
 * 2^-8 sum_s w_s |v_s| more than in float32, with e_s = 2^-8 scale sum_d |q_d k_sd|, w being the softmax. */

gboolean
trafo_attention_check_attrs (const char *op, TrafoAttentionAttrs *attrs, GError **error)
{
  if (attrs->n_kv_heads == 0)
    attrs->n_kv_heads = attrs->n_heads;
  if (attrs->scale == 0)
    attrs->scale = 1 / sqrt (attrs->head_size);
  if (attrs->dtype != TRAFO_DTYPE_NONE && attrs->dtype != TRAFO_DTYPE_BFLOAT16)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "%s: found dtype %s, expected bfloat16 or none",
                   op,
                   trafo_dtype_get_name (attrs->dtype));
      return FALSE;
    }
  if (attrs->n_heads > 0 && attrs->head_size > 0 && attrs->n_heads % attrs->n_kv_heads == 0)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "%s: %u heads of size %u with %u heads of keys and values, expected "
               "at least one, and a multiple of the latter",
               op,
               attrs->n_heads,
               attrs->head_size,
               attrs->n_kv_heads);
  return FALSE;
}

gboolean
trafo_attention_check_operand (const char           *op,
                               const char           *name,
                               TrafoDims            *dims,
                               const TrafoValueType *type,
                               gint64                batch,
                               gint64                length,
                               gint64                n_features,
                               GError              **error)
{
  TrafoValueType expected = { .n_dims = 3, .dims = { batch, length, n_features } };

  return trafo_rule_check_dtype (op, name, type, TRAFO_RULE_DTYPE (FLOAT32), error) &&
         trafo_rule_check_n_dims (op, name, dims, type, 3, 3, error) &&
         trafo_rule_check_same_dims (op, name, "q, k and the heads", dims, type, &expected, error);
}

/* The fourth input: what hides keys. */
static gboolean
check_limits (const TrafoAttentionAttrs *attrs,
              TrafoDims                 *dims,
              const TrafoValueType      *inputs,
              GError                   **error)
{
  TrafoValueType mask = { .n_dims = 2, .dims = { inputs[0].dims[0], inputs[1].dims[1] } };
  TrafoValueType sequence = inputs[0];

  if (attrs->has_mask)
    return trafo_rule_check_dtype ("attention", "mask", &inputs[3], TRAFO_RULE_INTEGERS, error) &&
           trafo_rule_check_same_dims ("attention", "mask", "k", dims, &inputs[3], &mask, error);
  if (!attrs->is_ragged)
    return TRUE;
  sequence.dims[0] = 1;
  sequence.dims[1] = inputs[1].dims[1];
  return trafo_rule_check_dtype ("attention",
                                 "starts",
                                 &inputs[3],
                                 TRAFO_RULE_DTYPE (INT32),
                                 error) &&
         trafo_rule_check_n_dims ("attention", "starts", dims, &inputs[3], 1, 1, error) &&
         trafo_rule_check_same_dims ("attention",
                                     "q",
                                     "one row",
                                     dims,
                                     &inputs[0],
                                     &sequence,
                                     error);
}

static gboolean
check_n_limits (const TrafoAttentionAttrs *attrs, guint n_inputs, GError **error)
{
  if (!attrs->has_mask || !attrs->is_ragged)
    return trafo_rule_check_n_inputs ("attention",
                                      n_inputs,
                                      3 + (attrs->has_mask || attrs->is_ragged),
                                      error);
  g_set_error_literal (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_INVALID_ARGUMENT,
                       "attention: found a mask and starts of sequences, expected one of them");
  return FALSE;
}

static gboolean
attention_infer (TrafoDims            *dims,
                 gpointer              attrs,
                 const TrafoValueType *inputs,
                 guint                 n_inputs,
                 TrafoValueType       *output,
                 GError              **error)
{
  TrafoAttentionAttrs  *attention = attrs;
  const TrafoValueType *q = &inputs[0];
  const TrafoValueType *k = &inputs[1];
  gint64                n_features, n_kv_features;

  if (!trafo_attention_check_attrs ("attention", attention, error) ||
      !check_n_limits (attention, n_inputs, error))
    return FALSE;
  n_features = trafo_dims_mul (dims, attention->n_heads, attention->head_size);
  n_kv_features = trafo_dims_mul (dims, attention->n_kv_heads, attention->head_size);
  if (!trafo_attention_check_operand ("attention",
                                      "q",
                                      dims,
                                      q,
                                      q->dims[0],
                                      q->dims[1],
                                      n_features,
                                      error) ||
      !trafo_attention_check_operand ("attention",
                                      "k",
                                      dims,
                                      k,
                                      q->dims[0],
                                      k->dims[1],
                                      n_kv_features,
                                      error) ||
      !trafo_attention_check_operand ("attention",
                                      "v",
                                      dims,
                                      &inputs[2],
                                      q->dims[0],
                                      k->dims[1],
                                      n_kv_features,
                                      error) ||
      !check_limits (attention, dims, inputs, error))
    return FALSE;
  *output = *q;
  return TRUE;
}

/* x [B, S, n_kv_heads * n_groups * D] as [B, n_kv_heads, n_groups, S, D]. */
static TrafoSym
split_heads (TrafoBuilder *b, TrafoSym x, const TrafoAttentionAttrs *attrs, gint64 n_groups)
{
  gint64 dims[] = { trafo_builder_get_dim (b, x, 0),
                    trafo_builder_get_dim (b, x, 1),
                    attrs->n_kv_heads,
                    n_groups,
                    attrs->head_size };

  x = trafo_builder_reshape (b, x, dims, 5);
  return trafo_builder_permute (b, x, (guint[]){ 0, 2, 3, 1, 4 }, 5);
}

/* How far each index of an axis is from the last: n - 1, ..., 1, 0. */
static TrafoSym
count_down (TrafoBuilder *b, gint64 n)
{
  TrafoSym index = trafo_builder_iota (b, TRAFO_DTYPE_INT32, &n, 1);

  return trafo_builder_sub (b, trafo_builder_max (b, index, 0), index);
}

static TrafoSym
hide (TrafoBuilder *b, TrafoSym scores, TrafoSym is_hidden)
{
  TrafoSym lowest = trafo_builder_scalar (b, -FLT_MAX, TRAFO_DTYPE_FLOAT32);

  return trafo_builder_where (b, is_hidden, lowest, scores);
}

/* Hides the keys after each query: s > t + S - T says that the key is nearer to its end. */
static TrafoSym
hide_later_keys (TrafoBuilder *b, TrafoSym scores)
{
  gint64   n_queries = trafo_builder_get_dim (b, scores, -2);
  TrafoSym from_end = count_down (b, n_queries);
  TrafoSym key_from_end = count_down (b, trafo_builder_get_dim (b, scores, -1));

  from_end = trafo_builder_reshape (b, from_end, (gint64[]){ n_queries, 1 }, 2);
  return hide (b, scores, trafo_builder_compare (b, TRAFO_COMPARE_LESS, key_from_end, from_end));
}

static TrafoSym
hide_masked_keys (TrafoBuilder *b, TrafoSym scores, TrafoSym mask)
{
  TrafoSym zero = trafo_builder_scalar (b, 0, trafo_builder_get_dtype (b, mask));
  TrafoSym is_hidden = trafo_builder_compare (b, TRAFO_COMPARE_EQUAL, mask, zero);
  gint64   dims[] = { trafo_builder_get_dim (b, mask, 0),
                      1,
                      1,
                      1,
                      trafo_builder_get_dim (b, mask, 1) };

  return hide (b, scores, trafo_builder_reshape (b, is_hidden, dims, 5));
}

/* Of each token the number of its sequence: how many start at it or before. Result: [T]. */
static TrafoSym
number_sequences (TrafoBuilder *b, TrafoSym starts, gint64 n_tokens)
{
  gint64   n_starts = trafo_builder_get_dim (b, starts, 0);
  TrafoSym index = trafo_builder_iota (b, TRAFO_DTYPE_INT32, &n_tokens, 1);
  TrafoSym is_behind;

  index = trafo_builder_reshape (b, index, (gint64[]){ n_tokens, 1 }, 2);
  starts = trafo_builder_reshape (b, starts, (gint64[]){ 1, n_starts }, 2);
  is_behind = trafo_builder_compare (b, TRAFO_COMPARE_LESS_EQUAL, starts, index);
  return trafo_builder_sum (b, trafo_builder_cast (b, is_behind, TRAFO_DTYPE_FLOAT32), 1);
}

/* Hides the keys of other sequences. */
static TrafoSym
hide_other_sequences (TrafoBuilder *b, TrafoSym scores, TrafoSym starts)
{
  gint64   n_tokens = trafo_builder_get_dim (b, scores, -1);
  TrafoSym number = number_sequences (b, starts, n_tokens);
  TrafoSym column = trafo_builder_reshape (b, number, (gint64[]){ n_tokens, 1 }, 2);
  TrafoSym row = trafo_builder_reshape (b, number, (gint64[]){ 1, n_tokens }, 2);

  return hide (b, scores, trafo_builder_compare (b, TRAFO_COMPARE_NOT_EQUAL, column, row));
}

static TrafoSym
attention_decompose (TrafoBuilder *b, const void *attrs, const TrafoSym *inputs, guint n_inputs)
{
  const TrafoAttentionAttrs *attention = attrs;
  gint64                     dims[] = { trafo_builder_get_dim (b, inputs[0], 0),
                                        trafo_builder_get_dim (b, inputs[0], 1),
                                        trafo_builder_get_dim (b, inputs[0], 2) };
  TrafoSym q = split_heads (b, inputs[0], attention, attention->n_heads / attention->n_kv_heads);
  TrafoSym k = split_heads (b, inputs[1], attention, 1);
  TrafoSym v = split_heads (b, inputs[2], attention, 1);
  TrafoSym scale = trafo_builder_scalar (b, attention->scale, TRAFO_DTYPE_FLOAT32);
  TrafoSym scores = trafo_builder_mul (b, trafo_builder_matmul (b, q, k, FALSE, TRUE), scale);
  TrafoSym y;

  if (attention->is_causal)
    scores = hide_later_keys (b, scores);
  if (attention->has_mask)
    scores = hide_masked_keys (b, scores, inputs[3]);
  if (attention->is_ragged)
    scores = hide_other_sequences (b, scores, inputs[3]);
  y = trafo_builder_matmul (b, trafo_builder_softmax (b, scores, -1), v, FALSE, FALSE);
  y = trafo_builder_permute (b, y, (guint[]){ 0, 3, 1, 2, 4 }, 5);
  return trafo_builder_reshape (b, y, dims, 3);
}

/* One query of one head. */
typedef struct
{
  const TrafoKernelArgs     *args;
  const TrafoAttentionAttrs *attrs;
  gint64                     batch;
  gint64                     t;
  gint64                     head;
  gint64                     kv_head;
  gint64                     first_key; /* of its sequence */
  gint64                     end_key;
} Query;

/* Where the first feature of @head lies in row (batch, at) of @x. */
static gint64
locate (const Query *self, const TrafoOperand *x, gint64 at, gint64 head)
{
  return self->batch * x->strides[0] + at * x->strides[1] +
         head * self->attrs->head_size * x->strides[2];
}

static double
query_score (const Query *self, gint64 s)
{
  const TrafoOperand *q = &self->args->inputs[0];
  const TrafoOperand *k = &self->args->inputs[1];
  const TrafoOperand *mask = &self->args->inputs[3];
  gint64              q_at = locate (self, q, self->t, self->head);
  gint64              k_at = locate (self, k, s, self->kv_head);
  double              sum = 0;

  if (self->attrs->is_causal && s > self->t + k->shape[1] - q->shape[1])
    return -FLT_MAX;
  if (self->attrs->has_mask &&
      trafo_strided_get_int (mask, self->batch * mask->strides[0] + s * mask->strides[1]) == 0)
    return -FLT_MAX;
  for (guint d = 0; d < self->attrs->head_size; d++)
    sum += trafo_strided_get (q, q_at + d * q->strides[2]) *
           trafo_strided_get (k, k_at + d * k->strides[2]);
  return sum * self->attrs->scale;
}

/* Features of the result that are computed together, so that the scores, which nobody holds, are
 * computed twice in all for the usual head sizes. */
#define BLOCK 128

static void
query_average (const Query *self, double max, guint first, guint n)
{
  const TrafoOperand *v = &self->args->inputs[2];
  const TrafoOperand *output = &self->args->output;
  gint64              output_at = locate (self, output, self->t, self->head);
  double              sums[BLOCK] = { 0 };
  double              total = 0;

  for (gint64 s = self->first_key; s < self->end_key; s++)
    {
      double weight = exp (query_score (self, s) - max);
      gint64 v_at = locate (self, v, s, self->kv_head);

      total += weight;
      for (guint d = 0; d < n; d++)
        sums[d] += weight * trafo_strided_get (v, v_at + (first + d) * v->strides[2]);
    }
  for (guint d = 0; d < n; d++)
    trafo_strided_set (output,
                       output_at + (first + d) * output->strides[2],
                       self->end_key > self->first_key ? sums[d] / total : 0);
}

static void
query_attend (const Query *self)
{
  double max = -INFINITY;

  for (gint64 s = self->first_key; s < self->end_key; s++)
    max = fmax (max, query_score (self, s));
  for (guint first = 0; first < self->attrs->head_size; first += BLOCK)
    query_average (self, max, first, MIN (BLOCK, self->attrs->head_size - first));
}

/* The last sequence that starts at the query or before. */
static void
find_sequence (Query *self)
{
  const TrafoOperand *starts = &self->args->inputs[3];
  gint64              length = self->args->inputs[1].shape[1];

  self->first_key = 0;
  self->end_key = self->attrs->is_ragged ? 0 : length;
  for (gint64 i = 0; self->attrs->is_ragged && i + 1 < starts->shape[0]; i++)
    {
      gint64 start = trafo_strided_get_int (starts, i * starts->strides[0]);
      gint64 end = trafo_strided_get_int (starts, (i + 1) * starts->strides[0]);

      if (start > self->t || end <= self->t)
        continue;
      self->first_key = CLAMP (start, 0, length);
      self->end_key = CLAMP (end, 0, length);
    }
}

static void
attention_reference (const TrafoKernelArgs *args)
{
  const TrafoAttentionAttrs *attrs = args->attrs;
  guint                      n_groups = attrs->n_heads / attrs->n_kv_heads;
  Query                      query = { .args = args, .attrs = attrs };

  for (query.batch = 0; query.batch < args->output.shape[0]; query.batch++)
    for (query.t = 0; query.t < args->output.shape[1]; query.t++)
      {
        find_sequence (&query);
        for (query.head = 0; query.head < attrs->n_heads; query.head++)
          {
            query.kv_head = query.head / n_groups;
            query_attend (&query);
          }
      }
}

double
trafo_attention_count_pairs (gint64 n_queries, gint64 n_keys, gboolean is_causal)
{
  gint64 n_seen = MIN (n_queries, n_keys);

  if (!is_causal)
    return (double) n_queries * (double) n_keys;
  return (double) (n_keys - n_seen) * (double) n_seen + (double) n_seen * (double) (n_seen + 1) / 2;
}

TrafoDType
trafo_attention_get_dtype (const TrafoAttentionAttrs *attrs)
{
  return attrs->dtype != TRAFO_DTYPE_NONE ? attrs->dtype : TRAFO_DTYPE_FLOAT32;
}

/* Two products of each pair and head, with keys and with values. What a mask hides is counted; where
 * the sequences of one row start has to be read. */
static void
attention_count_work (const TrafoKernelArgs *args, TrafoOpWork *work)
{
  const TrafoAttentionAttrs *attrs = args->attrs;
  const TrafoOperand        *q = &args->inputs[0], *k = &args->inputs[1];
  const TrafoOperand        *starts = &args->inputs[3];
  double                     n_pairs = 0;

  if (!attrs->is_ragged)
    n_pairs = (double) q->shape[0] *
              trafo_attention_count_pairs (q->shape[1], k->shape[1], attrs->is_causal);
  for (gint64 i = 0; attrs->is_ragged && starts->data != NULL && i + 1 < starts->shape[0]; i++)
    {
      gint64 length = trafo_strided_get_int (starts, (i + 1) * starts->strides[0]) -
                      trafo_strided_get_int (starts, i * starts->strides[0]);

      n_pairs += trafo_attention_count_pairs (length, length, attrs->is_causal);
    }
  work->flops = 4 * n_pairs * attrs->n_heads * attrs->head_size;
  work->dtype = trafo_attention_get_dtype (attrs);
}

const TrafoOp trafo_op_attention = {
  .id = TRAFO_OP_ATTENTION,
  .name = "attention",
  .min_inputs = 3,
  .max_inputs = 4,
  .attrs_size_bytes = sizeof (TrafoAttentionAttrs),
  .infer = attention_infer,
  .decompose = attention_decompose,
  .count_work = attention_count_work,
  .reference = attention_reference,
};

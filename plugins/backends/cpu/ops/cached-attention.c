/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ops.h"

#include "../operand.h"
#include "convert.h"
#include "query-group.h"

#include <math.h>

/* Attention of new tokens to what a cache holds of their sequences and to themselves. Keys and values
 * of the new tokens are read where they come from and written into the cache besides, so that no task
 * waits for what another writes.
 *
 * A row of few tokens (decoding) goes over its keys in parts of PART_KEYS, which are put together in
 * their order: by one task, or, where rows and heads are too few for all threads, by the second stage,
 * with the same operations. A row of many tokens (a prompt) is cut in units of some tokens, each
 * of which goes over all its keys. A token's operations depend on the keys it sees and on whether its
 * row is one of few tokens.
 *
 * Few tokens read a cache in bfloat16 where it lies, for many it is widened block by block. What new tokens
 * give is rounded as the cache does it, so that results do not depend on what of a sequence the cache
 * holds already. */
#define PART_KEYS (4 * QUERY_KEYS)
#define MAX_SHARED_BYTES ((gsize) 64 << 20)

/* So much one thread puts together in about the time that it takes several to meet. */
#define FEW_SHARED_BYTES ((gsize) 32 << 10)

typedef struct
{
  const TrafoOperand *q, *k, *v, *cache, *page_table, *row_starts, *past_lengths, *output;
  gsize               n_heads, n_kv_heads, head_size;
  gsize               page_tokens;
  gsize               max_parts;
  gboolean            is_narrow;
  gsize               unit;       /* queries of one */
  gboolean            is_rounded; /* the cache is bfloat16 */
  float *widened; /* [2][QUERY_NARROW_KEYS][head_size]: a block's keys, then its values */
} Cached;

/* The new tokens of one sequence. */
typedef struct
{
  gsize    number;
  gsize    first_token; /* in q, k and v */
  gsize    n_tokens;
  gsize    past;
  gboolean is_few;
  gsize    slot; /* tokens of rows of few tokens before this row */
} Row;

static Cached
cached_from_args (const TrafoKernelArgs *args)
{
  const TrafoAttentionAttrs *attrs = args->attrs;
  Cached                     c = {
                        .q = &args->inputs[0],
                        .k = &args->inputs[1],
                        .v = &args->inputs[2],
                        .cache = &args->inputs[3],
                        .page_table = &args->inputs[4],
                        .row_starts = &args->inputs[5],
                        .past_lengths = &args->inputs[6],
                        .output = &args->output,
                        .n_heads = attrs->n_heads,
                        .n_kv_heads = attrs->n_kv_heads,
                        .head_size = attrs->head_size,
                        .page_tokens = (gsize) args->inputs[3].shape[3],
                        .is_narrow = query_is_narrow (attrs),
                        .unit = query_unit (query_is_narrow (attrs)),
                        .is_rounded = args->inputs[3].dtype == TRAFO_DTYPE_BFLOAT16,
  };

  c.max_parts = ((gsize) c.page_table->shape[1] * c.page_tokens + PART_KEYS - 1) / PART_KEYS;
  return c;
}

/* Floats of a task, so many that what follows them is aligned for vectors. */
static gsize
n_widened (const Cached *c)
{
  return c->is_rounded ? 2 * QUERY_NARROW_KEYS * c->head_size : 0;
}

static gboolean
is_numbers (const TrafoOperand *operand, guint n_dims)
{
  return operand->n_dims == n_dims && trafo_cpu_is_rows (operand, TRAFO_DTYPE_INT32);
}

static gboolean
cached_attention_supports (const TrafoKernelArgs *args)
{
  const TrafoOperand *cache = &args->inputs[3];

  return cache->n_dims == 5 &&
         (trafo_cpu_is_rows (cache, TRAFO_DTYPE_FLOAT32) ||
          trafo_cpu_is_rows (cache, TRAFO_DTYPE_BFLOAT16)) &&
         cache->shape[3] > 0 && TRAFO_CPU_SYMBOL (query_group_supports) (args) &&
         is_numbers (&args->inputs[4], 2) && is_numbers (&args->inputs[5], 1) &&
         is_numbers (&args->inputs[6], 1);
}

static gsize
read_clamped (const TrafoOperand *x, gsize at, gsize max)
{
  gint32 found = ((const gint32 *) x->data)[at];

  return found > 0 ? MIN ((gsize) found, max) : 0;
}

/* The first row, or the one after @row; FALSE where there is none. Numbers that do not fit are
 * clamped, as the reference does. */
static gboolean
next_row (const Cached *c, Row *row, gboolean is_first)
{
  gsize capacity = (gsize) c->page_table->shape[1] * c->page_tokens;
  gsize end;

  row->slot = is_first ? 0 : row->slot + (row->is_few ? row->n_tokens : 0);
  row->number = is_first ? 0 : row->number + 1;
  if (row->number >= (gsize) c->past_lengths->shape[0] || c->cache->shape[0] == 0)
    return FALSE;
  end = read_clamped (c->row_starts, row->number + 1, (gsize) c->q->shape[1]);
  row->first_token = read_clamped (c->row_starts, row->number, end);
  row->past = read_clamped (c->past_lengths, row->number, capacity);
  row->n_tokens = MIN (end - row->first_token, capacity - row->past);
  row->is_few = row->n_tokens <= QUERY_FEW;
  return TRUE;
}

static const float *
token (const TrafoOperand *operand, gsize i, gsize feature)
{
  return (const float *) operand->data + (gint64) i * operand->strides[1] + (gint64) feature;
}

/* Where the cache has the key at place @i of the row, in elements; the value lies as far behind as all
 * keys of a page are long. */
static gint64
locate_key (const Cached *c, const Row *row, gsize kv_head, gsize i)
{
  gsize entry = row->number * (gsize) c->page_table->strides[0] + i / c->page_tokens;
  gsize page = read_clamped (c->page_table, entry, (gsize) c->cache->shape[0] - 1);

  return (gint64) page * c->cache->strides[0] + (gint64) kv_head * c->cache->strides[2] +
         (gint64) (i % c->page_tokens) * c->cache->strides[3];
}

static void
write_cache (const Cached *c, gint64 at, const float *features)
{
  if (c->is_rounded)
    convert_to_bfloat16 (features, (guint16 *) c->cache->data + at, c->head_size);
  else
    memcpy ((float *) c->cache->data + at, features, c->head_size * sizeof (float));
}

/* Writes keys and values of the new tokens [first, end) of one head. */
static void
append (const Cached *c, const Row *row, gsize kv_head, gsize first, gsize end)
{
  for (gsize t = first; t < end; t++)
    {
      gint64 at = locate_key (c, row, kv_head, row->past + t);

      write_cache (c, at, token (c->k, row->first_token + t, kv_head * c->head_size));
      write_cache (c,
                   at + c->cache->strides[1],
                   token (c->v, row->first_token + t, kv_head * c->head_size));
    }
}

/* The heads of queries that share one of keys leave its tokens to the first of them. */
static void
append_as_first (const Cached *c, const Row *row, gsize head, gsize first, gsize end)
{
  gsize n_groups = c->n_heads / c->n_kv_heads;

  if (head % n_groups == 0)
    append (c, row, head / n_groups, first, end);
}

/* Room for key @i of a block (part 0) or its value (part 1). */
static float *
widened_at (const Cached *c, guint part, gsize i)
{
  return c->widened + (part * QUERY_NARROW_KEYS + i) * c->head_size;
}

static gconstpointer
read_cache (const Cached *c, const QueryGroup *g, guint part, gsize i, gint64 at)
{
  const guint16 *halves = (const guint16 *) c->cache->data + at;
  float         *widened;

  if (!c->is_rounded)
    return (const float *) c->cache->data + at;
  if (g->is_half)
    return halves;
  widened = widened_at (c, part, i);
  convert_from_bfloat16 (halves, widened, c->head_size);
  return widened;
}

/* The first @n keys of the block, which the cache holds, page by page. */
static void
describe_past (const Cached *c, const Row *row, gsize kv_head, gsize n, QueryGroup *g)
{
  for (gsize i = 0; i < n;)
    {
      gsize  place = g->first_key + i;
      gsize  end = MIN (n, i + c->page_tokens - place % c->page_tokens);
      gint64 at = locate_key (c, row, kv_head, place);

      for (; i < end; i++, at += c->cache->strides[3])
        {
          g->key[i] = read_cache (c, g, 0, i, at);
          g->value[i] = read_cache (c, g, 1, i, at + c->cache->strides[1]);
        }
    }
}

static gconstpointer
round_token (const Cached *c, const QueryGroup *g, guint part, gsize i, const float *features)
{
  float *rounded = widened_at (c, part, i);

  if (g->is_half)
    convert_to_bfloat16 (features, (guint16 *) rounded, c->head_size);
  else
    convert_through_bfloat16 (features, rounded, c->head_size);
  return rounded;
}

static void
describe_block (const Cached *c, const Row *row, gsize kv_head, gsize end, QueryGroup *g)
{
  gsize feature = kv_head * c->head_size;
  gsize n_past = row->past > g->first_key ? row->past - g->first_key : 0;
  /* what many queries in bfloat16 multiply they round themselves */
  gboolean rounds = c->is_rounded && (g->is_few || !g->is_narrow);

  g->n_keys = MIN (query_group_block (g), end - g->first_key);
  n_past = MIN (n_past, g->n_keys);
  describe_past (c, row, kv_head, n_past, g);
  for (gsize i = n_past; i < g->n_keys; i++)
    {
      gsize t = row->first_token + g->first_key + i - row->past;

      g->key[i] = token (c->k, t, feature);
      g->value[i] = token (c->v, t, feature);
      if (rounds)
        {
          g->key[i] = round_token (c, g, 0, i, g->key[i]);
          g->value[i] = round_token (c, g, 1, i, g->value[i]);
        }
    }
}

/* The group's queries, from token @first of the row on, over the keys [first_key, end). */
static void
run_keys (const Cached *c, const Row *row, gsize head, gsize first, gsize end, QueryGroup *g)
{
  gsize kv_head = head / (c->n_heads / c->n_kv_heads);

  g->queries = token (c->q, row->first_token + first, head * c->head_size);
  g->query_stride = c->q->strides[1];
  g->n_seen = (gint64) (row->past + first + 1);
  TRAFO_CPU_SYMBOL (query_group_begin) (g);
  for (; g->first_key < end; g->first_key += query_group_block (g))
    {
      if (!TRAFO_CPU_SYMBOL (query_group_needs_block) (g))
        break;
      describe_block (c, row, kv_head, end, g);
      TRAFO_CPU_SYMBOL (query_group_add_block) (g);
    }
}

static gsize
row_n_parts (const Row *row)
{
  return (row->past + row->n_tokens + PART_KEYS - 1) / PART_KEYS;
}

/* The part of keys number @part, of all queries of a row of few tokens: in g. */
static void
run_part (const Cached *c, const Row *row, gsize head, gsize part, QueryGroup *g)
{
  g->is_few = TRUE;
  g->is_half = c->is_rounded;
  g->ahead_bytes = (gsize) c->cache->strides[2] * trafo_cpu_dtype_size (c->cache->dtype);
  g->n_queries = row->n_tokens;
  g->first_key = part * PART_KEYS;
  run_keys (c, row, head, 0, MIN (g->first_key + PART_KEYS, row->past + row->n_tokens), g);
}

static float *
output_at (const Cached *c, const Row *row, gsize t, gsize head)
{
  return (float *) token (c->output, row->first_token + t, head * c->head_size);
}

/* All parts of a row of few tokens, one after the other. */
static void
run_few (const Cached *c, const Row *row, gsize head, QueryGroup *g, float *parts)
{
  gsize  part_size = TRAFO_CPU_SYMBOL (query_part_size) (c->head_size);
  float *next = parts + QUERY_FEW * part_size;

  for (gsize part = 0; part < row_n_parts (row); part++)
    {
      run_part (c, row, head, part, g);
      for (gsize t = 0; t < row->n_tokens; t++)
        {
          TRAFO_CPU_SYMBOL (query_group_save) (g, t, part == 0 ? parts + t * part_size : next);
          if (part > 0)
            TRAFO_CPU_SYMBOL (query_part_merge) (parts + t * part_size, next, c->head_size);
        }
    }
  for (gsize t = 0; t < row->n_tokens; t++)
    TRAFO_CPU_SYMBOL (query_part_finish)
  (parts + t * part_size, output_at (c, row, t, head), c->head_size);
  append_as_first (c, row, head, 0, row->n_tokens);
}

static float *
shared_part (const Cached *c, gpointer shared, gsize slot, gsize head, gsize part)
{
  gsize part_size = TRAFO_CPU_SYMBOL (query_part_size) (c->head_size);

  return (float *) shared + ((slot * c->n_heads + head) * c->max_parts + part) * part_size;
}

/* One part alone, kept for the second stage. */
static void
run_few_part (const Cached *c,
              const Row    *row,
              gsize         head,
              gsize         part,
              gpointer      shared,
              QueryGroup   *g)
{
  run_part (c, row, head, part, g);
  for (gsize t = 0; t < row->n_tokens; t++)
    TRAFO_CPU_SYMBOL (query_group_save)
  (g, t, shared_part (c, shared, row->slot + t, head, part));
  if (part == 0)
    append_as_first (c, row, head, 0, row->n_tokens);
}

/* Units [unit, end) of a row of many tokens. Blocks of keys are cut by the row, not by the units that
 * happen to be computed together. */
static void
run_units (const Cached *c, const Row *row, gsize head, gsize unit, gsize end, QueryGroup *g)
{
  while (unit < end)
    {
      gsize n_units = MIN (query_max_rows (c->is_narrow) / c->unit, end - unit);
      gsize first = unit * c->unit;
      gsize last = MIN (first + n_units * c->unit, row->n_tokens);

      g->is_few = g->is_half = FALSE;
      g->n_queries = last - first;
      g->first_key = 0;
      run_keys (c, row, head, first, row->past + row->n_tokens, g);
      TRAFO_CPU_SYMBOL (query_group_finish)
      (g, output_at (c, row, first, head), c->output->strides[1]);
      append_as_first (c, row, head, first, last);
      unit += n_units;
    }
}

/* Work is shared by its cost, the number of pairs of a query and a key, in an order of which each task
 * takes a stretch: rows, in each its heads, in each its units or parts. */
typedef struct
{
  const Cached *cached;
  gboolean      is_split; /* parts of few tokens are units */
  guint64       at;       /* the cost of what comes before */
  guint64       begin, end;
} Share;

static gsize
row_n_units (const Share *share, const Row *row)
{
  if (row->n_tokens == 0)
    return 0;
  if (row->is_few)
    return share->is_split ? row_n_parts (row) : 1;
  return (row->n_tokens + share->cached->unit - 1) / share->cached->unit;
}

static guint64
unit_cost (const Share *share, const Row *row, gsize unit)
{
  gsize n_keys = row->past + row->n_tokens;
  gsize unit_size = share->cached->unit;
  gsize end = MIN ((unit + 1) * unit_size, row->n_tokens);

  if (!row->is_few)
    return (guint64) (end - unit * unit_size) * (row->past + end);
  if (share->is_split)
    n_keys = MIN (PART_KEYS, n_keys - unit * PART_KEYS);
  return (guint64) row->n_tokens * n_keys;
}

static guint64
head_cost (const Share *share, const Row *row)
{
  guint64 cost = 0;

  for (gsize unit = 0; unit < row_n_units (share, row); unit++)
    cost += unit_cost (share, row, unit);
  return cost;
}

/* The units of a head that begin in the share: [*ret_first, *ret_end). Moves behind the head. */
static void
take_units (Share *share, const Row *row, guint64 cost, gsize *ret_first, gsize *ret_end)
{
  guint64 at = share->at;
  gsize   n_units = row_n_units (share, row), unit = 0;

  share->at += cost;
  *ret_first = *ret_end = 0;
  if (share->at <= share->begin || at >= share->end)
    return;
  for (; unit < n_units && at < share->begin; unit++)
    at += unit_cost (share, row, unit);
  *ret_first = unit;
  for (; unit < n_units && at < share->end; unit++)
    at += unit_cost (share, row, unit);
  *ret_end = unit;
}

static void
run_head (Share                 *share,
          const Row             *row,
          gsize                  head,
          guint64                cost,
          const TrafoKernelArgs *args,
          QueryGroup            *g,
          float                 *parts)
{
  gsize unit, end;

  take_units (share, row, cost, &unit, &end);
  if (unit < end && !row->is_few)
    run_units (share->cached, row, head, unit, end, g);
  for (; unit < end && row->is_few; unit++)
    if (share->is_split)
      run_few_part (share->cached, row, head, unit, args->shared, g);
    else
      run_few (share->cached, row, head, g, parts);
}

static void
cached_attention_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  Cached     c = cached_from_args (args);
  Share      share = { .cached = &c, .is_split = args->shared != NULL };
  QueryGroup g = { .head_size = 0 };
  float     *parts = scratch;
  guint64    total = 0;
  gsize      end;
  Row        row;

  for (gboolean more = next_row (&c, &row, TRUE); more; more = next_row (&c, &row, FALSE))
    total += head_cost (&share, &row) * c.n_heads;
  share.begin = trafo_cpu_share (total, task, n_tasks, &end);
  share.end = end;
  c.widened = parts + (QUERY_FEW + 1) * TRAFO_CPU_SYMBOL (query_part_size) (c.head_size);
  TRAFO_CPU_SYMBOL (query_group_init)
  (&g, args->attrs, (gsize) c.q->shape[1], c.widened + n_widened (&c));
  for (gboolean more = next_row (&c, &row, TRUE); more; more = next_row (&c, &row, FALSE))
    {
      guint64 cost = head_cost (&share, &row);

      if (share.at + cost * c.n_heads <= share.begin || share.at >= share.end)
        share.at += cost * c.n_heads;
      else
        for (gsize head = 0; head < c.n_heads; head++)
          run_head (&share, &row, head, cost, args, &g, parts);
    }
  TRAFO_CPU_SYMBOL (query_group_clear) (&g);
}

/* Puts the parts of a row's tokens together; each task does some heads. */
static void
cached_attention_finish (const TrafoKernelArgs *args, guint task, guint n_tasks)
{
  Cached c = cached_from_args (args);
  gsize  end, first = trafo_cpu_share (c.n_heads, task, n_tasks, &end);
  Row    row;

  for (gboolean more = next_row (&c, &row, TRUE); more; more = next_row (&c, &row, FALSE))
    for (gsize t = 0; t < row.n_tokens && row.is_few; t++)
      for (gsize head = first; head < end; head++)
        {
          float *part = shared_part (&c, args->shared, row.slot + t, head, 0);

          for (gsize i = 1; i < row_n_parts (&row); i++)
            TRAFO_CPU_SYMBOL (query_part_merge)
          (part, shared_part (&c, args->shared, row.slot + t, head, i), c.head_size);
          TRAFO_CPU_SYMBOL (query_part_finish)
          (part, output_at (&c, &row, t, head), c.head_size);
        }
}

static gsize
cached_attention_scratch_size (const TrafoKernelArgs *args, guint n_threads)
{
  Cached c = cached_from_args (args);
  gsize  part_size = TRAFO_CPU_SYMBOL (query_part_size) (c.head_size);

  return ((QUERY_FEW + 1) * part_size + n_widened (&c)) * sizeof (float) +
         TRAFO_CPU_SYMBOL (
             query_group_scratch_size) (c.head_size, c.is_narrow, (gsize) c.q->shape[1]);
}

static guint
cached_attention_n_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  Cached c = cached_from_args (args);
  gsize  n_keys = (gsize) c.page_table->shape[1] * c.page_tokens;

  return trafo_cpu_n_tasks ((gsize) c.q->shape[1] * c.n_heads * MAX (c.max_parts, 1),
                            MIN (n_keys, PART_KEYS) * c.head_size / 4,
                            n_threads);
}

/* Room for the parts of all rows of few tokens. */
static gsize
cached_attention_shared_size (const TrafoKernelArgs *args, guint n_threads)
{
  Cached c = cached_from_args (args);
  gsize  n_few = MIN ((gsize) c.q->shape[1], QUERY_FEW * (gsize) c.past_lengths->shape[0]);
  gsize  size_bytes = TRAFO_CPU_SYMBOL (query_part_size) (c.head_size) * sizeof (float);

  if (!g_size_checked_mul (&size_bytes, size_bytes, n_few * c.n_heads) ||
      !g_size_checked_mul (&size_bytes, size_bytes, c.max_parts))
    return G_MAXSIZE;
  return size_bytes;
}

/* One task a row and head is enough where these are many. */
static guint
cached_attention_n_finish_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  Cached c = cached_from_args (args);
  gsize  shared_bytes = cached_attention_shared_size (args, n_threads);

  if (n_threads == 1 || c.max_parts < 2 ||
      (gsize) c.past_lengths->shape[0] * c.n_heads >= 4 * (gsize) n_threads ||
      shared_bytes > MAX_SHARED_BYTES)
    return 0;
  return shared_bytes <= FEW_SHARED_BYTES ? 1 : (guint) MIN (c.n_heads, n_threads);
}

const TrafoKernel TRAFO_CPU_SYMBOL (cached_attention) = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_CACHED_ATTENTION,
  .name = "cached-attention-" TRAFO_CPU_TIER_NAME,
  .supports = cached_attention_supports,
  .scratch_size = cached_attention_scratch_size,
  .n_tasks = cached_attention_n_tasks,
  .run = cached_attention_run,
  .shared_size = cached_attention_shared_size,
  .n_finish_tasks = cached_attention_n_finish_tasks,
  .finish = cached_attention_finish,
};

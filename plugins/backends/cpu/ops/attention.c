/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ops.h"

#include "../operand.h"
#include "query-group.h"

#include <float.h>
#include <math.h>

/* y = softmax (scale q k^T, masked) v for each head. Work is cut in units of some queries of one
 * head of one sequence and shared by its cost; neighbouring units in a task share the packed blocks of
 * keys and values. A row's operations depend on its sequence's shape alone, so that neither the number
 * of tasks nor other sequences change a bit of it. */

typedef struct
{
  const TrafoOperand *q, *k, *v, *mask, *starts, *output;
  gsize               n_sequences;
  gsize               n_queries, n_keys, head_size; /* of one sequence; ragged: of all */
  gsize               n_heads, n_kv_heads;
  gboolean            is_causal;
  gboolean            is_narrow;
  gsize               unit; /* queries of one */
} Attention;

/* One head of one sequence: its queries [first, first + n) of row @batch, and the keys likewise. */
typedef struct
{
  gsize batch, head;
  gsize first_query, n_queries;
  gsize first_key, n_keys;
} Place;

static Attention
attention_from_args (const TrafoKernelArgs *args)
{
  const TrafoAttentionAttrs *attrs = args->attrs;

  return (Attention){
    .q = &args->inputs[0],
    .k = &args->inputs[1],
    .v = &args->inputs[2],
    .mask = attrs->has_mask ? &args->inputs[3] : NULL,
    .starts = attrs->is_ragged ? &args->inputs[3] : NULL,
    .output = &args->output,
    .n_sequences = (gsize) (attrs->is_ragged ? MAX (args->inputs[3].shape[0] - 1, 0)
                                             : args->inputs[0].shape[0]),
    .n_queries = (gsize) args->inputs[0].shape[1],
    .n_keys = (gsize) args->inputs[1].shape[1],
    .head_size = attrs->head_size,
    .n_heads = attrs->n_heads,
    .n_kv_heads = attrs->n_kv_heads,
    .is_causal = attrs->is_causal,
    .is_narrow = query_is_narrow (attrs),
    .unit = query_unit (query_is_narrow (attrs)),
  };
}

static gsize
read_start (const Attention *a, gsize index)
{
  gint32 start = ((const gint32 *) a->starts->data)[(gint64) index * a->starts->strides[0]];

  return (gsize) CLAMP (start, 0, (gint64) a->n_keys);
}

static Place
find_sequence (const Attention *a, gsize index)
{
  Place place = { .batch = index, .n_queries = a->n_queries, .n_keys = a->n_keys };
  gsize end;

  if (a->starts == NULL)
    return place;
  place.batch = 0;
  place.first_query = place.first_key = read_start (a, index);
  end = MAX (read_start (a, index + 1), place.first_key);
  place.n_queries = place.n_keys = end - place.first_key;
  return place;
}

static gboolean
attention_supports (const TrafoKernelArgs *args)
{
  const TrafoAttentionAttrs *attrs = args->attrs;
  const TrafoOperand        *mask = &args->inputs[3];

  if (attrs->is_ragged && (mask->n_dims != 1 || mask->dtype != TRAFO_DTYPE_INT32))
    return FALSE;
  if (attrs->has_mask &&
      (mask->n_dims != 2 || mask->dtype == TRAFO_DTYPE_NONE || trafo_dtype_is_float (mask->dtype)))
    return FALSE;
  return TRAFO_CPU_SYMBOL (query_group_supports) (args);
}

static const float *
sequence_row (const TrafoOperand *operand, gsize batch, gsize position, gsize feature)
{
  return (const float *) operand->data + (gint64) batch * operand->strides[0] +
         (gint64) position * operand->strides[1] + (gint64) feature;
}

static gboolean
is_visible (const TrafoOperand *mask, gsize batch, gsize key)
{
  gint64 offset = (gint64) batch * (mask->shape[0] == 1 ? 0 : mask->strides[0]) +
                  (gint64) key * mask->strides[1];

  switch (trafo_cpu_dtype_size (mask->dtype))
    {
    case 8:
      return ((const gint64 *) mask->data)[offset] != 0;
    case 4:
      return ((const gint32 *) mask->data)[offset] != 0;
    default:
      return ((const gint8 *) mask->data)[offset] != 0;
    }
}

/* Where the keys and values of the block lie, and which of them are hidden. */
static void
describe_block (const Attention *a, const Place *place, QueryGroup *g)
{
  gsize feature = place->head / (a->n_heads / a->n_kv_heads) * a->head_size;

  g->n_keys = MIN (query_group_block (g), place->n_keys - g->first_key);
  g->is_masked = FALSE;
  for (gsize i = 0; i < g->n_keys; i++)
    {
      gsize key = place->first_key + g->first_key + i;

      g->key[i] = sequence_row (a->k, place->batch, key, feature);
      g->value[i] = sequence_row (a->v, place->batch, key, feature);
    }
  for (gsize i = 0; i < g->n_keys && a->mask != NULL; i++)
    {
      gboolean shows = is_visible (a->mask, place->batch, g->first_key + i);

      g->bias[i] = shows ? 0.0f : -FLT_MAX;
      g->is_masked |= !shows;
    }
}

/* Queries [first, first + g->n_queries) of the sequence. */
static void
run_group (const Attention *a, const Place *place, gsize first, QueryGroup *g)
{
  gsize feature = place->head * a->head_size;
  gsize query = place->first_query + first;

  g->is_few = place->n_queries <= QUERY_FEW;
  g->queries = sequence_row (a->q, place->batch, query, feature);
  g->query_stride = a->q->strides[1];
  g->is_followed = place->head + 1 < a->n_heads;
  g->n_seen = a->is_causal ? (gint64) first + 1 + (gint64) place->n_keys - (gint64) place->n_queries
                           : G_MAXINT64 / 2;
  TRAFO_CPU_SYMBOL (query_group_begin) (g);
  for (g->first_key = 0; g->first_key < place->n_keys; g->first_key += query_group_block (g))
    {
      if (!TRAFO_CPU_SYMBOL (query_group_needs_block) (g))
        break;
      describe_block (a, place, g);
      TRAFO_CPU_SYMBOL (query_group_add_block) (g);
    }
  TRAFO_CPU_SYMBOL (query_group_finish)
  (g, (float *) sequence_row (a->output, place->batch, query, feature), a->output->strides[1]);
}

static gsize
attention_scratch_size (const TrafoKernelArgs *args, guint n_threads)
{
  Attention a = attention_from_args (args);

  return TRAFO_CPU_SYMBOL (query_group_scratch_size) (a.head_size, a.is_narrow, a.n_queries);
}

/* Where sequences start is not known yet: as if they were equally long. */
static guint
attention_n_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  Attention a = attention_from_args (args);
  gsize     n_pieces = MAX (a.starts != NULL ? a.n_sequences : 1, 1);
  gsize     n_queries = a.n_queries / n_pieces + 1, n_keys = a.n_keys / n_pieces + 1;
  gsize     n_units = a.n_sequences * a.n_heads * ((n_queries + a.unit - 1) / a.unit);

  return trafo_cpu_n_tasks (n_units, MIN (a.unit, n_queries) * n_keys * a.head_size / 8, n_threads);
}

static gsize
n_units (const Attention *a, const Place *place)
{
  return (place->n_queries + a->unit - 1) / a->unit;
}

/* In keys; a unit of few queries counts as whole, and one of no keys has its result to write too. */
static guint64
unit_cost (const Place *place)
{
  return MAX (place->n_keys, 1);
}

static guint64
total_cost (const Attention *a)
{
  guint64 cost = 0;

  for (gsize i = 0; i < a->n_sequences; i++)
    {
      Place place = find_sequence (a, i);

      cost += n_units (a, &place) * unit_cost (&place);
    }
  return cost * a->n_heads;
}

/* The units of a head whose cost, which begins at @at, begins in [begin, end). */
static void
run_head (const Attention *a,
          const Place     *place,
          guint64          at,
          guint64          begin,
          guint64          end,
          QueryGroup      *g)
{
  guint64 cost = unit_cost (place);
  gsize   unit = begin > at ? (gsize) ((begin - at + cost - 1) / cost) : 0;
  gsize   last = end > at ? (gsize) MIN ((end - at + cost - 1) / cost, n_units (a, place)) : 0;

  while (unit < last)
    {
      gsize n = MIN (query_max_rows (a->is_narrow) / a->unit, last - unit);
      gsize first = unit * a->unit;

      g->n_queries = MIN (n * a->unit, place->n_queries - first);
      run_group (a, place, first, g);
      unit += n;
    }
}

static void
attention_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  Attention  a = attention_from_args (args);
  QueryGroup g = { 0 };
  gsize      begin, end;
  guint64    at = 0;

  begin = trafo_cpu_share (total_cost (&a), task, n_tasks, &end);
  TRAFO_CPU_SYMBOL (query_group_init) (&g, args->attrs, a.n_queries, scratch);
  for (gsize i = 0; i < a.n_sequences && at < end; i++)
    {
      Place   place = find_sequence (&a, i);
      guint64 cost = n_units (&a, &place) * unit_cost (&place);

      for (place.head = 0; place.head < a.n_heads; place.head++, at += cost)
        run_head (&a, &place, at, begin, end, &g);
    }
  TRAFO_CPU_SYMBOL (query_group_clear) (&g);
}

const TrafoKernel TRAFO_CPU_SYMBOL (attention) = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_ATTENTION,
  .name = "attention-" TRAFO_CPU_TIER_NAME,
  .supports = attention_supports,
  .scratch_size = attention_scratch_size,
  .n_tasks = attention_n_tasks,
  .run = attention_run,
};

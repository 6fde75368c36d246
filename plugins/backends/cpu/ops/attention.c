/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ops.h"

#include "../operand.h"
#include "query-group.h"

#include <float.h>
#include <math.h>

/* y = softmax (scale q k^T, masked) v for each head. Work is cut in units of QUERY_UNIT queries of one
 * head; neighbouring units in a task share the packed blocks of keys and values. A row's operations
 * depend on the shape alone, so the number of tasks changes no bit. */

typedef struct
{
  const TrafoOperand *q, *k, *v, *mask, *output;
  gsize               n_queries, n_keys, head_size;
  gsize               n_heads, n_kv_heads;
  gsize               units_per_head;
  float               scale;
  gboolean            is_causal;
} Attention;

/* Whose queries a group are. */
typedef struct
{
  gsize batch, head, first_query;
} Place;

static Attention
attention_from_args (const TrafoKernelArgs *args)
{
  const TrafoAttentionAttrs *attrs = args->attrs;
  Attention                  a = {
                     .q = &args->inputs[0],
                     .k = &args->inputs[1],
                     .v = &args->inputs[2],
                     .mask = attrs->has_mask ? &args->inputs[3] : NULL,
                     .output = &args->output,
                     .n_queries = (gsize) args->inputs[0].shape[1],
                     .n_keys = (gsize) args->inputs[1].shape[1],
                     .head_size = attrs->head_size,
                     .n_heads = attrs->n_heads,
                     .n_kv_heads = attrs->n_kv_heads,
                     .scale = (float) attrs->scale,
                     .is_causal = attrs->is_causal,
  };

  a.units_per_head = (a.n_queries + QUERY_UNIT - 1) / QUERY_UNIT;
  return a;
}

static gboolean
is_float_sequence (const TrafoOperand *operand, gint64 n_features)
{
  return operand->n_dims == 3 && trafo_cpu_is_rows (operand, TRAFO_DTYPE_FLOAT32) &&
         operand->shape[2] == n_features;
}

static gboolean
attention_supports (const TrafoKernelArgs *args)
{
  const TrafoAttentionAttrs *attrs = args->attrs;
  const TrafoOperand        *mask = &args->inputs[3];
  gint64                     n_features = (gint64) attrs->n_heads * attrs->head_size;
  gint64                     n_kv_features = (gint64) attrs->n_kv_heads * attrs->head_size;

  if (attrs->n_kv_heads == 0 || attrs->n_heads % attrs->n_kv_heads != 0 || attrs->head_size == 0)
    return FALSE;
  if (attrs->has_mask &&
      (mask->n_dims != 2 || mask->dtype == TRAFO_DTYPE_NONE || trafo_dtype_is_float (mask->dtype)))
    return FALSE;
  return is_float_sequence (&args->inputs[0], n_features) &&
         is_float_sequence (&args->inputs[1], n_kv_features) &&
         is_float_sequence (&args->inputs[2], n_kv_features) &&
         is_float_sequence (&args->output, n_features);
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

/* Where the keys and values of the block lie, and which of them are hidden: past the last key -inf,
 * which has no weight even where all keys are hidden. */
static void
describe_block (const Attention *a, const Place *place, QueryGroup *g)
{
  gsize feature = place->head / (a->n_heads / a->n_kv_heads) * a->head_size;

  g->n_keys = MIN (QUERY_KEYS, a->n_keys - g->first_key);
  g->has_bias = g->n_keys < QUERY_KEYS;
  for (gsize i = 0; i < g->n_keys; i++)
    {
      g->key[i] = sequence_row (a->k, place->batch, g->first_key + i, feature);
      g->value[i] = sequence_row (a->v, place->batch, g->first_key + i, feature);
    }
  for (gsize i = 0; i < QUERY_KEYS; i++)
    {
      g->bias[i] = i < g->n_keys ? 0.0f : -INFINITY;
      if (i >= g->n_keys || a->mask == NULL || is_visible (a->mask, place->batch, g->first_key + i))
        continue;
      g->bias[i] = -FLT_MAX;
      g->has_bias = TRUE;
    }
}

static void
run_group (const Attention *a, const Place *place, QueryGroup *g)
{
  gsize feature = place->head * a->head_size;

  g->queries = sequence_row (a->q, place->batch, place->first_query, feature);
  g->query_stride = a->q->strides[1];
  g->n_seen = a->is_causal
                  ? (gint64) place->first_query + 1 + (gint64) a->n_keys - (gint64) a->n_queries
                  : G_MAXINT64 / 2;
  TRAFO_CPU_SYMBOL (query_group_begin) (g);
  for (g->first_key = 0; g->first_key < a->n_keys; g->first_key += QUERY_KEYS)
    {
      if (!TRAFO_CPU_SYMBOL (query_group_needs_block) (g))
        break;
      describe_block (a, place, g);
      TRAFO_CPU_SYMBOL (query_group_add_block) (g);
    }
  TRAFO_CPU_SYMBOL (query_group_finish)
  (g,
   (float *) sequence_row (a->output, place->batch, place->first_query, feature),
   a->output->strides[1]);
}

static gsize
attention_scratch_size (const TrafoKernelArgs *args, guint n_threads)
{
  const TrafoAttentionAttrs *attrs = args->attrs;

  return TRAFO_CPU_SYMBOL (query_group_scratch_size) (attrs->head_size);
}

static guint
attention_n_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  Attention a = attention_from_args (args);
  gsize     n_units = (gsize) a.q->shape[0] * a.n_heads * a.units_per_head;
  gsize     unit_cost = MIN (QUERY_UNIT, a.n_queries) * a.n_keys * a.head_size / 8;

  return trafo_cpu_n_tasks (n_units, unit_cost, n_threads);
}

static void
attention_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  Attention  a = attention_from_args (args);
  QueryGroup g = { .is_few = a.n_queries <= QUERY_FEW };
  gsize      end;
  gsize      unit =
      trafo_cpu_share ((gsize) a.q->shape[0] * a.n_heads * a.units_per_head, task, n_tasks, &end);

  TRAFO_CPU_SYMBOL (query_group_init) (&g, a.head_size, a.scale, scratch);
  while (unit < end)
    {
      gsize pair = unit / a.units_per_head;
      gsize first = unit % a.units_per_head;
      gsize n_units = MIN (MIN (QUERY_MAX_UNITS, a.units_per_head - first), end - unit);
      Place place = { pair / a.n_heads, pair % a.n_heads, first * QUERY_UNIT };

      g.n_queries = MIN (n_units * QUERY_UNIT, a.n_queries - place.first_query);
      run_group (&a, &place, &g);
      unit += n_units;
    }
}

const TrafoKernel TRAFO_CPU_SYMBOL (attention) = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_ATTENTION,
  .name = "attention-float32-" TRAFO_CPU_TIER_NAME,
  .supports = attention_supports,
  .scratch_size = attention_scratch_size,
  .n_tasks = attention_n_tasks,
  .run = attention_run,
};

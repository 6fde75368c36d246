/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ops.h"

#include "../operand.h"
#include "../simd/tile.h"
#include "../simd/vector-math.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* y = softmax (scale q k^T, masked) v for each head, keys in blocks with a running maximum and sum
 * (Milakov and Gimelshein 2018; Dao et al. 2022), so that no more than one tile of scores exists.
 *
 * Work is cut in units of UNIT_ROWS queries of one head; neighbouring units in a task share the
 * packed blocks of keys and values. Few queries read keys and values as they lie. A row's operations
 * depend on the shape alone, so the number of tasks changes no bit. */
#define KEYS 64
#define TILE_ROWS 6
#define TILE_VECTORS (V_REGISTERS == 32 ? 4 : 2)
#define TILE_COLUMNS (TILE_VECTORS * V_LANES)
#define UNIT_ROWS (5 * TILE_ROWS)
#define MAX_UNITS 5
#define MAX_ROWS (MAX_UNITS * UNIT_ROWS)
#define FEW_QUERIES 3

typedef struct
{
  const TrafoOperand *q, *k, *v, *mask, *output;
  gsize               n_queries, n_keys, head_size, padded_size;
  gsize               n_heads, n_kv_heads;
  gsize               units_per_head;
  float               scale;
  gboolean            is_causal;
} Attention;

/* Some queries of one head, and what is known of them after the key blocks so far. */
typedef struct
{
  gsize    batch, head, kv_head;
  gsize    first_query, n_queries;
  float   *keys;     /* [head_size][KEYS]: a block of keys, transposed */
  float   *packed;   /* [KEYS][padded_size]: room for a block of values */
  float   *sums;     /* [MAX_ROWS][padded_size]: weighted values so far */
  float   *greatest; /* [MAX_ROWS]: the greatest score so far */
  float   *weight;   /* [MAX_ROWS]: the sum of exp (score - greatest) so far */
  float    bias[KEYS];
  gsize    first_key, n_keys; /* the block */
  gboolean has_bias;

  const float *values; /* of the block: packed, or where they lie */
  gsize        values_stride;
} Group;

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

  a.padded_size = (a.head_size + V_LANES - 1) / V_LANES * V_LANES;
  a.units_per_head = (a.n_queries + UNIT_ROWS - 1) / UNIT_ROWS;
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

/* What replaces a score: 0 nothing, -FLT_MAX for a hidden key, -inf past the last key, which has no
 * weight even where all keys are hidden. */
static void
set_bias (const Attention *a, Group *g)
{
  g->has_bias = g->n_keys < KEYS;
  for (gsize i = 0; i < KEYS; i++)
    {
      g->bias[i] = i < g->n_keys ? 0.0f : -INFINITY;
      if (i >= g->n_keys || a->mask == NULL || is_visible (a->mask, g->batch, g->first_key + i))
        continue;
      g->bias[i] = -FLT_MAX;
      g->has_bias = TRUE;
    }
}

static void
pack_keys (const Attention *a, Group *g)
{
  gsize feature = g->kv_head * a->head_size;

  for (gsize i = 0; i < KEYS; i += V_LANES)
    for (gsize d = 0; d < a->head_size; d += V_LANES)
      {
        gsize  n = MIN (V_LANES, a->head_size - d);
        VFloat square[V_LANES];

        for (gsize j = 0; j < V_LANES; j++)
          square[j] =
              i + j < g->n_keys
                  ? v_load_n (sequence_row (a->k, g->batch, g->first_key + i + j, feature) + d, n)
                  : v_zero ();
        v_transpose (square);
        for (gsize j = 0; j < n; j++)
          v_store (g->keys + (d + j) * KEYS + i, square[j]);
      }
}

static void
pack_values (const Attention *a, Group *g)
{
  gsize feature = g->kv_head * a->head_size;

  if (a->n_queries <= FEW_QUERIES && a->head_size == a->padded_size && a->v->strides[1] >= 0)
    {
      g->values = sequence_row (a->v, g->batch, g->first_key, feature);
      g->values_stride = (gsize) a->v->strides[1];
      return;
    }
  g->values = g->packed;
  g->values_stride = a->padded_size;
  for (gsize i = 0; i < g->n_keys; i++)
    {
      const float *value = sequence_row (a->v, g->batch, g->first_key + i, feature);

      for (gsize d = 0; d < a->head_size; d += V_LANES)
        v_store (g->packed + i * a->padded_size + d, v_load_n (value + d, a->head_size - d));
    }
}

#define DEFINE_TILE(n, n_wide_chains, n_narrow_chains)                                             \
  static void tile_##n##_wide (const float *const *rows,                                           \
                               const float        *b,                                              \
                               gsize               b_stride,                                       \
                               gsize               n_k,                                            \
                               float              *sums)                                           \
  {                                                                                                \
    VPrefetch none = { 0 };                                                                        \
                                                                                                   \
    v_tile (n, TILE_VECTORS, n_wide_chains, rows, b, b_stride, n_k, none, sums, KEYS);             \
  }                                                                                                \
                                                                                                   \
  static void tile_##n##_narrow (const float *const *rows,                                         \
                                 const float        *b,                                            \
                                 gsize               b_stride,                                     \
                                 gsize               n_k,                                          \
                                 float              *sums)                                         \
  {                                                                                                \
    VPrefetch none = { 0 };                                                                        \
                                                                                                   \
    v_tile (n, 1, n_narrow_chains, rows, b, b_stride, n_k, none, sums, KEYS);                      \
  }

DEFINE_TILE (1, 2, 4)
DEFINE_TILE (2, 1, 4)
DEFINE_TILE (3, 1, 2)
DEFINE_TILE (4, 1, 2)
DEFINE_TILE (5, 1, 1)
DEFINE_TILE (6, 1, 1)

typedef void (
    *TileFunc) (const float *const *rows, const float *b, gsize b_stride, gsize n_k, float *sums);

static const TileFunc wide_tiles[TILE_ROWS + 1] = { NULL,        tile_1_wide, tile_2_wide,
                                                    tile_3_wide, tile_4_wide, tile_5_wide,
                                                    tile_6_wide };
static const TileFunc narrow_tiles[TILE_ROWS + 1] = { NULL,          tile_1_narrow, tile_2_narrow,
                                                      tile_3_narrow, tile_4_narrow, tile_5_narrow,
                                                      tile_6_narrow };

/* scores [n][KEYS] = q k^T by products with the transposed keys. */
static void
score_tile (const Attention *a, const Group *g, const float *const *queries, gsize n, float *scores)
{
  for (gsize key = 0; key < KEYS; key += TILE_COLUMNS)
    wide_tiles[n](queries, g->keys + key, KEYS, a->head_size, scores + key);
}

/* The same for few queries: each key is read once, where it lies. */
static void
score_rows (const Attention *a, const Group *g, const float *const *queries, gsize n, float *scores)
{
  gsize feature = g->kv_head * a->head_size;

  memset (scores, 0, n * KEYS * sizeof (float));
  for (gsize i = 0; i < g->n_keys; i++)
    {
      const float *key = sequence_row (a->k, g->batch, g->first_key + i, feature);

      for (gsize row = 0; row < n; row++)
        {
          VFloat sum = v_zero ();

          for (gsize d = 0; d < a->head_size; d += V_LANES)
            sum = v_fma (v_load_n (queries[row] + d, a->head_size - d),
                         v_load_n (key + d, a->head_size - d),
                         sum);
          scores[row * KEYS + i] = v_sum (sum);
        }
    }
}

/* How many keys, from the first, the query may see if the mask hides none. */
static gsize
n_visible (const Attention *a, gsize query)
{
  gint64 n = (gint64) query + 1 + (gint64) a->n_keys - (gint64) a->n_queries;

  return a->is_causal ? (gsize) CLAMP (n, 0, (gint64) a->n_keys) : a->n_keys;
}

/* Scales and masks the scores of one row, of whose keys in the block it may see the first @n_seen.
 * Returns the greatest of them and of @greatest. */
static inline __attribute__ ((always_inline)) float
mask_row (const Attention *a, const Group *g, gsize n_seen, float greatest, float *scores)
{
  VFloat greatest_lanes = v_set (greatest);

#pragma GCC unroll 4
  for (gsize i = 0; i < KEYS; i += V_LANES)
    {
      VFloat score = v_load (scores + i) * v_set (a->scale);

      if (g->has_bias)
        score = v_select (v_is_zero (v_load (g->bias + i)), score, v_load (g->bias + i));
      if (n_seen < KEYS)
        score = v_select (v_first (n_seen > i ? n_seen - i : 0),
                          score,
                          v_min (score, v_set (-FLT_MAX)));
      v_store (scores + i, score);
      greatest_lanes = v_max (greatest_lanes, score);
    }
  return v_greatest (greatest_lanes);
}

/* Scores of a tile become weights; @factors what the sums of earlier blocks are to be multiplied
 * by. One step for all rows before the next: a row alone would wait for each of its own results. */
static void
weigh_tile (const Attention *a, Group *g, gsize row, gsize n, float *scores, float *factors)
{
  for (gsize i = 0; i < n; i++)
    {
      gsize seen = n_visible (a, g->first_query + row + i);
      float before = g->greatest[row + i];

      seen = seen > g->first_key ? MIN (seen - g->first_key, KEYS) : 0;
      g->greatest[row + i] = mask_row (a, g, a->is_causal ? seen : KEYS, before, scores + i * KEYS);
      factors[i] = before - g->greatest[row + i];
    }
  for (gsize i = 0; i < n; i += V_LANES)
    v_store (factors + i, v_exp (v_load (factors + i)));
  for (gsize i = 0; i < n; i++)
    {
      VFloat greatest = v_set (g->greatest[row + i]);
      float *weight = g->weight + (row + i) * V_LANES;
      VFloat sum = v_load (weight) * v_set (factors[i]);

#pragma GCC unroll 4
      for (gsize j = 0; j < KEYS; j += V_LANES)
        {
          VFloat e = v_exp (v_load (scores + i * KEYS + j) - greatest);

          v_store (scores + i * KEYS + j, e);
          sum += e;
        }
      v_store (weight, sum);
    }
}

/* sums = sums factor + weights values, for a tile of rows. */
static void
add_values (const Attention *a,
            const Group     *g,
            gsize            row,
            gsize            n,
            const float     *weights,
            const float     *factors)
{
  const float *rows[TILE_ROWS];
  float        products[TILE_ROWS * KEYS];
  gsize        column = 0;

  for (gsize i = 0; i < n; i++)
    rows[i] = weights + i * KEYS;
  while (column < a->padded_size)
    {
      gboolean is_wide = a->padded_size - column >= TILE_COLUMNS;
      gsize    width = is_wide ? TILE_COLUMNS : V_LANES;

      (is_wide ? wide_tiles
               : narrow_tiles)[n](rows, g->values + column, g->values_stride, g->n_keys, products);
      for (gsize i = 0; i < n; i++)
        {
          float *sums = g->sums + (row + i) * a->padded_size + column;

          for (gsize j = 0; j < width; j += V_LANES)
            v_store (sums + j,
                     v_fma (v_load (sums + j),
                            v_set (factors[i]),
                            v_load (products + i * KEYS + j)));
        }
      column += width;
    }
}

/* A tile needs the block if one of its rows may see into it, or has seen nothing so far: such a
 * row may end as the mean of all values. */
static gboolean
tile_needs_block (const Attention *a, const Group *g, gsize row, gsize n)
{
  if (n_visible (a, g->first_query + row + n - 1) > g->first_key)
    return TRUE;
  for (gsize i = 0; i < n; i++)
    if (g->greatest[row + i] == -FLT_MAX)
      return TRUE;
  return FALSE;
}

static void
run_tile (const Attention *a, Group *g, gsize row, gsize n)
{
  _Alignas(64) float scores[TILE_ROWS * KEYS];
  const float       *queries[TILE_ROWS];
  float              factors[TILE_ROWS + V_LANES] = { 0 };

  for (gsize i = 0; i < n; i++)
    queries[i] = sequence_row (a->q, g->batch, g->first_query + row + i, g->head * a->head_size);
  if (a->n_queries <= FEW_QUERIES)
    score_rows (a, g, queries, n, scores);
  else
    score_tile (a, g, queries, n, scores);
  weigh_tile (a, g, row, n, scores, factors);
  add_values (a, g, row, n, scores, factors);
}

/* Returns whether any tile needed the block. */
static gboolean
run_block (const Attention *a, Group *g)
{
  gboolean is_packed = FALSE;

  for (gsize row = 0; row < g->n_queries; row += TILE_ROWS)
    {
      gsize n = MIN (TILE_ROWS, g->n_queries - row);

      if (!tile_needs_block (a, g, row, n))
        continue;
      if (!is_packed)
        {
          set_bias (a, g);
          pack_values (a, g);
          if (a->n_queries > FEW_QUERIES)
            pack_keys (a, g);
          is_packed = TRUE;
        }
      run_tile (a, g, row, n);
    }
  return is_packed;
}

static void
run_group (const Attention *a, Group *g)
{
  memset (g->sums, 0, g->n_queries * a->padded_size * sizeof (float));
  for (gsize row = 0; row < g->n_queries; row++)
    {
      g->greatest[row] = -FLT_MAX;
      v_store (g->weight + row * V_LANES, v_zero ());
    }
  for (g->first_key = 0; g->first_key < a->n_keys; g->first_key += KEYS)
    {
      g->n_keys = MIN (KEYS, a->n_keys - g->first_key);
      if (!run_block (a, g))
        break;
    }
  for (gsize row = 0; row < g->n_queries; row++)
    {
      float *y = (float *)
          sequence_row (a->output, g->batch, g->first_query + row, g->head * a->head_size);
      VFloat inverse = v_set (1.0f / v_sum (v_load (g->weight + row * V_LANES)));

      for (gsize d = 0; d < a->head_size; d += V_LANES)
        v_store_n (y + d, v_load (g->sums + row * a->padded_size + d) * inverse, a->head_size - d);
    }
}

static gsize
attention_scratch_size (const TrafoKernelArgs *args, guint n_threads)
{
  Attention a = attention_from_args (args);

  return (KEYS * a.head_size + (KEYS + MAX_ROWS) * a.padded_size + MAX_ROWS * (V_LANES + 1)) *
         sizeof (float);
}

static guint
attention_n_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  Attention a = attention_from_args (args);
  gsize     n_units = (gsize) a.q->shape[0] * a.n_heads * a.units_per_head;
  gsize     unit_cost = MIN (UNIT_ROWS, a.n_queries) * a.n_keys * a.head_size / 8;

  return trafo_cpu_n_tasks (n_units, unit_cost, n_threads);
}

static void
attention_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  Attention a = attention_from_args (args);
  Group     g = { .keys = scratch };
  gsize     end;
  gsize     unit =
      trafo_cpu_share ((gsize) a.q->shape[0] * a.n_heads * a.units_per_head, task, n_tasks, &end);

  g.packed = g.keys + KEYS * a.head_size;
  g.sums = g.packed + KEYS * a.padded_size;
  g.weight = g.sums + MAX_ROWS * a.padded_size;
  g.greatest = g.weight + MAX_ROWS * V_LANES;
  while (unit < end)
    {
      gsize pair = unit / a.units_per_head;
      gsize first = unit % a.units_per_head;
      gsize n_units = MIN (MIN (MAX_UNITS, a.units_per_head - first), end - unit);

      g.batch = pair / a.n_heads;
      g.head = pair % a.n_heads;
      g.kv_head = g.head / (a.n_heads / a.n_kv_heads);
      g.first_query = first * UNIT_ROWS;
      g.n_queries = MIN (n_units * UNIT_ROWS, a.n_queries - g.first_query);
      run_group (&a, &g);
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

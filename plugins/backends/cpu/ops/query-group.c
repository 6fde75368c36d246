/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "query-group.h"

#include "../operand.h"
#include "../simd/tile.h"
#include "../simd/vector-math.h"
#include "query-narrow.h"

#include <math.h>
#include <string.h>

#define TILE_VECTORS (V_REGISTERS == 32 ? 4 : 2)
#define TILE_COLUMNS (TILE_VECTORS * V_LANES)
#define FEW_VECTORS 4

static gsize
pad (gsize head_size)
{
  return (head_size + V_LANES - 1) / V_LANES * V_LANES;
}

static gsize
n_rows (gboolean is_narrow, gsize n_queries)
{
  gsize unit = query_unit (is_narrow);

  return MIN ((n_queries + unit - 1) / unit * unit, query_max_rows (is_narrow));
}

static gboolean
is_tokens (const TrafoOperand *operand, gint64 n_features)
{
  return operand->n_dims == 3 && trafo_cpu_is_rows (operand, TRAFO_DTYPE_FLOAT32) &&
         operand->shape[2] == n_features;
}

gboolean
TRAFO_CPU_SYMBOL (query_group_supports) (const TrafoKernelArgs *args)
{
  const TrafoAttentionAttrs *attrs = args->attrs;
  gint64                     n_features = (gint64) attrs->n_heads * attrs->head_size;
  gint64                     n_kv_features = (gint64) attrs->n_kv_heads * attrs->head_size;

  return attrs->n_kv_heads > 0 && attrs->n_heads % attrs->n_kv_heads == 0 && attrs->head_size > 0 &&
         is_tokens (&args->inputs[0], n_features) && is_tokens (&args->inputs[1], n_kv_features) &&
         is_tokens (&args->inputs[2], n_kv_features) && is_tokens (&args->output, n_features);
}

/* What many queries in float32 alone need is not there for those in bfloat16, and the other way around. */
gsize
TRAFO_CPU_SYMBOL (query_group_scratch_size) (gsize head_size, gboolean is_narrow, gsize n_queries)
{
  gsize rows = n_rows (is_narrow, n_queries);
  gsize packed_bytes = QUERY_KEYS * (head_size + pad (head_size)) * sizeof (float);

#if defined(__AMX_TILE__)
  if (is_narrow)
    packed_bytes = TRAFO_CPU_SYMBOL (query_narrow_scratch_size) (head_size, rows);
#endif
  return packed_bytes + rows * (pad (head_size) + V_LANES + 1) * sizeof (float);
}

void
TRAFO_CPU_SYMBOL (query_group_init) (QueryGroup                *g,
                                     const TrafoAttentionAttrs *attrs,
                                     gsize                      n_queries,
                                     gpointer                   scratch)
{
  gsize rows;

  g->head_size = attrs->head_size;
  g->padded_size = pad (g->head_size);
  g->scale = (float) attrs->scale;
  g->is_narrow = query_is_narrow (attrs);
  rows = n_rows (g->is_narrow, n_queries);
  g->keys = scratch;
  g->packed = g->keys + QUERY_KEYS * g->head_size;
  g->sums = g->packed + QUERY_KEYS * g->padded_size;
#if defined(__AMX_TILE__)
  if (g->is_narrow)
    g->sums = TRAFO_CPU_SYMBOL (query_narrow_init) (g, rows, scratch);
#endif
  g->weight = g->sums + rows * g->padded_size;
  g->greatest = g->weight + rows * V_LANES;
}

void
TRAFO_CPU_SYMBOL (query_group_clear) (QueryGroup *g)
{
#if defined(__AMX_TILE__)
  if (g->is_narrow)
    TRAFO_CPU_SYMBOL (narrow_end) ();
#endif
}

void
TRAFO_CPU_SYMBOL (query_group_begin) (QueryGroup *g)
{
  memset (g->sums, 0, g->n_queries * g->padded_size * sizeof (float));
  for (gsize row = 0; row < g->n_queries; row++)
    {
      g->greatest[row] = -FLT_MAX;
      v_store (g->weight + row * V_LANES, v_zero ());
    }
#if defined(__AMX_TILE__)
  if (g->is_narrow && !g->is_few)
    TRAFO_CPU_SYMBOL (query_narrow_begin) (g);
#endif
}

gboolean
TRAFO_CPU_SYMBOL (query_group_needs_block) (const QueryGroup *g)
{
  for (gsize row = 0; row < g->n_queries; row += QUERY_TILE)
    if (query_group_concerns (g, row, MIN (QUERY_TILE, g->n_queries - row)))
      return TRUE;
  return FALSE;
}

static void
pack_keys (QueryGroup *g)
{
  for (gsize i = 0; i < QUERY_KEYS; i += V_LANES)
    for (gsize d = 0; d < g->head_size; d += V_LANES)
      {
        gsize  n = MIN (V_LANES, g->head_size - d);
        VFloat square[V_LANES];

        for (gsize j = 0; j < V_LANES; j++)
          square[j] =
              i + j < g->n_keys ? v_load_n ((const float *) g->key[i + j] + d, n) : v_zero ();
        v_transpose (square);
        for (gsize j = 0; j < n; j++)
          v_store (g->keys + (d + j) * QUERY_KEYS + i, square[j]);
      }
}

static void
pack_values (QueryGroup *g)
{
  for (gsize i = 0; i < g->n_keys; i++)
    for (gsize d = 0; d < g->head_size; d += V_LANES)
      v_store (g->packed + i * g->padded_size + d,
               v_load_n ((const float *) g->value[i] + d, g->head_size - d));
}

/* Of TILE_VECTORS vectors of columns, and of one. */
#define DEFINE_TILE(n)                                                                             \
  static void tile_##n##_wide (const float *const *rows,                                           \
                               const float        *b,                                              \
                               gsize               b_stride,                                       \
                               gsize               n_k,                                            \
                               float              *sums)                                           \
  {                                                                                                \
    VPrefetch none = { 0 };                                                                        \
                                                                                                   \
    v_tile (n, TILE_VECTORS, rows, b, b_stride, n_k, none, sums, QUERY_KEYS);                      \
  }                                                                                                \
                                                                                                   \
  static void tile_##n##_vector (const float *const *rows,                                         \
                                 const float        *b,                                            \
                                 gsize               b_stride,                                     \
                                 gsize               n_k,                                          \
                                 float              *sums)                                         \
  {                                                                                                \
    VPrefetch none = { 0 };                                                                        \
                                                                                                   \
    v_tile (n, 1, rows, b, b_stride, n_k, none, sums, QUERY_KEYS);                                 \
  }

DEFINE_TILE (1)
DEFINE_TILE (2)
DEFINE_TILE (3)
DEFINE_TILE (4)
DEFINE_TILE (5)
DEFINE_TILE (6)

typedef void (
    *TileFunc) (const float *const *rows, const float *b, gsize b_stride, gsize n_k, float *sums);

static const TileFunc wide_tiles[QUERY_TILE + 1] = { NULL,        tile_1_wide, tile_2_wide,
                                                     tile_3_wide, tile_4_wide, tile_5_wide,
                                                     tile_6_wide };
static const TileFunc vector_tiles[QUERY_TILE + 1] = { NULL,          tile_1_vector, tile_2_vector,
                                                       tile_3_vector, tile_4_vector, tile_5_vector,
                                                       tile_6_vector };

/* scores [n][QUERY_KEYS] = q k^T by products with the transposed keys. */
static void
score_tile (const QueryGroup *g, const float *const *queries, gsize n, float *scores)
{
  for (gsize key = 0; key < QUERY_KEYS; key += TILE_COLUMNS)
    wide_tiles[n](queries, g->keys + key, QUERY_KEYS, g->head_size, scores + key);
}

/* From element @d on of a key or value, of which @left are left. */
static inline __attribute__ ((always_inline)) VFloat
load_features (gconstpointer row, gboolean is_half, gsize d, gsize left)
{
  const guint16 *halves = (const guint16 *) row + d;

  if (!is_half)
    return v_load_n ((const float *) row + d, left);
  if (left >= V_LANES)
    return v_load_bfloat16 (halves);
  return V_LOAD_N_16 (v_load_bfloat16, halves, left);
}

/* What will be read after this key and its value. */
static inline void
fetch_ahead (const QueryGroup *g, gsize key)
{
  gsize size_bytes = g->head_size * (g->is_half ? sizeof (guint16) : sizeof (float));

  for (gsize at = g->ahead_bytes; at < g->ahead_bytes + size_bytes; at += V_CACHE_LINE)
    {
      __builtin_prefetch ((const char *) g->key[key] + at, 0, 2);
      __builtin_prefetch ((const char *) g->value[key] + at, 0, 2);
    }
}

/* The scores of one of few queries: V_LANES keys at once, each read where it lies. */
static inline __attribute__ ((always_inline)) void
score_keys (const QueryGroup *g, gboolean is_half, gsize row, const float *query, float *scores)
{
  gboolean looks_ahead = row == 0 && g->ahead_bytes > 0;

  for (gsize i = 0; i < g->n_keys; i += V_LANES)
    {
      VFloat sums[V_LANES];

      for (gsize j = 0; j < V_LANES; j++)
        {
          sums[j] = v_zero ();
          if (looks_ahead && i + j < g->n_keys)
            fetch_ahead (g, i + j);
          for (gsize d = 0; d < g->head_size && i + j < g->n_keys; d += V_LANES)
            sums[j] = v_fma (v_load_n (query + d, g->head_size - d),
                             load_features (g->key[i + j], is_half, d, g->head_size - d),
                             sums[j]);
        }
      v_transpose (sums);
      for (gsize n = V_LANES / 2; n > 0; n /= 2)
        for (gsize j = 0; j < n; j++)
          sums[j] += sums[j + n];
      v_store (scores + i, sums[0]);
    }
}

static void
score_rows (const QueryGroup *g, const float *const *queries, gsize row, gsize n, float *scores)
{
  memset (scores, 0, n * QUERY_KEYS * sizeof (float));
  for (gsize i = 0; i < n; i++)
    if (g->is_half)
      score_keys (g, TRUE, row + i, queries[i], scores + i * QUERY_KEYS);
    else
      score_keys (g, FALSE, row + i, queries[i], scores + i * QUERY_KEYS);
}

/* Scales and masks the scores of one row, which may see the first @n_seen keys of the block. Returns
 * the greatest of them and of @greatest. */
static inline __attribute__ ((always_inline)) float
mask_row (const QueryGroup *g, gsize n_seen, float greatest, float *scores)
{
  VFloat greatest_lanes = v_set (greatest);

#pragma GCC unroll 4
  for (gsize i = 0; i < QUERY_KEYS; i += V_LANES)
    {
      VFloat score = v_load (scores + i) * v_set (g->scale);

      if (g->has_bias)
        score = v_select (v_is_zero (v_load (g->bias + i)), score, v_load (g->bias + i));
      if (n_seen < QUERY_KEYS)
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
weigh_tile (QueryGroup *g, gsize row, gsize n, float *scores, float *factors)
{
  for (gsize i = 0; i < n; i++)
    {
      float before = g->greatest[row + i];

      g->greatest[row + i] =
          mask_row (g, query_group_n_visible (g, row + i), before, scores + i * QUERY_KEYS);
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
      for (gsize j = 0; j < QUERY_KEYS; j += V_LANES)
        {
          VFloat e = v_exp (v_load (scores + i * QUERY_KEYS + j) - greatest);

          v_store (scores + i * QUERY_KEYS + j, e);
          sum += e;
        }
      v_store (weight, sum);
    }
}

/* sums = sums factor + weights values, for a tile of rows. */
static void
add_packed (const QueryGroup *g, gsize row, gsize n, const float *weights, const float *factors)
{
  const float *rows[QUERY_TILE];
  float        products[QUERY_TILE * QUERY_KEYS];
  gsize        column = 0;

  for (gsize i = 0; i < n; i++)
    rows[i] = weights + i * QUERY_KEYS;
  while (column < g->padded_size)
    {
      gboolean is_wide = g->padded_size - column >= TILE_COLUMNS;
      gsize    width = is_wide ? TILE_COLUMNS : V_LANES;

      (is_wide ? wide_tiles
               : vector_tiles)[n](rows, g->packed + column, g->padded_size, g->n_keys, products);
      for (gsize i = 0; i < n; i++)
        {
          float *sums = g->sums + (row + i) * g->padded_size + column;

          for (gsize j = 0; j < width; j += V_LANES)
            v_store (sums + j,
                     v_fma (v_load (sums + j),
                            v_set (factors[i]),
                            v_load (products + i * QUERY_KEYS + j)));
        }
      column += width;
    }
}

/* The same for few queries: each value is read where it lies; @n_vectors columns at once. */
static inline __attribute__ ((always_inline)) void
add_column (const QueryGroup *g,
            gboolean          is_half,
            guint             n_vectors,
            gsize             d,
            const float      *weights,
            VFloat            factor,
            float            *sums)
{
  VFloat sum[FEW_VECTORS];
  gsize  left = g->head_size - d;

#pragma GCC unroll 4
  for (guint j = 0; j < n_vectors; j++)
    sum[j] = v_load (sums + d + j * V_LANES) * factor;
  for (gsize i = 0; i < g->n_keys; i++)
    {
      VFloat weight = v_set (weights[i]);

#pragma GCC unroll 4
      for (guint j = 0; j < n_vectors; j++)
        sum[j] = v_fma (weight,
                        load_features (g->value[i],
                                       is_half,
                                       d + j * V_LANES,
                                       n_vectors > 1 ? V_LANES : left),
                        sum[j]);
    }
#pragma GCC unroll 4
  for (guint j = 0; j < n_vectors; j++)
    v_store (sums + d + j * V_LANES, sum[j]);
}

static inline __attribute__ ((always_inline)) void
add_values (const QueryGroup *g, gboolean is_half, const float *weights, VFloat factor, float *sums)
{
  gsize d = 0;

  for (; d + FEW_VECTORS * V_LANES <= g->head_size; d += FEW_VECTORS * V_LANES)
    add_column (g, is_half, FEW_VECTORS, d, weights, factor, sums);
  for (; d < g->head_size; d += V_LANES)
    add_column (g, is_half, 1, d, weights, factor, sums);
}

static void
add_rows (const QueryGroup *g, gsize row, gsize n, const float *weights, const float *factors)
{
  for (gsize i = 0; i < n; i++, weights += QUERY_KEYS)
    {
      float *sums = g->sums + (row + i) * g->padded_size;

      if (g->is_half)
        add_values (g, TRUE, weights, v_set (factors[i]), sums);
      else
        add_values (g, FALSE, weights, v_set (factors[i]), sums);
    }
}

static void
run_tile (QueryGroup *g, gsize row, gsize n)
{
  _Alignas(64) float scores[QUERY_TILE * QUERY_KEYS];
  const float       *queries[QUERY_TILE];
  float              factors[QUERY_TILE + V_LANES] = { 0 };

  for (gsize i = 0; i < n; i++)
    queries[i] = g->queries + (gint64) (row + i) * g->query_stride;
  if (g->is_few)
    score_rows (g, queries, row, n, scores);
  else
    score_tile (g, queries, n, scores);
  weigh_tile (g, row, n, scores, factors);
  if (g->is_few)
    add_rows (g, row, n, scores, factors);
  else
    add_packed (g, row, n, scores, factors);
}

/* Past the last key -inf, which has no weight even where all keys are hidden. */
static void
complete_bias (QueryGroup *g)
{
  gsize block = query_group_block (g);

  g->has_bias = g->is_masked || g->n_keys < block;
  for (gsize i = g->is_masked ? g->n_keys : 0; i < block && g->has_bias; i++)
    g->bias[i] = i < g->n_keys ? 0.0f : -INFINITY;
}

void
TRAFO_CPU_SYMBOL (query_group_add_block) (QueryGroup *g)
{
  complete_bias (g);
#if defined(__AMX_TILE__)
  if (g->is_narrow && !g->is_few)
    {
      TRAFO_CPU_SYMBOL (query_narrow_add_block) (g);
      return;
    }
#endif
  if (!g->is_few)
    {
      pack_keys (g);
      pack_values (g);
    }
  for (gsize row = 0; row < g->n_queries; row += QUERY_TILE)
    {
      gsize n = MIN (QUERY_TILE, g->n_queries - row);

      if (query_group_concerns (g, row, n))
        run_tile (g, row, n);
    }
}

static void
finish_row (const float *sums, VFloat weight, gsize head_size, float *y)
{
  VFloat inverse = v_set (1.0f / v_sum (weight));
  gsize  d = 0;

  for (; d + V_LANES <= head_size; d += V_LANES)
    v_store (y + d, v_load (sums + d) * inverse);
  if (d < head_size)
    v_store_n (y + d, v_load (sums + d) * inverse, head_size - d);
}

void
TRAFO_CPU_SYMBOL (query_group_finish) (const QueryGroup *g, float *y, gint64 stride)
{
  for (gsize row = 0; row < g->n_queries; row++)
    finish_row (g->sums + row * g->padded_size,
                v_load (g->weight + row * V_LANES),
                g->head_size,
                y + (gint64) row * stride);
}

/* A part is the sums, then the weight's lanes, then the greatest score in every lane. */
gsize
TRAFO_CPU_SYMBOL (query_part_size) (gsize head_size)
{
  return pad (head_size) + 2 * V_LANES;
}

void
TRAFO_CPU_SYMBOL (query_group_save) (const QueryGroup *g, gsize row, float *part)
{
  memcpy (part, g->sums + row * g->padded_size, g->padded_size * sizeof (float));
  v_store (part + g->padded_size, v_load (g->weight + row * V_LANES));
  v_store (part + g->padded_size + V_LANES, v_set (g->greatest[row]));
}

void
TRAFO_CPU_SYMBOL (query_part_merge) (float *part, const float *next, gsize head_size)
{
  gsize  n = pad (head_size);
  VFloat before = v_load (part + n + V_LANES), after = v_load (next + n + V_LANES);
  VFloat greatest = v_max (before, after);
  VFloat factor = v_exp (before - greatest), next_factor = v_exp (after - greatest);

  /* the weights lie behind the sums and are put together as they are */
  for (gsize d = 0; d <= n; d += V_LANES)
    v_store (part + d, v_fma (v_load (part + d), factor, v_load (next + d) * next_factor));
  v_store (part + n + V_LANES, greatest);
}

void
TRAFO_CPU_SYMBOL (query_part_finish) (const float *part, float *y, gsize head_size)
{
  finish_row (part, v_load (part + pad (head_size)), head_size, y);
}

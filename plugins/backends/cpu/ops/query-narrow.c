/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "query-narrow.h"

#include "../simd/vector-math.h"
#include "narrow-convert.h"

/* Attention as two products of bfloat16, with what linear layers multiply with: of queries and keys, then
 * of weights exp (score - greatest so far) and values. q scale, k, v and the weights are rounded to
 * bfloat16, which the op's bound allows for; sums, the greatest and exp are float32.
 *
 * NARROW_MAX_ROWS queries at once go over a block: their scores and weights stay in the first-level cache,
 * the packed block in the second. Zeros that fill a tile add nothing, so that a query's sums have the
 * same bits whichever queries are computed with it. */
#if defined(__AMX_TILE__)

#define N_PANELS (QUERY_NARROW_KEYS / NARROW_PANEL)
#define N_PRODUCTS (NARROW_MAX_ROWS * NARROW_PANEL)
#define BLOCK_LENGTH (NARROW_BLOCK_BYTES / 2) /* bfloat16 */
#define BLOCK_WORDS (NARROW_BLOCK_BYTES / 4)

/* The scores of a panel of keys become a block of weights; a tile's row of words is a vector. */
G_STATIC_ASSERT (NARROW_PANEL == BLOCK_LENGTH);
G_STATIC_ASSERT (NARROW_COLUMNS == V_LANES && NARROW_PANEL == 2 * V_LANES);

/* Of the features, both as terms of a score and as columns of the result. */
static gsize
n_blocks (gsize head_size)
{
  return narrow_n_blocks (TRAFO_DTYPE_BFLOAT16, head_size);
}

static gsize
n_panels (gsize n_keys)
{
  return (n_keys + NARROW_PANEL - 1) / NARROW_PANEL;
}

gsize
TRAFO_CPU_SYMBOL (query_narrow_scratch_size) (gsize head_size, gsize n_rows)
{
  return (n_rows + 2 * QUERY_NARROW_KEYS) * n_blocks (head_size) * NARROW_BLOCK_BYTES +
         NARROW_MAX_ROWS * N_PANELS * NARROW_BLOCK_BYTES + N_PANELS * N_PRODUCTS * sizeof (float);
}

gpointer
TRAFO_CPU_SYMBOL (query_narrow_init) (QueryGroup *g, gsize n_rows, gpointer scratch)
{
  gsize row_bytes = n_blocks (g->head_size) * NARROW_BLOCK_BYTES;

  g->narrow_queries = scratch;
  g->narrow_keys = g->narrow_queries + n_rows * row_bytes;
  g->narrow_values = g->narrow_keys + QUERY_NARROW_KEYS * row_bytes;
  g->narrow_weights = g->narrow_values + QUERY_NARROW_KEYS * row_bytes;
  g->products = (float *) (g->narrow_weights + NARROW_MAX_ROWS * N_PANELS * NARROW_BLOCK_BYTES);
  TRAFO_CPU_SYMBOL (narrow_begin) (NARROW_ROWS);
  return g->products + N_PANELS * N_PRODUCTS;
}

/* A line of a tile, of @n <= 32 features. */
static inline void
scale_line (const float *source, gsize n, float scale, guint8 *line)
{
  VFloat low, high;

  if (n == 2 * V_LANES)
    {
      low = v_load (source);
      high = v_load (source + V_LANES);
    }
  else
    {
      low = v_load_n (source, n);
      high = n > V_LANES ? v_load_n (source + V_LANES, n - V_LANES) : v_zero ();
    }
  v_store_bfloat16 ((guint16 *) line, low * v_set (scale), high * v_set (scale));
}

/* What is missing in the last tile of rows stays what it was: no other row sees it. */
void
TRAFO_CPU_SYMBOL (query_narrow_begin) (QueryGroup *g)
{
  gsize n = n_blocks (g->head_size);

  for (gsize row = 0; row < g->n_queries; row++)
    {
      const float *query = g->queries + (gint64) row * g->query_stride;
      guint8      *line = g->narrow_queries + row / NARROW_ROWS * n * NARROW_ROWS_BYTES +
                     row % NARROW_ROWS * NARROW_BLOCK_BYTES;

      for (gsize d = 0; d < g->head_size; d += BLOCK_LENGTH, line += NARROW_ROWS_BYTES)
        scale_line (query + d, MIN (BLOCK_LENGTH, g->head_size - d), g->scale, line);
    }
}

/* The keys from @first on, columns of a tile each, in all of their blocks. */
static void
pack_key_tiles (const QueryGroup *g, gsize first, guint8 *tiles)
{
  for (gsize block = 0; block < n_blocks (g->head_size); block++)
    {
      _Alignas(64) guint8 lines[NARROW_COLUMNS][NARROW_BLOCK_BYTES];
      gsize               d = block * BLOCK_LENGTH, n = MIN (BLOCK_LENGTH, g->head_size - d);

      for (gsize i = 0; i < NARROW_COLUMNS; i++)
        if (first + i < g->n_keys)
          narrow_line_bfloat16 ((const float *) g->key[first + i] + d, n, lines[i]);
        else
          memset (lines[i], 0, sizeof lines[i]);
      narrow_store_tile (lines, tiles + narrow_panel_bytes (block));
    }
}

static void
pack_keys (QueryGroup *g)
{
  gsize panel_bytes = narrow_panel_bytes (n_blocks (g->head_size));

  for (gsize panel = 0; panel < n_panels (g->n_keys); panel++)
    for (gsize tile = 0; tile < NARROW_PANEL_TILES; tile++)
      pack_key_tiles (g,
                      panel * NARROW_PANEL + tile * NARROW_COLUMNS,
                      g->narrow_keys + panel * panel_bytes + tile * NARROW_TILE_BYTES);
}

/* The words of two values, of which one may be missing. */
static inline void
pair_lines (const float *low, const float *high, gsize n, guint8 *words)
{
  VFloat first, second;

  if (n >= V_LANES && high != NULL)
    {
      first = v_load (low);
      second = v_load (high);
    }
  else
    {
      first = low != NULL ? v_load_n (low, n) : v_zero ();
      second = high != NULL ? v_load_n (high, n) : v_zero ();
    }
  v_store_words (words, v_pair_bfloat16 (first, second));
}

/* Two values are a row of words; behind the last one come zeros. */
static void
pack_values (QueryGroup *g)
{
  for (gsize word = 0; word < n_panels (g->n_keys) * BLOCK_WORDS; word++)
    {
      guint8 *line = g->narrow_values + narrow_panel_bytes (word / BLOCK_WORDS) +
                     word % BLOCK_WORDS * NARROW_BLOCK_BYTES;
      const float *low = 2 * word < g->n_keys ? g->value[2 * word] : NULL;
      const float *high = 2 * word + 1 < g->n_keys ? g->value[2 * word + 1] : NULL;

      for (gsize d = 0; d < g->head_size; d += V_LANES)
        pair_lines (low != NULL ? low + d : NULL,
                    high != NULL ? high + d : NULL,
                    g->head_size - d,
                    line + d / NARROW_PANEL * narrow_panel_bytes (N_PANELS) +
                        d % NARROW_PANEL / NARROW_COLUMNS * NARROW_TILE_BYTES);
    }
}

/* Masks the scores of one row over some panels, of which it may see the first @n_seen keys; where this
 * is inlined, what can hide is a constant. Returns the greatest of them and of @greatest. */
static inline __attribute__ ((always_inline)) float
mask_row_as (const QueryGroup *g,
             gboolean          has_bias,
             gboolean          has_end,
             gsize             n_seen,
             gsize             n,
             float             greatest,
             float            *scores)
{
  VFloat lanes[2] = { v_set (greatest), v_set (greatest) };

  for (gsize panel = 0; panel < n; panel++)
#pragma GCC unroll 2
    for (gsize half = 0; half < 2; half++)
      {
        gsize  key = panel * NARROW_PANEL + half * V_LANES;
        float *at = scores + panel * N_PRODUCTS + half * V_LANES;
        VFloat score = v_load (at);

        if (has_bias)
          score = v_select (v_is_zero (v_load (g->bias + key)), score, v_load (g->bias + key));
        if (has_end)
          score = v_select (v_first (n_seen > key ? n_seen - key : 0),
                            score,
                            v_min (score, v_set (-FLT_MAX)));
        if (has_bias || has_end)
          v_store (at, score);
        lanes[half] = v_max (lanes[half], score);
      }
  return v_greatest (v_max (lanes[0], lanes[1]));
}

static float
mask_row (const QueryGroup *g, gsize n_seen, gsize n, float greatest, float *scores)
{
  gboolean has_end = n_seen < n * NARROW_PANEL;

  if (g->has_bias)
    return mask_row_as (g, TRUE, TRUE, n_seen, n, greatest, scores);
  if (has_end)
    return mask_row_as (g, FALSE, TRUE, n_seen, n, greatest, scores);
  return mask_row_as (g, FALSE, FALSE, n_seen, n, greatest, scores);
}

/* Of one row over @n panels, each score becomes a weight in the tiles at @weights. */
static void
weigh_row (const float *scores, gsize n, float greatest, float factor, guint8 *weights, float *sum)
{
  VFloat lanes[2] = { v_load (sum) * v_set (factor), v_zero () };

  for (gsize panel = 0; panel < n; panel++)
    {
      const float *at = scores + panel * N_PRODUCTS;
      VFloat       low = v_exp_short (v_load (at) - v_set (greatest));
      VFloat       high = v_exp_short (v_load (at + V_LANES) - v_set (greatest));

      v_store_bfloat16 ((guint16 *) (weights + panel * NARROW_ROWS_BYTES), low, high);
      lanes[0] += low;
      lanes[1] += high;
    }
  v_store (sum, lanes[0] + lanes[1]);
}

/* Rows of a head are too far apart for the processor to see what comes next; while it computes, memory
 * has time to bring the next head's. */
static void
fetch_next_head (const QueryGroup *g, gsize row)
{
  const float *query = g->queries + (gint64) row * g->query_stride;

  for (gsize d = g->head_size; d < 2 * g->head_size; d += V_LANES)
    {
      if (g->first_key == 0)
        __builtin_prefetch (query + d);
      if (row < g->n_keys)
        {
          __builtin_prefetch ((const float *) g->key[row] + d);
          __builtin_prefetch ((const float *) g->value[row] + d);
        }
    }
}

/* The scores of a pass become weights; @factors what its sums of earlier blocks are to be multiplied by. */
static void
weigh (QueryGroup *g, gsize row, gsize n_rows, gsize n, float *factors)
{
  for (gsize i = 0; i < n_rows; i++)
    {
      float before = g->greatest[row + i];

      g->greatest[row + i] = mask_row (g,
                                       query_group_n_visible (g, row + i),
                                       n,
                                       before,
                                       g->products + i * NARROW_PANEL);
      factors[i] = before - g->greatest[row + i];
    }
  for (gsize i = 0; i < n_rows; i += V_LANES)
    v_store (factors + i, v_exp (v_load (factors + i)));
  for (gsize i = 0; i < n_rows; i++)
    {
      if (g->is_followed)
        fetch_next_head (g, row + i);
      weigh_row (g->products + i * NARROW_PANEL,
                 n,
                 g->greatest[row + i],
                 factors[i],
                 g->narrow_weights + i / NARROW_ROWS * n * NARROW_ROWS_BYTES +
                     i % NARROW_ROWS * NARROW_BLOCK_BYTES,
                 g->weight + (row + i) * V_LANES);
    }
}

/* sums = sums factor + products, for a panel of features from @first on. */
static void
add_products (QueryGroup *g, gsize row, gsize n_rows, gsize first, const float *factors)
{
  gsize width = MIN (NARROW_PANEL, g->padded_size - first);

  for (gsize i = 0; i < n_rows; i++)
    {
      const float *products = g->products + i * NARROW_PANEL;
      float       *sums = g->sums + (row + i) * g->padded_size + first;

      for (gsize j = 0; j < width; j += V_LANES)
        v_store (sums + j, v_fma (v_load (sums + j), v_set (factors[i]), v_load (products + j)));
    }
}

/* How many keys of the block some of the queries may see; one that saw nothing so far, and may go on
 * seeing nothing, takes all. */
static gsize
count_keys (const QueryGroup *g, gsize row, gsize n_rows)
{
  gboolean sees = !g->is_masked && query_group_n_visible (g, row) > 0;

  if (!sees && query_group_is_blind (g, row, n_rows))
    return g->n_keys;
  return MIN (query_group_n_visible (g, row + n_rows - 1), g->n_keys);
}

/* At most NARROW_MAX_ROWS queries. */
static void
run_pass (QueryGroup *g, gsize row, gsize n_rows)
{
  gsize         n = n_blocks (g->head_size), n_key_panels = n_panels (count_keys (g, row, n_rows));
  const guint8 *queries = g->narrow_queries + row * n * NARROW_BLOCK_BYTES;
  float         factors[NARROW_MAX_ROWS] = { 0 };

  for (gsize panel = 0; panel < n_key_panels; panel++)
    TRAFO_CPU_SYMBOL (narrow_multiply_near)
  (queries,
   n_rows,
   g->narrow_keys + panel * narrow_panel_bytes (n),
   n,
   g->products + panel * N_PRODUCTS);
  weigh (g, row, n_rows, n_key_panels, factors);
  for (gsize panel = 0; panel < n; panel++)
    {
      TRAFO_CPU_SYMBOL (narrow_multiply_near)
      (g->narrow_weights,
       n_rows,
       g->narrow_values + panel * narrow_panel_bytes (N_PANELS),
       n_key_panels,
       g->products);
      add_products (g, row, n_rows, panel * NARROW_PANEL, factors);
    }
}

void
TRAFO_CPU_SYMBOL (query_narrow_add_block) (QueryGroup *g)
{
  pack_keys (g);
  pack_values (g);
  for (gsize row = 0; row < g->n_queries; row += NARROW_MAX_ROWS)
    {
      gsize n = MIN (NARROW_MAX_ROWS, g->n_queries - row);

      if (query_group_concerns (g, row, n))
        run_pass (g, row, n);
    }
}

#endif

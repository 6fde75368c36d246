/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "../simd/vector.h"
#include "narrow-panel.h"

#include <float.h>

/* Some queries of one head, and what is known of y = softmax (scale q k^T) v after the blocks of keys
 * so far: a running maximum and sum (Milakov and Gimelshein 2018; Dao et al. 2022), so that no more
 * than one tile of scores exists. What attention with and without a cache have in common; they say
 * where keys and values lie.
 *
 * Few queries read keys and values where they lie; many pack each block, as float32 or, in
 * query-narrow.c, as bfloat16. A query's operations depend on which of the three it is and on the keys it
 * sees, never on what other queries the group has. */
#define QUERY_KEYS 64
#define QUERY_NARROW_KEYS 128
#define QUERY_TILE 6
#define QUERY_FEW TRAFO_FEW_TOKENS

typedef struct
{
  gsize    head_size, padded_size;
  float    scale;
  gboolean is_narrow; /* many queries in bfloat16 */
  gboolean is_few;
  gboolean is_half; /* keys and values are bfloat16, which few queries read */
  /* where few queries read: so far behind a key and its value lies what is read next; 0: unknown */
  gsize ahead_bytes;

  const float *queries;
  gint64       query_stride;
  gsize        n_queries;
  gint64   n_seen; /* keys that the first query may see, from the first on; each next one more */
  gboolean is_followed; /* by a group whose operands lie head_size elements behind these */

  /* the block, which the caller describes before it is added */
  gsize         first_key, n_keys;
  gconstpointer key[QUERY_NARROW_KEYS];
  gconstpointer value[QUERY_NARROW_KEYS];
  gboolean      is_masked;       /* bias holds something for the n_keys */
  float bias[QUERY_NARROW_KEYS]; /* what replaces a score: 0 nothing, -FLT_MAX for a hidden key */
  gboolean has_bias;             /* found out when the block is added */

  float *keys;     /* [head_size][QUERY_KEYS]: the block's keys, transposed */
  float *packed;   /* [QUERY_KEYS][padded_size]: the block's values */
  float *sums;     /* [rows][padded_size]: weighted values so far */
  float *greatest; /* [rows]: the greatest score so far */
  float *weight;   /* [rows][V_LANES]: the sum of exp (score - greatest) so far */

  /* the same in tiles, see narrow-panel.h: queries and weights as x is, keys and values as weights */
  guint8 *narrow_queries, *narrow_keys, *narrow_values, *narrow_weights;
  float  *products; /* [panel][NARROW_MAX_ROWS][NARROW_PANEL] */
} QueryGroup;

/* Whether many queries are computed in bfloat16. VDPBF16PS has half the rate of float32's products on
 * processors with AMX (Sapphire Rapids), and took 1.5 times as long. */
static inline gboolean
query_is_narrow (const TrafoAttentionAttrs *attrs)
{
#if defined(__AMX_TILE__)
  return attrs->dtype == TRAFO_DTYPE_BFLOAT16;
#else
  return FALSE;
#endif
}

/* Queries are handed out in units, of which a group has some. The more, the fewer times a block is packed. */
static inline gsize
query_unit (gboolean is_narrow)
{
  return is_narrow ? NARROW_MAX_ROWS : 5 * QUERY_TILE;
}

static inline gsize
query_max_rows (gboolean is_narrow)
{
  return (is_narrow ? 16 : 5) * query_unit (is_narrow);
}

/* How many keys a block has, but for the last. */
static inline gsize
query_group_block (const QueryGroup *g)
{
  return g->is_narrow && !g->is_few ? QUERY_NARROW_KEYS : QUERY_KEYS;
}

/* How many keys of the block, from its first on, the query may see. */
static inline gsize
query_group_n_visible (const QueryGroup *g, gsize row)
{
  return (gsize) CLAMP (g->n_seen + (gint64) row - (gint64) g->first_key,
                        0,
                        (gint64) query_group_block (g));
}

/* Whether some of @n queries saw nothing so far. */
static inline gboolean
query_group_is_blind (const QueryGroup *g, gsize row, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (g->greatest[row + i] == -FLT_MAX)
      return TRUE;
  return FALSE;
}

/* Whether some of @n queries may see into the block at first_key, or has seen nothing so far: such a
 * query may end as the mean of all values. */
static inline gboolean
query_group_concerns (const QueryGroup *g, gsize row, gsize n)
{
  return query_group_n_visible (g, row + n - 1) > 0 || query_group_is_blind (g, row, n);
}

/* Whether queries, keys and values, the first inputs, and the output are tokens of float32 with so many heads
 * as the attributes say. */
gboolean TRAFO_CPU_SYMBOL (query_group_supports) (const TrafoKernelArgs *args);

/* Of a group of at most @n_queries, which may be more than query_max_rows(). */
gsize TRAFO_CPU_SYMBOL (query_group_scratch_size) (gsize    head_size,
                                                   gboolean is_narrow,
                                                   gsize    n_queries);
void  TRAFO_CPU_SYMBOL (query_group_init) (QueryGroup                *g,
                                          const TrafoAttentionAttrs *attrs,
                                          gsize                      n_queries,
                                          gpointer                   scratch);
void  TRAFO_CPU_SYMBOL (query_group_clear) (QueryGroup *g);

/* Forgets all keys. */
void TRAFO_CPU_SYMBOL (query_group_begin) (QueryGroup *g);

/* Whether the block at first_key concerns some query. */
gboolean TRAFO_CPU_SYMBOL (query_group_needs_block) (const QueryGroup *g);
void     TRAFO_CPU_SYMBOL (query_group_add_block) (QueryGroup *g);

/* The result, to rows that are @stride elements apart. */
void TRAFO_CPU_SYMBOL (query_group_finish) (const QueryGroup *g, float *y, gint64 stride);

/* What one query knows of a part of the keys, to be put together with what it knows of others. */
gsize TRAFO_CPU_SYMBOL (query_part_size) (gsize head_size); /* in floats */
void  TRAFO_CPU_SYMBOL (query_group_save) (const QueryGroup *g, gsize row, float *part);
void  TRAFO_CPU_SYMBOL (query_part_merge) (float *part, const float *next, gsize head_size);
void  TRAFO_CPU_SYMBOL (query_part_finish) (const float *part, float *y, gsize head_size);

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "../simd/vector.h"
#include "ops.h"

/* Some queries of one head, and what is known of y = softmax (scale q k^T) v after the blocks of keys
 * so far: a running maximum and sum (Milakov and Gimelshein 2018; Dao et al. 2022), so that no more
 * than one tile of scores exists. What attention with and without a cache have in common; they say
 * where keys and values lie.
 *
 * Few queries read keys and values where they lie; many pack each block. A query's operations depend on
 * which of the two it is and on the keys it sees, never on what other queries the group has. */
#define QUERY_KEYS 64
#define QUERY_TILE 6
#define QUERY_UNIT (5 * QUERY_TILE)
#define QUERY_MAX_UNITS 5
#define QUERY_MAX_ROWS (QUERY_MAX_UNITS * QUERY_UNIT)
#define QUERY_FEW TRAFO_FEW_TOKENS

typedef struct
{
  gsize    head_size, padded_size;
  float    scale;
  gboolean is_few;

  const float *queries;
  gint64       query_stride;
  gsize        n_queries;
  gint64 n_seen; /* keys that the first query may see, from the first on; each next one more */

  /* the block, which the caller describes before it is added */
  gsize        first_key, n_keys;
  const float *key[QUERY_KEYS];
  const float *value[QUERY_KEYS];
  float        bias[QUERY_KEYS]; /* what replaces a score: 0 nothing, -FLT_MAX for a hidden key */
  gboolean     has_bias;

  float *keys;     /* [head_size][QUERY_KEYS]: the block's keys, transposed */
  float *packed;   /* [QUERY_KEYS][padded_size]: the block's values */
  float *sums;     /* [QUERY_MAX_ROWS][padded_size]: weighted values so far */
  float *greatest; /* [QUERY_MAX_ROWS]: the greatest score so far */
  float *weight;   /* [QUERY_MAX_ROWS][V_LANES]: the sum of exp (score - greatest) so far */
} QueryGroup;

gsize TRAFO_CPU_SYMBOL (query_group_scratch_size) (gsize head_size);
void  TRAFO_CPU_SYMBOL (query_group_init) (QueryGroup *g,
                                          gsize       head_size,
                                          float       scale,
                                          gpointer    scratch);

/* Forgets all keys. */
void TRAFO_CPU_SYMBOL (query_group_begin) (QueryGroup *g);

/* Whether some query may see into the block at first_key, or has seen nothing so far: such a query
 * may end as the mean of all values. */
gboolean TRAFO_CPU_SYMBOL (query_group_needs_block) (const QueryGroup *g);
void     TRAFO_CPU_SYMBOL (query_group_add_block) (QueryGroup *g);

/* The result, to rows that are @stride elements apart. */
void TRAFO_CPU_SYMBOL (query_group_finish) (const QueryGroup *g, float *y, gint64 stride);

/* What one query knows of a part of the keys, to be put together with what it knows of others. */
gsize TRAFO_CPU_SYMBOL (query_part_size) (gsize head_size); /* in floats */
void  TRAFO_CPU_SYMBOL (query_group_save) (const QueryGroup *g, gsize row, float *part);
void  TRAFO_CPU_SYMBOL (query_part_merge) (float *part, const float *next, gsize head_size);
void  TRAFO_CPU_SYMBOL (query_part_finish) (const float *part, float *y, gsize head_size);

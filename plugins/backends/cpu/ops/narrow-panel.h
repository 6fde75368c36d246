/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "ops.h"

/* Operands of 16 or 8 bits as the inner loops read them. Their unit is a tile of NARROW_ROWS rows of
 * NARROW_BLOCK_BYTES, which is what a tile register of AMX holds; a block of K is 32 bfloat16 (where
 * V_HAS_BFLOAT16) or 64 8-bit integers, and the last one ends with zeros.
 *
 *   weights  [panel][block][2][16 words of K][16 columns] words of 32 bits, next to one another in K
 *   x        [tile of rows][block][16 rows][64 bytes of K]
 *
 * Packed weights of 8 bits are followed by what their integers stand for: for every column a float32
 * scale (of 1, or in LLM.int8() of 127), then 128 times the sum of its integers, as x is stored plus
 * 128. */
#define NARROW_ROWS 16
#define NARROW_BLOCK_BYTES 64
#define NARROW_TILE_BYTES (NARROW_ROWS * NARROW_BLOCK_BYTES)
#define NARROW_PANEL 32
#define NARROW_TILES 2 /* of rows computed at once, at most */
#define NARROW_MAX_ROWS (NARROW_TILES * NARROW_ROWS)
#define NARROW_GROUP_ROWS 128 /* that pass a panel together: their sums take 16 KiB */
#define NARROW_OFFSET 128

static inline gsize
narrow_block_length (guint8 dtype)
{
  return NARROW_BLOCK_BYTES / (dtype == TRAFO_DTYPE_INT8 ? 1 : 2);
}

static inline gsize
narrow_n_blocks (guint8 dtype, gsize n_in)
{
  return (n_in + narrow_block_length (dtype) - 1) / narrow_block_length (dtype);
}

static inline gsize
narrow_panel_bytes (gsize n_blocks)
{
  return 2 * NARROW_TILE_BYTES * n_blocks;
}

/* What is brought into the second-level cache meanwhile: from @next on, @n_lines cache lines for each
 * block of K and up to NARROW_MAX_ROWS rows. */
typedef struct
{
  const guint8 *next;
  gsize         n_lines;
} NarrowAhead;

/* So far ahead of its use a line of a panel is asked for that is read once. */
#define NARROW_STREAM_BYTES 1024

/* While @n_rows rows pass a panel the next one is fetched, evenly, so that memory is not waited for. */
static inline NarrowAhead
narrow_look_ahead (const guint8 *panel, gsize n_blocks, gsize n_rows)
{
  gsize n_passes = (n_rows + NARROW_MAX_ROWS - 1) / NARROW_MAX_ROWS;
  gsize distance = n_passes == 1 ? NARROW_STREAM_BYTES : narrow_panel_bytes (n_blocks);

  return (NarrowAhead){ panel + distance, (2 * NARROW_ROWS + n_passes - 1) / n_passes };
}

/* What is multiplied: rows, at most NARROW_GROUP_ROWS, and a panel. */
typedef struct
{
  guint8        dtype;
  gboolean      is_first;     /* else the products are added to the sums */
  const guint8 *x;            /* tiles of rows, */
  gsize         x_tile_bytes; /* so far from one to the next */
  gsize         n_rows;
  const guint8 *panel;
  gsize         n_blocks; /* of both, from their beginnings on */
} NarrowProduct;

typedef struct NarrowGroup NarrowGroup;

/* sums [rows][NARROW_PANEL] of 32-bit words, float32 for bfloat16, else integers. @ahead moves on. Rows
 * of @before may be finished meanwhile. */
void TRAFO_CPU_SYMBOL (narrow_multiply) (const NarrowProduct *product,
                                         NarrowAhead         *ahead,
                                         NarrowGroup         *before,
                                         gpointer             sums);

/* The same in bfloat16 of at most NARROW_MAX_ROWS rows and a panel that lies in a cache already, on the tier
 * that has AMX. */
void TRAFO_CPU_SYMBOL (narrow_multiply_near) (const guint8 *x,
                                              gsize         n_rows,
                                              const guint8 *panel,
                                              gsize         n_blocks,
                                              float        *sums);

/* Before the first and after the last tile of a task, of which none has more than @n_rows rows: the state
 * of the tile registers. */
void TRAFO_CPU_SYMBOL (narrow_begin) (gsize n_rows);
void TRAFO_CPU_SYMBOL (narrow_end) (void);

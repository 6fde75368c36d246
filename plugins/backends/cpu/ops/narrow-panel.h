/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "../simd/vector.h"
#include "ops.h"

/* Operands of 16 or 8 bits as the inner loops read them, in lines of NARROW_BLOCK_BYTES of K: a block of K is
 * 32 bfloat16 (where V_HAS_BFLOAT16) or 64 8-bit integers, and the last one ends with zeros. A tile of
 * weights is a block of NARROW_COLUMNS columns, one of x a block of the NARROW_ROWS rows that are computed
 * at once.
 *
 *   weights  [panel][block][tile][16 words of K][16 columns] words of 32 bits, next to one another in K
 *   x        [tile of rows][block][row][64 bytes of K]
 *
 * Packed weights of 8 bits are followed by what their integers stand for: for every column a float32
 * scale (of 1, or in LLM.int8() of 127), then 128 times the sum of its integers, as x is stored plus
 * 128. */
#define NARROW_COLUMNS 16
#define NARROW_BLOCK_BYTES 64
#define NARROW_TILE_BYTES (NARROW_COLUMNS * NARROW_BLOCK_BYTES)

/* With AMX two tiles of x, as large as tile registers, meet two of weights; else the sums of one tile of x
 * fill the vector registers but those for a word of the panel and one of x. */
#if defined(__AMX_TILE__)
#define NARROW_ROWS 16
#define NARROW_TILES 2
#define NARROW_PANEL 32
#elif defined(__AVX512F__)
#define NARROW_ROWS 6
#define NARROW_TILES 1
#define NARROW_PANEL 64
#else
#define NARROW_ROWS (V_LANES == 8 ? 2 : 1)
#define NARROW_TILES 1
#define NARROW_PANEL 32
#endif
/* Making rows narrow takes as long as multiplying them by so many panels, and bringing a panel as multiplying
 * it by so many tiles of x, so that tasks share rows where there are many, and columns where there are few. */
#if defined(__AMX_TILE__)
#define NARROW_TILE_PANELS 5
#define NARROW_FETCH_TILES 3
#elif defined(__AVX512F__)
#define NARROW_TILE_PANELS 1
#define NARROW_FETCH_TILES 1
#else
#define NARROW_TILE_PANELS 0
#define NARROW_FETCH_TILES 0
#endif
#define NARROW_ROWS_BYTES (NARROW_ROWS * NARROW_BLOCK_BYTES)
#define NARROW_PANEL_TILES (NARROW_PANEL / NARROW_COLUMNS)
#define NARROW_MAX_ROWS (NARROW_TILES * NARROW_ROWS)
/* Rows that pass a panel together: their sums take 16 to 32 KiB. */
#if defined(__AMX_TILE__)
#define NARROW_GROUP_ROWS 256
#else
#define NARROW_GROUP_ROWS (NARROW_PANEL == 64 ? 96 : 128)
#endif
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
  return NARROW_PANEL_TILES * NARROW_TILE_BYTES * n_blocks;
}

/* What is brought into the second-level cache meanwhile: from @next to about @end, @n_lines cache lines for
 * each block of K and up to NARROW_MAX_ROWS rows. */
typedef struct
{
  const guint8 *next, *end;
  gsize         n_lines;
} NarrowAhead;

/* So far ahead of its use a line of a panel is asked for that is read once: measured. */
#if defined(__AMX_TILE__)
#define NARROW_STREAM_BYTES 1024
#else
#define NARROW_STREAM_BYTES 8192
#endif

/* While @n_rows rows pass a panel the next one is fetched, evenly, so that memory is not waited for. */
static inline NarrowAhead
narrow_look_ahead (const guint8 *panel, gsize n_blocks, gsize n_rows)
{
  gsize n_passes = (n_rows + NARROW_MAX_ROWS - 1) / NARROW_MAX_ROWS;
  gsize n_lines = narrow_panel_bytes (1) / NARROW_BLOCK_BYTES;
  gsize panel_bytes = narrow_panel_bytes (n_blocks);

  panel += n_passes == 1 ? NARROW_STREAM_BYTES : panel_bytes;
  return (NarrowAhead){ panel, panel + panel_bytes, (n_lines + n_passes - 1) / n_passes };
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

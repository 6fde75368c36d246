/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "narrow-group.h"

#include <string.h>

/* So much of a panel stays in the first-level cache while a group of rows passes it, each of whose
 * pieces comes from the second level once. */
#define PIECE_BLOCKS 8

/* A piece of K of one or two tiles of x and of a panel. */
typedef struct
{
  const guint8 *x;
  gsize         x_tile_bytes; /* from a tile of rows to the next */
  gsize         n_rows; /* that are wanted; those behind them in their tile may be written too */
  const guint8 *panel;
  gsize         n_blocks;
  NarrowAhead   ahead;
  NarrowGroup  *before;   /* whose rows are finished meanwhile */
  gboolean      is_first; /* else the products are added */
} NarrowPiece;

static inline __attribute__ ((always_inline)) void
fetch_ahead (const NarrowPiece *piece, gsize block)
{
  const char *line =
      (const char *) piece->ahead.next + block * piece->ahead.n_lines * NARROW_BLOCK_BYTES;

#pragma GCC unroll 4
  for (gsize i = 0; i < piece->ahead.n_lines; i++)
    _mm_prefetch (line + i * NARROW_BLOCK_BYTES, _MM_HINT_T1);
}

#if defined(__AMX_TILE__)
#include "../simd/amx.h"

/* Tiles 0 and 1 are sums of the rows that tile 6 holds. */
void
TRAFO_CPU_SYMBOL (narrow_begin) (gsize n_rows)
{
  AmxConfig config = amx_config;

  config.n_rows[0] = config.n_rows[1] = config.n_rows[6] = (guint8) CLAMP (n_rows, 1, NARROW_ROWS);
  amx_configure (&config);
}

void
TRAFO_CPU_SYMBOL (narrow_end) (void)
{
  _tile_release ();
}

/* Tiles 0 to 3 add, those of the second tile of rows only if there is one. A macro, because the
 * numbers of tiles are part of the instructions. */
#define MOVE_SUMS(move, rows)                                                                      \
  move (0, sums, 2 * NARROW_BLOCK_BYTES);                                                          \
  move (1, sums + NARROW_BLOCK_BYTES, 2 * NARROW_BLOCK_BYTES);                                     \
  if (rows > NARROW_ROWS)                                                                          \
    {                                                                                              \
      move (2, sums + 2 * NARROW_TILE_BYTES, 2 * NARROW_BLOCK_BYTES);                              \
      move (3, sums + 2 * NARROW_TILE_BYTES + NARROW_BLOCK_BYTES, 2 * NARROW_BLOCK_BYTES);         \
    }

static inline __attribute__ ((always_inline)) void
begin_sums (const NarrowPiece *piece, const char *sums)
{
  if (!piece->is_first)
    {
      MOVE_SUMS (_tile_loadd, piece->n_rows);
      return;
    }
  _tile_zero (0);
  _tile_zero (1);
  _tile_zero (2);
  _tile_zero (3);
}

#define MULTIPLY(dtype, sum, x, panel)                                                             \
  if (dtype == TRAFO_DTYPE_INT8)                                                                   \
    _tile_dpbusd (sum, x, panel);                                                                  \
  else                                                                                             \
    _tile_dpbf16ps (sum, x, panel)

/* Tiles 4 and 5 are the panel's, 6 and 7 those of x. Where this is inlined the dtype and the activation of
 * the rows that are finished are constants. */
static inline __attribute__ ((always_inline)) void
multiply_tiles (guint8 dtype, guint activation, const NarrowPiece *piece, char *sums)
{
  const guint8 *x = piece->x, *y = x + piece->x_tile_bytes, *panel = piece->panel;

  begin_sums (piece, sums);
  for (gsize i = 0; i < piece->n_blocks; i++)
    {
      fetch_ahead (piece, i);
      _tile_loadd (6, x, NARROW_BLOCK_BYTES);
      _tile_loadd (4, panel, NARROW_BLOCK_BYTES);
      MULTIPLY (dtype, 0, 6, 4);
      _tile_loadd (5, panel + NARROW_TILE_BYTES, NARROW_BLOCK_BYTES);
      MULTIPLY (dtype, 1, 6, 5);
      if (piece->n_rows > NARROW_ROWS)
        {
          _tile_loadd (7, y, NARROW_BLOCK_BYTES);
          MULTIPLY (dtype, 2, 7, 4);
          MULTIPLY (dtype, 3, 7, 5);
        }
      narrow_group_go_on (piece->before, activation);
      x += NARROW_ROWS_BYTES;
      y += NARROW_ROWS_BYTES;
      panel += narrow_panel_bytes (1);
    }
  MOVE_SUMS (_tile_stored, piece->n_rows);
}

#define DEFINE_MULTIPLY(activation)                                                                \
  static void bfloat16_##activation (const NarrowPiece *piece, gpointer sums)                      \
  {                                                                                                \
    multiply_tiles (TRAFO_DTYPE_BFLOAT16, TRAFO_ACTIVATION_##activation, piece, sums);             \
  }                                                                                                \
                                                                                                   \
  static void int8_##activation (const NarrowPiece *piece, gpointer sums)                          \
  {                                                                                                \
    multiply_tiles (TRAFO_DTYPE_INT8, TRAFO_ACTIVATION_##activation, piece, sums);                 \
  }

#define LIST_MULTIPLY(activation)                                                                  \
  [TRAFO_ACTIVATION_##activation] = { bfloat16_##activation, int8_##activation },

V_ACTIVATIONS (DEFINE_MULTIPLY)

static void (*const multiply[V_N_ACTIVATIONS][2]) (const NarrowPiece *piece, gpointer sums) = {
  V_ACTIVATIONS (LIST_MULTIPLY)
};

static void
run_piece (guint8 dtype, const NarrowPiece *piece, gpointer sums)
{
  const NarrowGroup *before = piece->before;
  guint activation = before->tile.n_rows > 0 ? before->output->activation : TRAFO_ACTIVATION_NONE;

  multiply[activation][dtype == TRAFO_DTYPE_INT8](piece, sums);
}

#else

void
TRAFO_CPU_SYMBOL (narrow_begin) (gsize n_rows)
{
}

void
TRAFO_CPU_SYMBOL (narrow_end) (void)
{
}

#define N_VECTORS (NARROW_PANEL / V_LANES)
#define WORDS (NARROW_BLOCK_BYTES / 4)

static inline guint32
read_word (const guint8 *p)
{
  guint32 word;

  memcpy (&word, p, sizeof word);
  return word;
}

static inline __attribute__ ((always_inline)) VInt
add_products (guint8 dtype, VInt x, VInt w, VInt sum)
{
#if defined(V_HAS_BFLOAT16)
  if (dtype == TRAFO_DTYPE_BFLOAT16)
    return (VInt) v_dot_bfloat16 (x, w, (VFloat) sum);
#endif
  return v_dot_int8 (x, w, sum);
}

/* Vector @j of word @word of a block of the panel. */
static inline __attribute__ ((always_inline)) VInt
load_words (const guint8 *panel, guint word, guint j)
{
  guint tile = j * V_LANES / NARROW_COLUMNS, column = j * V_LANES % NARROW_COLUMNS;

  return v_words (panel + tile * NARROW_TILE_BYTES + word * NARROW_BLOCK_BYTES + column * 4);
}

/* @n_rows rows of a tile. Where this is inlined they and the dtype are constants. */
static inline __attribute__ ((always_inline)) void
multiply_rows (guint8 dtype, guint n_rows, const NarrowPiece *piece, char *sums)
{
  const guint8 *panel = piece->panel, *x = piece->x;
  VInt          sum[NARROW_ROWS * N_VECTORS];

#pragma GCC unroll 32
  for (guint i = 0; i < n_rows * N_VECTORS; i++)
    sum[i] = piece->is_first ? v_no_words () : v_words (sums + i * V_LANES * 4);
  for (gsize block = 0; block < piece->n_blocks; block++)
    {
      fetch_ahead (piece, block);
#pragma GCC unroll 2
      for (guint word = 0; word < WORDS; word++)
        {
          VInt w[N_VECTORS];

#pragma GCC unroll 8
          for (guint j = 0; j < N_VECTORS; j++)
            w[j] = load_words (panel, word, j);
#pragma GCC unroll 8
          for (guint i = 0; i < n_rows; i++)
            {
              VInt x_word = v_word (read_word (x + i * NARROW_BLOCK_BYTES + word * 4));

#pragma GCC unroll 8
              for (guint j = 0; j < N_VECTORS; j++)
                sum[i * N_VECTORS + j] = add_products (dtype, x_word, w[j], sum[i * N_VECTORS + j]);
            }
        }
      x += NARROW_ROWS_BYTES;
      panel += narrow_panel_bytes (1);
    }
#pragma GCC unroll 32
  for (guint i = 0; i < n_rows * N_VECTORS; i++)
    v_store_words (sums + i * V_LANES * 4, sum[i]);
}

#if defined(V_HAS_BFLOAT16)
#define DEFINE_MULTIPLY(n)                                                                         \
  static void bfloat16_##n (const NarrowPiece *piece, gpointer sums)                               \
  {                                                                                                \
    multiply_rows (TRAFO_DTYPE_BFLOAT16, n, piece, sums);                                          \
  }                                                                                                \
                                                                                                   \
  static void int8_##n (const NarrowPiece *piece, gpointer sums)                                   \
  {                                                                                                \
    multiply_rows (TRAFO_DTYPE_INT8, n, piece, sums);                                              \
  }
#define LIST_MULTIPLY(n)                                                                           \
  {                                                                                                \
    bfloat16_##n, int8_##n                                                                         \
  }
#else
#define DEFINE_MULTIPLY(n)                                                                         \
  static void int8_##n (const NarrowPiece *piece, gpointer sums)                                   \
  {                                                                                                \
    multiply_rows (TRAFO_DTYPE_INT8, n, piece, sums);                                              \
  }
#define LIST_MULTIPLY(n)                                                                           \
  {                                                                                                \
    NULL, int8_##n                                                                                 \
  }
#endif

DEFINE_MULTIPLY (1)
#if V_LANES >= 8
DEFINE_MULTIPLY (2)
#endif
#if V_LANES == 16
DEFINE_MULTIPLY (3)
DEFINE_MULTIPLY (4)
DEFINE_MULTIPLY (5)
DEFINE_MULTIPLY (6)
#endif

static void (*const multiply[NARROW_ROWS][2]) (const NarrowPiece *piece, gpointer sums) = {
  LIST_MULTIPLY (1),
#if V_LANES >= 8
  LIST_MULTIPLY (2),
#endif
#if V_LANES == 16
  LIST_MULTIPLY (3), LIST_MULTIPLY (4), LIST_MULTIPLY (5), LIST_MULTIPLY (6),
#endif
};

/* A row's terms have the same order in each. The vector units have no time for what is before. */
static void
run_piece (guint8 dtype, const NarrowPiece *piece, gpointer sums)
{
  multiply[piece->n_rows - 1][dtype == TRAFO_DTYPE_INT8](piece, sums);
}

#endif

/* Few rows take all of K at once, in the order in which the panel lies. */
void
TRAFO_CPU_SYMBOL (narrow_multiply) (const NarrowProduct *product,
                                    NarrowAhead         *ahead,
                                    NarrowGroup         *before,
                                    gpointer             sums)
{
  gsize       n_blocks = product->n_blocks;
  gsize       length = product->n_rows <= NARROW_MAX_ROWS ? n_blocks : PIECE_BLOCKS;
  NarrowPiece piece = { .x_tile_bytes = product->x_tile_bytes, .before = before, .is_first = TRUE };

  for (gsize k = 0; k < n_blocks; k += length, piece.is_first = FALSE)
    {
      piece.n_blocks = MIN (length, n_blocks - k);
      piece.panel = product->panel + narrow_panel_bytes (k);
      for (gsize i = 0; i < product->n_rows; i += NARROW_MAX_ROWS)
        {
          gpointer at = (float *) sums + i * NARROW_PANEL;

          piece.x = product->x + i / NARROW_ROWS * piece.x_tile_bytes + k * NARROW_ROWS_BYTES;
          piece.n_rows = MIN (NARROW_MAX_ROWS, product->n_rows - i);
          piece.ahead = *ahead;
          if (ahead->next >= ahead->end)
            piece.ahead.n_lines = 0;
          run_piece (product->dtype, &piece, at);
          ahead->next += piece.n_blocks * ahead->n_lines * NARROW_BLOCK_BYTES;
        }
    }
}

#if defined(__AMX_TILE__)
void
TRAFO_CPU_SYMBOL (narrow_multiply_near) (const guint8 *x,
                                         gsize         n_rows,
                                         const guint8 *panel,
                                         gsize         n_blocks,
                                         float        *sums)
{
  NarrowGroup       none = { 0 };
  const NarrowPiece piece = { .x = x,
                              .x_tile_bytes = n_blocks * NARROW_ROWS_BYTES,
                              .n_rows = n_rows,
                              .panel = panel,
                              .n_blocks = n_blocks,
                              .before = &none,
                              .is_first = TRUE };

  run_piece (TRAFO_DTYPE_BFLOAT16, &piece, sums);
}
#endif

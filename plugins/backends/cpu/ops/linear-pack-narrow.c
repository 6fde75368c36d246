/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "narrow-convert.h"
#include "pack.h"
#include "weight.h"

/* A block of K of the columns of a tile, as floats. */
typedef struct
{
  _Alignas(64) float value[NARROW_COLUMNS][NARROW_BLOCK_BYTES];
  gsize n; /* of each column */
} Block;

/* What a packed weight consists of. */
typedef struct
{
  const TrafoWeight *weight;
  guint8            *panels;
  float             *scales;
  gint32            *offsets;
  gsize              n_blocks;
} Packed;

static gsize
weight_n_blocks (const TrafoWeight *weight)
{
  return narrow_n_blocks (weight->dtype, (gsize) weight->n_in);
}

static void
transpose_run (const float run[][NARROW_COLUMNS], gsize first, Block *block)
{
  for (gsize column = 0; column < NARROW_COLUMNS; column += V_LANES)
    {
      VFloat square[V_LANES];

      for (gsize i = 0; i < V_LANES; i++)
        square[i] = v_load (run[first + i] + column);
      v_transpose (square);
      for (gsize i = 0; i < V_LANES; i++)
        v_store (block->value[column + i] + first, square[i]);
    }
}

static void
read_in_out (const TrafoWeight *weight, gsize n, gsize k, Block *block)
{
  _Alignas(64) float run[NARROW_BLOCK_BYTES][NARROW_COLUMNS];

  for (gsize i = 0; i < NARROW_BLOCK_BYTES; i++)
    if (i < block->n)
      weight_read_run (weight, n, k + i, NARROW_COLUMNS, run[i]);
    else
      memset (run[i], 0, sizeof run[i]);
  for (gsize i = 0; i < block->n; i += V_LANES)
    transpose_run (run, i, block);
}

static void
read_out_in (const TrafoWeight *weight, gsize n, gsize k, Block *block)
{
  guint8 dtype = weight->parts[0].dtype;

  for (gsize i = 0; i < NARROW_COLUMNS; i++)
    {
      const char *row = weight_find_row (weight, n + i);

      if (row != NULL)
        weight_copy_row (dtype, row + k * trafo_cpu_dtype_size (dtype), block->n, block->value[i]);
      else
        memset (block->value[i], 0, sizeof block->value[i]);
    }
}

static void
read_block (const TrafoWeight *weight, gsize n, gsize index, Block *block)
{
  gsize length = narrow_block_length (weight->dtype);
  gsize k = index * length;

  block->n = MIN (length, (gsize) weight->n_in - k);
  if (weight->is_in_out)
    read_in_out (weight, n, k, block);
  else
    read_out_in (weight, n, k, block);
}

/* The scale of every column of a tile, which needs all of K. */
static void
find_scales (const Packed *packed, gsize n, float *inverses)
{
  float spoilt[NARROW_COLUMNS] = { 0 };

  for (gsize i = 0; i < NARROW_COLUMNS; i++)
    packed->scales[n + i] = 0;
  for (gsize index = 0; index < packed->n_blocks; index++)
    {
      Block block;

      read_block (packed->weight, n, index, &block);
      for (gsize i = 0; i < NARROW_COLUMNS; i++)
        {
          packed->scales[n + i] =
              MAX (packed->scales[n + i], narrow_greatest (block.value[i], block.n));
          spoilt[i] += narrow_spoilt (block.value[i], block.n);
        }
    }
  for (gsize i = 0; i < NARROW_COLUMNS; i++)
    {
      inverses[i] = narrow_inverse (packed->scales[n + i]);
      packed->scales[n + i] = (packed->scales[n + i] + spoilt[i]) / 127;
      packed->offsets[n + i] = 0;
    }
}

static void
pack_columns_int8 (const Packed *packed, gsize n, guint8 *tile)
{
  float inverses[NARROW_COLUMNS];

  find_scales (packed, n, inverses);
  for (gsize index = 0; index < packed->n_blocks; index++)
    {
      _Alignas(64) guint8 lines[NARROW_COLUMNS][NARROW_BLOCK_BYTES];
      Block               block;

      read_block (packed->weight, n, index, &block);
      for (gsize i = 0; i < NARROW_COLUMNS; i++)
        {
          narrow_line_int8 (block.value[i], block.n, inverses[i], 0, lines[i]);
          for (gsize k = 0; k < NARROW_BLOCK_BYTES; k++)
            packed->offsets[n + i] += NARROW_OFFSET * (gint8) lines[i][k];
        }
      narrow_store_tile (lines, tile + narrow_panel_bytes (index));
    }
}

/* What is encoded already; its scales stay what they are. */
static void
pack_columns_encoded (const Packed *packed, gsize n, guint8 *tile)
{
  const TrafoWeight *weight = packed->weight;
  const char        *rows[NARROW_COLUMNS];

  for (gsize i = 0; i < NARROW_COLUMNS; i++)
    {
      gint64 at = (gint64) (n + i);
      gint   part = weight_find_part (weight, &at);

      rows[i] = weight_find_row (weight, n + i);
      packed->scales[n + i] = part < 0 ? 0 : ((const float *) weight->scales[part].data)[at];
      packed->offsets[n + i] = 0;
    }
  for (gsize index = 0; index < packed->n_blocks; index++)
    {
      _Alignas(64) guint8 lines[NARROW_COLUMNS][NARROW_BLOCK_BYTES] = { 0 };
      gsize               k = index * NARROW_BLOCK_BYTES;

      for (gsize i = 0; i < NARROW_COLUMNS; i++)
        {
          if (rows[i] != NULL)
            memcpy (lines[i], rows[i] + k, MIN (NARROW_BLOCK_BYTES, (gsize) weight->n_in - k));
          for (gsize j = 0; j < NARROW_BLOCK_BYTES; j++)
            packed->offsets[n + i] += NARROW_OFFSET * (gint8) lines[i][j];
        }
      narrow_store_tile (lines, tile + narrow_panel_bytes (index));
    }
}

#if defined(V_HAS_BFLOAT16)
static void
pack_columns_bfloat16 (const Packed *packed, gsize n, guint8 *tile)
{
  for (gsize index = 0; index < packed->n_blocks; index++)
    {
      _Alignas(64) guint8 lines[NARROW_COLUMNS][NARROW_BLOCK_BYTES];
      Block               block;

      read_block (packed->weight, n, index, &block);
      for (gsize i = 0; i < NARROW_COLUMNS; i++)
        narrow_line_bfloat16 (block.value[i], block.n, lines[i]);
      narrow_store_tile (lines, tile + narrow_panel_bytes (index));
    }
}
#endif

static void
pack_columns (const Packed *packed, gsize n, guint8 *tile)
{
#if defined(V_HAS_BFLOAT16)
  if (packed->weight->dtype == TRAFO_DTYPE_BFLOAT16)
    {
      pack_columns_bfloat16 (packed, n, tile);
      return;
    }
#endif
  if (packed->weight->encoding != TRAFO_WEIGHT_ENCODING_NONE)
    pack_columns_encoded (packed, n, tile);
  else
    pack_columns_int8 (packed, n, tile);
}

static gsize
packed_size (const TrafoWeight *weight)
{
  gsize size, per_panel = NARROW_PANEL * (sizeof (float) + sizeof (gint32));

  if ((gsize) weight->n_in > G_MAXSIZE / 2 || (gsize) weight->n_out > G_MAXSIZE - NARROW_PANEL ||
      !g_size_checked_mul (&size, weight_n_blocks (weight), narrow_panel_bytes (1)) ||
      !g_size_checked_add (&size, size, weight->dtype == TRAFO_DTYPE_INT8 ? per_panel : 0) ||
      !g_size_checked_mul (&size, size, weight_n_panels (weight, NARROW_PANEL)))
    return 0;
  return size;
}

static void
pack (const TrafoWeight *weight, gpointer destination, guint task)
{
  gsize  per_task = weight_panels_per_task (weight, NARROW_PANEL);
  gsize  end = MIN ((task + 1) * per_task, weight_n_panels (weight, NARROW_PANEL));
  Packed packed = { .weight = weight, .n_blocks = weight_n_blocks (weight) };
  gsize  panel_bytes = narrow_panel_bytes (packed.n_blocks);

  packed.panels = destination;
  packed.scales = (float *) (packed.panels + weight_n_panels (weight, NARROW_PANEL) * panel_bytes);
  packed.offsets =
      (gint32 *) (packed.scales + weight_n_panels (weight, NARROW_PANEL) * NARROW_PANEL);
  for (gsize panel = task * per_task; panel < end; panel++)
    for (gsize i = 0; i < NARROW_PANEL_TILES; i++)
      {
        gsize   n = panel * NARROW_PANEL + i * NARROW_COLUMNS;
        guint8 *tile = packed.panels + panel * panel_bytes + i * NARROW_TILE_BYTES;

        pack_columns (&packed, n, tile);
      }
}

const TrafoCpuPacking TRAFO_CPU_SYMBOL (pack_narrow) = { NARROW_PANEL, packed_size, pack };

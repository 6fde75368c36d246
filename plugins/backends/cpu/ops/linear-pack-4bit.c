/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "code-panel.h"
#include "pack.h"
#include "weight.h"

/* How many scales a group has: two that float16 holds take the room of one. */
static guint
find_n_scales (const TrafoWeight *weight)
{
  return weight->encoding == TRAFO_WEIGHT_ENCODING_INT4 &&
                 2 * weight->block_size == MAX_CODE_GROUP && weight->n_in % MAX_CODE_GROUP == 0
             ? 2
             : 1;
}

/* The longest group that no block ends in, but for one of two in the middle; 0 if all are shorter than what
 * is packed. */
static gsize
find_group (const TrafoWeight *weight)
{
  gsize group = MIN (weight->block_size * find_n_scales (weight), MAX_CODE_GROUP);

  while (group > 1 && weight->n_in % (gint64) group != 0)
    group /= 2;
  return group >= MIN_CODE_GROUP ? group : 0;
}

static gsize
n_panel_words (const TrafoWeight *weight, gsize group)
{
  return (gsize) weight->n_in / group * code_group_words (group);
}

static gsize
packed_size (const TrafoWeight *weight)
{
  gsize group = find_group (weight);
  gsize size;

  if (group == 0 || (gsize) weight->n_out > G_MAXSIZE - PANEL ||
      (gsize) weight->n_in > G_MAXSIZE / code_group_words (group) ||
      !g_size_checked_mul (&size, weight_n_panels (weight, PANEL), n_panel_words (weight, group)) ||
      !g_size_checked_mul (&size, size, sizeof (guint32)) ||
      !g_size_checked_add (&size, size, sizeof (CodePanelHeader)))
    return 0;
  return size;
}

/* Eight codes that begin a byte, of which the first is in its upper half, as a word whose lowest bits are
 * the first. */
static inline guint32
read_word (const guint8 *codes)
{
  guint32 word;

  memcpy (&word, codes, sizeof word);
  return (word & 0x0f0f0f0f) << 4 | (word >> 4 & 0x0f0f0f0f);
}

/* Those of column @i of a group. */
static void
pack_scales (const float *scales, guint n_scales, gsize i, guint32 *words)
{
  guint16 *halves = (guint16 *) words + i / V_LANES * 2 * V_LANES + i % V_LANES;

  if (n_scales == 1)
    memcpy (words + i, scales, sizeof *scales);
  for (guint s = 0; s < n_scales && n_scales > 1; s++)
    halves[s * V_LANES] = trafo_float16_from_float (scales[s]);
}

/* Column @i of a panel, which is column @n of all, or zeros behind the last. */
static void
pack_column (const TrafoWeight *weight, gsize n, gsize group, gsize i, guint32 *panel)
{
  static const float none[2] = { 0, 0 };
  gint64             at = (gint64) n;
  gint               part = weight_find_part (weight, &at);
  gsize              n_in = (gsize) weight->n_in, first = (gsize) at * n_in;
  const guint8      *codes = part < 0 ? NULL : weight->parts[part].data;
  const float       *scales = part < 0 ? NULL : weight->scales[part].data;

  for (gsize k = 0; k < n_in; k += group)
    {
      for (gsize j = 0; j < group; j += CODES_PER_WORD, panel += PANEL)
        panel[i] = codes != NULL ? read_word (codes + (first + k + j) / 2) : 0;
      pack_scales (scales != NULL ? scales + (first + k) / weight->block_size : none,
                   find_n_scales (weight),
                   i,
                   panel);
      panel += PANEL;
    }
}

static void
pack (const TrafoWeight *weight, gpointer destination, guint task)
{
  gsize    group = find_group (weight);
  gsize    per_task = weight_panels_per_task (weight, PANEL);
  gsize    end = MIN ((task + 1) * per_task, weight_n_panels (weight, PANEL));
  guint32 *panels = (guint32 *) ((guint8 *) destination + sizeof (CodePanelHeader));

  if (task == 0)
    {
      memset (destination, 0, sizeof (CodePanelHeader));
      ((CodePanelHeader *) destination)->group = (guint32) group;
      ((CodePanelHeader *) destination)->n_scales = find_n_scales (weight);
    }
  for (gsize panel = task * per_task; panel < end; panel++)
    for (gsize i = 0; i < PANEL; i++)
      pack_column (weight,
                   panel * PANEL + i,
                   group,
                   i,
                   panels + panel * n_panel_words (weight, group));
}

const TrafoCpuPacking TRAFO_CPU_SYMBOL (pack_4bit) = { PANEL, packed_size, pack };

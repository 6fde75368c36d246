/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "code-panel.h"
#include "pack.h"
#include "weight.h"

/* The longest group that no block ends in, 0 if all are shorter than what is packed. */
static gsize
find_group (const TrafoWeight *weight)
{
  gsize group = MIN (weight->block_size, MAX_CODE_GROUP);

  while (group > 1 && weight->n_in % (gint64) group != 0)
    group /= 2;
  return group >= MIN_CODE_GROUP ? group : 0;
}

static gsize
panel_words (const TrafoWeight *weight, gsize group)
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
      !g_size_checked_mul (&size, weight_n_panels (weight, PANEL), panel_words (weight, group)) ||
      !g_size_checked_mul (&size, size, sizeof (guint32)) ||
      !g_size_checked_add (&size, size, sizeof (CodePanelHeader)))
    return 0;
  return size;
}

static guint
n_tasks (const TrafoWeight *weight)
{
  return weight_n_tasks (weight, PANEL);
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

/* Column @n, or zeros behind the last. */
static void
pack_column (const TrafoWeight *weight, gsize n, gsize group, guint32 *column)
{
  gint64        at = (gint64) n;
  gint          part = weight_find_part (weight, &at);
  gsize         n_in = (gsize) weight->n_in, first = (gsize) at * n_in;
  const guint8 *codes = part < 0 ? NULL : weight->parts[part].data;
  const float  *scales = part < 0 ? NULL : weight->scales[part].data;

  for (gsize k = 0; k < n_in; k += group)
    {
      float scale = scales != NULL ? scales[(first + k) / weight->block_size] : 0;

      for (gsize i = 0; i < group; i += CODES_PER_WORD, column += PANEL)
        *column = codes != NULL ? read_word (codes + (first + k + i) / 2) : 0;
      memcpy (column, &scale, sizeof scale);
      column += PANEL;
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
    }
  for (gsize panel = task * per_task; panel < end; panel++)
    for (gsize i = 0; i < PANEL; i++)
      pack_column (weight,
                   panel * PANEL + i,
                   group,
                   panels + panel * panel_words (weight, group) + i);
}

const TrafoCpuPacking TRAFO_CPU_SYMBOL (pack_4bit) = { packed_size, n_tasks, pack };

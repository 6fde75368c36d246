/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-execution-private.h"
#include "trafo-tensor-private.h"

/* Best known offline heuristic for sharing one arena: place the largest value first, each at the
 * lowest offset where it meets no placed value that lives at the same time (Pisarchyk and Lee 2020,
 * "Efficient Memory Management for Deep Neural Net Inference", greedy by size). */

static gboolean
live_together (const TrafoPlacement *a, const TrafoPlacement *b)
{
  return a->first_step <= b->last_step && b->first_step <= a->last_step;
}

static gint
compare_sizes (gconstpointer a, gconstpointer b, gpointer data)
{
  const TrafoPlacement *placements = data;
  gsize                 left = placements[*(const guint *) a].size_bytes;
  gsize                 right = placements[*(const guint *) b].size_bytes;

  return left < right ? 1 : -(left > right);
}

static guint
sort_by_size (TrafoPlacement *placements, guint n, guint *order)
{
  guint count = 0;

  for (guint i = 0; i < n; i++)
    if (placements[i].size_bytes > 0)
      order[count++] = i;
  g_qsort_with_data (order, count, sizeof *order, compare_sizes, placements);
  return count;
}

/* The placements are a balanced tree, too: the middle of a range is the root of its two halves.
 * Each root knows from when to when the placed values of its range live, so that a search passes
 * over ranges of other times. */
static void
mark_placed (TrafoPlacement *placements, guint n, guint index)
{
  guint low = 0, high = n;
  gint  first = placements[index].first_step, last = placements[index].last_step;

  while (low < high)
    {
      guint           middle = low + (high - low) / 2;
      TrafoPlacement *root = &placements[middle];

      root->range_first_step = MIN (root->range_first_step, first);
      root->range_last_step = MAX (root->range_last_step, last);
      if (middle == index)
        {
          root->is_placed = TRUE;
          return;
        }
      if (index < middle)
        high = middle;
      else
        low = middle + 1;
    }
}

/* The least offset from @offset on where @value meets none of the placed values from @low to
 * @high, as far as one walk in their order finds it. */
static gsize
move_up (const TrafoPlacement *placements,
         guint                 low,
         guint                 high,
         const TrafoPlacement *value,
         gsize                 offset)
{
  while (low < high)
    {
      guint                 middle = low + (high - low) / 2;
      const TrafoPlacement *root = &placements[middle];

      if (root->range_first_step > value->last_step || root->range_last_step < value->first_step)
        return offset;
      offset = move_up (placements, low, middle, value, offset);
      if (root->is_placed && live_together (root, value) &&
          offset < root->offset_bytes + root->size_bytes &&
          root->offset_bytes < offset + value->size_bytes)
        offset = root->offset_bytes + root->size_bytes;
      low = middle + 1;
    }
  return offset;
}

static gsize
lowest_offset (const TrafoPlacement *placements, guint n, const TrafoPlacement *value)
{
  gsize offset = 0, before;

  do
    {
      before = offset;
      offset = move_up (placements, 0, n, value, offset);
    }
  while (offset != before);
  return offset;
}

gsize
trafo_plan_memory (TrafoPlacement *placements, guint n, guint *order)
{
  guint count = sort_by_size (placements, n, order);
  gsize total = 0;

  for (guint i = 0; i < n; i++)
    {
      placements[i].is_placed = FALSE;
      placements[i].range_first_step = G_MAXINT;
      placements[i].range_last_step = G_MININT;
    }
  for (guint i = 0; i < count; i++)
    {
      TrafoPlacement *value = &placements[order[i]];

      value->offset_bytes = lowest_offset (placements, n, value);
      mark_placed (placements, n, order[i]);
      total = MAX (total, value->offset_bytes + value->size_bytes);
    }
  return total;
}

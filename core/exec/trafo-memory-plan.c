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

/* Insertion sort: a few hundred values, nearly sorted, and no allocation. */
static guint
sort_by_size (const TrafoPlacement *placements, guint n, guint *order)
{
  guint count = 0;

  for (guint i = 0; i < n; i++)
    {
      guint at;

      if (placements[i].size_bytes == 0)
        continue;
      for (at = count++; at > 0 && placements[order[at - 1]].size_bytes < placements[i].size_bytes;
           at--)
        order[at] = order[at - 1];
      order[at] = i;
    }
  return count;
}

static gsize
lowest_offset (const TrafoPlacement *placements,
               const guint          *order,
               guint                 n_placed,
               const TrafoPlacement *value)
{
  gsize    offset = 0;
  gboolean moved = TRUE;

  while (moved)
    {
      moved = FALSE;
      for (guint i = 0; i < n_placed; i++)
        {
          const TrafoPlacement *other = &placements[order[i]];

          if (live_together (other, value) && offset < other->offset_bytes + other->size_bytes &&
              other->offset_bytes < offset + value->size_bytes)
            {
              offset = other->offset_bytes + other->size_bytes;
              moved = TRUE;
            }
        }
    }
  return offset;
}

gsize
trafo_plan_memory (TrafoPlacement *placements, guint n, guint *order)
{
  guint count = sort_by_size (placements, n, order);
  gsize total = 0;

  for (guint i = 0; i < count; i++)
    {
      TrafoPlacement *value = &placements[order[i]];

      value->offset_bytes = lowest_offset (placements, order, i, value);
      total = MAX (total, value->offset_bytes + value->size_bytes);
    }
  return total;
}

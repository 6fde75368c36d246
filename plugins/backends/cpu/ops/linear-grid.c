/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "linear-grid.h"

#include "../operand.h"

LinearGrid
TRAFO_CPU_SYMBOL (linear_grid) (gsize n_rows, gsize n_columns, gsize tile_rows, gsize panel_columns)
{
  return (LinearGrid){
    .n_rows = n_rows,
    .n_columns = n_columns,
    .n_tiles = (n_rows + tile_rows - 1) / tile_rows,
    .n_panels = (n_columns + panel_columns - 1) / panel_columns,
  };
}

/* The largest of @n_tasks shares, in products of a tile and a panel, if rows are cut in @n_row_groups. */
static gsize
find_share (const LinearGrid *grid, guint n_tasks, guint n_row_groups)
{
  guint columns = n_tasks / n_row_groups;
  gsize tiles = (grid->n_tiles + n_row_groups - 1) / n_row_groups;
  gsize panels = (grid->n_panels + columns - 1) / columns;
  gsize n_blocks = grid->block_tiles > 0 ? (tiles + grid->block_tiles - 1) / grid->block_tiles : 1;

  return tiles * (panels + grid->tile_panels) + n_blocks * panels * grid->panel_tiles;
}

/* How @n_tasks tasks share tiles and panels: as evenly as can be, but for a 32nd, and then so that they read
 * little twice: weights may come from memory, which costs more than that. Returns their largest share. */
static gsize
choose_row_groups (const LinearGrid *grid, guint n_tasks, guint *ret_n_row_groups)
{
  gsize least = G_MAXSIZE, best_traffic = G_MAXSIZE;

  for (guint rows = 1; rows <= n_tasks; rows++)
    if (n_tasks % rows == 0)
      least = MIN (least, find_share (grid, n_tasks, rows));
  for (guint rows = 1; rows <= n_tasks; rows++)
    {
      gsize traffic = rows * grid->n_columns + n_tasks / rows * grid->n_rows;

      if (n_tasks % rows != 0 || traffic >= best_traffic ||
          find_share (grid, n_tasks, rows) > least + least / 32)
        continue;
      best_traffic = traffic;
      *ret_n_row_groups = rows;
    }
  return find_share (grid, n_tasks, *ret_n_row_groups);
}

guint
TRAFO_CPU_SYMBOL (linear_grid_n_tasks) (const LinearGrid *grid, gsize unit_cost, guint n_threads)
{
  guint limit = trafo_cpu_n_tasks (grid->n_tiles * grid->n_panels, unit_cost, n_threads);
  gsize best = G_MAXSIZE;
  guint n_tasks = 1;

  for (guint n = 1; n <= limit; n++)
    {
      guint n_row_groups;
      gsize share = choose_row_groups (grid, n, &n_row_groups);

      if (share < best)
        {
          best = share;
          n_tasks = n;
        }
    }
  return n_tasks;
}

LinearRange
TRAFO_CPU_SYMBOL (linear_grid_share) (const LinearGrid *grid, guint task, guint n_tasks)
{
  LinearRange range;
  guint       n_row_groups;

  choose_row_groups (grid, n_tasks, &n_row_groups);
  range.tile = trafo_cpu_share (grid->n_tiles, task % n_row_groups, n_row_groups, &range.tile_end);
  range.panel = trafo_cpu_share (grid->n_panels,
                                 task / n_row_groups,
                                 n_tasks / n_row_groups,
                                 &range.panel_end);
  return range;
}

gsize
TRAFO_CPU_SYMBOL (linear_grid_rows) (const LinearGrid *grid,
                                     guint             task,
                                     guint             n_tasks,
                                     gsize            *ret_end)
{
  LinearRange range = TRAFO_CPU_SYMBOL (linear_grid_share) (grid, task, n_tasks);
  gsize       unused;

  *ret_end = trafo_cpu_share (grid->n_rows, range.tile_end, grid->n_tiles, &unused);
  return trafo_cpu_share (grid->n_rows, range.tile, grid->n_tiles, &unused);
}

/* Shares are rounded down, so that the last is the largest. */
double
TRAFO_CPU_SYMBOL (linear_grid_cost) (const LinearGrid *grid, guint n_tasks, const LinearCost *cost)
{
  LinearRange range = TRAFO_CPU_SYMBOL (linear_grid_share) (grid, n_tasks - 1, n_tasks);
  gsize       n_tiles = range.tile_end - range.tile;
  gsize       n_blocks = (n_tiles + cost->block_tiles - 1) / cost->block_tiles;
  double      n_rows = (double) grid->n_rows * (double) n_tiles / (double) MAX (grid->n_tiles, 1);
  double      n_columns = (double) grid->n_columns * (double) (range.panel_end - range.panel) /
                     (double) MAX (grid->n_panels, 1);

  return n_columns * (double) cost->n_in *
         (n_rows * MULTIPLY_NS + (double) n_tiles * cost->tile_ns +
          (double) n_blocks * cost->block_ns);
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "costs.h"
#include "ops.h"

/* The output of a matrix product cut in tiles of rows and panels of columns, and how tasks share
 * them. */
typedef struct
{
  gsize n_rows, n_columns;
  gsize n_tiles, n_panels;
  /* what a task does to a tile once, and bringing a panel, in products of a tile and a panel; so many
   * tiles pass a panel that was brought, 0: all */
  gsize tile_panels, panel_tiles, block_tiles;
} LinearGrid;

/* What one task, or a loop of it, goes over. */
typedef struct
{
  gsize tile, tile_end;
  gsize panel, panel_end;
} LinearRange;

LinearGrid TRAFO_CPU_SYMBOL (linear_grid) (gsize n_rows,
                                           gsize n_columns,
                                           gsize tile_rows,
                                           gsize panel_columns);

/* How many tasks share the work best; a tile of a panel is @unit_cost multiplications a column. */
guint TRAFO_CPU_SYMBOL (linear_grid_n_tasks) (const LinearGrid *grid,
                                              gsize             unit_cost,
                                              guint             n_threads);

/* The share of one of them. */
LinearRange
    TRAFO_CPU_SYMBOL (linear_grid_share) (const LinearGrid *grid, guint task, guint n_tasks);

/* The rows that the task has, of tiles as even as they can be. */
gsize TRAFO_CPU_SYMBOL (linear_grid_rows) (const LinearGrid *grid,
                                           guint             task,
                                           guint             n_tasks,
                                           gsize            *ret_end);

/* What is done with the weights, of @n_in terms: each is multiplied once a row, and takes @tile_ns more in
 * each tile and @block_ns in each block of tiles. */
typedef struct
{
  gsize  n_in;
  gsize  block_tiles;
  double tile_ns;
  double block_ns;
} LinearCost;

/* The nanoseconds of the task that has the most to do. */
double TRAFO_CPU_SYMBOL (linear_grid_cost) (const LinearGrid *grid,
                                            guint             n_tasks,
                                            const LinearCost *cost);

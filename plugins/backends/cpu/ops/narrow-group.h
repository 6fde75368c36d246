/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "linear-finish.h"

/* The sums of some rows and a panel, which become results while those of the next rows are computed: tile
 * registers multiply, and the vector units are free. */
struct NarrowGroup
{
  const LinearOutput *output;
  LinearTile          tile;       /* at once first and last */
  float              *sums;       /* [row][NARROW_PANEL] */
  gsize               n_finished; /* rows */
  gsize               pace; /* rows to be finished for each block of K, in parts of NARROW_PACE */
  gsize               due;  /* by now, the same */
};

#define NARROW_PACE 256

static inline __attribute__ ((always_inline)) void
narrow_group_finish_row (NarrowGroup *self, guint activation)
{
  gsize row = self->n_finished;

  if (row == self->tile.n_rows)
    return;
  linear_finish_row (self->output, &self->tile, row, self->sums + row * NARROW_PANEL, activation);
  self->n_finished++;
}

/* What is due after another block of K. */
static inline __attribute__ ((always_inline)) void
narrow_group_go_on (NarrowGroup *self, guint activation)
{
  for (self->due += self->pace; self->due >= NARROW_PACE; self->due -= NARROW_PACE)
    narrow_group_finish_row (self, activation);
}

/* What is left. */
static inline void
narrow_group_finish (NarrowGroup *self)
{
  LinearTile rest = self->tile;

  rest.m += self->n_finished;
  rest.n_rows -= self->n_finished;
  if (rest.row_scales != NULL)
    rest.row_scales += self->n_finished;
  TRAFO_CPU_SYMBOL (linear_finish)
  (self->output, &rest, self->sums + self->n_finished * NARROW_PANEL);
  self->n_finished = self->tile.n_rows;
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "../simd/tile.h"
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

/* So many rows ahead of its use a row of the residual is asked for: it comes from memory. */
#define NARROW_RESIDUAL_AHEAD 8

static inline __attribute__ ((always_inline)) void
narrow_group_fetch (const NarrowGroup *self, gsize row)
{
  const char *residual;

  if (!self->output->has_residual || row >= self->tile.n_rows)
    return;
  residual = (const char *) trafo_cpu_row (&self->output->residual, self->tile.m + row) +
             self->tile.n * sizeof (float);
#pragma GCC unroll 4
  for (gsize i = 0; i < NARROW_PANEL * sizeof (float); i += V_CACHE_LINE)
    __builtin_prefetch (residual + i);
}

static inline __attribute__ ((always_inline)) void
narrow_group_finish_row (NarrowGroup *self, guint activation)
{
  gsize row = self->n_finished;

  if (row == self->tile.n_rows)
    return;
  narrow_group_fetch (self, row + NARROW_RESIDUAL_AHEAD);
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

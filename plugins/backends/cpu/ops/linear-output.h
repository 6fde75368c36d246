/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "../operand.h"
#include "ops.h"

/* What a linear layer does to its sums: activation (sums + bias) + residual. */
typedef struct
{
  TrafoCpuRows rows, residual;
  const float *bias;
  gsize        n_columns;
  guint8       activation;
  guint8       has_residual;
  guint8       dtype; /* float32 or bfloat16 */
} LinearOutput;

/* The sums of a tile: n_rows from row m and, of the @stride columns from n, those that there are. For an
 * output in bfloat16 it is at once first and last, and as wide as a panel of narrow weights. */
typedef struct
{
  gsize    m, n_rows, n, stride;
  gboolean is_first; /* else what lies in the output is added */
  gboolean is_last;  /* else bias, activation and residual are still to come */

  /* Sums of integers: what they stand for, by row and by column, and what they have too much. */
  const float  *row_scales; /* NULL: sums of floats */
  const float  *scales;
  const gint32 *offsets;
} LinearTile;

LinearOutput TRAFO_CPU_SYMBOL (linear_output) (const TrafoKernelArgs *args);

/* Whether x, bias, residual and output are float32, in rows that the loops can walk. */
gboolean TRAFO_CPU_SYMBOL (linear_is_rows) (const TrafoKernelArgs *args);

/* The same where x and output may be bfloat16. */
gboolean TRAFO_CPU_SYMBOL (linear_is_narrow_rows) (const TrafoKernelArgs *args);

/* @sums: [n_rows][stride] */
void TRAFO_CPU_SYMBOL (linear_finish) (const LinearOutput *self,
                                       const LinearTile   *tile,
                                       const float        *sums);

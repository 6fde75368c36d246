/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "pack.h"

#include "panel.h"
#include "weight.h"

/* So much of a row at once as keeps the lines of a panel that it goes to in the first-level cache. */
#define RUN 64

static gsize
packed_size (const TrafoWeight *weight)
{
  gsize size, per_panel = PANEL * sizeof (float);

  if ((gsize) weight->n_out > G_MAXSIZE - PANEL ||
      !g_size_checked_mul (&size, (gsize) weight->n_in, PANEL) ||
      !g_size_checked_add (&size, size, per_panel) ||
      !g_size_checked_mul (&size, size, weight_n_panels (weight, PANEL)))
    return 0;
  return size;
}

static float
find_scale (const TrafoWeight *weight, gsize n)
{
  gint64 at = (gint64) n;
  gint   part = weight_find_part (weight, &at);

  return part < 0 ? 0 : ((const float *) weight->scales[part].data)[at];
}

/* Columns from @n on of all of K. */
static void
pack_panel (const TrafoWeight *weight, gsize n, gint8 *panel)
{
  const gint8 *rows[PANEL];
  gsize        n_in = (gsize) weight->n_in;

  for (gsize j = 0; j < PANEL; j++)
    rows[j] = (const gint8 *) weight_find_row (weight, n + j);
  for (gsize first = 0; first < n_in; first += RUN)
    for (gsize j = 0; j < PANEL; j++)
      for (gsize k = first; k < MIN (first + RUN, n_in); k++)
        panel[k * PANEL + j] = rows[j] != NULL ? rows[j][k] : 0;
}

static void
pack (const TrafoWeight *weight, gpointer destination, guint task)
{
  gsize  n_in = (gsize) weight->n_in, n_panels = weight_n_panels (weight, PANEL);
  gsize  per_task = weight_panels_per_task (weight, PANEL);
  float *scales = (float *) ((gint8 *) destination + n_panels * PANEL * n_in);

  for (gsize panel = task * per_task; panel < MIN ((task + 1) * per_task, n_panels); panel++)
    {
      gsize n = panel * PANEL;

      pack_panel (weight, n, (gint8 *) destination + n * n_in);
      for (gsize j = 0; j < PANEL; j++)
        scales[n + j] = find_scale (weight, n + j);
    }
}

const TrafoCpuPacking TRAFO_CPU_SYMBOL (pack_int8) = { PANEL, packed_size, pack };

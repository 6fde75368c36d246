/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "pack.h"

#include "panel.h"
#include "weight.h"

/* NULL for a dtype, or parts, that are not packed. */
static const TrafoCpuPacking *
find_packing (const TrafoWeight *weight)
{
  if (!weight_is_readable (weight))
    return NULL;
  if (panel_holds (weight->dtype))
    return &TRAFO_CPU_SYMBOL (pack_float);
  if (weight->encoding == TRAFO_WEIGHT_ENCODING_INT8)
    return &TRAFO_CPU_SYMBOL (pack_int8);
  switch (weight->dtype)
    {
    case TRAFO_DTYPE_BFLOAT16:
    case TRAFO_DTYPE_INT8:
      return &TRAFO_CPU_SYMBOL (pack_narrow);
    case TRAFO_DTYPE_UINT8:
      return weight_is_4bit (weight) ? &TRAFO_CPU_SYMBOL (pack_4bit) : NULL;
    default:
      return NULL;
    }
}

gsize
TRAFO_CPU_SYMBOL (packed_size) (const TrafoWeight *weight)
{
  const TrafoCpuPacking *packing = find_packing (weight);

  return packing != NULL ? packing->packed_size (weight) : 0;
}

guint
TRAFO_CPU_SYMBOL (pack_n_tasks) (const TrafoWeight *weight)
{
  const TrafoCpuPacking *packing = find_packing (weight);

  return packing != NULL ? weight_n_tasks (weight, packing->panel) : 0;
}

gint64
TRAFO_CPU_SYMBOL (pack_rows) (const TrafoWeight *weight, guint task, gint64 *ret_end)
{
  const TrafoCpuPacking *packing = find_packing (weight);
  gint64                 n_rows = 0;

  if (packing != NULL)
    n_rows = (gint64) (weight_panels_per_task (weight, packing->panel) * packing->panel);
  *ret_end = MIN ((task + 1) * n_rows, weight->n_out);
  return MIN (task * n_rows, weight->n_out);
}

void
TRAFO_CPU_SYMBOL (pack) (const TrafoWeight *weight, gpointer destination, guint task)
{
  const TrafoCpuPacking *packing = find_packing (weight);

  if (packing != NULL)
    packing->pack (weight, destination, task);
}

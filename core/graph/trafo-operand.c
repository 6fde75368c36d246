/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-operand-private.h"

#include "trafo-shape-private.h"
#include "trafo-tensor.h"

gsize
trafo_operand_span_bytes (const TrafoOperand *operand)
{
  gint64 last = 0;

  for (guint i = 0; i < operand->n_dims; i++)
    {
      if (operand->shape[i] == 0)
        return 0;
      last += (operand->shape[i] - 1) * operand->strides[i];
    }
  return (last + 1) * trafo_dtype_get_size (operand->dtype);
}

gboolean
trafo_operand_is_row_major (const TrafoOperand *operand)
{
  return trafo_shape_is_contiguous (operand->shape, operand->strides, operand->n_dims);
}

gsize
trafo_operand_count_rows (const TrafoOperand *operand)
{
  gsize n = 1;

  for (guint i = 0; i + 1 < operand->n_dims; i++)
    n *= (gsize) operand->shape[i];
  return n;
}

double
trafo_operand_count_stored (const TrafoOperand *operand)
{
  double n = 1;

  for (guint i = 0; i < operand->n_dims; i++)
    if (operand->strides[i] != 0 || operand->layout != TRAFO_LAYOUT_STRIDED)
      n *= (double) operand->shape[i];
  return n;
}

void
trafo_operand_broadcast (TrafoOperand *operand, const TrafoOperand *output)
{
  guint        added = output->n_dims - operand->n_dims;
  TrafoOperand wide = *operand;

  wide.n_dims = output->n_dims;
  for (guint i = 0; i < output->n_dims; i++)
    {
      gboolean is_repeated = i < added || (operand->shape[i - added] == 1 && output->shape[i] != 1);

      wide.shape[i] = output->shape[i];
      wide.strides[i] = is_repeated ? 0 : operand->strides[i - added];
    }
  *operand = wide;
}

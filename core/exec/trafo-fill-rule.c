/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-fill-rule-private.h"

#include <string.h>

/* cumsum (mask) * mask - 1 over each row (transformers, OPTLearnedPositionalEmbedding). */
static void
count_shown (gint64 *positions, gint64 n_rows, gint64 width, const TrafoTensor *mask)
{
  for (gint64 row = 0; row < n_rows; row++)
    {
      gint64 n_shown = 0;

      for (gint64 t = 0; t < width; t++)
        {
          gboolean is_shown = trafo_tensor_get_value (mask, row * width + t) != 0;

          n_shown += is_shown;
          positions[row * width + t] = is_shown ? n_shown - 1 : -1;
        }
    }
}

void
trafo_fill_rule_apply (TrafoFillRule rule, const TrafoOperand *value, const TrafoTensor *mask)
{
  gint64  width = value->n_dims > 0 ? value->shape[value->n_dims - 1] : 1;
  gint64 *positions = value->data;
  gsize   n_elements = 1;

  for (guint i = 0; i < value->n_dims; i++)
    n_elements *= value->shape[i];
  if (rule != TRAFO_FILL_RULE_POSITIONS && rule != TRAFO_FILL_RULE_MASKED_POSITIONS)
    memset (value->data, 0, n_elements * trafo_dtype_get_size (value->dtype));
  else if (rule == TRAFO_FILL_RULE_MASKED_POSITIONS && mask != NULL && value->n_dims == 2 &&
           trafo_tensor_get_n_dims (mask) == 2 &&
           trafo_tensor_get_dim (mask, 0) == value->shape[0] &&
           trafo_tensor_get_dim (mask, 1) == width)
    count_shown (positions, value->shape[0], width, mask);
  else
    for (gsize i = 0; i < n_elements; i++)
      positions[i] = (gint64) i % width;
}

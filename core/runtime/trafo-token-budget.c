/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-token-budget-private.h"

#include "trafo-dims-private.h"

/* Padding is not computed, but stands in ids and in the outputs: of both there is a bound. */
#define MAX_PLACES ((gint64) 8 * TRAFO_TOKEN_BUDGET)
#define MAX_OUTPUT_BYTES ((gint64) 64 << 20)

/* Of one token, if the output has a row for each. */
static gsize
row_bytes (const TrafoValueType *type)
{
  gsize size_bytes = trafo_dtype_get_size (type->dtype);

  if (type->n_dims == 0 || type->dims[0] != TRAFO_DIM_PLACES)
    return 0;
  for (guint i = 1; i < type->n_dims; i++)
    if (!g_size_checked_mul (&size_bytes, size_bytes, type->dims[i]))
      return G_MAXUINT32;
  return MIN (size_bytes, G_MAXUINT32);
}

gboolean
trafo_token_budget_init (TrafoTokenBudget *self, const TrafoGraph *packed)
{
  *self = (TrafoTokenBudget){ 0 };
  for (guint i = 0; i < packed->outputs->len; i++)
    {
      const TrafoGraphOutput *output = g_ptr_array_index (packed->outputs, i);

      self->place_bytes += row_bytes (&trafo_graph_get_node (packed, output->sym)->type);
    }
  return trafo_graph_find_input (packed, "packed_tokens") != NULL;
}

gboolean
trafo_token_budget_add (TrafoTokenBudget *self, gint64 n_texts, gint64 length, gint64 n_tokens)
{
  gint64 longest = MAX (self->length, length);
  gint64 max_places = MAX_PLACES;

  if (self->place_bytes > 0)
    max_places = MIN (max_places, MAX_OUTPUT_BYTES / (gint64) self->place_bytes);
  if (self->n_texts > 0 && (n_tokens > TRAFO_TOKEN_BUDGET - self->n_tokens ||
                            n_texts > max_places / MAX (longest, 1) - self->n_texts))
    return FALSE;
  self->n_texts += n_texts;
  self->length = longest;
  self->n_tokens += n_tokens;
  return TRUE;
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-packed-inputs-private.h"

/* The batch's mask, and the indices that are made of it. */
typedef struct
{
  gint64        n_rows, n_columns, n_tokens;
  const gint64 *mask;
  gint32       *tokens, *places, *starts;
} Packing;

/* Whether each row shows its first token and one of them hides one; counts those that are shown. */
static gboolean
count_tokens (Packing *self)
{
  self->n_tokens = 0;
  for (gint64 row = 0; row < self->n_rows; row++)
    {
      if (self->n_columns == 0 || self->mask[row * self->n_columns] == 0)
        return FALSE;
      for (gint64 i = 0; i < self->n_columns; i++)
        self->n_tokens += self->mask[row * self->n_columns + i] != 0;
    }
  return self->n_tokens < self->n_rows * self->n_columns;
}

static void
fill (Packing *self)
{
  gint32 n = 0;

  for (gint64 row = 0; row < self->n_rows; row++)
    {
      self->starts[row] = n;
      for (gint64 i = row * self->n_columns; i < (row + 1) * self->n_columns; i++)
        if (self->mask[i] != 0)
          {
            self->tokens[n] = (gint32) i;
            self->places[i] = n++;
          }
        else
          self->places[i] = self->starts[row]; /* the first token of its own text */
    }
  self->starts[self->n_rows] = n;
}

/* The dictionary holds the tensor; NULL if there is no memory. */
static gint32 *
add_index (TrafoTensorDict *indices, const char *name, const gint64 *shape, guint n_dims)
{
  g_autoptr (TrafoTensor) tensor = trafo_tensor_new (TRAFO_DTYPE_INT32, shape, n_dims, NULL);

  if (tensor == NULL)
    return NULL;
  trafo_tensor_dict_set (indices, name, tensor);
  return trafo_tensor_get_data (tensor);
}

static TrafoTensorDict *
make_indices (Packing *self)
{
  g_autoptr (TrafoTensorDict) indices = trafo_tensor_dict_new ();
  gint64 n_starts = self->n_rows + 1;
  gint64 shape[] = { self->n_rows, self->n_columns };

  self->tokens = add_index (indices, "packed_tokens", &self->n_tokens, 1);
  self->places = add_index (indices, "packed_places", shape, 2);
  self->starts = add_index (indices, "packed_starts", &n_starts, 1);
  if (self->tokens == NULL || self->places == NULL || self->starts == NULL)
    return NULL;
  fill (self);
  return g_steal_pointer (&indices);
}

gboolean
trafo_packed_inputs_have (const char *name)
{
  return g_str_has_prefix (name, "packed_");
}

/* Of two matrices; whatever else was given is refused by the name that the caller gave it. */
static gboolean
has_same_shape (TrafoTensor *mask, TrafoTensor *ids)
{
  return trafo_tensor_get_n_dims (mask) == 2 && trafo_tensor_get_n_dims (ids) == 2 &&
         trafo_tensor_get_dim (mask, 0) == trafo_tensor_get_dim (ids, 0) &&
         trafo_tensor_get_dim (mask, 1) == trafo_tensor_get_dim (ids, 1);
}

TrafoTensorDict *
trafo_packed_inputs_new (TrafoTensorDict *inputs)
{
  TrafoTensor *given = trafo_tensor_dict_get (inputs, "attention_mask");
  TrafoTensor *ids = trafo_tensor_dict_get (inputs, "input_ids");
  g_autoptr (TrafoTensor) wide = NULL;
  g_autoptr (TrafoTensor) mask = NULL;
  Packing packing = { 0 };

  if (given == NULL || ids == NULL || !has_same_shape (given, ids) ||
      trafo_dtype_is_float (trafo_tensor_get_dtype (given)) ||
      trafo_tensor_get_n_elements (given) > G_MAXINT32)
    return NULL;
  wide = trafo_tensor_cast (given, TRAFO_DTYPE_INT64, NULL);
  if (wide != NULL)
    mask = trafo_tensor_contiguous (wide, NULL);
  if (mask == NULL)
    return NULL;
  packing.n_rows = trafo_tensor_get_dim (mask, 0);
  packing.n_columns = trafo_tensor_get_dim (mask, 1);
  packing.mask = trafo_tensor_get_data (mask);
  return count_tokens (&packing) ? make_indices (&packing) : NULL;
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-packed-inputs-private.h"

/* The batch's mask, and the indices that are made of it. */
typedef struct
{
  TrafoTensor  *mask; /* int64, contiguous */
  gint64        n_rows, n_columns, n_tokens, n_places;
  const gint64 *lengths; /* of each row; NULL: n_columns */
  gint32       *tokens, *places, *starts;
} Packing;

/* Of two matrices; whatever else was given is refused by the name that the caller gave it. */
static gboolean
has_same_shape (TrafoTensor *mask, TrafoTensor *ids)
{
  return trafo_tensor_get_n_dims (mask) == 2 && trafo_tensor_get_n_dims (ids) == 2 &&
         trafo_tensor_get_dim (mask, 0) == trafo_tensor_get_dim (ids, 0) &&
         trafo_tensor_get_dim (mask, 1) == trafo_tensor_get_dim (ids, 1);
}

static const gint64 *
mask_row (const Packing *self, gint64 row)
{
  return (const gint64 *) trafo_tensor_get_data (self->mask) + row * self->n_columns;
}

static gint64
row_length (const Packing *self, gint64 row)
{
  return self->lengths != NULL ? self->lengths[row] : self->n_columns;
}

/* Whether each row shows its first token; counts those that are shown, and the places. */
static gboolean
count_tokens (Packing *self)
{
  for (gint64 row = 0; row < self->n_rows; row++)
    {
      if (self->n_columns == 0 || mask_row (self, row)[0] == 0)
        return FALSE;
      for (gint64 i = 0; i < self->n_columns; i++)
        self->n_tokens += mask_row (self, row)[i] != 0;
      self->n_places += row_length (self, row);
    }
  return TRUE;
}

static gboolean
read_mask (Packing *self, TrafoTensorDict *inputs)
{
  TrafoTensor *given = trafo_tensor_dict_get (inputs, "attention_mask");
  TrafoTensor *ids = trafo_tensor_dict_get (inputs, "input_ids");
  g_autoptr (TrafoTensor) wide = NULL;

  if (given == NULL || ids == NULL || !has_same_shape (given, ids) ||
      trafo_dtype_is_float (trafo_tensor_get_dtype (given)) ||
      trafo_tensor_get_n_elements (given) > G_MAXINT32)
    return FALSE;
  wide = trafo_tensor_cast (given, TRAFO_DTYPE_INT64, NULL);
  if (wide != NULL)
    self->mask = trafo_tensor_contiguous (wide, NULL);
  if (self->mask == NULL)
    return FALSE;
  self->n_rows = trafo_tensor_get_dim (self->mask, 0);
  self->n_columns = trafo_tensor_get_dim (self->mask, 1);
  return count_tokens (self);
}

static void
fill (Packing *self)
{
  gint32 n_tokens = 0, n_places = 0;

  for (gint64 row = 0; row < self->n_rows; row++)
    {
      self->starts[row] = n_tokens;
      for (gint64 i = 0; i < self->n_columns; i++)
        {
          gboolean is_shown = mask_row (self, row)[i] != 0;

          if (i < row_length (self, row)) /* what is hidden: the first token of its own text */
            self->places[n_places++] = is_shown ? n_tokens : self->starts[row];
          if (is_shown)
            self->tokens[n_tokens++] = (gint32) (row * self->n_columns + i);
        }
    }
  self->starts[self->n_rows] = n_tokens;
}

/* The dictionary holds the tensor; NULL if there is no memory. */
static gint32 *
add_index (TrafoTensorDict *indices, const char *name, gint64 length)
{
  g_autoptr (TrafoTensor) tensor = trafo_tensor_new (TRAFO_DTYPE_INT32, &length, 1, NULL);

  if (tensor == NULL)
    return NULL;
  trafo_tensor_dict_set (indices, name, tensor);
  return trafo_tensor_get_data (tensor);
}

static TrafoTensorDict *
make_indices (Packing *self)
{
  g_autoptr (TrafoTensorDict) indices = trafo_tensor_dict_new ();

  self->tokens = add_index (indices, "packed_tokens", self->n_tokens);
  self->places = add_index (indices, "packed_places", self->n_places);
  self->starts = add_index (indices, "packed_starts", self->n_rows + 1);
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

gboolean
trafo_packed_inputs_count (TrafoTensorDict *inputs, gint64 *ret_n_tokens)
{
  Packing  packing = { 0 };
  gboolean can_pack = read_mask (&packing, inputs);

  if (can_pack)
    *ret_n_tokens = packing.n_tokens;
  g_clear_pointer (&packing.mask, trafo_tensor_unref);
  return can_pack;
}

TrafoTensorDict *
trafo_packed_inputs_new (TrafoTensorDict *inputs, const gint64 *lengths)
{
  Packing          packing = { .lengths = lengths };
  TrafoTensorDict *indices = NULL;

  if (read_mask (&packing, inputs) &&
      (lengths != NULL || packing.n_tokens < packing.n_rows * packing.n_columns))
    indices = make_indices (&packing);
  g_clear_pointer (&packing.mask, trafo_tensor_unref);
  return indices;
}

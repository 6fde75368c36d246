/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-joined-batch-private.h"

#include <string.h>

#include "trafo-dims-private.h"
#include "trafo-packed-inputs-private.h"

gboolean
trafo_joined_batch_takes (TrafoTensorDict *inputs, TrafoBatchPart *ret_part)
{
  TrafoTensor *ids = trafo_tensor_dict_get (inputs, "input_ids");

  if (ids == NULL || trafo_tensor_get_n_dims (ids) != 2 || trafo_tensor_get_n_elements (ids) == 0)
    return FALSE;
  *ret_part = (TrafoBatchPart){ .n_texts = trafo_tensor_get_dim (ids, 0),
                                .length = trafo_tensor_get_dim (ids, 1) };
  for (guint i = 0; i < trafo_tensor_dict_get_size (inputs); i++)
    {
      TrafoTensor *x = trafo_tensor_dict_get (inputs, trafo_tensor_dict_get_name (inputs, i));

      if (trafo_dtype_is_float (trafo_tensor_get_dtype (x)) || trafo_tensor_get_n_dims (x) != 2 ||
          trafo_tensor_get_dim (x, 1) != ret_part->length ||
          (trafo_tensor_get_dim (x, 0) != ret_part->n_texts && trafo_tensor_get_dim (x, 0) != 1))
        return FALSE;
    }
  return TRUE;
}

/* Rows of int64 to where @part's begin in the batch of @length tokens. */
static gboolean
copy_rows (TrafoTensor *from, const TrafoBatchPart *part, gint64 length, gint64 *to, GError **error)
{
  g_autoptr (TrafoTensor) wide = trafo_tensor_cast (from, TRAFO_DTYPE_INT64, error);
  g_autoptr (TrafoTensor) dense = wide != NULL ? trafo_tensor_contiguous (wide, error) : NULL;
  const gint64 *rows;
  gint64        step;

  if (dense == NULL)
    return FALSE;
  rows = trafo_tensor_get_data (dense);
  step = trafo_tensor_get_dim (dense, 0) == part->n_texts ? part->length : 0;
  for (gint64 i = 0; i < part->n_texts; i++)
    memcpy (to + (part->first_text + i) * length, rows + i * step, part->length * sizeof *to);
  return TRUE;
}

/* What is behind a shorter text is 0: hidden by the mask, and an id that every table has. */
static TrafoTensor *
join_input (const char             *name,
            TrafoTensorDict *const *members,
            TrafoBatchPart *const  *parts,
            guint                   n_members,
            const gint64           *shape,
            GError                **error)
{
  g_autoptr (TrafoTensor) joined = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, error);
  gint64 *to;

  if (joined == NULL)
    return NULL;
  to = trafo_tensor_get_data (joined);
  memset (to, 0, trafo_tensor_get_size_bytes (joined));
  for (guint i = 0; i < n_members; i++)
    if (!copy_rows (trafo_tensor_dict_get (members[i], name), parts[i], shape[1], to, error))
      return NULL;
  return g_steal_pointer (&joined);
}

/* Result: the length of each text, as its caller gave it. */
static gint64 *
lay_out (TrafoBatchPart *const *parts, guint n_members, gint64 *ret_shape)
{
  gint64  first_text = 0, first_place = 0, longest = 0;
  gint64 *lengths;

  for (guint i = 0; i < n_members; i++)
    {
      parts[i]->first_text = first_text;
      parts[i]->first_place = first_place;
      first_text += parts[i]->n_texts;
      first_place += parts[i]->n_texts * parts[i]->length;
      longest = MAX (longest, parts[i]->length);
    }
  lengths = g_new (gint64, first_text);
  for (guint i = 0; i < n_members; i++)
    for (gint64 j = 0; j < parts[i]->n_texts; j++)
      lengths[parts[i]->first_text + j] = parts[i]->length;
  ret_shape[0] = first_text;
  ret_shape[1] = longest;
  return lengths;
}

gboolean
trafo_joined_batch_new (TrafoTensorDict *const *members,
                        TrafoBatchPart *const  *parts,
                        guint                   n_members,
                        TrafoTensorDict       **ret_inputs,
                        TrafoTensorDict       **ret_packed,
                        GError                **error)
{
  gint64             shape[2];
  g_autofree gint64 *lengths = lay_out (parts, n_members, shape);
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();

  for (guint i = 0; i < trafo_tensor_dict_get_size (members[0]); i++)
    {
      const char *name = trafo_tensor_dict_get_name (members[0], i);
      g_autoptr (TrafoTensor) joined = join_input (name, members, parts, n_members, shape, error);

      if (joined == NULL)
        return FALSE;
      trafo_tensor_dict_set (inputs, name, joined);
    }
  *ret_packed = trafo_packed_inputs_new (inputs, lengths);
  if (*ret_packed == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "no memory for the indices of %" G_GINT64_FORMAT " texts",
                   shape[0]);
      return FALSE;
    }
  *ret_inputs = g_steal_pointer (&inputs);
  return TRUE;
}

/* (places, ...) as (texts, tokens, ...) */
static TrafoTensor *
cut_places (TrafoTensor *output, const TrafoBatchPart *part, GError **error)
{
  gint64 shape[TRAFO_MAX_DIMS + 1] = { part->n_texts, part->length };
  guint  n_dims = trafo_tensor_get_n_dims (output);
  g_autoptr (TrafoTensor) rows =
      trafo_tensor_slice (output, 0, part->first_place, part->n_texts * part->length, 1, error);

  for (guint i = 1; i < n_dims; i++)
    shape[i + 1] = trafo_tensor_get_dim (output, i);
  return rows != NULL ? trafo_tensor_reshape (rows, shape, n_dims + 1, error) : NULL;
}

static TrafoTensor *
cut_output (TrafoTensor          *output,
            const TrafoValueType *type,
            const TrafoBatchPart *part,
            GError              **error)
{
  if (type->n_dims > 0 && type->dims[0] == TRAFO_DIM_PLACES)
    return cut_places (output, part, error);
  if (type->n_dims > 0 && type->dims[0] == TRAFO_DIM_BATCH)
    return trafo_tensor_slice (output, 0, part->first_text, part->n_texts, 1, error);
  return trafo_tensor_ref (output); /* a parameter */
}

TrafoTensorDict *
trafo_joined_batch_cut (const TrafoGraph     *graph,
                        TrafoTensorDict      *outputs,
                        const TrafoBatchPart *part,
                        GError              **error)
{
  g_autoptr (TrafoTensorDict) cut = trafo_tensor_dict_new ();

  for (guint i = 0; i < graph->outputs->len; i++)
    {
      const TrafoGraphOutput *output = g_ptr_array_index (graph->outputs, i);
      const TrafoValueType   *type = &trafo_graph_get_node (graph, output->sym)->type;
      g_autoptr (TrafoTensor) tensor =
          cut_output (trafo_tensor_dict_get (outputs, output->name), type, part, error);

      if (tensor == NULL)
        return NULL;
      trafo_tensor_dict_set (cut, output->name, tensor);
    }
  return g_steal_pointer (&cut);
}

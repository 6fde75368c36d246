/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-joined-batch-private.h"

#include "trafo-dims-private.h"

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

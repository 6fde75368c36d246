/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-encoded-tensors-private.h"

#include <string.h>
#include <trafo/trafo-error.h>

#define SCALES ".SCB"
#define FORMAT ".weight_format"

GHashTable *
trafo_encoded_tensors_index (const TrafoGraph *graph)
{
  GHashTable *index = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) others = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer       param;

  for (TrafoSym sym = 1; sym < trafo_graph_get_n_nodes (graph); sym++)
    {
      TrafoNode *node = trafo_graph_get_node (graph, sym);

      for (guint i = 0; i < node->n_inputs; i++)
        {
          const TrafoNode *input = trafo_graph_get_node (graph, node->inputs[i]);
          gboolean         is_weight = node->op->id == TRAFO_OP_LINEAR && i == 1;

          if (input->op->id == TRAFO_OP_PARAM)
            g_hash_table_insert (is_weight ? index : others,
                                 g_ptr_array_index (graph->params, input->leaf),
                                 node);
        }
    }
  g_hash_table_iter_init (&iter, others);
  while (g_hash_table_iter_next (&iter, &param, NULL))
    g_hash_table_remove (index, param);
  return index;
}

gboolean
trafo_encoded_tensors_is_scales (const TrafoCheckpointTensor *tensor)
{
  return g_str_has_suffix (tensor->name, SCALES);
}

char *
trafo_encoded_tensors_get_weight_name (const TrafoCheckpointTensor *tensor)
{
  const char *suffix = trafo_encoded_tensors_is_scales (tensor)  ? SCALES
                       : g_str_has_suffix (tensor->name, FORMAT) ? FORMAT
                                                                 : NULL;

  return suffix == NULL ? NULL
                        : g_strdup_printf ("%.*s.weight",
                                           (int) (strlen (tensor->name) - strlen (suffix)),
                                           tensor->name);
}

void
trafo_encoded_tensors_get_shape (const TrafoGraph *graph,
                                 const TrafoNode  *linear,
                                 gint64            ret_shape[2])
{
  const TrafoValueType *type = &trafo_graph_get_node (graph, linear->inputs[1])->type;
  gboolean              is_in_out = linear->attrs.linear.is_in_out;

  ret_shape[0] = type->dims[is_in_out ? 1 : 0];
  ret_shape[1] = type->dims[is_in_out ? 0 : 1];
}

gboolean
trafo_encoded_tensors_check_format (const TrafoCheckpointTensor *tensor, GError **error)
{
  const guint8 *format = tensor->data;

  if (tensor->dtype == TRAFO_DTYPE_UINT8 && tensor->size_bytes == 1 && *format == 0)
    return TRUE;
  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_VALUE,
               "%s: tensor '%s' has type %s and begins with %d, expected U8 and 0, for integers "
               "row by row",
               tensor->file,
               tensor->name,
               tensor->dtype_name,
               tensor->size_bytes > 0 ? *format : -1);
  return FALSE;
}

gboolean
trafo_encoded_tensors_check_scales (const TrafoCheckpointTensor *scales,
                                    const TrafoCheckpointTensor *weight,
                                    GError                     **error)
{
  if (scales == NULL)
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_VALUE,
                   "%s: tensor '%s' has type %s, expected '" SCALES "' beside it for its scales",
                   weight->file,
                   weight->name,
                   weight->dtype_name);
      return FALSE;
    }
  if (scales->dtype == TRAFO_DTYPE_FLOAT32 && scales->n_dims == 1 &&
      scales->shape[0] == weight->shape[0])
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "%s: tensor '%s' has type %s, %u dims and %" G_GSIZE_FORMAT
               " bytes, expected F32 of shape (%" G_GINT64_FORMAT ")",
               scales->file,
               scales->name,
               scales->dtype_name,
               scales->n_dims,
               scales->size_bytes,
               weight->shape[0]);
  return FALSE;
}

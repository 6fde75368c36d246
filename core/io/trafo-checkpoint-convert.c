/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <trafo/trafo-error.h>

#include "trafo-checkpoint-save-private.h"
#include "trafo-folder-private.h"
#include "trafo-safetensors-private.h"

/* Orders tensors by what they are, their names apart. */
static gint
compare_contents (gconstpointer a, gconstpointer b)
{
  const TrafoCheckpointTensor *left = a;
  const TrafoCheckpointTensor *right = b;
  gint                         order;

  if (left->data != right->data)
    return left->data < right->data ? -1 : 1;
  if (left->n_dims != right->n_dims)
    return left->n_dims < right->n_dims ? -1 : 1;
  order = memcmp (left->shape, right->shape, sizeof left->shape);
  return order != 0 ? order : strcmp (left->dtype_name, right->dtype_name);
}

/* The tensors of the checkpoint, but those that are another one's twin. */
static TrafoCheckpointTensor *
list_tensors (TrafoCheckpoint *checkpoint, gsize *ret_n_tensors, GError **error)
{
  g_autoptr (GTree) known = g_tree_new (compare_contents);
  gsize                  n_tensors = trafo_checkpoint_get_n_tensors (checkpoint);
  TrafoCheckpointTensor *tensors = g_try_malloc_n (MAX (n_tensors, 1), sizeof *tensors);

  if (tensors == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "out of memory for a list of %" G_GSIZE_FORMAT " tensors",
                   n_tensors);
      return NULL;
    }
  *ret_n_tensors = 0;
  for (gsize i = 0; i < n_tensors; i++)
    {
      const TrafoCheckpointTensor *tensor = trafo_checkpoint_get_tensor (checkpoint, i);

      if (tensor->size_bytes > 0)
        {
          if (g_tree_lookup (known, tensor) != NULL)
            continue;
          g_tree_insert (known, (gpointer) tensor, (gpointer) tensor);
        }
      tensors[(*ret_n_tensors)++] = *tensor;
    }
  return tensors;
}

static gboolean
save_file (const char *path, const TrafoCheckpointTensor *tensors, gsize n_tensors, GError **error)
{
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (metadata, "format", "pt");
  return trafo_safetensors_save (path, tensors, n_tensors, metadata, error);
}

/**
 * trafo_checkpoint_convert:
 * @checkpoint: a checkpoint
 * @path: (type filename): a file whose name ends in .safetensors, or a folder
 * @cancellable: (nullable): cancels it between files
 * @error: return location for an error
 *
 * Writes the tensors as safetensors: all into a file of that name; or into a folder, which is made
 * if it is not there, as transformers' `save_pretrained()` does, as model.safetensors or, of more
 * than 50 GB, in shards. Each file is replaced as a whole or not at all.
 *
 * Tensors of PyTorch that are one, with the same elements, shape and type, as tied weights are, are
 * written once, by the name that comes first. In a model's `state_dict()` that is the parameter
 * itself, and not the head that is tied to it; it is what `save_pretrained()` keeps, too. Other
 * tensors that share elements are each written in full.
 *
 * Returns: %TRUE; %FALSE with %TRAFO_ERROR_DTYPE for a type and %TRAFO_ERROR_SHAPE for a number of
 *   dims that safetensors or Trafo do not have, %TRAFO_FORMAT_ERROR_VALUE if the checkpoint's files
 *   have changed, an error of #GIOErrorEnum if it is cancelled or a file cannot be written
 */
gboolean
trafo_checkpoint_convert (TrafoCheckpoint *checkpoint,
                          const char      *path,
                          GCancellable    *cancellable,
                          GError         **error)
{
  g_autofree TrafoCheckpointTensor *tensors = NULL;
  gsize                             n_tensors;

  if (!trafo_checkpoint_check (checkpoint, error))
    return FALSE;
  tensors = list_tensors (checkpoint, &n_tensors, error);
  if (tensors == NULL)
    return FALSE;
  if (g_str_has_suffix (path, ".safetensors"))
    return save_file (path, tensors, n_tensors, error);
  return trafo_folder_make (path, error) &&
         trafo_checkpoint_save (path,
                                tensors,
                                n_tensors,
                                TRAFO_CHECKPOINT_MAX_SHARD_SIZE_BYTES,
                                cancellable,
                                error);
}

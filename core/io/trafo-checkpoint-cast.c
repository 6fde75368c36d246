/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-error.h>

#include "trafo-checkpoint-save-private.h"
#include "trafo-folder-private.h"
#include "trafo-tensor.h"

/* What is written, and what of it was made. */
typedef struct
{
  GArray    *tensors; /* of TrafoCheckpointTensor */
  GPtrArray *made;    /* of TrafoTensor */
} Contents;

static void
contents_clear (Contents *self)
{
  g_clear_pointer (&self->tensors, g_array_unref);
  g_clear_pointer (&self->made, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Contents, contents_clear)

static gboolean
add_cast (Contents                    *self,
          TrafoCheckpoint             *checkpoint,
          const TrafoCheckpointTensor *tensor,
          TrafoDType                   dtype,
          GError                     **error)
{
  g_autoptr (TrafoTensor) own =
      trafo_tensor_new (tensor->dtype, tensor->shape, tensor->n_dims, error);
  TrafoTensor          *cast;
  TrafoCheckpointTensor saved = *tensor;

  /* elements may lie anywhere in the file */
  if (own == NULL ||
      !trafo_checkpoint_read (checkpoint, tensor, trafo_tensor_get_data (own), error))
    return FALSE;
  cast = trafo_tensor_cast (own, dtype, error);
  if (cast == NULL)
    return FALSE;
  g_ptr_array_add (self->made, cast);
  saved.dtype = dtype;
  saved.dtype_name = NULL;
  saved.data = trafo_tensor_get_data (cast);
  saved.size_bytes = trafo_tensor_get_size_bytes (cast);
  g_array_append_val (self->tensors, saved);
  return TRUE;
}

static gboolean
collect (Contents        *self,
         TrafoCheckpoint *checkpoint,
         TrafoDType       dtype,
         GCancellable    *cancellable,
         GError         **error)
{
  self->tensors = g_array_new (FALSE, FALSE, sizeof (TrafoCheckpointTensor));
  self->made = g_ptr_array_new_with_free_func ((GDestroyNotify) trafo_tensor_unref);
  for (gsize i = 0; i < trafo_checkpoint_get_n_tensors (checkpoint); i++)
    {
      const TrafoCheckpointTensor *tensor = trafo_checkpoint_get_tensor (checkpoint, i);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (!trafo_dtype_is_float (tensor->dtype) || tensor->dtype == dtype)
        g_array_append_val (self->tensors, *tensor);
      else if (!add_cast (self, checkpoint, tensor, dtype, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * trafo_checkpoint_cast:
 * @checkpoint: a checkpoint
 * @folder: (type filename): a folder, which is made if it is not there
 * @dtype: the type that floats become, such as %TRAFO_DTYPE_BFLOAT16
 * @cancellable: (nullable): cancels it between tensors
 * @error: return location for an error
 *
 * Writes the tensors as safetensors into a folder, as [method@Trafo.Checkpoint.convert] does, with those
 * of float32, float16 and bfloat16 as @dtype: each element becomes the nearest there is, the even one of
 * two that are equally near. Other types stay what they are.
 *
 * Returns: %TRUE; %FALSE with %TRAFO_ERROR_NO_MEMORY, %TRAFO_FORMAT_ERROR_VALUE if the checkpoint's
 *   files have changed, or an error of #GIOErrorEnum if it is cancelled or a file cannot be written
 */
gboolean
trafo_checkpoint_cast (TrafoCheckpoint *checkpoint,
                       const char      *folder,
                       TrafoDType       dtype,
                       GCancellable    *cancellable,
                       GError         **error)
{
  g_auto (Contents) contents = { 0 };

  g_return_val_if_fail (checkpoint != NULL && folder != NULL, FALSE);
  g_return_val_if_fail (trafo_dtype_is_float (dtype), FALSE);
  if (!trafo_checkpoint_check (checkpoint, error) ||
      !collect (&contents, checkpoint, dtype, cancellable, error))
    return FALSE;
  if (!trafo_folder_make (folder, error))
    return FALSE;
  return trafo_checkpoint_save (folder,
                                (const TrafoCheckpointTensor *) contents.tensors->data,
                                contents.tensors->len,
                                TRAFO_CHECKPOINT_MAX_SHARD_SIZE_BYTES,
                                cancellable,
                                error);
}

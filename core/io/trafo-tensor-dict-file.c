/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-tensor-dict-file.h"

#include "trafo-async-call-private.h"
#include "trafo-checkpoint.h"
#include "trafo-safetensors-private.h"

static TrafoTensor *
tensor_of_checkpoint (TrafoCheckpoint             *checkpoint,
                      const TrafoCheckpointTensor *stored,
                      GError                     **error)
{
  g_autoptr (TrafoTensor) tensor = NULL;

  if (stored->dtype == TRAFO_DTYPE_NONE)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_DTYPE,
                   "%s: tensor '%s' has the type %s and %u dims, expected a type that Trafo "
                   "computes with and at most %u dims",
                   stored->file,
                   stored->name,
                   stored->dtype_name,
                   stored->n_dims,
                   (guint) TRAFO_MAX_DIMS);
      return NULL;
    }
  tensor = trafo_tensor_new (stored->dtype, stored->shape, stored->n_dims, error);
  if (tensor == NULL ||
      !trafo_checkpoint_read (checkpoint, stored, trafo_tensor_get_data (tensor), error))
    return NULL;
  return g_steal_pointer (&tensor);
}

/**
 * trafo_tensor_dict_load: (constructor)
 * @filename: (type filename): a .safetensors file
 * @error: return location for an error
 *
 * Reads all tensors of a file into memory, in the order of their data.
 *
 * Returns: (transfer full) (nullable): the tensors, or %NULL with an error as
 *   [func@Trafo.Checkpoint.open] gives, or %TRAFO_ERROR_DTYPE for a type that no tensor can have
 */
TrafoTensorDict *
trafo_tensor_dict_load (const char *filename, GError **error)
{
  g_autoptr (TrafoCheckpoint) checkpoint = trafo_checkpoint_open (filename, NULL, error);
  g_autoptr (TrafoTensorDict) self = trafo_tensor_dict_new ();

  if (checkpoint == NULL)
    return NULL;
  for (gsize i = 0; i < trafo_checkpoint_get_n_tensors (checkpoint); i++)
    {
      const TrafoCheckpointTensor *stored = trafo_checkpoint_get_tensor (checkpoint, i);
      g_autoptr (TrafoTensor) tensor = tensor_of_checkpoint (checkpoint, stored, error);

      if (tensor == NULL)
        return NULL;
      trafo_tensor_dict_set (self, stored->name, tensor);
    }
  return g_steal_pointer (&self);
}

/**
 * trafo_tensor_dict_save:
 * @self: tensors
 * @filename: (type filename): a file, replaced as a whole or not at all
 * @error: return location for an error
 *
 * Writes the tensors to a .safetensors file.
 *
 * Returns: %TRUE, or %FALSE with an error of the domains %TRAFO_ERROR or %G_IO_ERROR
 */
gboolean
trafo_tensor_dict_save (TrafoTensorDict *self, const char *filename, GError **error)
{
  guint                             n_tensors = trafo_tensor_dict_get_size (self);
  g_autofree TrafoCheckpointTensor *stored = g_new0 (TrafoCheckpointTensor, n_tensors);
  g_autoptr (GPtrArray) owned =
      g_ptr_array_new_with_free_func ((GDestroyNotify) trafo_tensor_unref);

  for (guint i = 0; i < n_tensors; i++)
    {
      const char  *name = trafo_tensor_dict_get_name (self, i);
      TrafoTensor *tensor = trafo_tensor_contiguous (trafo_tensor_dict_get (self, name), error);

      if (tensor == NULL)
        return FALSE;
      g_ptr_array_add (owned, tensor);
      stored[i].name = name;
      stored[i].dtype = trafo_tensor_get_dtype (tensor);
      stored[i].n_dims = trafo_tensor_get_n_dims (tensor);
      for (guint j = 0; j < stored[i].n_dims; j++)
        stored[i].shape[j] = trafo_tensor_get_dim (tensor, j);
      stored[i].data = trafo_tensor_get_data (tensor);
      stored[i].size_bytes = trafo_tensor_get_size_bytes (tensor);
    }
  return trafo_safetensors_save (filename, stored, n_tensors, NULL, error);
}

static gpointer
load (gpointer source, gpointer filename, GCancellable *cancellable, GError **error)
{
  return trafo_tensor_dict_load (filename, error);
}

static const TrafoAsyncCall load_call = { load, g_free, (GDestroyNotify) trafo_tensor_dict_unref };

/**
 * trafo_tensor_dict_load_async:
 * @filename: (type filename): a .safetensors file
 * @cancellable: (nullable): a cancellable, looked at before it begins
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [ctor@Trafo.TensorDict.load] does, without blocking.
 */
void
trafo_tensor_dict_load_async (const char         *filename,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_return_if_fail (filename != NULL);
  trafo_async_call_start (&load_call, NULL, g_strdup (filename), cancellable, callback, user_data);
}

/**
 * trafo_tensor_dict_load_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.TensorDict.load_async] began.
 *
 * Returns: (transfer full) (nullable): as [ctor@Trafo.TensorDict.load]
 */
TrafoTensorDict *
trafo_tensor_dict_load_finish (GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&load_call, NULL, result, error);
}

typedef struct
{
  TrafoTensorDict *tensors;
  char            *filename;
} SaveRequest;

static void
save_request_free (gpointer data)
{
  SaveRequest *request = data;

  trafo_tensor_dict_unref (request->tensors);
  g_free (request->filename);
  g_free (request);
}

static gpointer
save (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  SaveRequest *request = data;

  return GINT_TO_POINTER (trafo_tensor_dict_save (request->tensors, request->filename, error));
}

static const TrafoAsyncCall save_call = { save, save_request_free, NULL };

/**
 * trafo_tensor_dict_save_async:
 * @self: tensors; which ones they are may change meanwhile, their elements may not
 * @filename: (type filename): a file, replaced as a whole or not at all
 * @cancellable: (nullable): a cancellable, looked at before it begins
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [method@Trafo.TensorDict.save] does, without blocking.
 */
void
trafo_tensor_dict_save_async (TrafoTensorDict    *self,
                              const char         *filename,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  SaveRequest *request;

  g_return_if_fail (self != NULL && filename != NULL);
  request = g_new0 (SaveRequest, 1);
  request->tensors = trafo_tensor_dict_new ();
  for (guint i = 0; i < trafo_tensor_dict_get_size (self); i++)
    {
      const char *name = trafo_tensor_dict_get_name (self, i);

      trafo_tensor_dict_set (request->tensors, name, trafo_tensor_dict_get (self, name));
    }
  request->filename = g_strdup (filename);
  trafo_async_call_start (&save_call, NULL, request, cancellable, callback, user_data);
}

/**
 * trafo_tensor_dict_save_finish:
 * @self: tensors
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Trafo.TensorDict.save_async] began.
 *
 * Returns: as [method@Trafo.TensorDict.save]
 */
gboolean
trafo_tensor_dict_save_finish (TrafoTensorDict *self, GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&save_call, NULL, result, error) != NULL;
}

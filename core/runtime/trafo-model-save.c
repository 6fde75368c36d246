/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-model-save.h"

#include <errno.h>
#include <string.h>

#include "trafo-async-call-private.h"
#include "trafo-checkpoint-save-private.h"
#include "trafo-model-generate.h"
#include "trafo-model-runtime-private.h"

/* The tensors under the names and in the order of the graph; a tied one comes once. */
static TrafoCheckpointTensor *
list_tensors (TrafoModelSource *source, gsize *ret_n_tensors, GError **error)
{
  gsize                             n = source->names->len;
  g_autofree TrafoCheckpointTensor *tensors = g_new0 (TrafoCheckpointTensor, n + 1);

  for (gsize i = 0; i < n; i++)
    {
      TrafoCheckpointTensor *tensor = &tensors[i];
      TrafoOperand           operand;

      tensor->name = g_ptr_array_index (source->names, i);
      if (!trafo_model_source_lookup (source, tensor->name, &operand, error))
        return NULL;
      tensor->dtype = operand.dtype;
      tensor->n_dims = operand.n_dims;
      tensor->data = operand.data;
      tensor->size_bytes = trafo_dtype_get_size (operand.dtype);
      for (guint j = 0; j < operand.n_dims; j++)
        {
          tensor->shape[j] = operand.shape[j];
          tensor->size_bytes *= operand.shape[j];
        }
    }
  *ret_n_tensors = n;
  return g_steal_pointer (&tensors);
}

static void
add_architecture (GVariantBuilder *config, const char *architecture)
{
  GVariant *name = g_variant_new_variant (g_variant_new_string (architecture));

  g_variant_builder_add (config,
                         "{sv}",
                         "architectures",
                         g_variant_new_array (G_VARIANT_TYPE_VARIANT, &name, 1));
}

/* The configuration that the model was made with, for the class that it now is. */
static char *
config_text (TrafoModel *model, TrafoDType dtype, GError **error)
{
  TrafoConfig *config = trafo_model_get_config (model);
  GVariant    *values = trafo_config_get_variant (config);
  const char  *architecture = trafo_model_get_architecture (model);
  g_auto (GVariantBuilder) saved = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autoptr (TrafoConfig) result = NULL;

  for (gsize i = 0; i < g_variant_n_children (values); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (values, i);
      g_autoptr (GVariant) key = g_variant_get_child_value (entry, 0);

      if (architecture == NULL || !g_str_equal (g_variant_get_string (key, NULL), "architectures"))
        g_variant_builder_add_value (&saved, entry);
    }
  if (architecture != NULL)
    add_architecture (&saved, architecture);
  if (!trafo_config_has (config, "dtype|torch_dtype"))
    g_variant_builder_add (&saved,
                           "{sv}",
                           "dtype",
                           g_variant_new_string (trafo_dtype_get_name (dtype)));
  result = trafo_config_new_from_variant (g_variant_builder_end (&saved), "config.json", error);
  return result != NULL ? trafo_config_to_json (result) : NULL;
}

/**
 * trafo_model_save_pretrained:
 * @self: a loaded model
 * @folder: (type filename): a folder, which is made where it is not there
 * @max_shard_size_bytes: the size above which the weights go to several files; 0 for
 *   transformers' 50 GB
 * @cancellable: (nullable): a cancellable, looked at between files
 * @error: return location for an error
 *
 * Writes config.json and the weights, model.safetensors or shards of it and their index, so that
 * transformers' from_pretrained() reads them; for a causal language model generation_config.json too,
 * of what [method@Trafo.Model.get_generation_config] gives.
 *
 * Tied weights are written once. Each file appears complete or not at all; weights of an earlier
 * save in the folder are removed at the end. The folder may be the one the model was loaded from.
 *
 * Returns: %TRUE, or %FALSE with an error of the domains %TRAFO_ERROR, %TRAFO_FORMAT_ERROR or
 *   %G_IO_ERROR
 */
gboolean
trafo_model_save_pretrained (TrafoModel   *self,
                             const char   *folder,
                             guint64       max_shard_size_bytes,
                             GCancellable *cancellable,
                             GError      **error)
{
  TrafoModelSource                 *source;
  g_autofree TrafoCheckpointTensor *tensors = NULL;
  g_autofree char                  *config = NULL;
  TrafoGenerationConfig            *generation_config = NULL;
  gsize                             n_tensors;

  g_return_val_if_fail (TRAFO_IS_MODEL (self), FALSE);
  g_return_val_if_fail (folder != NULL, FALSE);
  source = trafo_model_get_source (self, error);
  if (source == NULL)
    return FALSE;
  tensors = list_tensors (source, &n_tensors, error);
  if (tensors == NULL)
    return FALSE;
  config = config_text (self, n_tensors > 0 ? tensors[0].dtype : TRAFO_DTYPE_FLOAT32, error);
  if (config == NULL)
    return FALSE;
  if (g_strcmp0 (trafo_model_get_task (self), "causal-lm") == 0)
    {
      generation_config = trafo_model_get_generation_config (self, error);
      if (generation_config == NULL)
        return FALSE;
    }
  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_autofree char *shown = g_filename_display_name (folder);

      g_set_error (error,
                   G_IO_ERROR,
                   g_io_error_from_errno (errno),
                   "%s: could not make the folder: %s",
                   shown,
                   g_strerror (errno));
      return FALSE;
    }
  if (max_shard_size_bytes == 0)
    max_shard_size_bytes = TRAFO_CHECKPOINT_MAX_SHARD_SIZE_BYTES;
  return trafo_checkpoint_save (folder,
                                tensors,
                                n_tensors,
                                max_shard_size_bytes,
                                cancellable,
                                error) &&
         trafo_checkpoint_save_text (folder, "config.json", config, error) &&
         (generation_config == NULL ||
          trafo_generation_config_save (generation_config, folder, error));
}

typedef struct
{
  char   *folder;
  guint64 max_shard_size_bytes;
} SaveRequest;

static void
save_request_free (gpointer data)
{
  SaveRequest *request = data;

  g_free (request->folder);
  g_free (request);
}

static gpointer
save (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  SaveRequest *request = data;
  gboolean     is_saved = trafo_model_save_pretrained (source,
                                                   request->folder,
                                                   request->max_shard_size_bytes,
                                                   cancellable,
                                                   error);

  return GINT_TO_POINTER (is_saved);
}

static const TrafoAsyncCall save_call = { save, save_request_free, NULL };

/**
 * trafo_model_save_pretrained_async:
 * @self: a loaded model
 * @folder: (type filename): a folder, which is made where it is not there
 * @max_shard_size_bytes: as in [method@Trafo.Model.save_pretrained]
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Writes the model without blocking.
 */
void
trafo_model_save_pretrained_async (TrafoModel         *self,
                                   const char         *folder,
                                   guint64             max_shard_size_bytes,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  SaveRequest *request;

  g_return_if_fail (TRAFO_IS_MODEL (self));
  g_return_if_fail (folder != NULL);
  request = g_new0 (SaveRequest, 1);
  request->folder = g_strdup (folder);
  request->max_shard_size_bytes = max_shard_size_bytes;
  trafo_async_call_start (&save_call, self, request, cancellable, callback, user_data);
}

/**
 * trafo_model_save_pretrained_finish:
 * @self: a loaded model
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Trafo.Model.save_pretrained_async] began.
 *
 * Returns: as [method@Trafo.Model.save_pretrained]
 */
gboolean
trafo_model_save_pretrained_finish (TrafoModel *self, GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&save_call, self, result, error) != NULL;
}

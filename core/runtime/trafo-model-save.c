/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-model-save.h"

#include <stdlib.h>
#include <string.h>

#include "trafo-async-call-private.h"
#include "trafo-checkpoint-save-private.h"
#include "trafo-encoded-parts-private.h"
#include "trafo-folder-private.h"
#include "trafo-model-generate.h"
#include "trafo-model-runtime-private.h"

/* What is written: tensors, and what of them is made for it. */
typedef struct
{
  GArray    *tensors; /* of TrafoCheckpointTensor */
  GPtrArray *names;   /* of those that are no parameters */
  GPtrArray *memory;  /* of integers */
} Contents;

static void
contents_clear (Contents *self)
{
  g_clear_pointer (&self->tensors, g_array_unref);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_clear_pointer (&self->memory, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Contents, contents_clear)

static void
add_tensor (Contents *self, const char *name, const TrafoOperand *operand)
{
  TrafoCheckpointTensor tensor = { .name = name,
                                   .dtype = operand->dtype,
                                   .n_dims = operand->n_dims,
                                   .data = operand->data,
                                   .size_bytes = trafo_dtype_get_size (operand->dtype) };

  for (guint i = 0; i < operand->n_dims; i++)
    {
      tensor.shape[i] = operand->shape[i];
      tensor.size_bytes *= operand->shape[i];
    }
  g_array_append_val (self->tensors, tensor);
}

/* NAME.@suffix beside the parameter NAME.weight. */
static const char *
name_beside (Contents *self, const char *weight, const char *suffix)
{
  char *name =
      g_strdup_printf ("%.*s%s", (int) (strlen (weight) - strlen ("weight")), weight, suffix);

  g_ptr_array_add (self->names, name);
  return name;
}

/* A weight as bitsandbytes stores it; of one that is tied the floats, too. */
static gboolean
add_encoded (Contents                 *self,
             TrafoModelSource         *source,
             const char               *name,
             const TrafoEncodedWeight *encoded,
             const TrafoOperand       *weight,
             GError                  **error)
{
  static guint8      row_by_row = 0;
  const TrafoOperand format = { .data = &row_by_row, .dtype = TRAFO_DTYPE_UINT8 };
  TrafoOperand       integers = *weight, scales;

  if (weight->dtype != TRAFO_DTYPE_INT8)
    {
      gpointer memory =
          trafo_encoded_part_new (weight, encoded->is_in_out, &integers, &scales, error);

      if (memory == NULL)
        return FALSE;
      g_ptr_array_add (self->memory, memory);
    }
  else if (!trafo_model_source_lookup_scales (source, name, &scales, error))
    return FALSE;
  if (!g_str_equal (encoded->name, name))
    add_tensor (self, name, weight);
  add_tensor (self, encoded->name, &integers);
  add_tensor (self, name_beside (self, encoded->name, "SCB"), &scales);
  add_tensor (self, name_beside (self, encoded->name, "weight_format"), &format);
  return TRUE;
}

/* The tensors under the names and in the order of the graph; a tied one comes once. */
static gboolean
list_tensors (Contents *self, TrafoModelSource *source, GError **error)
{
  self->tensors = g_array_new (FALSE, TRUE, sizeof (TrafoCheckpointTensor));
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->memory = g_ptr_array_new_with_free_func (free);
  for (guint i = 0; i < source->names->len; i++)
    {
      const char               *name = g_ptr_array_index (source->names, i);
      const TrafoEncodedWeight *encoded = g_hash_table_lookup (source->encoded, name);
      TrafoOperand              operand;

      if (!trafo_model_source_lookup (source, name, &operand, error))
        return FALSE;
      if (encoded == NULL)
        add_tensor (self, name, &operand);
      else if (!add_encoded (self, source, name, encoded, &operand, error))
        return FALSE;
    }
  return TRUE;
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

/* The type of the first tensor that is floats, which transformers takes for the model's. */
static TrafoDType
find_dtype (const Contents *contents)
{
  for (guint i = 0; i < contents->tensors->len; i++)
    {
      TrafoDType dtype = g_array_index (contents->tensors, TrafoCheckpointTensor, i).dtype;

      if (trafo_dtype_is_float (dtype))
        return dtype;
    }
  return TRAFO_DTYPE_FLOAT32;
}

/* The configuration that the model was made with, for the class that it now is. */
static char *
config_text (TrafoModel *model, TrafoDType dtype, const TrafoModelSource *source, GError **error)
{
  TrafoConfig *config = trafo_model_get_config (model);
  GVariant    *values = trafo_config_get_variant (config);
  const char  *architecture = trafo_model_get_architecture (model);
  gboolean     is_encoded = g_hash_table_size (source->encoded) > 0;
  g_auto (GVariantBuilder) saved = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autoptr (TrafoConfig) result = NULL;

  for (gsize i = 0; i < g_variant_n_children (values); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (values, i);
      g_autoptr (GVariant) key = g_variant_get_child_value (entry, 0);

      if (!(architecture != NULL &&
            g_str_equal (g_variant_get_string (key, NULL), "architectures")) &&
          !(is_encoded && g_str_equal (g_variant_get_string (key, NULL), "quantization_config")))
        g_variant_builder_add_value (&saved, entry);
    }
  if (architecture != NULL)
    add_architecture (&saved, architecture);
  if (!trafo_config_has (config, "dtype|torch_dtype"))
    g_variant_builder_add (&saved,
                           "{sv}",
                           "dtype",
                           g_variant_new_string (trafo_dtype_get_name (dtype)));
  if (is_encoded)
    g_variant_builder_add (&saved,
                           "{sv}",
                           "quantization_config",
                           trafo_quantization_to_variant (&source->quantization));
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
  TrafoModelSource *source;
  g_auto (Contents) contents = { 0 };
  g_autofree char       *config = NULL;
  TrafoGenerationConfig *generation_config = NULL;

  g_return_val_if_fail (TRAFO_IS_MODEL (self), FALSE);
  g_return_val_if_fail (folder != NULL, FALSE);
  source = trafo_model_get_source (self, error);
  if (source == NULL)
    return FALSE;
  if (!list_tensors (&contents, source, error))
    return FALSE;
  config = config_text (self, find_dtype (&contents), source, error);
  if (config == NULL)
    return FALSE;
  if (g_strcmp0 (trafo_model_get_task (self), "causal-lm") == 0)
    {
      generation_config = trafo_model_get_generation_config (self, error);
      if (generation_config == NULL)
        return FALSE;
    }
  if (!trafo_folder_make (folder, error))
    return FALSE;
  if (max_shard_size_bytes == 0)
    max_shard_size_bytes = TRAFO_CHECKPOINT_MAX_SHARD_SIZE_BYTES;
  return trafo_checkpoint_save (folder,
                                (const TrafoCheckpointTensor *) contents.tensors->data,
                                contents.tensors->len,
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

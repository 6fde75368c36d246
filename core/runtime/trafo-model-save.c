/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-model-save.h"

#include <stdlib.h>
#include <string.h>

#include "trafo-4bit-private.h"
#include "trafo-4bit-state-private.h"
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
  GPtrArray *texts;   /* names of those that are no parameters, and JSON */
  GPtrArray *memory;  /* of codes and what belongs to them */
} Contents;

static void
contents_clear (Contents *self)
{
  g_clear_pointer (&self->tensors, g_array_unref);
  g_clear_pointer (&self->texts, g_ptr_array_unref);
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

/* One dim of bytes or float32. */
static void
add_vector (Contents *self, char *name /* taken */, TrafoDType dtype, gint64 n, gconstpointer data)
{
  TrafoOperand vector = { .data = (gpointer) data, .dtype = dtype, .n_dims = 1, .shape = { n } };

  g_ptr_array_add (self->texts, name);
  add_tensor (self, name, &vector);
}

/* NAME.@suffix beside the parameter NAME.weight. */
static char *
name_beside (const char *weight, const char *suffix)
{
  return g_strdup_printf ("%.*s%s", (int) (strlen (weight) - strlen ("weight")), weight, suffix);
}

static gboolean
fail_memory (gsize size_bytes, GError **error)
{
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NO_MEMORY,
               "no memory for %" G_GSIZE_FORMAT " bytes of scales",
               size_bytes);
  return FALSE;
}

/* Takes @memory. */
static gpointer
own (Contents *self, gpointer memory)
{
  g_ptr_array_add (self->memory, memory);
  return memory;
}

/* The scales of @made become nested ones. */
static gboolean
nest_scales (Contents *self, TrafoWeightScales *made, GError **error)
{
  gsize   n = (gsize) made->scales.shape[0];
  gsize   n_nested = trafo_4bit_count_blocks (n, TRAFO_4BIT_NESTED_BLOCK_SIZE);
  gsize   size_bytes = n + (n_nested + TRAFO_4BIT_N_NESTED_VALUES) * sizeof (float);
  guint8 *codes;
  float  *scales, *values = malloc (size_bytes);

  if (values == NULL)
    return fail_memory (size_bytes, error);
  own (self, values);
  scales = values + TRAFO_4BIT_N_NESTED_VALUES;
  codes = (guint8 *) (scales + n_nested);
  trafo_4bit_get_nested_values (values);
  trafo_4bit_nest (made->scales.data, n, codes, scales, &made->nested_offset);
  made->is_nested = TRUE;
  made->scales.data = codes;
  made->scales.dtype = TRAFO_DTYPE_UINT8;
  made->nested_values.data = values;
  made->nested_scales.data = scales;
  made->nested_scales.shape[0] = (gint64) n_nested;
  return TRUE;
}

static void
add_state (Contents                *self,
           const char              *name,
           TrafoWeightEncoding      encoding,
           const TrafoWeightScales *scales)
{
  const Trafo4BitState state = { encoding,          scales->block_size,
                                 scales->dtype,     { scales->shape[0], scales->shape[1] },
                                 scales->is_nested, scales->nested_offset };
  char                *json = trafo_4bit_state_to_json (&state);

  g_ptr_array_add (self->texts, json);
  add_vector (self,
              g_strconcat (name,
                           ".",
                           trafo_encoded_tensors_get_suffix (TRAFO_COMPANION_STATE, encoding),
                           NULL),
              TRAFO_DTYPE_UINT8,
              (gint64) strlen (json),
              json);
}

/* What bitsandbytes stores beside codes of 4 bits. */
static void
add_4bit (Contents                *self,
          const char              *name,
          TrafoWeightEncoding      encoding,
          const TrafoOperand      *codes,
          const TrafoWeightScales *scales)
{
  const struct
  {
    TrafoCompanion companion;
    TrafoDType     dtype;
    gint64         n;
    gconstpointer  data;
  } vectors[] = {
    { TRAFO_COMPANION_SCALES, scales->scales.dtype, scales->scales.shape[0], scales->scales.data },
    { TRAFO_COMPANION_VALUES,
      TRAFO_DTYPE_FLOAT32,
      TRAFO_4BIT_N_VALUES,
      trafo_4bit_get_values (encoding) },
    { TRAFO_COMPANION_NESTED_SCALES,
      TRAFO_DTYPE_FLOAT32,
      scales->nested_scales.shape[0],
      scales->nested_scales.data },
    { TRAFO_COMPANION_NESTED_VALUES,
      TRAFO_DTYPE_FLOAT32,
      TRAFO_4BIT_N_NESTED_VALUES,
      scales->nested_values.data },
  };
  TrafoOperand bytes = { .data = codes->data, .dtype = TRAFO_DTYPE_UINT8, .n_dims = 2 };

  bytes.shape[0] = (scales->shape[0] * scales->shape[1] + 1) / 2;
  bytes.shape[1] = 1;
  add_tensor (self, name, &bytes);
  for (gsize i = 0; i < G_N_ELEMENTS (vectors) && vectors[i].data != NULL; i++)
    add_vector (self,
                g_strconcat (name,
                             ".",
                             trafo_encoded_tensors_get_suffix (vectors[i].companion, encoding),
                             NULL),
                vectors[i].dtype,
                vectors[i].n,
                vectors[i].data);
  add_state (self, name, encoding, scales);
}

/* What floats become. */
static gboolean
encode (Contents                 *self,
        const TrafoQuantization  *quantization,
        const TrafoEncodedWeight *encoded,
        const TrafoOperand       *weight,
        TrafoOperand             *ret_codes,
        TrafoWeightScales        *ret_scales,
        GError                  **error)
{
  TrafoEncodedPart part;
  gpointer         memory = trafo_encoded_part_new (&part,
                                            quantization->encoding,
                                            weight,
                                            NULL,
                                            encoded->is_in_out,
                                            FALSE,
                                            error);

  if (memory == NULL)
    return FALSE;
  own (self, memory);
  *ret_codes = part.codes;
  *ret_scales = (TrafoWeightScales){ .shape = { part.codes.shape[0], part.codes.shape[1] },
                                     .scales = part.scales,
                                     .block_size = part.block_size,
                                     .dtype = weight->dtype };
  return !quantization->is_nested || nest_scales (self, ret_scales, error);
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
  static const guint8 row_by_row = 0;
  const TrafoOperand  format = { .data = (gpointer) &row_by_row, .dtype = TRAFO_DTYPE_UINT8 };
  TrafoOperand        codes = *weight;
  TrafoWeightScales   scales;
  char               *format_name;

  if (trafo_dtype_is_float (weight->dtype)
          ? !encode (self, &source->quantization, encoded, weight, &codes, &scales, error)
          : !trafo_model_source_lookup_scales (source, name, &scales, error))
    return FALSE;
  if (!g_str_equal (encoded->name, name))
    add_tensor (self, name, weight);
  if (source->quantization.encoding != TRAFO_WEIGHT_ENCODING_LLM_INT8)
    {
      add_4bit (self, encoded->name, source->quantization.encoding, &codes, &scales);
      return TRUE;
    }
  format_name = name_beside (encoded->name, "weight_format");
  g_ptr_array_add (self->texts, format_name);
  add_tensor (self, encoded->name, &codes);
  add_vector (self,
              name_beside (encoded->name, "SCB"),
              TRAFO_DTYPE_FLOAT32,
              scales.scales.shape[0],
              scales.scales.data);
  add_tensor (self, format_name, &format);
  return TRUE;
}

/* The tensors under the names and in the order of the graph; a tied one comes once. */
static gboolean
list_tensors (Contents *self, TrafoModelSource *source, GError **error)
{
  self->tensors = g_array_new (FALSE, TRUE, sizeof (TrafoCheckpointTensor));
  self->texts = g_ptr_array_new_with_free_func (g_free);
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
 * trafo_model_measure_saved:
 * @self: a loaded model
 * @error: return location for an error
 *
 * What the tensors take that [method@Trafo.Model.save_pretrained] writes; the headers of their files come
 * to that. Weights are quantized for it, but nothing is written.
 *
 * Returns: bytes; 0 with an error of the domain %TRAFO_ERROR if the model was not loaded or there is no
 *   memory, or %TRAFO_FORMAT_ERROR if its files changed meanwhile
 */
guint64
trafo_model_measure_saved (TrafoModel *self, GError **error)
{
  TrafoModelSource *source;
  g_auto (Contents) contents = { 0 };
  guint64 size_bytes = 0;

  g_return_val_if_fail (TRAFO_IS_MODEL (self), 0);
  source = trafo_model_get_source (self, error);
  if (source == NULL || !list_tensors (&contents, source, error))
    return 0;
  for (guint i = 0; i < contents.tensors->len; i++)
    size_bytes += g_array_index (contents.tensors, TrafoCheckpointTensor, i).size_bytes;
  return size_bytes;
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

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-model-generate.h"

#include <trafo/trafo-error.h>

#include "trafo-async-call-private.h"
#include "trafo-generation-config-private.h"
#include "trafo-generator.h"

static GQuark
config_quark (void)
{
  return g_quark_from_static_string ("trafo-generation-config");
}

/* The folder may be gone, or there never was one; the model has its config.json in memory. */
static TrafoGenerationConfig *
read_config (TrafoModel *model, GError **error)
{
  const char      *folder = trafo_model_get_folder (model);
  g_autofree char *path =
      folder != NULL ? g_build_filename (folder, "generation_config.json", NULL) : NULL;

  if (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS))
    return trafo_generation_config_new_from_folder (folder, error);
  return trafo_generation_config_new_from_model_config (trafo_model_get_config (model), error);
}

/**
 * trafo_model_get_generation_config:
 * @self: a loaded model
 * @error: return location for an error
 *
 * What the checkpoint asks of generation, in its generation_config.json or, in older ones, config.json.
 *
 * What a caller does not set is taken from it; changes hold for the model from then on.
 *
 * Returns: (transfer none): the config; %NULL with an error as
 *   [ctor@Trafo.GenerationConfig.new_from_folder] gives
 */
TrafoGenerationConfig *
trafo_model_get_generation_config (TrafoModel *self, GError **error)
{
  static GMutex lock;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  TrafoGenerationConfig *config = NULL;

  g_return_val_if_fail (TRAFO_IS_MODEL (self), NULL);
  config = g_object_get_qdata (G_OBJECT (self), config_quark ());
  if (config != NULL)
    return config;
  if (trafo_model_get_config (self) == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "%s: the model was not loaded",
                   G_OBJECT_TYPE_NAME (self));
      return NULL;
    }
  config = read_config (self, error);
  if (config != NULL)
    g_object_set_qdata_full (G_OBJECT (self), config_quark (), config, g_object_unref);
  return config;
}

/**
 * trafo_model_generate:
 * @self: a loaded causal language model
 * @inputs: "input_ids", integers (batch, tokens), and "attention_mask" of the same shape; without ids
 *   the model begins by itself
 * @config: (nullable): what is asked for; the checkpoint's config and the defaults have the rest
 * @tokenizer: (nullable): the model's tokenizer, which stop strings need
 * @cancellable: (nullable): a cancellable, looked at between tokens and between ops
 * @error: return location for an error
 *
 * Continues sequences of tokens, as generate() of transformers does.
 *
 * Rows should be padded on the left. One that ends in padding goes on from the padding, as it does in
 * transformers, which warns of that.
 *
 * [class@Trafo.Generator] does so again and again without running what was run before, and token by
 * token.
 *
 * Returns: (transfer full): what was written; %NULL with %TRAFO_ERROR_INVALID_ARGUMENT for parameters
 *   or tokens that do not fit, or an error of the domains %TRAFO_ERROR, %TRAFO_DEVICE_ERROR or
 *   %G_IO_ERROR
 */
TrafoGenerationResult *
trafo_model_generate (TrafoModel            *self,
                      TrafoTensorDict       *inputs,
                      TrafoGenerationConfig *config,
                      TrafoTokenizer        *tokenizer,
                      GCancellable          *cancellable,
                      GError               **error)
{
  g_autoptr (TrafoGenerator) generator = trafo_generator_new (self, tokenizer, config, error);

  if (generator == NULL)
    return NULL;
  return trafo_generator_generate (generator, inputs, cancellable, error);
}

typedef struct
{
  TrafoTensorDict       *inputs;
  TrafoGenerationConfig *config;
  TrafoTokenizer        *tokenizer;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  trafo_tensor_dict_unref (request->inputs);
  g_clear_object (&request->config);
  g_clear_object (&request->tokenizer);
  g_free (request);
}

static gpointer
call_generate (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  Request *request = data;

  return trafo_model_generate (source,
                               request->inputs,
                               request->config,
                               request->tokenizer,
                               cancellable,
                               error);
}

static const TrafoAsyncCall generate_call = { call_generate, request_free, g_object_unref };

/**
 * trafo_model_generate_async:
 * @self: a loaded causal language model
 * @inputs: as in [method@Trafo.Model.generate]
 * @config: (nullable): as in [method@Trafo.Model.generate]
 * @tokenizer: (nullable): the model's tokenizer
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Continues sequences of tokens, without blocking.
 */
void
trafo_model_generate_async (TrafoModel            *self,
                            TrafoTensorDict       *inputs,
                            TrafoGenerationConfig *config,
                            TrafoTokenizer        *tokenizer,
                            GCancellable          *cancellable,
                            GAsyncReadyCallback    callback,
                            gpointer               user_data)
{
  Request *request;

  g_return_if_fail (TRAFO_IS_MODEL (self));
  g_return_if_fail (inputs != NULL);
  request = g_new0 (Request, 1);
  request->inputs = trafo_tensor_dict_ref (inputs);
  request->config = config != NULL ? trafo_generation_config_copy (config) : NULL;
  request->tokenizer = tokenizer != NULL ? g_object_ref (tokenizer) : NULL;
  trafo_async_call_start (&generate_call, self, request, cancellable, callback, user_data);
}

/**
 * trafo_model_generate_finish:
 * @self: a loaded causal language model
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Trafo.Model.generate_async] began.
 *
 * Returns: (transfer full): as [method@Trafo.Model.generate]
 */
TrafoGenerationResult *
trafo_model_generate_finish (TrafoModel *self, GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&generate_call, self, result, error);
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-auto-model-quantized.h"

#include <trafo/trafo-config.h>
#include <trafo/trafo-error.h>

#include "trafo-async-call-private.h"
#include "trafo-load-options-private.h"
#include "trafo-load-request-private.h"

static gboolean
check_floats (const char *path, GError **error)
{
  g_autoptr (TrafoConfig) config = trafo_config_new_from_folder (path, error);

  if (config == NULL)
    return FALSE;
  if (!trafo_config_has (config, "quantization_config"))
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "%s: found a quantization_config in config.json, expected a checkpoint of floats to "
               "quantize",
               path);
  return FALSE;
}

/**
 * trafo_auto_model_from_pretrained_quantized_for_task:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @task: what the model is for, such as "causal-lm"
 * @type: how to quantize it, as [method@Trafo.LoadOptions.quantize] takes it
 * @options: (nullable): how to load it besides
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Loads a checkpoint of floats and quantizes the weights of its linear layers: the numbers are those
 * of the checkpoint that `trafo quantize --type` makes of it, and
 * [method@Trafo.Model.save_pretrained] writes that.
 *
 * Returns: (transfer full) (nullable): the model, or %NULL with %TRAFO_ERROR_INVALID_ARGUMENT for
 *   another @type or a checkpoint that is quantized already, or an error as [func@Trafo.AutoModel.from_pretrained_for_task] gives
 */
TrafoModel *
trafo_auto_model_from_pretrained_quantized_for_task (const char       *path,
                                                     const char       *task,
                                                     const char       *type,
                                                     TrafoLoadOptions *options,
                                                     GCancellable     *cancellable,
                                                     GError          **error)
{
  g_autoptr (TrafoLoadOptions) quantized = NULL;

  g_return_val_if_fail (path != NULL && task != NULL && type != NULL, NULL);
  quantized = trafo_load_options_copy (options);
  if (!trafo_load_options_quantize (quantized, type, error) || !check_floats (path, error))
    return NULL;
  return trafo_auto_model_from_pretrained_for_task (path, task, quantized, cancellable, error);
}

typedef struct
{
  TrafoLoadRequest *load;
  char             *type;
} QuantizeRequest;

static void
quantize_request_free (gpointer data)
{
  QuantizeRequest *request = data;

  trafo_load_request_free (request->load);
  g_free (request->type);
  g_free (request);
}

static gpointer
load (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  QuantizeRequest *request = data;

  return trafo_auto_model_from_pretrained_quantized_for_task (request->load->path,
                                                              request->load->task,
                                                              request->type,
                                                              request->load->options,
                                                              cancellable,
                                                              error);
}

static const TrafoAsyncCall load_call = { load, quantize_request_free, g_object_unref };

/**
 * trafo_auto_model_from_pretrained_quantized_for_task_async:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @task: what the model is for
 * @type: how to quantize it
 * @options: (nullable): how to load it besides
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [func@Trafo.AutoModel.from_pretrained_quantized_for_task] does, without blocking.
 */
void
trafo_auto_model_from_pretrained_quantized_for_task_async (const char         *path,
                                                           const char         *task,
                                                           const char         *type,
                                                           TrafoLoadOptions   *options,
                                                           GCancellable       *cancellable,
                                                           GAsyncReadyCallback callback,
                                                           gpointer            user_data)
{
  QuantizeRequest *request;

  g_return_if_fail (path != NULL && task != NULL && type != NULL);
  request = g_new0 (QuantizeRequest, 1);
  request->load = trafo_load_request_new (path, task, options);
  request->type = g_strdup (type);
  trafo_async_call_start (&load_call, NULL, request, cancellable, callback, user_data);
}

/**
 * trafo_auto_model_from_pretrained_quantized_for_task_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.AutoModel.from_pretrained_quantized_for_task_async] began.
 *
 * Returns: (transfer full) (nullable): as
 *   [func@Trafo.AutoModel.from_pretrained_quantized_for_task]
 */
TrafoModel *
trafo_auto_model_from_pretrained_quantized_for_task_finish (GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&load_call, NULL, result, error);
}

/* The functions of a class: those above with the class's task. */
#define DEFINE_FROM_PRETRAINED_QUANTIZED(type_name, task)                                          \
  TrafoModel *type_name##_from_pretrained_quantized (const char       *path,                       \
                                                     const char       *type,                       \
                                                     TrafoLoadOptions *options,                    \
                                                     GCancellable     *cancellable,                \
                                                     GError          **error)                      \
  {                                                                                                \
    return trafo_auto_model_from_pretrained_quantized_for_task (path,                              \
                                                                task,                              \
                                                                type,                              \
                                                                options,                           \
                                                                cancellable,                       \
                                                                error);                            \
  }                                                                                                \
                                                                                                   \
  void type_name##_from_pretrained_quantized_async (const char         *path,                      \
                                                    const char         *type,                      \
                                                    TrafoLoadOptions   *options,                   \
                                                    GCancellable       *cancellable,               \
                                                    GAsyncReadyCallback callback,                  \
                                                    gpointer            user_data)                 \
  {                                                                                                \
    trafo_auto_model_from_pretrained_quantized_for_task_async (path,                               \
                                                               task,                               \
                                                               type,                               \
                                                               options,                            \
                                                               cancellable,                        \
                                                               callback,                           \
                                                               user_data);                         \
  }                                                                                                \
                                                                                                   \
  TrafoModel *type_name##_from_pretrained_quantized_finish (GAsyncResult *result, GError **error)  \
  {                                                                                                \
    return trafo_auto_model_from_pretrained_quantized_for_task_finish (result, error);             \
  }

/**
 * trafo_auto_model_from_pretrained_quantized:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @type: how to quantize it, as [method@Trafo.LoadOptions.quantize] takes it
 * @options: (nullable): how to load it besides
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Loads a checkpoint's model without a head and quantizes its linear layers.
 *
 * Returns: (transfer full) (nullable): the model, or %NULL with an error as
 *   [func@Trafo.AutoModel.from_pretrained_quantized_for_task] gives
 */
/**
 * trafo_auto_model_from_pretrained_quantized_async:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @type: how to quantize it
 * @options: (nullable): how to load it besides
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [func@Trafo.AutoModel.from_pretrained_quantized] does, without blocking.
 */
/**
 * trafo_auto_model_from_pretrained_quantized_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.AutoModel.from_pretrained_quantized_async] began.
 *
 * Returns: (transfer full) (nullable): as [func@Trafo.AutoModel.from_pretrained_quantized]
 */
DEFINE_FROM_PRETRAINED_QUANTIZED (trafo_auto_model, "base")

/**
 * trafo_auto_model_for_sequence_classification_from_pretrained_quantized:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @type: how to quantize it, as [method@Trafo.LoadOptions.quantize] takes it
 * @options: (nullable): how to load it besides
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Loads a checkpoint's model with a head for "sequence-classification" and quantizes its linear layers.
 *
 * Returns: (transfer full) (nullable): the model, or %NULL with an error as
 *   [func@Trafo.AutoModel.from_pretrained_quantized_for_task] gives
 */
/**
 * trafo_auto_model_for_sequence_classification_from_pretrained_quantized_async:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @type: how to quantize it
 * @options: (nullable): how to load it besides
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [func@Trafo.AutoModelForSequenceClassification.from_pretrained_quantized] does, without blocking.
 */
/**
 * trafo_auto_model_for_sequence_classification_from_pretrained_quantized_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.AutoModelForSequenceClassification.from_pretrained_quantized_async] began.
 *
 * Returns: (transfer full) (nullable): as [func@Trafo.AutoModelForSequenceClassification.from_pretrained_quantized]
 */
DEFINE_FROM_PRETRAINED_QUANTIZED (trafo_auto_model_for_sequence_classification,
                                  "sequence-classification")

/**
 * trafo_auto_model_for_token_classification_from_pretrained_quantized:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @type: how to quantize it, as [method@Trafo.LoadOptions.quantize] takes it
 * @options: (nullable): how to load it besides
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Loads a checkpoint's model with a head for "token-classification" and quantizes its linear layers.
 *
 * Returns: (transfer full) (nullable): the model, or %NULL with an error as
 *   [func@Trafo.AutoModel.from_pretrained_quantized_for_task] gives
 */
/**
 * trafo_auto_model_for_token_classification_from_pretrained_quantized_async:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @type: how to quantize it
 * @options: (nullable): how to load it besides
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [func@Trafo.AutoModelForTokenClassification.from_pretrained_quantized] does, without blocking.
 */
/**
 * trafo_auto_model_for_token_classification_from_pretrained_quantized_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.AutoModelForTokenClassification.from_pretrained_quantized_async] began.
 *
 * Returns: (transfer full) (nullable): as [func@Trafo.AutoModelForTokenClassification.from_pretrained_quantized]
 */
DEFINE_FROM_PRETRAINED_QUANTIZED (trafo_auto_model_for_token_classification, "token-classification")

/**
 * trafo_auto_model_for_question_answering_from_pretrained_quantized:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @type: how to quantize it, as [method@Trafo.LoadOptions.quantize] takes it
 * @options: (nullable): how to load it besides
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Loads a checkpoint's model with a head for "question-answering" and quantizes its linear layers.
 *
 * Returns: (transfer full) (nullable): the model, or %NULL with an error as
 *   [func@Trafo.AutoModel.from_pretrained_quantized_for_task] gives
 */
/**
 * trafo_auto_model_for_question_answering_from_pretrained_quantized_async:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @type: how to quantize it
 * @options: (nullable): how to load it besides
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [func@Trafo.AutoModelForQuestionAnswering.from_pretrained_quantized] does, without blocking.
 */
/**
 * trafo_auto_model_for_question_answering_from_pretrained_quantized_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.AutoModelForQuestionAnswering.from_pretrained_quantized_async] began.
 *
 * Returns: (transfer full) (nullable): as [func@Trafo.AutoModelForQuestionAnswering.from_pretrained_quantized]
 */
DEFINE_FROM_PRETRAINED_QUANTIZED (trafo_auto_model_for_question_answering, "question-answering")

/**
 * trafo_auto_model_for_masked_lm_from_pretrained_quantized:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @type: how to quantize it, as [method@Trafo.LoadOptions.quantize] takes it
 * @options: (nullable): how to load it besides
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Loads a checkpoint's model with a head for "masked-lm" and quantizes its linear layers.
 *
 * Returns: (transfer full) (nullable): the model, or %NULL with an error as
 *   [func@Trafo.AutoModel.from_pretrained_quantized_for_task] gives
 */
/**
 * trafo_auto_model_for_masked_lm_from_pretrained_quantized_async:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @type: how to quantize it
 * @options: (nullable): how to load it besides
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [func@Trafo.AutoModelForMaskedLM.from_pretrained_quantized] does, without blocking.
 */
/**
 * trafo_auto_model_for_masked_lm_from_pretrained_quantized_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.AutoModelForMaskedLM.from_pretrained_quantized_async] began.
 *
 * Returns: (transfer full) (nullable): as [func@Trafo.AutoModelForMaskedLM.from_pretrained_quantized]
 */
DEFINE_FROM_PRETRAINED_QUANTIZED (trafo_auto_model_for_masked_lm, "masked-lm")

/**
 * trafo_auto_model_for_causal_lm_from_pretrained_quantized:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @type: how to quantize it, as [method@Trafo.LoadOptions.quantize] takes it
 * @options: (nullable): how to load it besides
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Loads a checkpoint's model with a head for "causal-lm" and quantizes its linear layers.
 *
 * Returns: (transfer full) (nullable): the model, or %NULL with an error as
 *   [func@Trafo.AutoModel.from_pretrained_quantized_for_task] gives
 */
/**
 * trafo_auto_model_for_causal_lm_from_pretrained_quantized_async:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @type: how to quantize it
 * @options: (nullable): how to load it besides
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [func@Trafo.AutoModelForCausalLM.from_pretrained_quantized] does, without blocking.
 */
/**
 * trafo_auto_model_for_causal_lm_from_pretrained_quantized_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.AutoModelForCausalLM.from_pretrained_quantized_async] began.
 *
 * Returns: (transfer full) (nullable): as [func@Trafo.AutoModelForCausalLM.from_pretrained_quantized]
 */
DEFINE_FROM_PRETRAINED_QUANTIZED (trafo_auto_model_for_causal_lm, "causal-lm")

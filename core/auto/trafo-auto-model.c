/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-auto-model.h"

#include <trafo/trafo-config.h>
#include <trafo/trafo-error.h>

#include "trafo-async-call-private.h"
#include "trafo-load-options-private.h"
#include "trafo-load-request-private.h"
#include "trafo-registry.h"

/* The classes hold static functions alone, so that every language finds them under the names that
 * transformers has; no one makes an object of them. */
#define DEFINE_AUTO_CLASS(TypeName, type_name)                                                     \
  struct _##TypeName                                                                               \
  {                                                                                                \
    GObject parent_instance;                                                                       \
  };                                                                                               \
  G_DEFINE_FINAL_TYPE (TypeName, type_name, G_TYPE_OBJECT)                                         \
  static void type_name##_class_init (TypeName##Class *klass) {}                                   \
  static void type_name##_init (TypeName *self) {}

static const struct
{
  const char *auto_class;
  const char *task;
} tasks[] = {
  { "AutoModel", "base" },
  { "AutoModelForSequenceClassification", "sequence-classification" },
  { "AutoModelForTokenClassification", "token-classification" },
  { "AutoModelForQuestionAnswering", "question-answering" },
  { "AutoModelForMaskedLM", "masked-lm" },
  { "AutoModelForCausalLM", "causal-lm" },
};

/**
 * TrafoAutoModel:
 *
 * Finds the plugin for a checkpoint by the model_type in its config.json and loads the model
 * without a head: "last_hidden_state" (batch, sequence, hidden) and, where the model has one,
 * "pooler_output" (batch, hidden).
 */
DEFINE_AUTO_CLASS (TrafoAutoModel, trafo_auto_model)

/**
 * TrafoAutoModelForSequenceClassification:
 *
 * Loads a checkpoint's model with the head that predicts a class or a number for each text: "logits" (batch, labels).
 */
DEFINE_AUTO_CLASS (TrafoAutoModelForSequenceClassification,
                   trafo_auto_model_for_sequence_classification)

/**
 * TrafoAutoModelForTokenClassification:
 *
 * Loads a checkpoint's model with the head that predicts a class for each token: "logits" (batch, sequence, labels).
 */
DEFINE_AUTO_CLASS (TrafoAutoModelForTokenClassification, trafo_auto_model_for_token_classification)

/**
 * TrafoAutoModelForQuestionAnswering:
 *
 * Loads a checkpoint's model with the head that predicts where an answer begins and ends: "start_logits" and "end_logits" (batch, sequence).
 */
DEFINE_AUTO_CLASS (TrafoAutoModelForQuestionAnswering, trafo_auto_model_for_question_answering)

/**
 * TrafoAutoModelForMaskedLM:
 *
 * Loads a checkpoint's model with the head that predicts the word behind each mask: "logits" (batch, sequence, vocabulary).
 */
DEFINE_AUTO_CLASS (TrafoAutoModelForMaskedLM, trafo_auto_model_for_masked_lm)

/**
 * TrafoAutoModelForCausalLM:
 *
 * Loads a checkpoint's model with the head that predicts the next token: "logits" (batch, sequence, vocabulary).
 */
DEFINE_AUTO_CLASS (TrafoAutoModelForCausalLM, trafo_auto_model_for_causal_lm)

/**
 * trafo_auto_model_get_task_of_class:
 * @auto_class: a name such as "AutoModelForMaskedLM"
 *
 * The task that a class of transformers stands for.
 *
 * Returns: (transfer none) (nullable): such as "masked-lm", %NULL for an unknown class
 */
const char *
trafo_auto_model_get_task_of_class (const char *auto_class)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tasks); i++)
    if (g_strcmp0 (tasks[i].auto_class, auto_class) == 0)
      return tasks[i].task;
  return NULL;
}

/* The model's plugin, chosen by model_type. */
static TrafoModel *
create_model (TrafoConfig *config, const char *origin, GCancellable *cancellable, GError **error)
{
  const char *model_type = trafo_config_get_string (config, "model_type", NULL);
  g_autoptr (TrafoFeature) feature = NULL;

  if (!trafo_config_check (config, error))
    return NULL;
  if (model_type == NULL)
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_VALUE,
                   "%s: found no 'model_type', which chooses the model's plugin",
                   origin);
      return NULL;
    }
  feature = trafo_registry_find (trafo_registry_get_default (),
                                 TRAFO_FEATURE_KIND_MODEL,
                                 model_type,
                                 error);
  if (feature == NULL)
    {
      g_prefix_error (error, "%s: ", origin);
      return NULL;
    }
  return (TrafoModel *) trafo_feature_create (feature, cancellable, error);
}

static GQuark
dtype_choice_quark (void)
{
  return g_quark_from_static_string ("trafo-dtype-choice");
}

/* Chooses the dtype if @options, which is nullable, ask for it. Otherwise @ret_choice stays NULL. */
static gboolean
choose_dtype (const char        *path,
              const char        *task,
              TrafoLoadOptions  *options,
              TrafoDTypeChoice **ret_choice,
              GCancellable      *cancellable,
              GError           **error)
{
  if (options == NULL || !trafo_load_options_get_auto_dtype (options))
    return TRUE;
  *ret_choice = trafo_dtype_choice_new (path,
                                        task,
                                        options,
                                        NULL,
                                        TRAFO_DTYPE_CHOICE_MAX_DEVIATION,
                                        cancellable,
                                        error);
  return *ret_choice != NULL;
}

/* The options with what was chosen, if anything was. */
static TrafoLoadOptions *
apply_choice (TrafoLoadOptions *options, TrafoDTypeChoice *choice)
{
  TrafoLoadOptions *copy;

  if (choice == NULL)
    return options != NULL ? g_object_ref (options) : NULL;
  copy = trafo_load_options_copy (options);
  trafo_load_options_set_auto_dtype (copy, FALSE);
  trafo_load_options_set_dtype (copy, trafo_dtype_choice_get_dtype (choice));
  trafo_load_options_set_int8_weight_only (copy, trafo_dtype_choice_get_int8_weight_only (choice));
  return copy;
}

/**
 * trafo_auto_model_get_dtype_choice:
 * @model: a model that from_pretrained() loaded
 *
 * Which dtype [property@Trafo.LoadOptions:auto-dtype] found, and why.
 *
 * Returns: (transfer none) (nullable): the choice, %NULL if the dtype was not chosen so
 */
TrafoDTypeChoice *
trafo_auto_model_get_dtype_choice (TrafoModel *model)
{
  g_return_val_if_fail (TRAFO_IS_MODEL (model), NULL);
  return g_object_get_qdata (G_OBJECT (model), dtype_choice_quark ());
}

/**
 * trafo_auto_model_from_pretrained_for_task:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @task: what the model is for, such as "masked-lm"
 * @options: (nullable): how to load it
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Loads a checkpoint for a task that is named at run time.
 *
 * Returns: (transfer full) (nullable): the model, or %NULL with an error of the domains
 *   %TRAFO_PLUGIN_ERROR (no plugin for its model_type), %TRAFO_FORMAT_ERROR, %TRAFO_ERROR,
 *   %TRAFO_DEVICE_ERROR or %G_IO_ERROR
 */
TrafoModel *
trafo_auto_model_from_pretrained_for_task (const char       *path,
                                           const char       *task,
                                           TrafoLoadOptions *options,
                                           GCancellable     *cancellable,
                                           GError          **error)
{
  g_autofree char *origin = NULL;
  g_autoptr (TrafoConfig) config = NULL;
  g_autoptr (TrafoDTypeChoice) choice = NULL;
  g_autoptr (TrafoLoadOptions) chosen = NULL;
  g_autoptr (TrafoModel) model = NULL;

  g_return_val_if_fail (path != NULL && task != NULL, NULL);
  config = trafo_config_new_from_folder (path, error);
  if (config == NULL)
    return NULL;
  origin = g_build_filename (path, "config.json", NULL);
  model = create_model (config, origin, cancellable, error);
  if (model == NULL || !choose_dtype (path, task, options, &choice, cancellable, error))
    return NULL;
  chosen = apply_choice (options, choice);
  if (!trafo_model_load (model, path, task, chosen, cancellable, error))
    return NULL;
  if (choice != NULL)
    g_object_set_qdata_full (G_OBJECT (model),
                             dtype_choice_quark (),
                             g_steal_pointer (&choice),
                             g_object_unref);
  return g_steal_pointer (&model);
}

static gpointer
load (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  TrafoLoadRequest *request = data;

  return trafo_auto_model_from_pretrained_for_task (request->path,
                                                    request->task,
                                                    request->options,
                                                    cancellable,
                                                    error);
}

static const TrafoAsyncCall load_call = { load, trafo_load_request_free, g_object_unref };

/**
 * trafo_auto_model_from_pretrained_for_task_async:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @task: what the model is for, such as "masked-lm"
 * @options: (nullable): how to load it
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Loads a checkpoint for a task that is named at run time, without blocking.
 */
void
trafo_auto_model_from_pretrained_for_task_async (const char         *path,
                                                 const char         *task,
                                                 TrafoLoadOptions   *options,
                                                 GCancellable       *cancellable,
                                                 GAsyncReadyCallback callback,
                                                 gpointer            user_data)
{
  g_return_if_fail (path != NULL && task != NULL);
  trafo_async_call_start (&load_call,
                          NULL,
                          trafo_load_request_new (path, task, options),
                          cancellable,
                          callback,
                          user_data);
}

/**
 * trafo_auto_model_from_pretrained_for_task_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.AutoModel.from_pretrained_for_task_async] began.
 *
 * Returns: (transfer full) (nullable): as [func@Trafo.AutoModel.from_pretrained_for_task]
 */
TrafoModel *
trafo_auto_model_from_pretrained_for_task_finish (GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&load_call, NULL, result, error);
}

/**
 * trafo_auto_model_from_config_for_task:
 * @config: a configuration, such as [func@Trafo.AutoConfig.for_model] makes
 * @task: what the model is for, such as "base" or "causal-lm"
 * @options: (nullable): how to make it; the seed is what its weights depend on
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Makes a model of random weights, distributed as transformers distributes them.
 *
 * Returns: (transfer full) (nullable): the model, or %NULL with an error of the domains
 *   %TRAFO_PLUGIN_ERROR (no plugin for its model_type), %TRAFO_FORMAT_ERROR, %TRAFO_ERROR or
 *   %TRAFO_DEVICE_ERROR
 */
TrafoModel *
trafo_auto_model_from_config_for_task (TrafoConfig      *config,
                                       const char       *task,
                                       TrafoLoadOptions *options,
                                       GCancellable     *cancellable,
                                       GError          **error)
{
  g_autoptr (TrafoModel) model = NULL;

  g_return_val_if_fail (TRAFO_IS_CONFIG (config) && task != NULL, NULL);
  model = create_model (config, "the configuration", cancellable, error);
  if (model == NULL || !trafo_model_initialize (model, config, task, options, cancellable, error))
    return NULL;
  return g_steal_pointer (&model);
}

typedef struct
{
  TrafoConfig      *config;
  char             *task;
  TrafoLoadOptions *options;
} MakeRequest;

static void
make_request_free (gpointer data)
{
  MakeRequest *request = data;

  g_object_unref (request->config);
  g_free (request->task);
  g_clear_object (&request->options);
  g_free (request);
}

static gpointer
make (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  MakeRequest *request = data;

  return trafo_auto_model_from_config_for_task (request->config,
                                                request->task,
                                                request->options,
                                                cancellable,
                                                error);
}

static const TrafoAsyncCall make_call = { make, make_request_free, g_object_unref };

/**
 * trafo_auto_model_from_config_for_task_async:
 * @config: a configuration
 * @task: what the model is for
 * @options: (nullable): how to make it
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Makes a model of random weights, without blocking.
 */
void
trafo_auto_model_from_config_for_task_async (TrafoConfig        *config,
                                             const char         *task,
                                             TrafoLoadOptions   *options,
                                             GCancellable       *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer            user_data)
{
  MakeRequest *request;

  g_return_if_fail (TRAFO_IS_CONFIG (config) && task != NULL);
  request = g_new0 (MakeRequest, 1);
  request->config = g_object_ref (config);
  request->task = g_strdup (task);
  request->options = options != NULL ? g_object_ref (options) : NULL;
  trafo_async_call_start (&make_call, NULL, request, cancellable, callback, user_data);
}

/**
 * trafo_auto_model_from_config_for_task_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.AutoModel.from_config_for_task_async] began.
 *
 * Returns: (transfer full) (nullable): as [func@Trafo.AutoModel.from_config_for_task]
 */
TrafoModel *
trafo_auto_model_from_config_for_task_finish (GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&make_call, NULL, result, error);
}

/* The functions of a class: those above with the class's task. */
#define DEFINE_FROM_PRETRAINED(type_name, task)                                                    \
  TrafoModel *type_name##_from_pretrained (const char       *path,                                 \
                                           TrafoLoadOptions *options,                              \
                                           GCancellable     *cancellable,                          \
                                           GError          **error)                                \
  {                                                                                                \
    return trafo_auto_model_from_pretrained_for_task (path, task, options, cancellable, error);    \
  }                                                                                                \
                                                                                                   \
  void type_name##_from_pretrained_async (const char         *path,                                \
                                          TrafoLoadOptions   *options,                             \
                                          GCancellable       *cancellable,                         \
                                          GAsyncReadyCallback callback,                            \
                                          gpointer            user_data)                           \
  {                                                                                                \
    trafo_auto_model_from_pretrained_for_task_async (path,                                         \
                                                     task,                                         \
                                                     options,                                      \
                                                     cancellable,                                  \
                                                     callback,                                     \
                                                     user_data);                                   \
  }                                                                                                \
                                                                                                   \
  TrafoModel *type_name##_from_pretrained_finish (GAsyncResult *result, GError **error)            \
  {                                                                                                \
    return trafo_auto_model_from_pretrained_for_task_finish (result, error);                       \
  }

/**
 * trafo_auto_model_from_pretrained:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @options: (nullable): how to load it
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Loads a checkpoint's model without a head.
 *
 * Returns: (transfer full) (nullable): the model, or %NULL with an error as
 *   [func@Trafo.AutoModel.from_pretrained_for_task] gives
 */
/**
 * trafo_auto_model_from_pretrained_async:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @options: (nullable): how to load it
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [func@Trafo.AutoModel.from_pretrained] does, without blocking.
 */
/**
 * trafo_auto_model_from_pretrained_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.AutoModel.from_pretrained_async] began.
 *
 * Returns: (transfer full) (nullable): as [func@Trafo.AutoModel.from_pretrained]
 */
DEFINE_FROM_PRETRAINED (trafo_auto_model, "base")

/**
 * trafo_auto_model_for_sequence_classification_from_pretrained:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @options: (nullable): how to load it
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Loads a checkpoint's model with a head for "sequence-classification".
 *
 * Returns: (transfer full) (nullable): the model, or %NULL with an error as
 *   [func@Trafo.AutoModel.from_pretrained_for_task] gives
 */
/**
 * trafo_auto_model_for_sequence_classification_from_pretrained_async:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @options: (nullable): how to load it
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [func@Trafo.AutoModelForSequenceClassification.from_pretrained] does, without blocking.
 */
/**
 * trafo_auto_model_for_sequence_classification_from_pretrained_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.AutoModelForSequenceClassification.from_pretrained_async] began.
 *
 * Returns: (transfer full) (nullable): as [func@Trafo.AutoModelForSequenceClassification.from_pretrained]
 */
DEFINE_FROM_PRETRAINED (trafo_auto_model_for_sequence_classification, "sequence-classification")

/**
 * trafo_auto_model_for_token_classification_from_pretrained:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @options: (nullable): how to load it
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Loads a checkpoint's model with a head for "token-classification".
 *
 * Returns: (transfer full) (nullable): the model, or %NULL with an error as
 *   [func@Trafo.AutoModel.from_pretrained_for_task] gives
 */
/**
 * trafo_auto_model_for_token_classification_from_pretrained_async:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @options: (nullable): how to load it
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [func@Trafo.AutoModelForTokenClassification.from_pretrained] does, without blocking.
 */
/**
 * trafo_auto_model_for_token_classification_from_pretrained_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.AutoModelForTokenClassification.from_pretrained_async] began.
 *
 * Returns: (transfer full) (nullable): as [func@Trafo.AutoModelForTokenClassification.from_pretrained]
 */
DEFINE_FROM_PRETRAINED (trafo_auto_model_for_token_classification, "token-classification")

/**
 * trafo_auto_model_for_question_answering_from_pretrained:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @options: (nullable): how to load it
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Loads a checkpoint's model with a head for "question-answering".
 *
 * Returns: (transfer full) (nullable): the model, or %NULL with an error as
 *   [func@Trafo.AutoModel.from_pretrained_for_task] gives
 */
/**
 * trafo_auto_model_for_question_answering_from_pretrained_async:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @options: (nullable): how to load it
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [func@Trafo.AutoModelForQuestionAnswering.from_pretrained] does, without blocking.
 */
/**
 * trafo_auto_model_for_question_answering_from_pretrained_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.AutoModelForQuestionAnswering.from_pretrained_async] began.
 *
 * Returns: (transfer full) (nullable): as [func@Trafo.AutoModelForQuestionAnswering.from_pretrained]
 */
DEFINE_FROM_PRETRAINED (trafo_auto_model_for_question_answering, "question-answering")

/**
 * trafo_auto_model_for_masked_lm_from_pretrained:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @options: (nullable): how to load it
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Loads a checkpoint's model with a head for "masked-lm".
 *
 * Returns: (transfer full) (nullable): the model, or %NULL with an error as
 *   [func@Trafo.AutoModel.from_pretrained_for_task] gives
 */
/**
 * trafo_auto_model_for_masked_lm_from_pretrained_async:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @options: (nullable): how to load it
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [func@Trafo.AutoModelForMaskedLM.from_pretrained] does, without blocking.
 */
/**
 * trafo_auto_model_for_masked_lm_from_pretrained_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.AutoModelForMaskedLM.from_pretrained_async] began.
 *
 * Returns: (transfer full) (nullable): as [func@Trafo.AutoModelForMaskedLM.from_pretrained]
 */
DEFINE_FROM_PRETRAINED (trafo_auto_model_for_masked_lm, "masked-lm")

/**
 * trafo_auto_model_for_causal_lm_from_pretrained:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @options: (nullable): how to load it
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Loads a checkpoint's model with a head for "causal-lm".
 *
 * Returns: (transfer full) (nullable): the model, or %NULL with an error as
 *   [func@Trafo.AutoModel.from_pretrained_for_task] gives
 */
/**
 * trafo_auto_model_for_causal_lm_from_pretrained_async:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @options: (nullable): how to load it
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [func@Trafo.AutoModelForCausalLM.from_pretrained] does, without blocking.
 */
/**
 * trafo_auto_model_for_causal_lm_from_pretrained_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.AutoModelForCausalLM.from_pretrained_async] began.
 *
 * Returns: (transfer full) (nullable): as [func@Trafo.AutoModelForCausalLM.from_pretrained]
 */
DEFINE_FROM_PRETRAINED (trafo_auto_model_for_causal_lm, "causal-lm")

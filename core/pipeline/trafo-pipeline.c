/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-pipeline.h"

#include <trafo/trafo-error.h>
#include <trafo/trafo-pipeline-task.h>

#include "trafo-async-call-private.h"
#include "trafo-auto-model.h"
#include "trafo-auto-tokenizer.h"
#include "trafo-load-request-private.h"
#include "trafo-registry.h"

/**
 * TrafoPipeline:
 *
 * From text to an answer: a tokenizer, a model, and what a task makes of the model's outputs.
 *
 * Tasks, parameters and what is returned are those of the pipelines of Hugging Face's transformers.
 * A task is a #TrafoPipelineTask that a plugin brings.
 */
struct _TrafoPipeline
{
  GObject parent_instance;

  char              *name; /* the task's */
  TrafoPipelineTask *task;
  TrafoModel        *model;
  TrafoTokenizer    *tokenizer;
};

G_DEFINE_FINAL_TYPE (TrafoPipeline, trafo_pipeline, G_TYPE_OBJECT)

static void
trafo_pipeline_finalize (GObject *object)
{
  TrafoPipeline *self = TRAFO_PIPELINE (object);

  g_free (self->name);
  g_clear_object (&self->task);
  g_clear_object (&self->model);
  g_clear_object (&self->tokenizer);
  G_OBJECT_CLASS (trafo_pipeline_parent_class)->finalize (object);
}

static void
trafo_pipeline_class_init (TrafoPipelineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trafo_pipeline_finalize;
}

static void
trafo_pipeline_init (TrafoPipeline *self)
{
}

static void
set_unknown_task (GError **error, const char *name, const char *const *tasks)
{
  g_autofree char *known = g_strjoinv (", ", (char **) tasks);

  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NOT_FOUND,
               "found task '%s', expected %s",
               name,
               known);
}

/* A pipeline that has its task and nothing else yet. */
static TrafoPipeline *
pipeline_new (const char *task, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) tasks = trafo_pipeline_list_tasks ();
  g_autoptr (TrafoFeature) feature = NULL;
  g_autoptr (GObject) object = NULL;
  TrafoPipeline *self;

  if (!g_strv_contains ((const char *const *) tasks, task))
    {
      set_unknown_task (error, task, (const char *const *) tasks);
      return NULL;
    }
  feature =
      trafo_registry_find (trafo_registry_get_default (), TRAFO_FEATURE_KIND_PIPELINE, task, error);
  if (feature != NULL)
    object = trafo_feature_create (feature, cancellable, error);
  if (object == NULL)
    return NULL;
  self = g_object_new (TRAFO_TYPE_PIPELINE, NULL);
  self->name = g_strdup (trafo_feature_get_name (feature));
  self->task = TRAFO_PIPELINE_TASK (g_steal_pointer (&object));
  return self;
}

/**
 * trafo_pipeline_new:
 * @task: a task, such as "text-classification"
 * @model: a model that was loaded for it
 * @tokenizer: the model's tokenizer
 * @error: return location for an error
 *
 * Makes a pipeline of a model and its tokenizer.
 *
 * Returns: (transfer full): the pipeline; %NULL with %TRAFO_ERROR_NOT_FOUND for an unknown task, or
 *   %TRAFO_ERROR_INVALID_ARGUMENT for a model that was not loaded
 */
TrafoPipeline *
trafo_pipeline_new (const char *task, TrafoModel *model, TrafoTokenizer *tokenizer, GError **error)
{
  TrafoPipeline *self;

  g_return_val_if_fail (task != NULL, NULL);
  g_return_val_if_fail (TRAFO_IS_MODEL (model), NULL);
  g_return_val_if_fail (TRAFO_IS_TOKENIZER (tokenizer), NULL);
  if (trafo_model_get_config (model) == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "%s: the model was not loaded",
                   G_OBJECT_TYPE_NAME (model));
      return NULL;
    }
  self = pipeline_new (task, NULL, error);
  if (self == NULL)
    return NULL;
  self->model = g_object_ref (model);
  self->tokenizer = g_object_ref (tokenizer);
  return self;
}

/**
 * trafo_pipeline_new_from_pretrained:
 * @task: a task, such as "feature-extraction"
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @options: (nullable): how to load the model
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Makes a pipeline of a checkpoint.
 *
 * Returns: (transfer full): the pipeline; %NULL with %TRAFO_ERROR_NOT_FOUND for an unknown task, or
 *   an error as [func@Trafo.AutoModel.from_pretrained_for_task] and
 *   [func@Trafo.AutoTokenizer.from_pretrained] give
 */
TrafoPipeline *
trafo_pipeline_new_from_pretrained (const char       *task,
                                    const char       *path,
                                    TrafoLoadOptions *options,
                                    GCancellable     *cancellable,
                                    GError          **error)
{
  g_autoptr (TrafoPipeline) self = NULL;

  g_return_val_if_fail (task != NULL && path != NULL, NULL);
  self = pipeline_new (task, cancellable, error);
  if (self == NULL)
    return NULL;
  self->tokenizer = trafo_auto_tokenizer_from_pretrained (path, cancellable, error);
  if (self->tokenizer == NULL)
    return NULL;
  self->model =
      trafo_auto_model_from_pretrained_for_task (path,
                                                 trafo_pipeline_task_get_model_task (self->task),
                                                 options,
                                                 cancellable,
                                                 error);
  return self->model != NULL ? g_steal_pointer (&self) : NULL;
}

static gpointer
load (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  TrafoLoadRequest *request = data;

  return trafo_pipeline_new_from_pretrained (request->task,
                                             request->path,
                                             request->options,
                                             cancellable,
                                             error);
}

static const TrafoAsyncCall load_call = { load, trafo_load_request_free, g_object_unref };

/**
 * trafo_pipeline_new_from_pretrained_async:
 * @task: a task, such as "feature-extraction"
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @options: (nullable): how to load the model
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Makes a pipeline of a checkpoint, without blocking.
 */
void
trafo_pipeline_new_from_pretrained_async (const char         *task,
                                          const char         *path,
                                          TrafoLoadOptions   *options,
                                          GCancellable       *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer            user_data)
{
  g_return_if_fail (task != NULL && path != NULL);
  trafo_async_call_start (&load_call,
                          NULL,
                          trafo_load_request_new (path, task, options),
                          cancellable,
                          callback,
                          user_data);
}

/**
 * trafo_pipeline_new_from_pretrained_finish: (constructor)
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.Pipeline.new_from_pretrained_async] began.
 *
 * Returns: (transfer full): as [ctor@Trafo.Pipeline.new_from_pretrained]
 */
TrafoPipeline *
trafo_pipeline_new_from_pretrained_finish (GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&load_call, NULL, result, error);
}

static gboolean
check_parameters (TrafoPipeline *self, GVariant *parameters, GError **error)
{
  const char *const *known = trafo_pipeline_task_list_parameters (self->task);
  g_autofree char   *names = NULL;
  GVariantIter       iter;
  const char        *name;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE_VARDICT))
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "found parameters of type %s, expected a{sv}",
                   g_variant_get_type_string (parameters));
      return FALSE;
    }
  g_variant_iter_init (&iter, parameters);
  while (known != NULL && g_variant_iter_next (&iter, "{&s*}", &name, NULL))
    if (!g_strv_contains (known, name))
      {
        names = known[0] != NULL ? g_strjoinv (", ", (char **) known) : g_strdup ("none");
        g_set_error (error,
                     TRAFO_ERROR,
                     TRAFO_ERROR_INVALID_ARGUMENT,
                     "%s takes no parameter '%s'; it takes %s",
                     self->name,
                     name,
                     names);
        return FALSE;
      }
  return TRUE;
}

/**
 * trafo_pipeline_check_parameters:
 * @task: a task, such as "text-classification"
 * @parameters: as of [method@Trafo.Pipeline.run]
 * @error: return location for an error
 *
 * Finds parameters that a task does not take, before a model is loaded for it. Their values are
 * checked when the pipeline runs.
 *
 * Returns: %TRUE if the task has a parameter of each name; %FALSE with %TRAFO_ERROR_INVALID_ARGUMENT,
 *   or with %TRAFO_ERROR_NOT_FOUND for an unknown task
 */
gboolean
trafo_pipeline_check_parameters (const char *task, GVariant *parameters, GError **error)
{
  g_autoptr (GVariant) given = NULL;
  g_autoptr (TrafoPipeline) self = NULL;

  g_return_val_if_fail (task != NULL && parameters != NULL, FALSE);
  given = g_variant_ref_sink (parameters);
  self = pipeline_new (task, NULL, error);
  return self != NULL && check_parameters (self, given, error);
}

/**
 * trafo_pipeline_run:
 * @self: a pipeline
 * @inputs: what a pipeline of transformers is called with: a text as the type `s`, for some tasks a
 *   dictionary `a{sv}`, or an array of these
 * @parameters: (nullable): a `a{sv}` of parameters with the names that transformers gives them
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Runs the pipeline.
 *
 * Any number of threads may do so at the same time. Where an encoder's task takes a "batch_size" and
 * none is given, several texts are run as many at a time as
 * [method@Trafo.Model.choose_batch_size] says, and each gets what it gets alone; with one, padding
 * shows in the outputs where it does in transformers.
 *
 * Returns: (transfer full): what transformers returns, a list with one item for each input where
 *   @inputs is an array; %NULL with %TRAFO_ERROR_INVALID_ARGUMENT for inputs or a parameter that the
 *   task does not take, or an error of the domains %TRAFO_ERROR, %TRAFO_DEVICE_ERROR or
 *   %G_IO_ERROR
 */
TrafoValue *
trafo_pipeline_run (TrafoPipeline *self,
                    GVariant      *inputs,
                    GVariant      *parameters,
                    GCancellable  *cancellable,
                    GError       **error)
{
  g_autoptr (GVariant) given = NULL;
  g_autoptr (GVariant) owned_inputs = NULL;

  g_return_val_if_fail (TRAFO_IS_PIPELINE (self), NULL);
  g_return_val_if_fail (inputs != NULL, NULL);
  owned_inputs = g_variant_ref_sink (inputs);
  given = g_variant_ref_sink (parameters != NULL ? parameters : g_variant_new ("a{sv}", NULL));
  if (!check_parameters (self, given, error))
    return NULL;
  return trafo_pipeline_task_run (self->task,
                                  self->model,
                                  self->tokenizer,
                                  owned_inputs,
                                  given,
                                  cancellable,
                                  error);
}

/**
 * trafo_pipeline_run_text:
 * @self: a pipeline
 * @text: a text, UTF-8
 * @parameters: (nullable): a `a{sv}` of parameters with the names that transformers gives them
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Runs the pipeline on one text, as transformers does on a string.
 *
 * Returns: (transfer full): what the task makes of the text; %NULL with an error as
 *   [method@Trafo.Pipeline.run] gives
 */
TrafoValue *
trafo_pipeline_run_text (TrafoPipeline *self,
                         const char    *text,
                         GVariant      *parameters,
                         GCancellable  *cancellable,
                         GError       **error)
{
  g_return_val_if_fail (text != NULL, NULL);
  return trafo_pipeline_run (self, g_variant_new_string (text), parameters, cancellable, error);
}

typedef struct
{
  GVariant *inputs;
  GVariant *parameters;
} RunRequest;

static RunRequest *
run_request_new (GVariant *inputs, GVariant *parameters)
{
  RunRequest *request = g_new0 (RunRequest, 1);

  request->inputs = g_variant_ref_sink (inputs);
  request->parameters = parameters != NULL ? g_variant_ref_sink (parameters) : NULL;
  return request;
}

static void
run_request_free (gpointer data)
{
  RunRequest *request = data;

  g_variant_unref (request->inputs);
  g_clear_pointer (&request->parameters, g_variant_unref);
  g_free (request);
}

static gpointer
run (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  RunRequest *request = data;

  return trafo_pipeline_run (source, request->inputs, request->parameters, cancellable, error);
}

static const TrafoAsyncCall run_call = { run,
                                         run_request_free,
                                         (GDestroyNotify) trafo_value_unref };

/**
 * trafo_pipeline_run_async:
 * @self: a pipeline
 * @inputs: as of [method@Trafo.Pipeline.run]
 * @parameters: (nullable): the same
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Runs the pipeline, without blocking.
 */
void
trafo_pipeline_run_async (TrafoPipeline      *self,
                          GVariant           *inputs,
                          GVariant           *parameters,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_return_if_fail (TRAFO_IS_PIPELINE (self));
  g_return_if_fail (inputs != NULL);
  trafo_async_call_start (&run_call,
                          self,
                          run_request_new (inputs, parameters),
                          cancellable,
                          callback,
                          user_data);
}

/**
 * trafo_pipeline_run_finish:
 * @self: a pipeline
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Trafo.Pipeline.run_async] began.
 *
 * Returns: (transfer full): as [method@Trafo.Pipeline.run]
 */
TrafoValue *
trafo_pipeline_run_finish (TrafoPipeline *self, GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&run_call, self, result, error);
}

/**
 * trafo_pipeline_run_text_async:
 * @self: a pipeline
 * @text: a text, UTF-8
 * @parameters: (nullable): as of [method@Trafo.Pipeline.run_text]
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Runs the pipeline on one text, without blocking.
 */
void
trafo_pipeline_run_text_async (TrafoPipeline      *self,
                               const char         *text,
                               GVariant           *parameters,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_return_if_fail (text != NULL);
  trafo_pipeline_run_async (self,
                            g_variant_new_string (text),
                            parameters,
                            cancellable,
                            callback,
                            user_data);
}

/**
 * trafo_pipeline_run_text_finish:
 * @self: a pipeline
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Trafo.Pipeline.run_text_async] began.
 *
 * Returns: (transfer full): as [method@Trafo.Pipeline.run_text]
 */
TrafoValue *
trafo_pipeline_run_text_finish (TrafoPipeline *self, GAsyncResult *result, GError **error)
{
  return trafo_pipeline_run_finish (self, result, error);
}

/**
 * trafo_pipeline_get_task:
 * @self: a pipeline
 *
 * What it does.
 *
 * Returns: (transfer none): such as "feature-extraction"
 */
const char *
trafo_pipeline_get_task (TrafoPipeline *self)
{
  return self->name;
}

/**
 * trafo_pipeline_get_model:
 * @self: a pipeline
 *
 * Its model.
 *
 * Returns: (transfer none): the model
 */
TrafoModel *
trafo_pipeline_get_model (TrafoPipeline *self)
{
  return self->model;
}

/**
 * trafo_pipeline_get_tokenizer:
 * @self: a pipeline
 *
 * Its tokenizer.
 *
 * Returns: (transfer none): the tokenizer
 */
TrafoTokenizer *
trafo_pipeline_get_tokenizer (TrafoPipeline *self)
{
  return self->tokenizer;
}

/* The strings of a feature's metadata "answers_to". */
static void
add_other_names (GStrvBuilder *names, TrafoFeature *feature)
{
  g_autofree const char **others = NULL;

  if (g_variant_lookup (trafo_feature_get_metadata (feature), "answers_to", "^a&s", &others))
    g_strv_builder_addv (names, others);
}

/**
 * trafo_pipeline_list_tasks:
 *
 * The tasks that plugins bring.
 *
 * Returns: (transfer full) (array zero-terminated=1): their names, other names that they answer to
 *   among them
 */
char **
trafo_pipeline_list_tasks (void)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (GListModel) features =
      trafo_registry_list_features (trafo_registry_get_default (), TRAFO_FEATURE_KIND_PIPELINE);

  for (guint i = 0; i < g_list_model_get_n_items (features); i++)
    {
      g_autoptr (TrafoFeature) feature = g_list_model_get_item (features, i);

      g_strv_builder_add (names, trafo_feature_get_name (feature));
      add_other_names (names, feature);
    }
  return g_strv_builder_end (names);
}

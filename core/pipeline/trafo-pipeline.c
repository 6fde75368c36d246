/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-pipeline.h"

#include <trafo/trafo-error.h>

#include "trafo-async-call-private.h"
#include "trafo-auto-model.h"
#include "trafo-auto-tokenizer.h"
#include "trafo-load-request-private.h"
#include "trafo-pipeline-task-private.h"

/**
 * TrafoPipeline:
 *
 * From text to an answer: a tokenizer, a model, and what a task makes of the model's outputs.
 *
 * Tasks, parameters and what is returned are those of the pipelines of Hugging Face's transformers.
 */
struct _TrafoPipeline
{
  GObject parent_instance;

  const TrafoPipelineTask *task;
  TrafoModel              *model;
  TrafoTokenizer          *tokenizer;
};

G_DEFINE_FINAL_TYPE (TrafoPipeline, trafo_pipeline, G_TYPE_OBJECT)

static void
trafo_pipeline_finalize (GObject *object)
{
  TrafoPipeline *self = TRAFO_PIPELINE (object);

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

static const TrafoPipelineTask *
find_task (const char *name, GError **error)
{
  const TrafoPipelineTask *task = trafo_pipeline_task_find (name);

  if (task == NULL)
    {
      g_auto (GStrv) names = trafo_pipeline_task_list ();
      g_autofree char *known = g_strjoinv (", ", names);

      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NOT_FOUND,
                   "found task '%s', expected %s",
                   name,
                   known);
    }
  return task;
}

/**
 * trafo_pipeline_new:
 * @task: a task, such as "feature-extraction"
 * @model: a model that was loaded for it
 * @tokenizer: the model's tokenizer
 * @error: return location for an error
 *
 * Makes a pipeline of a model and its tokenizer.
 *
 * Returns: (transfer full): the pipeline; %NULL with %TRAFO_ERROR_NOT_FOUND for an unknown task
 */
TrafoPipeline *
trafo_pipeline_new (const char *task, TrafoModel *model, TrafoTokenizer *tokenizer, GError **error)
{
  const TrafoPipelineTask *found;
  TrafoPipeline           *self;

  g_return_val_if_fail (task != NULL, NULL);
  g_return_val_if_fail (TRAFO_IS_MODEL (model), NULL);
  g_return_val_if_fail (TRAFO_IS_TOKENIZER (tokenizer), NULL);
  found = find_task (task, error);
  if (found == NULL)
    return NULL;
  self = g_object_new (TRAFO_TYPE_PIPELINE, NULL);
  self->task = found;
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
  const TrafoPipelineTask *found;
  g_autoptr (TrafoTokenizer) tokenizer = NULL;
  g_autoptr (TrafoModel) model = NULL;

  g_return_val_if_fail (task != NULL && path != NULL, NULL);
  found = find_task (task, error);
  if (found == NULL)
    return NULL;
  tokenizer = trafo_auto_tokenizer_from_pretrained (path, cancellable, error);
  if (tokenizer == NULL)
    return NULL;
  model = trafo_auto_model_from_pretrained_for_task (path,
                                                     found->model_task,
                                                     options,
                                                     cancellable,
                                                     error);
  return model != NULL ? trafo_pipeline_new (task, model, tokenizer, error) : NULL;
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
  GVariantIter iter;
  const char  *name;

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
  while (g_variant_iter_next (&iter, "{&s*}", &name, NULL))
    if (!g_strv_contains (self->task->parameters, name))
      {
        g_autofree char *known = g_strjoinv (", ", (char **) self->task->parameters);

        g_set_error (error,
                     TRAFO_ERROR,
                     TRAFO_ERROR_INVALID_ARGUMENT,
                     "%s takes no parameter '%s'; it takes %s",
                     self->task->name,
                     name,
                     known);
        return FALSE;
      }
  return TRUE;
}

/**
 * trafo_pipeline_run:
 * @self: a pipeline
 * @texts: (array zero-terminated=1): texts, UTF-8
 * @parameters: (nullable): a `a{sv}` of parameters with the names that transformers gives them
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Runs the pipeline on texts, as transformers does on a list of them.
 *
 * Any number of threads may do so at the same time.
 *
 * Returns: (transfer full): a list with one item for each text; %NULL with
 *   %TRAFO_ERROR_INVALID_ARGUMENT for a parameter that the task does not take, or an error of the
 *   domains %TRAFO_ERROR, %TRAFO_DEVICE_ERROR or %G_IO_ERROR
 */
TrafoValue *
trafo_pipeline_run (TrafoPipeline     *self,
                    const char *const *texts,
                    GVariant          *parameters,
                    GCancellable      *cancellable,
                    GError           **error)
{
  g_autoptr (GVariant) given =
      g_variant_ref_sink (parameters != NULL ? parameters : g_variant_new ("a{sv}", NULL));

  g_return_val_if_fail (TRAFO_IS_PIPELINE (self), NULL);
  g_return_val_if_fail (texts != NULL, NULL);
  if (!check_parameters (self, given, error))
    return NULL;
  return self->task->run (self, texts, given, cancellable, error);
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
  const char *const texts[] = { text, NULL };
  g_autoptr (TrafoValue) results = trafo_pipeline_run (self, texts, parameters, cancellable, error);

  if (results == NULL || self->task->keeps_list)
    return g_steal_pointer (&results);
  return trafo_value_ref (trafo_value_get_item (results, 0));
}

typedef struct
{
  char    **texts;
  GVariant *parameters;
} RunRequest;

static RunRequest *
run_request_new (const char *const *texts, GVariant *parameters)
{
  RunRequest *request = g_new0 (RunRequest, 1);

  request->texts = g_strdupv ((char **) texts);
  request->parameters = parameters != NULL ? g_variant_ref_sink (parameters) : NULL;
  return request;
}

static void
run_request_free (gpointer data)
{
  RunRequest *request = data;

  g_strfreev (request->texts);
  g_clear_pointer (&request->parameters, g_variant_unref);
  g_free (request);
}

static gpointer
run (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  RunRequest *request = data;

  return trafo_pipeline_run (source,
                             (const char *const *) request->texts,
                             request->parameters,
                             cancellable,
                             error);
}

static gpointer
run_text (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  RunRequest *request = data;

  return trafo_pipeline_run_text (source,
                                  request->texts[0],
                                  request->parameters,
                                  cancellable,
                                  error);
}

static const TrafoAsyncCall run_call = { run,
                                         run_request_free,
                                         (GDestroyNotify) trafo_value_unref };
static const TrafoAsyncCall run_text_call = { run_text,
                                              run_request_free,
                                              (GDestroyNotify) trafo_value_unref };

/**
 * trafo_pipeline_run_async:
 * @self: a pipeline
 * @texts: (array zero-terminated=1): texts, UTF-8
 * @parameters: (nullable): as of [method@Trafo.Pipeline.run]
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Runs the pipeline on texts, without blocking.
 */
void
trafo_pipeline_run_async (TrafoPipeline      *self,
                          const char *const  *texts,
                          GVariant           *parameters,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_return_if_fail (TRAFO_IS_PIPELINE (self));
  g_return_if_fail (texts != NULL);
  trafo_async_call_start (&run_call,
                          self,
                          run_request_new (texts, parameters),
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
  const char *const texts[] = { text, NULL };

  g_return_if_fail (TRAFO_IS_PIPELINE (self));
  g_return_if_fail (text != NULL);
  trafo_async_call_start (&run_text_call,
                          self,
                          run_request_new (texts, parameters),
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
  return trafo_async_call_finish (&run_text_call, self, result, error);
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
  return self->task->name;
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

/**
 * trafo_pipeline_list_tasks:
 *
 * The tasks that there are.
 *
 * Returns: (transfer full) (array zero-terminated=1): their names
 */
char **
trafo_pipeline_list_tasks (void)
{
  return trafo_pipeline_task_list ();
}

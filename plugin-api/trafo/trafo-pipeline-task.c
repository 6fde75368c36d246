/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-error.h>
#include <trafo/trafo-pipeline-task.h>

G_DEFINE_INTERFACE (TrafoPipelineTask, trafo_pipeline_task, G_TYPE_OBJECT)

static void
trafo_pipeline_task_default_init (TrafoPipelineTaskInterface *iface)
{
}

/**
 * trafo_pipeline_task_get_model_task:
 * @self: a task
 *
 * What the model is loaded for.
 *
 * Returns: (transfer none): such as "sequence-classification"
 */
const char *
trafo_pipeline_task_get_model_task (TrafoPipelineTask *self)
{
  TrafoPipelineTaskInterface *iface;
  const char                 *task = NULL;

  g_return_val_if_fail (TRAFO_IS_PIPELINE_TASK (self), "base");
  iface = TRAFO_PIPELINE_TASK_GET_IFACE (self);
  if (iface->get_model_task != NULL)
    task = iface->get_model_task (self);
  return task != NULL ? task : "base";
}

/**
 * trafo_pipeline_task_list_parameters:
 * @self: a task
 *
 * The names of the parameters that it takes.
 *
 * Returns: (transfer none) (array zero-terminated=1) (nullable): the names, %NULL if the task alone
 *   knows them
 */
const char *const *
trafo_pipeline_task_list_parameters (TrafoPipelineTask *self)
{
  TrafoPipelineTaskInterface *iface;

  g_return_val_if_fail (TRAFO_IS_PIPELINE_TASK (self), NULL);
  iface = TRAFO_PIPELINE_TASK_GET_IFACE (self);
  return iface->list_parameters != NULL ? iface->list_parameters (self) : NULL;
}

/**
 * trafo_pipeline_task_run:
 * @self: a task
 * @model: a model that was loaded for it
 * @tokenizer: the model's tokenizer
 * @inputs: a text, or what else the task takes, or an array of them
 * @parameters: an `a{sv}`
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Runs the task.
 *
 * Returns: (transfer full): the result; %NULL with the task's error
 */
TrafoValue *
trafo_pipeline_task_run (TrafoPipelineTask *self,
                         TrafoModel        *model,
                         TrafoTokenizer    *tokenizer,
                         GVariant          *inputs,
                         GVariant          *parameters,
                         GCancellable      *cancellable,
                         GError           **error)
{
  TrafoPipelineTaskInterface *iface;
  GError                     *local = NULL;
  TrafoValue                 *result = NULL;

  g_return_val_if_fail (TRAFO_IS_PIPELINE_TASK (self), NULL);
  iface = TRAFO_PIPELINE_TASK_GET_IFACE (self);
  if (iface->run != NULL)
    result = iface->run (self, model, tokenizer, inputs, parameters, cancellable, &local);
  if (result != NULL)
    {
      g_clear_error (&local);
      return result;
    }
  if (local == NULL)
    g_set_error (&local,
                 TRAFO_ERROR,
                 TRAFO_ERROR_INTERNAL,
                 "%s: run() gave neither a result nor an error",
                 G_OBJECT_TYPE_NAME (self));
  g_propagate_error (error, local);
  return NULL;
}

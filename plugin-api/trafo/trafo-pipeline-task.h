/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>
#include <trafo/trafo-model.h>
#include <trafo/trafo-tokenizer.h>

G_BEGIN_DECLS

/* What a task returns: <trafo/trafo.h> has the functions, as all that a task does with a model and
 * a tokenizer. */
typedef struct _TrafoValue TrafoValue;

#define TRAFO_TYPE_PIPELINE_TASK (trafo_pipeline_task_get_type ())
TRAFO_API
G_DECLARE_INTERFACE (TrafoPipelineTask, trafo_pipeline_task, TRAFO, PIPELINE_TASK, GObject)

/**
 * TrafoPipelineTaskInterface:
 * @g_iface: the parent interface
 * @get_model_task: what the model is loaded for, as [func@Trafo.AutoModel.from_pretrained_for_task]
 *   takes it; "base" if this is %NULL
 * @list_parameters: the names of the parameters that it takes, %NULL-terminated and never freed. If
 *   this is %NULL it gets whatever is given, and refuses by itself what it does not know
 * @run: makes a result of the inputs: a text as the type `s`, anything else as JSON has it, several
 *   inputs as an array; @parameters is an `a{sv}`. Called by several threads at a time
 *
 * What a plugin implements that brings a task of pipelines: what is asked of the model, and what
 * its outputs mean. Inputs, parameters and results are those of the pipeline of that name in
 * transformers, if there is one.
 */
struct _TrafoPipelineTaskInterface
{
  GTypeInterface g_iface;

  const char *(*get_model_task) (TrafoPipelineTask *self);
  const char *const *(*list_parameters) (TrafoPipelineTask *self);
  TrafoValue *(*run) (TrafoPipelineTask *self,
                      TrafoModel        *model,
                      TrafoTokenizer    *tokenizer,
                      GVariant          *inputs,
                      GVariant          *parameters,
                      GCancellable      *cancellable,
                      GError           **error);
};

TRAFO_API const char        *trafo_pipeline_task_get_model_task (TrafoPipelineTask *self);
TRAFO_API const char *const *trafo_pipeline_task_list_parameters (TrafoPipelineTask *self);
TRAFO_API TrafoValue        *trafo_pipeline_task_run (TrafoPipelineTask *self,
                                                      TrafoModel        *model,
                                                      TrafoTokenizer    *tokenizer,
                                                      GVariant          *inputs,
                                                      GVariant          *parameters,
                                                      GCancellable      *cancellable,
                                                      GError           **error);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib-object.h>
#include <trafo/trafo-builder.h>
#include <trafo/trafo-config.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_MODEL (trafo_model_get_type ())
TRAFO_API
G_DECLARE_INTERFACE (TrafoModel, trafo_model, TRAFO, MODEL, GObject)

/**
 * TrafoModelTask: (skip)
 * @task: such as "masked-lm"
 * @architecture: the class of transformers that does it, such as "BertForMaskedLM"
 *
 * One thing that a kind of model can be loaded for.
 */
typedef struct
{
  const char *task;
  const char *architecture;
} TrafoModelTask;

/**
 * TrafoModelInterface:
 * @g_iface: the parent interface
 * @configure: reads the sizes from config.json and checks them. @task is what the model is for:
 *   "base", "sequence-classification", "token-classification", "question-answering", "masked-lm",
 *   "causal-lm" or another that the plugin's description names. Called once, before anything else
 * @build: writes the forward pass, once, as ops on symbolic tensors, and names its parameters and
 *   outputs as Hugging Face does. Called once for each variant of the program
 * @get_base_prefix: the first component of the names of all parameters that a checkpoint of the
 *   base class leaves out ("bert"), or %NULL
 * @map_name: the name under which a checkpoint's tensor is known to @build, or %NULL to ignore
 *   it; without this function names are taken as they are
 * @get_architecture: the class of transformers that the configured model is, such as
 *   "BertForMaskedLM", or %NULL
 *
 * What a model plugin implements.
 */
struct _TrafoModelInterface
{
  GTypeInterface g_iface;

  gboolean (*configure) (TrafoModel *self, TrafoConfig *config, const char *task, GError **error);
  gboolean (*build) (TrafoModel *self, TrafoBuilder *builder, GError **error);
  const char *(*get_base_prefix) (TrafoModel *self);
  char *(*map_name) (TrafoModel *self, const char *name);
  const char *(*get_architecture) (TrafoModel *self);
};

TRAFO_API gboolean    trafo_model_configure (TrafoModel  *self,
                                             TrafoConfig *config,
                                             const char  *task,
                                             GError     **error);
TRAFO_API gboolean    trafo_model_build (TrafoModel *self, TrafoBuilder *builder, GError **error);
TRAFO_API const char *trafo_model_get_base_prefix (TrafoModel *self);
TRAFO_API char       *trafo_model_map_name (TrafoModel *self, const char *name);
TRAFO_API const char *trafo_model_get_architecture (TrafoModel *self);
TRAFO_API gint        trafo_model_find_task (TrafoModel           *self,
                                             const TrafoModelTask *tasks,
                                             gsize                 n_tasks,
                                             const char           *task,
                                             GError              **error);

G_END_DECLS

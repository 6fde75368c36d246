/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-tokenizer.h>

#include "trafo-model-runtime.h"
#include "trafo-text.h"
#include "trafo-value.h"

G_BEGIN_DECLS

#define TRAFO_TYPE_PIPELINE (trafo_pipeline_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoPipeline, trafo_pipeline, TRAFO, PIPELINE, GObject)

TRAFO_API TrafoPipeline *
trafo_pipeline_new (const char *task, TrafoModel *model, TrafoTokenizer *tokenizer, GError **error);
TRAFO_API TrafoPipeline *trafo_pipeline_new_from_pretrained (const char       *task,
                                                             const char       *path,
                                                             TrafoLoadOptions *options,
                                                             GCancellable     *cancellable,
                                                             GError          **error);
TRAFO_API void           trafo_pipeline_new_from_pretrained_async (const char         *task,
                                                                   const char         *path,
                                                                   TrafoLoadOptions   *options,
                                                                   GCancellable       *cancellable,
                                                                   GAsyncReadyCallback callback,
                                                                   gpointer            user_data);
TRAFO_API TrafoPipeline *trafo_pipeline_new_from_pretrained_finish (GAsyncResult *result,
                                                                    GError      **error);

TRAFO_API gboolean trafo_pipeline_check_parameters (const char *task,
                                                    GVariant   *parameters,
                                                    GError    **error);

TRAFO_API TrafoValue *trafo_pipeline_run (TrafoPipeline *self,
                                          GVariant      *inputs,
                                          GVariant      *parameters,
                                          GCancellable  *cancellable,
                                          GError       **error);
TRAFO_API TrafoValue *trafo_pipeline_run_text (TrafoPipeline *self,
                                               const char    *text,
                                               GVariant      *parameters,
                                               GCancellable  *cancellable,
                                               GError       **error);
TRAFO_API void        trafo_pipeline_run_async (TrafoPipeline      *self,
                                                GVariant           *inputs,
                                                GVariant           *parameters,
                                                GCancellable       *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer            user_data);
TRAFO_API TrafoValue *
trafo_pipeline_run_finish (TrafoPipeline *self, GAsyncResult *result, GError **error);
TRAFO_API void trafo_pipeline_run_text_async (TrafoPipeline      *self,
                                              const char         *text,
                                              GVariant           *parameters,
                                              GCancellable       *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer            user_data);
TRAFO_API TrafoValue *
trafo_pipeline_run_text_finish (TrafoPipeline *self, GAsyncResult *result, GError **error);

TRAFO_API const char     *trafo_pipeline_get_task (TrafoPipeline *self);
TRAFO_API TrafoModel     *trafo_pipeline_get_model (TrafoPipeline *self);
TRAFO_API TrafoTokenizer *trafo_pipeline_get_tokenizer (TrafoPipeline *self);
TRAFO_API char          **trafo_pipeline_list_tasks (void);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-dtype-choice.h"
#include "trafo-model-runtime.h"

G_BEGIN_DECLS

#define TRAFO_TYPE_AUTO_MODEL (trafo_auto_model_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoAutoModel, trafo_auto_model, TRAFO, AUTO_MODEL, GObject)

TRAFO_API TrafoModel       *trafo_auto_model_from_pretrained (const char       *path,
                                                              TrafoLoadOptions *options,
                                                              GCancellable     *cancellable,
                                                              GError          **error);
TRAFO_API TrafoDTypeChoice *trafo_auto_model_get_dtype_choice (TrafoModel *model);
TRAFO_API TrafoModel       *trafo_auto_model_from_config_for_task (TrafoConfig      *config,
                                                                   const char       *task,
                                                                   TrafoLoadOptions *options,
                                                                   GCancellable     *cancellable,
                                                                   GError          **error);
TRAFO_API void              trafo_auto_model_from_config_for_task_async (TrafoConfig        *config,
                                                                         const char         *task,
                                                                         TrafoLoadOptions   *options,
                                                                         GCancellable       *cancellable,
                                                                         GAsyncReadyCallback callback,
                                                                         gpointer            user_data);
TRAFO_API TrafoModel       *trafo_auto_model_from_config_for_task_finish (GAsyncResult *result,
                                                                          GError      **error);
TRAFO_API void              trafo_auto_model_from_pretrained_async (const char         *path,
                                                                    TrafoLoadOptions   *options,
                                                                    GCancellable       *cancellable,
                                                                    GAsyncReadyCallback callback,
                                                                    gpointer            user_data);
TRAFO_API TrafoModel       *trafo_auto_model_from_pretrained_finish (GAsyncResult *result,
                                                                     GError      **error);
TRAFO_API TrafoModel       *trafo_auto_model_from_pretrained_for_task (const char       *path,
                                                                       const char       *task,
                                                                       TrafoLoadOptions *options,
                                                                       GCancellable     *cancellable,
                                                                       GError          **error);
TRAFO_API void              trafo_auto_model_from_pretrained_for_task_async (const char         *path,
                                                                             const char         *task,
                                                                             TrafoLoadOptions   *options,
                                                                             GCancellable       *cancellable,
                                                                             GAsyncReadyCallback callback,
                                                                             gpointer            user_data);
TRAFO_API TrafoModel       *trafo_auto_model_from_pretrained_for_task_finish (GAsyncResult *result,
                                                                              GError      **error);
TRAFO_API const char       *trafo_auto_model_get_task_of_class (const char *auto_class);

#define TRAFO_TYPE_AUTO_MODEL_FOR_SEQUENCE_CLASSIFICATION                                          \
  (trafo_auto_model_for_sequence_classification_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoAutoModelForSequenceClassification,
                      trafo_auto_model_for_sequence_classification,
                      TRAFO,
                      AUTO_MODEL_FOR_SEQUENCE_CLASSIFICATION,
                      GObject)

TRAFO_API TrafoModel *
trafo_auto_model_for_sequence_classification_from_pretrained (const char       *path,
                                                              TrafoLoadOptions *options,
                                                              GCancellable     *cancellable,
                                                              GError          **error);
TRAFO_API void
trafo_auto_model_for_sequence_classification_from_pretrained_async (const char         *path,
                                                                    TrafoLoadOptions   *options,
                                                                    GCancellable       *cancellable,
                                                                    GAsyncReadyCallback callback,
                                                                    gpointer            user_data);
TRAFO_API TrafoModel *
trafo_auto_model_for_sequence_classification_from_pretrained_finish (GAsyncResult *result,
                                                                     GError      **error);

#define TRAFO_TYPE_AUTO_MODEL_FOR_TOKEN_CLASSIFICATION                                             \
  (trafo_auto_model_for_token_classification_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoAutoModelForTokenClassification,
                      trafo_auto_model_for_token_classification,
                      TRAFO,
                      AUTO_MODEL_FOR_TOKEN_CLASSIFICATION,
                      GObject)

TRAFO_API TrafoModel *
trafo_auto_model_for_token_classification_from_pretrained (const char       *path,
                                                           TrafoLoadOptions *options,
                                                           GCancellable     *cancellable,
                                                           GError          **error);
TRAFO_API void
trafo_auto_model_for_token_classification_from_pretrained_async (const char         *path,
                                                                 TrafoLoadOptions   *options,
                                                                 GCancellable       *cancellable,
                                                                 GAsyncReadyCallback callback,
                                                                 gpointer            user_data);
TRAFO_API TrafoModel *
trafo_auto_model_for_token_classification_from_pretrained_finish (GAsyncResult *result,
                                                                  GError      **error);

#define TRAFO_TYPE_AUTO_MODEL_FOR_QUESTION_ANSWERING                                               \
  (trafo_auto_model_for_question_answering_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoAutoModelForQuestionAnswering,
                      trafo_auto_model_for_question_answering,
                      TRAFO,
                      AUTO_MODEL_FOR_QUESTION_ANSWERING,
                      GObject)

TRAFO_API TrafoModel *
trafo_auto_model_for_question_answering_from_pretrained (const char       *path,
                                                         TrafoLoadOptions *options,
                                                         GCancellable     *cancellable,
                                                         GError          **error);
TRAFO_API void
trafo_auto_model_for_question_answering_from_pretrained_async (const char         *path,
                                                               TrafoLoadOptions   *options,
                                                               GCancellable       *cancellable,
                                                               GAsyncReadyCallback callback,
                                                               gpointer            user_data);
TRAFO_API TrafoModel *
trafo_auto_model_for_question_answering_from_pretrained_finish (GAsyncResult *result,
                                                                GError      **error);

#define TRAFO_TYPE_AUTO_MODEL_FOR_MASKED_LM (trafo_auto_model_for_masked_lm_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoAutoModelForMaskedLM,
                      trafo_auto_model_for_masked_lm,
                      TRAFO,
                      AUTO_MODEL_FOR_MASKED_LM,
                      GObject)

TRAFO_API TrafoModel *trafo_auto_model_for_masked_lm_from_pretrained (const char       *path,
                                                                      TrafoLoadOptions *options,
                                                                      GCancellable     *cancellable,
                                                                      GError          **error);
TRAFO_API void        trafo_auto_model_for_masked_lm_from_pretrained_async (const char       *path,
                                                                            TrafoLoadOptions *options,
                                                                            GCancellable     *cancellable,
                                                                            GAsyncReadyCallback callback,
                                                                            gpointer            user_data);
TRAFO_API TrafoModel *trafo_auto_model_for_masked_lm_from_pretrained_finish (GAsyncResult *result,
                                                                             GError      **error);

#define TRAFO_TYPE_AUTO_MODEL_FOR_CAUSAL_LM (trafo_auto_model_for_causal_lm_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoAutoModelForCausalLM,
                      trafo_auto_model_for_causal_lm,
                      TRAFO,
                      AUTO_MODEL_FOR_CAUSAL_LM,
                      GObject)

TRAFO_API TrafoModel *trafo_auto_model_for_causal_lm_from_pretrained (const char       *path,
                                                                      TrafoLoadOptions *options,
                                                                      GCancellable     *cancellable,
                                                                      GError          **error);
TRAFO_API void        trafo_auto_model_for_causal_lm_from_pretrained_async (const char       *path,
                                                                            TrafoLoadOptions *options,
                                                                            GCancellable     *cancellable,
                                                                            GAsyncReadyCallback callback,
                                                                            gpointer            user_data);
TRAFO_API TrafoModel *trafo_auto_model_for_causal_lm_from_pretrained_finish (GAsyncResult *result,
                                                                             GError      **error);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-auto-model.h"

G_BEGIN_DECLS

TRAFO_API TrafoModel *
trafo_auto_model_from_pretrained_quantized_for_task (const char       *path,
                                                     const char       *task,
                                                     const char       *type,
                                                     TrafoLoadOptions *options,
                                                     GCancellable     *cancellable,
                                                     GError          **error);
TRAFO_API void
trafo_auto_model_from_pretrained_quantized_for_task_async (const char         *path,
                                                           const char         *task,
                                                           const char         *type,
                                                           TrafoLoadOptions   *options,
                                                           GCancellable       *cancellable,
                                                           GAsyncReadyCallback callback,
                                                           gpointer            user_data);
TRAFO_API TrafoModel *
trafo_auto_model_from_pretrained_quantized_for_task_finish (GAsyncResult *result, GError **error);

TRAFO_API TrafoModel *trafo_auto_model_from_pretrained_quantized (const char       *path,
                                                                  const char       *type,
                                                                  TrafoLoadOptions *options,
                                                                  GCancellable     *cancellable,
                                                                  GError          **error);
TRAFO_API void        trafo_auto_model_from_pretrained_quantized_async (const char         *path,
                                                                        const char         *type,
                                                                        TrafoLoadOptions   *options,
                                                                        GCancellable       *cancellable,
                                                                        GAsyncReadyCallback callback,
                                                                        gpointer            user_data);
TRAFO_API TrafoModel *trafo_auto_model_from_pretrained_quantized_finish (GAsyncResult *result,
                                                                         GError      **error);

TRAFO_API TrafoModel *
trafo_auto_model_for_sequence_classification_from_pretrained_quantized (const char       *path,
                                                                        const char       *type,
                                                                        TrafoLoadOptions *options,
                                                                        GCancellable *cancellable,
                                                                        GError      **error);
TRAFO_API void trafo_auto_model_for_sequence_classification_from_pretrained_quantized_async (
    const char         *path,
    const char         *type,
    TrafoLoadOptions   *options,
    GCancellable       *cancellable,
    GAsyncReadyCallback callback,
    gpointer            user_data);
TRAFO_API TrafoModel *
trafo_auto_model_for_sequence_classification_from_pretrained_quantized_finish (GAsyncResult *result,
                                                                               GError      **error);

TRAFO_API TrafoModel *
trafo_auto_model_for_token_classification_from_pretrained_quantized (const char       *path,
                                                                     const char       *type,
                                                                     TrafoLoadOptions *options,
                                                                     GCancellable     *cancellable,
                                                                     GError          **error);
TRAFO_API void trafo_auto_model_for_token_classification_from_pretrained_quantized_async (
    const char         *path,
    const char         *type,
    TrafoLoadOptions   *options,
    GCancellable       *cancellable,
    GAsyncReadyCallback callback,
    gpointer            user_data);
TRAFO_API TrafoModel *
trafo_auto_model_for_token_classification_from_pretrained_quantized_finish (GAsyncResult *result,
                                                                            GError      **error);

TRAFO_API TrafoModel                *
trafo_auto_model_for_question_answering_from_pretrained_quantized (const char       *path,
                                                                                  const char       *type,
                                                                                  TrafoLoadOptions *options,
                                                                                  GCancellable     *cancellable,
                                                                                  GError          **error);
TRAFO_API void trafo_auto_model_for_question_answering_from_pretrained_quantized_async (
    const char         *path,
    const char         *type,
    TrafoLoadOptions   *options,
    GCancellable       *cancellable,
    GAsyncReadyCallback callback,
    gpointer            user_data);
TRAFO_API TrafoModel *
trafo_auto_model_for_question_answering_from_pretrained_quantized_finish (GAsyncResult *result,
                                                                          GError      **error);

TRAFO_API TrafoModel *
trafo_auto_model_for_masked_lm_from_pretrained_quantized (const char       *path,
                                                          const char       *type,
                                                          TrafoLoadOptions *options,
                                                          GCancellable     *cancellable,
                                                          GError          **error);
TRAFO_API void
trafo_auto_model_for_masked_lm_from_pretrained_quantized_async (const char         *path,
                                                                const char         *type,
                                                                TrafoLoadOptions   *options,
                                                                GCancellable       *cancellable,
                                                                GAsyncReadyCallback callback,
                                                                gpointer            user_data);
TRAFO_API TrafoModel *
trafo_auto_model_for_masked_lm_from_pretrained_quantized_finish (GAsyncResult *result,
                                                                 GError      **error);

TRAFO_API TrafoModel *
trafo_auto_model_for_causal_lm_from_pretrained_quantized (const char       *path,
                                                          const char       *type,
                                                          TrafoLoadOptions *options,
                                                          GCancellable     *cancellable,
                                                          GError          **error);
TRAFO_API void
trafo_auto_model_for_causal_lm_from_pretrained_quantized_async (const char         *path,
                                                                const char         *type,
                                                                TrafoLoadOptions   *options,
                                                                GCancellable       *cancellable,
                                                                GAsyncReadyCallback callback,
                                                                gpointer            user_data);
TRAFO_API TrafoModel *
trafo_auto_model_for_causal_lm_from_pretrained_quantized_finish (GAsyncResult *result,
                                                                 GError      **error);

G_END_DECLS

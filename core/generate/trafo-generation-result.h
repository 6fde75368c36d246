/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-tensor.h"

G_BEGIN_DECLS

#define TRAFO_TYPE_GENERATION_RESULT (trafo_generation_result_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoGenerationResult,
                      trafo_generation_result,
                      TRAFO,
                      GENERATION_RESULT,
                      GObject)

TRAFO_API guint trafo_generation_result_get_n_sequences (TrafoGenerationResult *self);
TRAFO_API const gint64 *
trafo_generation_result_get_new_tokens (TrafoGenerationResult *self, guint row, gsize *n_tokens);
TRAFO_API gboolean     trafo_generation_result_is_ended (TrafoGenerationResult *self, guint row);
TRAFO_API TrafoTensor *trafo_generation_result_get_sequences (TrafoGenerationResult *self);
TRAFO_API TrafoTensor *trafo_generation_result_get_sequences_scores (TrafoGenerationResult *self);
TRAFO_API TrafoTensor *trafo_generation_result_get_scores (TrafoGenerationResult *self);
TRAFO_API TrafoTensor *trafo_generation_result_get_logits (TrafoGenerationResult *self);
TRAFO_API gint64       trafo_generation_result_get_seed (TrafoGenerationResult *self);

G_END_DECLS

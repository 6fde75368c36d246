/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-builder-private.h"
#include "trafo-forward-queue-private.h"
#include "trafo-model-runtime.h"
#include "trafo-model-source-private.h"
#include "trafo-program-private.h"

G_BEGIN_DECLS

/* The program of a variant of a loaded model, compiled when it is first asked for; lives as long as
 * the model. */
TrafoProgram *
trafo_model_get_program (TrafoModel *self, const TrafoVariant *variant, GError **error);

/* Tells a loaded model what memory a run of its program takes, for trafo_model_get_peak_bytes(). */
void trafo_model_note_run_bytes (TrafoModel *self, gsize size_bytes);

/* After a run, when nobody waits for a first result: see trafo_weights_settle(). */
void trafo_model_settle_weights (TrafoModel *self);

/* A loaded model's own: those who run it at the same time. NULL, and an error, if it is not loaded. */
TrafoForwardQueue *trafo_model_get_forward_queue (TrafoModel *self, GError **error);

/* Where a loaded model computes, and its parameters; the model owns both. */
TrafoDevice      *trafo_model_get_device (TrafoModel *self);
TrafoModelSource *trafo_model_get_source (TrafoModel *self, GError **error);

/* Whether a text's numbers are the same in any company: LLM.int8() asks all of it for outliers. */
gboolean trafo_model_computes_texts_apart (TrafoModel *self);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-builder-private.h"
#include "trafo-model-runtime.h"
#include "trafo-model-source-private.h"
#include "trafo-program-private.h"

G_BEGIN_DECLS

/* The program of a variant of a loaded model, compiled when it is first asked for; lives as long as
 * the model. */
TrafoProgram *
trafo_model_get_program (TrafoModel *self, const TrafoVariant *variant, GError **error);

/* Tells a loaded model that its program has run and what memory that took, for
 * trafo_model_get_peak_bytes(). Now that nobody waits for a first result, packed weights are kept. */
void trafo_model_note_run_bytes (TrafoModel *self, gsize size_bytes);

/* Where a loaded model computes, and its parameters; the model owns both. */
TrafoDevice      *trafo_model_get_device (TrafoModel *self);
TrafoModelSource *trafo_model_get_source (TrafoModel *self, GError **error);

G_END_DECLS

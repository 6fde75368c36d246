/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>

#include "trafo-load-options.h"
#include "trafo-tensor-dict.h"

G_BEGIN_DECLS

/* What LoadOptions say of linear layers. */
typedef struct
{
  TrafoDType dtype;
  gboolean   int8_weight_only;
} TrafoDTypeCandidate;

/* A checkpoint, loaded and run with one candidate. */
typedef struct
{
  TrafoTensorDict *outputs; /* for the calibration text */
  double           seconds; /* a run: of one token for a causal language model, else of the text */
} TrafoDTypeTrial;

/* The text's first tokens, as many as the model takes, [1, tokens] int64. */
TrafoTensor *trafo_dtype_trial_encode (const char *path, const char *text, GError **error);

/* FALSE with TRAFO_ERROR_UNSUPPORTED if the device does not compute so. */
gboolean trafo_dtype_trial_run (TrafoDTypeTrial           *self,
                                const char                *path,
                                const char                *task,
                                TrafoLoadOptions          *options,
                                const TrafoDTypeCandidate *candidate,
                                TrafoTensor               *ids,
                                GCancellable              *cancellable,
                                GError                   **error);
void     trafo_dtype_trial_clear (TrafoDTypeTrial *self);

/* Of the outputs, the greatest relative difference: the root of the mean square of differences over
 * that of @expected; infinite where they cannot be compared. */
double trafo_dtype_trial_compare (TrafoTensorDict *found, TrafoTensorDict *expected);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrafoDTypeTrial, trafo_dtype_trial_clear)

G_END_DECLS

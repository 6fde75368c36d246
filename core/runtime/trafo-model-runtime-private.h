/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-model-runtime.h"
#include "trafo-model-source-private.h"

G_BEGIN_DECLS

/* The parameters of a loaded model, which it owns. */
TrafoModelSource *trafo_model_get_source (TrafoModel *self, GError **error);

G_END_DECLS

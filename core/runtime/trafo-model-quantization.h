/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-model.h>

#include "trafo-value.h"

G_BEGIN_DECLS

TRAFO_API TrafoValue *
trafo_model_measure_quantization (TrafoModel *self, GCancellable *cancellable, GError **error);

G_END_DECLS

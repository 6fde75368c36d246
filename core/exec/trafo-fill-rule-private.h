/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-builder.h>

#include "trafo-tensor-private.h"

G_BEGIN_DECLS

/* Writes what stands in for an input that a caller leaves out to @value, which is in host memory,
 * contiguous and, for positions, int64. @mask (nullable): the attention_mask of the run, (rows,
 * width). */
void trafo_fill_rule_apply (TrafoFillRule rule, const TrafoOperand *value, const TrafoTensor *mask);

G_END_DECLS

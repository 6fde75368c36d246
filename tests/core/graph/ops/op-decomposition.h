/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-graph-private.h"

G_BEGIN_DECLS

/* What the ops that @op decomposes into make of @inputs, each computed by its view or reference.
 * The result is contiguous; its data is freed with g_free(). */
TrafoOperand op_decomposition_run (const TrafoOp      *op,
                                   const void         *attrs,
                                   const TrafoOperand *inputs,
                                   guint               n_inputs);

G_END_DECLS

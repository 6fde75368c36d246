/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-builder-private.h"

G_BEGIN_DECLS

/* Writes a small random graph on the input "x", float32 (batch, sequence, 4): element-wise ops,
 * reductions, products, layers with parameters, views and what must be copied before it can be
 * viewed. The same seed gives the same graph. Results are named "y0", "y1", ... */
void random_graph_build (TrafoBuilder *b, guint32 seed, guint n_ops);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-builder-private.h"

G_BEGIN_DECLS

/* The live ops of a graph as "linear(x, a.weight+b.weight) slice(%3) ...": leaves by name, others
 * by number; a linear layer's activation and residual, a norm's residual behind its name. */
char *graph_to_text (const TrafoGraph *graph);

/* Takes the builder's graph through one pass and compares its text. */
typedef TrafoGraph *(*GraphPass) (TrafoGraph *graph, GError **error);
void assert_pass (TrafoBuilder *builder, GraphPass pass, const char *expected);

/* Float32, (batch, @width). */
TrafoSym input_matrix (TrafoBuilder *b, const char *name, gint64 width);

G_END_DECLS

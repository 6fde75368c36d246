/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-graph-private.h"
#include "trafo-tensor.h"

G_BEGIN_DECLS

/* What a program is built for. Two programs of one model differ in this alone. */
typedef struct
{
  gboolean is_training;
  gboolean has_mask;          /* attention_mask is an input */
  gboolean has_labels;        /* labels (start_positions, end_positions) are inputs */
  gboolean has_hidden_states; /* hidden_states.N are outputs */
} TrafoVariant;

/* What makes a builder eager: each node is run as soon as it is appended. bind_input and
 * bind_param return the tensor for a leaf, whose shape replaces symbolic dimensions. */
typedef struct
{
  gpointer data;
  gboolean (*run) (gpointer data, TrafoGraph *graph, TrafoSym sym, GError **error);
  TrafoTensor *(*bind_input) (gpointer data, const char *name, TrafoSym sym, GError **error);
  TrafoTensor *(*bind_param) (gpointer data, const char *name, TrafoSym sym, GError **error);
} TrafoBuilderExecutor;

TrafoBuilder *trafo_builder_new_with (const TrafoVariant         *variant,
                                      const TrafoBuilderExecutor *executor /* nullable */);

/* Appends any op; what all the functions of trafo-builder.h come down to. */
TrafoSym trafo_builder_append (TrafoBuilder         *self,
                               guint                 op,
                               const void           *attrs,
                               const TrafoSym       *inputs,
                               guint                 n_inputs,
                               const TrafoValueType *wanted);

TrafoGraph *trafo_builder_get_graph (TrafoBuilder *self);

/* The first error, with the scope it happened in, or success. */
gboolean trafo_builder_check (TrafoBuilder *self, GError **error);

/* Takes the graph; reports the first error. */
TrafoGraph *trafo_builder_finish (TrafoBuilder *self, GError **error);

G_END_DECLS

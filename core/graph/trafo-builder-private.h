/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-model.h>

#include "trafo-graph-private.h"
#include "trafo-tensor.h"

G_BEGIN_DECLS

/* Tokens of a page of a cache: few, since a sequence wastes half a page and a fork copies one. */
#define TRAFO_CACHE_PAGE_TOKENS 16

/* What a program is built for. Two programs of one model differ in this alone. */
typedef struct
{
  gboolean   is_training;
  gboolean   has_mask;          /* attention_mask is an input */
  TrafoDType labels_dtype;      /* labels are inputs of this type; NONE: there are none */
  gboolean   has_hidden_states; /* hidden_states.N are outputs */
  gboolean   has_cache;         /* attention goes on from what a cache holds */
  gboolean   has_token_types;   /* token_type_ids are given */
  gboolean   is_packed;         /* computed without what attention_mask hides, where that can be */
} TrafoVariant;

/* What makes a builder eager: each node is run as soon as it is appended. The functions
 * that bind return the tensor for a leaf, which they keep and whose shape replaces symbolic
 * dimensions. The builder frees @data. */
typedef struct
{
  gpointer       data;
  GDestroyNotify destroy;
  gboolean (*run) (gpointer data, TrafoGraph *graph, TrafoSym sym, GError **error);
  TrafoTensor *(*bind_input) (gpointer              data,
                              const char           *name,
                              TrafoFillRule         rule,
                              const TrafoValueType *type,
                              TrafoSym              sym,
                              GError              **error);
  TrafoTensor *(*bind_param) (gpointer data, const char *name, TrafoSym sym, GError **error);
  TrafoTensor *(*bind_state) (gpointer data, const char *name, TrafoSym sym, GError **error);
} TrafoBuilderExecutor;

struct _TrafoBuilder
{
  GObject parent_instance;

  TrafoVariant         variant;
  TrafoBuilderExecutor executor;
  gboolean             is_eager;
  TrafoGraph          *graph;
  GString             *scope;
  GArray              *scope_lengths; /* of gsize */
  gint64               slots[TRAFO_N_SLOTS];
  guint                n_hidden_states;
  guint                max_params;
  GHashTable          *untied; /* nullable: see trafo_builder_set_untied() */
  GError              *error;
};

TrafoBuilder *trafo_builder_new_with (const TrafoVariant         *variant,
                                      const TrafoBuilderExecutor *executor /* nullable */);

/* Appends any op; what all the functions of trafo-builder.h come down to. */
TrafoSym trafo_builder_append (TrafoBuilder         *self,
                               guint                 op,
                               const void           *attrs,
                               const TrafoSym       *inputs,
                               guint                 n_inputs,
                               const TrafoValueType *wanted);

TrafoSym trafo_builder_append_unary (TrafoBuilder *self, guint op, const void *attrs, TrafoSym x);
TrafoSym trafo_builder_append_binary (TrafoBuilder *self,
                                      guint         op,
                                      const void   *attrs,
                                      TrafoSym      a,
                                      TrafoSym      b);

/* How many parameters are too many: the build fails there, not after a graph of any size. */
void trafo_builder_set_max_params (TrafoBuilder *self, guint max_params);

/* The set of the names that trafo_builder_tie() makes parameters of their own; NULL: none. */
void trafo_builder_set_untied (TrafoBuilder *self, GHashTable *untied);

TrafoGraph         *trafo_builder_get_graph (TrafoBuilder *self);
const TrafoVariant *trafo_builder_get_variant (TrafoBuilder *self);
gpointer            trafo_builder_get_executor (TrafoBuilder *self); /* its data; NULL: not eager */

/* Makes the build fail; returns 0. */
TrafoSym trafo_builder_failf (TrafoBuilder *self, TrafoError code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* NULL, and a failure, if @x is no value. */
const TrafoValueType *trafo_builder_type_of (TrafoBuilder *self, TrafoSym x);

/* Negative axes count from the end; G_MAXUINT, and a failure, for one that is not there. */
guint trafo_builder_resolve_axis (TrafoBuilder *self, TrafoSym x, gint axis);

/* In an eager builder the slots have numbers as soon as an input has them. */
gint64 trafo_builder_concrete_dim (TrafoBuilder *self, gint64 dim);
void   trafo_builder_wanted_type (TrafoBuilder   *self,
                                  TrafoDType      dtype,
                                  const gint64   *dims,
                                  gsize           n_dims,
                                  TrafoValueType *ret_type);

/* An int64 input of shape (batch, sequence). */
TrafoSym trafo_builder_token_input (TrafoBuilder *self, const char *name, TrafoFillRule rule);

/* The scope's path, @name and @leaf (both may be NULL or empty), joined by dots. */
char    *trafo_builder_param_name (TrafoBuilder *self, const char *name, const char *leaf);
TrafoSym trafo_builder_append_param (TrafoBuilder    *self,
                                     const char      *path,
                                     const gint64    *dims,
                                     gsize            n_dims,
                                     TrafoInitializer initializer);

/* Memory that outlives a run and that ops may write: bound at each run, never copied. The first
 * dimension may be TRAFO_DIM_OPEN. */
TrafoSym trafo_builder_append_state (TrafoBuilder *self,
                                     const char   *name,
                                     TrafoDType    dtype,
                                     const gint64 *dims,
                                     gsize         n_dims);

/* If @ids is an input: each run checks that its values are from 0 to @n - 1, or @ignored. */
void trafo_builder_bound_ids (TrafoBuilder *self, TrafoSym ids, gint64 n, gint64 ignored);

/* The first error, with the scope it happened in, or success. */
gboolean trafo_builder_check (TrafoBuilder *self, GError **error);

/* Runs @model's build(). The builder's error is the first one; build() can only report what followed
 * from it. */
gboolean trafo_builder_build (TrafoBuilder *self, TrafoModel *model, GError **error);

/* Takes the graph; reports the first error. */
TrafoGraph *trafo_builder_finish (TrafoBuilder *self, GError **error);

G_END_DECLS

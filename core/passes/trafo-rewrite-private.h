/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-builder-private.h"

G_BEGIN_DECLS

/* The frame of a pass: walks the live nodes of a graph in order and writes them into a new one. */
typedef struct
{
  const TrafoGraph *from;
  TrafoBuilder     *builder; /* holds the new graph */
  TrafoGraph       *to;      /* the same */
  TrafoSym         *map;     /* of a symbol in from: its symbol in to */
  guint            *n_uses;  /* by live nodes and outputs of from */
  gpointer          data;
} TrafoRewrite;

/* Returns what stands for @sym in the new graph, or 0 to have the node copied as it is. */
typedef TrafoSym (*TrafoRewriteFunc) (TrafoRewrite *rewrite, TrafoSym sym, const TrafoNode *node);

/* Takes @graph; NULL upon failure. */
TrafoGraph *trafo_rewrite (TrafoGraph *graph, TrafoRewriteFunc func, gpointer data, GError **error);

/* The new symbol that replaces the operand. */
TrafoSym trafo_rewrite_operand (TrafoRewrite *self, const TrafoNode *node, guint i);

/* The single-use node behind an operand, if its op is @op; NULL otherwise. */
const TrafoNode *trafo_rewrite_sole_use (TrafoRewrite *self, TrafoSym sym, guint op);

/* Whether the shape is the same in every run: no batch, no sequence. */
gboolean trafo_rewrite_is_constant (const TrafoValueType *type);

G_END_DECLS

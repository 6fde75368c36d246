/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-dims-private.h"
#include "trafo-op-private.h"

G_BEGIN_DECLS

/* The attributes of any op. */
typedef union
{
  TrafoAxisAttrs       axis;
  TrafoFillAttrs       fill;
  TrafoPermuteAttrs    permute;
  TrafoSliceAttrs      slice;
  TrafoCompareAttrs    compare;
  TrafoMatmulAttrs     matmul;
  TrafoLinearAttrs     linear;
  TrafoLayerNormAttrs  layer_norm;
  TrafoActivationAttrs activation;
  TrafoAttentionAttrs  attention;
} TrafoAttrs;

/* One value: the result of an op. A symbol is a node's index; index 0 is unused. Inputs come
 * before the nodes that use them, always. */
typedef struct
{
  const TrafoOp *op;
  guint          n_inputs;
  TrafoSym       inputs[TRAFO_MAX_OP_INPUTS];
  TrafoValueType type;
  guint          leaf; /* INPUT, PARAM, STATE: the index in the graph's table of them */
  const char    *path; /* the scope it was written in, such as "encoder.layer.3.attention" */
  TrafoAttrs     attrs;
} TrafoNode;

typedef struct
{
  char         *name;
  TrafoFillRule rule;
  TrafoSym      sym;
  gint64        min_value; /* what the graph can index with: checked before each run */
  gint64        max_value;
  gint64        ignored_value; /* allowed besides; G_MININT64: none is */
} TrafoGraphInput;

#define TRAFO_MAX_PARAM_PARTS 8

/* A parameter made of one or more tensors of the checkpoint, concatenated along axis 0 (along the
 * last axis if is_in_out); more than one only after passes merged linear layers. */
typedef struct
{
  GPtrArray       *names;   /* one a part, at most TRAFO_MAX_PARAM_PARTS */
  GPtrArray       *aliases; /* other names of a tied parameter */
  TrafoInitializer initializer;
  double           initializer_range; /* the deviation of NORMAL */
  gint64           padding_row;       /* begins as zeros; -1: none does */
  gboolean         is_in_out;
  TrafoSym         sym;
} TrafoGraphParam;

typedef struct
{
  char    *name;
  TrafoSym sym;
} TrafoGraphState;

typedef struct
{
  char    *name;
  TrafoSym sym;
} TrafoGraphOutput;

typedef struct
{
  GArray       *nodes; /* of TrafoNode */
  TrafoDims    *dims;
  GPtrArray    *inputs;            /* of TrafoGraphInput */
  GPtrArray    *params;            /* of TrafoGraphParam */
  GPtrArray    *states;            /* of TrafoGraphState */
  GPtrArray    *outputs;           /* of TrafoGraphOutput */
  GHashTable   *inputs_by_name;    /* borrowed names and entries, as in params_by_name */
  GHashTable   *params_by_name;    /* the first name of each, and its aliases */
  double        initializer_range; /* of the parameters that follow */
  char         *path;              /* of the nodes that follow, one of paths */
  GStringChunk *paths;
} TrafoGraph;

TrafoGraph *trafo_graph_new (void);
void        trafo_graph_free (TrafoGraph *self);

TrafoNode *trafo_graph_get_node (const TrafoGraph *self, TrafoSym sym);
guint      trafo_graph_get_n_nodes (const TrafoGraph *self); /* the unused one included */

/* The nodes that follow belong to @path. */
void trafo_graph_set_path (TrafoGraph *self, const char *path);

/* Checks operands and attributes by the op's rule and appends a node. @wanted: the dims or dtype
 * that the caller asks for, where the op leaves it to the caller; NULL otherwise. */
TrafoSym trafo_graph_append (TrafoGraph           *self,
                             guint                 op,
                             const void           *attrs,
                             const TrafoSym       *inputs,
                             guint                 n_inputs,
                             const TrafoValueType *wanted,
                             GError              **error);
TrafoSym trafo_graph_append_input (TrafoGraph           *self,
                                   const char           *name,
                                   const TrafoValueType *type,
                                   TrafoFillRule         rule);
TrafoSym trafo_graph_append_param (TrafoGraph           *self,
                                   const char           *name,
                                   const TrafoValueType *type,
                                   TrafoInitializer      initializer);

TrafoSym trafo_graph_append_state (TrafoGraph *self, const char *name, const TrafoValueType *type);

/* @alias belongs to the parameter, unless another has the name already. */
void trafo_graph_add_alias (TrafoGraph *self, TrafoGraphParam *param, const char *alias);

/* That every element of @value, in host memory and contiguous, may index what it will index. */
gboolean
trafo_graph_input_check (const TrafoGraphInput *input, const TrafoOperand *value, GError **error);

TrafoGraphInput *trafo_graph_find_input (const TrafoGraph *self, const char *name);
TrafoGraphParam *trafo_graph_find_param (const TrafoGraph *self, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoGraph, trafo_graph_free)

G_END_DECLS

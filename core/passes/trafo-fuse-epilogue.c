/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "trafo-passes-private.h"
#include "trafo-rewrite-private.h"

/* What follows a linear layer, an activation or the residual's addition, moves into it; an addition
 * before a layer norm moves into that. The node in the new graph is changed where it stands, which
 * nothing else sees, for only the fused one used it. */

static gboolean
same_type (const TrafoNode *a, const TrafoNode *b)
{
  return a->type.dtype == b->type.dtype && a->type.n_dims == b->type.n_dims &&
         memcmp (a->type.dims, b->type.dims, a->type.n_dims * sizeof a->type.dims[0]) == 0;
}

static TrafoSym
fuse_activation (TrafoRewrite *rewrite, const TrafoNode *node)
{
  const TrafoActivationAttrs *activation = &node->attrs.activation;
  TrafoSym                    target = trafo_rewrite_operand (rewrite, node, 0);
  TrafoLinearAttrs           *linear;

  if (trafo_rewrite_sole_use (rewrite, node->inputs[0], TRAFO_OP_LINEAR) == NULL)
    return 0;
  linear = &trafo_graph_get_node (rewrite->to, target)->attrs.linear;
  if (linear->activation != TRAFO_ACTIVATION_NONE || linear->has_residual)
    return 0;
  linear->activation = activation->activation;
  return target;
}

/* The linear layer, maybe with its activation, behind operand @i of an addition. */
static TrafoNode *
find_linear (TrafoRewrite *rewrite, const TrafoNode *node, guint i)
{
  TrafoSym   target = trafo_rewrite_operand (rewrite, node, i);
  TrafoNode *linear = trafo_graph_get_node (rewrite->to, target);

  if (rewrite->n_uses[node->inputs[i]] != 1 || linear->op->id != TRAFO_OP_LINEAR ||
      linear->attrs.linear.has_residual)
    return NULL;
  return linear;
}

static TrafoSym
fuse_residual (TrafoRewrite *rewrite, const TrafoNode *node)
{
  for (guint i = 0; i < 2; i++)
    {
      TrafoSym   target = trafo_rewrite_operand (rewrite, node, i);
      TrafoSym   residual = trafo_rewrite_operand (rewrite, node, 1 - i);
      TrafoNode *linear = find_linear (rewrite, node, i);

      if (linear == NULL || residual >= target ||
          !same_type (linear, trafo_graph_get_node (rewrite->to, residual)))
        continue;
      linear->inputs[linear->n_inputs++] = residual;
      linear->attrs.linear.has_residual = TRUE;
      return target;
    }
  return 0;
}

static TrafoSym
fuse_norm (TrafoRewrite *rewrite, const TrafoNode *node)
{
  TrafoLayerNormAttrs attrs = node->attrs.layer_norm;
  const TrafoNode    *sum;
  TrafoSym            inputs[4];

  if (attrs.has_residual || trafo_rewrite_sole_use (rewrite, node->inputs[0], TRAFO_OP_ADD) == NULL)
    return 0;
  sum = trafo_graph_get_node (rewrite->to, trafo_rewrite_operand (rewrite, node, 0));
  if (sum->op->id != TRAFO_OP_ADD ||
      !same_type (trafo_graph_get_node (rewrite->to, sum->inputs[0]),
                  trafo_graph_get_node (rewrite->to, sum->inputs[1])))
    return 0;
  attrs.has_residual = TRUE;
  inputs[0] = sum->inputs[0];
  inputs[1] = trafo_rewrite_operand (rewrite, node, 1);
  inputs[2] = trafo_rewrite_operand (rewrite, node, 2);
  inputs[3] = sum->inputs[1];
  return trafo_builder_append (rewrite->builder, TRAFO_OP_LAYER_NORM, &attrs, inputs, 4, NULL);
}

static TrafoSym
fuse (TrafoRewrite *rewrite, TrafoSym sym, const TrafoNode *node)
{
  switch (node->op->id)
    {
    case TRAFO_OP_ACTIVATION:
      return fuse_activation (rewrite, node);
    case TRAFO_OP_ADD:
      return fuse_residual (rewrite, node);
    case TRAFO_OP_LAYER_NORM:
      return fuse_norm (rewrite, node);
    default:
      return 0;
    }
}

TrafoGraph *
trafo_pass_fuse_epilogue (TrafoGraph *graph, GError **error)
{
  return trafo_rewrite (graph, fuse, NULL, error);
}

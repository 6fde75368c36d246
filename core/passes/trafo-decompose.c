/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-device-private.h"
#include "trafo-passes-private.h"
#include "trafo-rewrite-private.h"

/* Composites that a device has no kernel for become simpler ops. In host memory the reference
 * kernel of the composite serves instead. */

enum
{
  MAX_ROUNDS = 4, /* a composite may be made of others, which have no deeper ones */
};

typedef struct
{
  TrafoDevice *device;
  gboolean     changed;
} Decomposition;

static TrafoSym
decompose (TrafoRewrite *rewrite, TrafoSym sym, const TrafoNode *node)
{
  Decomposition *decomposition = rewrite->data;
  TrafoSym       inputs[TRAFO_MAX_OP_INPUTS];

  if (node->op->decompose == NULL || trafo_device_has_kernel (decomposition->device, node->op->id))
    return 0;
  for (guint i = 0; i < node->n_inputs; i++)
    inputs[i] = trafo_rewrite_operand (rewrite, node, i);
  decomposition->changed = TRUE;
  return node->op->decompose (rewrite->builder, &node->attrs, inputs, node->n_inputs);
}

TrafoGraph *
trafo_pass_decompose (TrafoGraph *graph, TrafoDevice *device, GError **error)
{
  Decomposition decomposition = { device, TRUE };

  for (guint i = 0; i < MAX_ROUNDS && graph != NULL && decomposition.changed; i++)
    {
      decomposition.changed = FALSE;
      graph = trafo_rewrite (graph, decompose, &decomposition, error);
    }
  return graph;
}

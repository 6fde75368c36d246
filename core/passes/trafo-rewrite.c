/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-rewrite-private.h"

/* Nodes from which no output can be reached get no use and are left behind, unless they write a state.
 * Inputs and states stay: a caller may give one that the outputs do not need. */
static void
count_uses (TrafoRewrite *self)
{
  const TrafoGraph *from = self->from;

  for (guint i = 0; i < from->outputs->len; i++)
    self->n_uses[((TrafoGraphOutput *) g_ptr_array_index (from->outputs, i))->sym]++;
  for (TrafoSym sym = trafo_graph_get_n_nodes (from) - 1; sym > 0; sym--)
    {
      const TrafoNode *node = trafo_graph_get_node (from, sym);

      self->n_uses[sym] += node->op->mutates != 0;
      for (guint i = 0; i < node->n_inputs && self->n_uses[sym] > 0; i++)
        self->n_uses[node->inputs[i]]++;
    }
}

TrafoSym
trafo_rewrite_operand (TrafoRewrite *self, const TrafoNode *node, guint i)
{
  return self->map[node->inputs[i]];
}

const TrafoNode *
trafo_rewrite_sole_use (TrafoRewrite *self, TrafoSym sym, guint op)
{
  const TrafoNode *node = trafo_graph_get_node (self->from, sym);

  return node->op->id == op && self->n_uses[sym] == 1 ? node : NULL;
}

gboolean
trafo_rewrite_is_constant (const TrafoValueType *type)
{
  for (guint i = 0; i < type->n_dims; i++)
    if (type->dims[i] < 0)
      return FALSE;
  return TRUE;
}

static TrafoSym
copy_input (TrafoRewrite *self, const TrafoNode *node)
{
  const TrafoGraphInput *old = g_ptr_array_index (self->from->inputs, node->leaf);
  TrafoSym         sym = trafo_graph_append_input (self->to, old->name, &node->type, old->rule);
  TrafoGraphInput *copy = g_ptr_array_index (self->to->inputs, self->to->inputs->len - 1);

  copy->min_value = old->min_value;
  copy->max_value = old->max_value;
  copy->ignored_value = old->ignored_value;
  return sym;
}

static TrafoSym
copy_param (TrafoRewrite *self, const TrafoNode *node)
{
  const TrafoGraphParam *old = g_ptr_array_index (self->from->params, node->leaf);
  TrafoSym               sym = trafo_graph_append_param (self->to,
                                           g_ptr_array_index (old->names, 0),
                                           &node->type,
                                           old->initializer);
  TrafoGraphParam       *copy = g_ptr_array_index (self->to->params, self->to->params->len - 1);

  copy->initializer_range = old->initializer_range;
  copy->padding_row = old->padding_row;
  copy->is_in_out = old->is_in_out;
  for (guint i = 1; i < old->names->len; i++)
    g_ptr_array_add (copy->names, g_strdup (g_ptr_array_index (old->names, i)));
  for (guint i = 0; i < old->aliases->len; i++)
    trafo_graph_add_alias (self->to, copy, g_ptr_array_index (old->aliases, i));
  return sym;
}

static TrafoSym
copy_state (TrafoRewrite *self, const TrafoNode *node)
{
  const TrafoGraphState *old = g_ptr_array_index (self->from->states, node->leaf);

  return trafo_graph_append_state (self->to, old->name, &node->type);
}

static TrafoSym
copy_node (TrafoRewrite *self, const TrafoNode *node)
{
  TrafoSym inputs[TRAFO_MAX_OP_INPUTS];

  if (node->op->id == TRAFO_OP_INPUT)
    return copy_input (self, node);
  if (node->op->id == TRAFO_OP_PARAM)
    return copy_param (self, node);
  if (node->op->id == TRAFO_OP_STATE)
    return copy_state (self, node);
  for (guint i = 0; i < node->n_inputs; i++)
    inputs[i] = trafo_rewrite_operand (self, node, i);
  return trafo_builder_append (self->builder,
                               node->op->id,
                               &node->attrs,
                               inputs,
                               node->n_inputs,
                               &node->type);
}

static void
rewrite_nodes (TrafoRewrite *self, TrafoRewriteFunc func)
{
  guint n_nodes = trafo_graph_get_n_nodes (self->from);

  /* after a failure symbols stand for nothing, and passes read the nodes behind them */
  for (TrafoSym sym = 1; sym < n_nodes && !trafo_builder_has_failed (self->builder); sym++)
    {
      const TrafoNode *node = trafo_graph_get_node (self->from, sym);

      if (self->n_uses[sym] == 0 && node->op->id != TRAFO_OP_INPUT &&
          node->op->id != TRAFO_OP_STATE)
        continue;
      trafo_graph_set_path (self->to, node->path);
      if (func != NULL)
        self->map[sym] = func (self, sym, node);
      if (self->map[sym] == 0)
        self->map[sym] = copy_node (self, node);
    }
  for (guint i = 0; i < self->from->outputs->len; i++)
    {
      const TrafoGraphOutput *output = g_ptr_array_index (self->from->outputs, i);

      trafo_builder_output (self->builder, output->name, self->map[output->sym]);
    }
}

TrafoGraph *
trafo_rewrite (TrafoGraph *graph, TrafoRewriteFunc func, gpointer data, GError **error)
{
  g_autoptr (TrafoGraph) from = graph;
  g_autoptr (TrafoBuilder) builder = trafo_builder_new_with (NULL, NULL);
  g_autofree TrafoSym *map = g_new0 (TrafoSym, trafo_graph_get_n_nodes (from));
  g_autofree guint    *n_uses = g_new0 (guint, trafo_graph_get_n_nodes (from));
  TrafoRewrite self = { from, builder, trafo_builder_get_graph (builder), map, n_uses, data };

  trafo_dims_free (self.to->dims);
  self.to->dims = trafo_dims_copy (from->dims);
  count_uses (&self);
  rewrite_nodes (&self, func);
  return trafo_builder_finish (builder, error);
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-graph-private.h"

#include <string.h>

#define PATHS_BLOCK_BYTES 1024

static void
input_free (gpointer data)
{
  TrafoGraphInput *input = data;

  g_free (input->name);
  g_free (input);
}

static void
param_free (gpointer data)
{
  TrafoGraphParam *param = data;

  g_ptr_array_unref (param->names);
  g_ptr_array_unref (param->aliases);
  g_free (param);
}

static void
state_free (gpointer data)
{
  TrafoGraphState *state = data;

  g_free (state->name);
  g_free (state);
}

static void
output_free (gpointer data)
{
  TrafoGraphOutput *output = data;

  g_free (output->name);
  g_free (output);
}

TrafoGraph *
trafo_graph_new (void)
{
  TrafoGraph *self = g_new0 (TrafoGraph, 1);

  self->nodes = g_array_new (FALSE, TRUE, sizeof (TrafoNode));
  g_array_set_size (self->nodes, 1);
  self->dims = trafo_dims_new ();
  self->inputs = g_ptr_array_new_with_free_func (input_free);
  self->params = g_ptr_array_new_with_free_func (param_free);
  self->states = g_ptr_array_new_with_free_func (state_free);
  self->outputs = g_ptr_array_new_with_free_func (output_free);
  self->inputs_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->params_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->initializer_range = 0.02;
  self->paths = g_string_chunk_new (PATHS_BLOCK_BYTES);
  trafo_graph_set_path (self, "");
  return self;
}

void
trafo_graph_free (TrafoGraph *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->nodes);
  trafo_dims_free (self->dims);
  g_hash_table_unref (self->inputs_by_name);
  g_hash_table_unref (self->params_by_name);
  g_ptr_array_unref (self->inputs);
  g_ptr_array_unref (self->params);
  g_ptr_array_unref (self->states);
  g_ptr_array_unref (self->outputs);
  g_string_chunk_free (self->paths);
  g_free (self);
}

TrafoNode *
trafo_graph_get_node (const TrafoGraph *self, TrafoSym sym)
{
  return sym > 0 && sym < self->nodes->len ? &g_array_index (self->nodes, TrafoNode, sym) : NULL;
}

guint
trafo_graph_get_n_nodes (const TrafoGraph *self)
{
  return self->nodes->len;
}

void
trafo_graph_set_path (TrafoGraph *self, const char *path)
{
  self->path = g_string_chunk_insert_const (self->paths, path);
}

static TrafoSym
append_node (TrafoGraph *self, TrafoNode *node)
{
  node->path = self->path;
  g_array_append_vals (self->nodes, node, 1);
  return self->nodes->len - 1;
}

static gboolean
collect_types (TrafoGraph     *self,
               const TrafoOp  *op,
               const TrafoSym *inputs,
               guint           n_inputs,
               TrafoValueType *types,
               GError        **error)
{
  if (n_inputs < op->min_inputs || n_inputs > op->max_inputs)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "%s: found %u operands, expected %u to %u",
                   op->name,
                   n_inputs,
                   op->min_inputs,
                   op->max_inputs);
      return FALSE;
    }
  for (guint i = 0; i < n_inputs; i++)
    {
      const TrafoNode *node = trafo_graph_get_node (self, inputs[i]);

      if (node == NULL)
        {
          g_set_error (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_INVALID_ARGUMENT,
                       "%s: operand %u is no value of this builder",
                       op->name,
                       i);
          return FALSE;
        }
      types[i] = node->type;
    }
  return TRUE;
}

/* What an op writes lives beyond the run; and what is a view of it must know where it ends. */
static gboolean
check_states (TrafoGraph *self, const TrafoOp *op, const TrafoSym *inputs, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      const TrafoNode *node = trafo_graph_get_node (self, inputs[i]);
      gboolean         is_written = (op->mutates >> i & 1) != 0;
      gboolean         is_open = node->type.n_dims > 0 && node->type.dims[0] == TRAFO_DIM_OPEN;

      if ((!is_written || node->op->id == TRAFO_OP_STATE) && (!is_open || op->view == NULL))
        continue;
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "%s: operand %u is the result of %s, expected a state%s",
                   op->name,
                   i,
                   node->op->name,
                   is_written ? "" : " of known length");
      return FALSE;
    }
  return TRUE;
}

TrafoSym
trafo_graph_append (TrafoGraph           *self,
                    guint                 op_id,
                    const void           *attrs,
                    const TrafoSym       *inputs,
                    guint                 n_inputs,
                    const TrafoValueType *wanted,
                    GError              **error)
{
  const TrafoOp *op = trafo_op_lookup (op_id);
  TrafoValueType types[TRAFO_MAX_OP_INPUTS];
  TrafoNode      node = { .op = op, .n_inputs = n_inputs };

  if (op == NULL || op->infer == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "there is no op with number %u",
                   op_id);
      return 0;
    }
  if (!collect_types (self, op, inputs, n_inputs, types, error) ||
      !check_states (self, op, inputs, n_inputs, error))
    return 0;
  if (attrs != NULL)
    memcpy (&node.attrs, attrs, op->attrs_size_bytes);
  if (wanted != NULL)
    node.type = *wanted;
  if (n_inputs > 0)
    memcpy (node.inputs, inputs, n_inputs * sizeof *inputs);
  if (!op->infer (self->dims, &node.attrs, types, n_inputs, &node.type, error))
    return 0;
  return append_node (self, &node);
}

TrafoSym
trafo_graph_append_input (TrafoGraph           *self,
                          const char           *name,
                          const TrafoValueType *type,
                          TrafoFillRule         rule)
{
  TrafoGraphInput *input = g_new0 (TrafoGraphInput, 1);
  TrafoNode        node = { .op = trafo_op_lookup (TRAFO_OP_INPUT), .type = *type };

  node.leaf = self->inputs->len;
  input->name = g_strdup (name);
  input->rule = rule;
  input->min_value = input->ignored_value = G_MININT64;
  input->max_value = G_MAXINT64;
  input->sym = append_node (self, &node);
  g_ptr_array_add (self->inputs, input);
  g_hash_table_insert (self->inputs_by_name, input->name, input);
  return input->sym;
}

static gboolean
is_allowed (const TrafoGraphInput *input, gint64 value)
{
  return (value >= input->min_value && value <= input->max_value) ||
         (value == input->ignored_value && value != G_MININT64);
}

gboolean
trafo_graph_input_check (const TrafoGraphInput *input, const TrafoOperand *value, GError **error)
{
  const gint64 *wide = value->data;
  const gint32 *narrow = value->data;
  gboolean      is_wide = value->dtype == TRAFO_DTYPE_INT64;
  gint64        n = 1, found = 0;

  if (input->max_value == G_MAXINT64 || (!is_wide && value->dtype != TRAFO_DTYPE_INT32))
    return TRUE;
  for (guint i = 0; i < value->n_dims; i++)
    n *= value->shape[i];
  for (gint64 i = 0; i < n; i++)
    {
      found = is_wide ? wide[i] : narrow[i];
      if (is_allowed (input, found))
        continue;
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "input '%s' holds %" G_GINT64_FORMAT ", expected a number from %" G_GINT64_FORMAT
                   " to %" G_GINT64_FORMAT,
                   input->name,
                   found,
                   input->min_value,
                   input->max_value);
      return FALSE;
    }
  return TRUE;
}

TrafoSym
trafo_graph_append_param (TrafoGraph           *self,
                          const char           *name,
                          const TrafoValueType *type,
                          TrafoInitializer      initializer)
{
  TrafoGraphParam *param = g_new0 (TrafoGraphParam, 1);
  TrafoNode        node = { .op = trafo_op_lookup (TRAFO_OP_PARAM), .type = *type };

  node.leaf = self->params->len;
  param->names = g_ptr_array_new_with_free_func (g_free);
  param->aliases = g_ptr_array_new_with_free_func (g_free);
  param->initializer = initializer;
  param->initializer_range = self->initializer_range;
  param->padding_row = -1;
  g_ptr_array_add (param->names, g_strdup (name));
  param->sym = append_node (self, &node);
  g_ptr_array_add (self->params, param);
  g_hash_table_insert (self->params_by_name, g_ptr_array_index (param->names, 0), param);
  return param->sym;
}

TrafoSym
trafo_graph_append_state (TrafoGraph *self, const char *name, const TrafoValueType *type)
{
  TrafoGraphState *state = g_new0 (TrafoGraphState, 1);
  TrafoNode        node = { .op = trafo_op_lookup (TRAFO_OP_STATE), .type = *type };

  node.leaf = self->states->len;
  state->name = g_strdup (name);
  state->sym = append_node (self, &node);
  g_ptr_array_add (self->states, state);
  return state->sym;
}

void
trafo_graph_add_alias (TrafoGraph *self, TrafoGraphParam *param, const char *alias)
{
  char *copy = g_strdup (alias);

  g_ptr_array_add (param->aliases, copy);
  if (!g_hash_table_contains (self->params_by_name, copy))
    g_hash_table_insert (self->params_by_name, copy, param);
}

TrafoGraphInput *
trafo_graph_find_input (const TrafoGraph *self, const char *name)
{
  return g_hash_table_lookup (self->inputs_by_name, name);
}

TrafoGraphParam *
trafo_graph_find_param (const TrafoGraph *self, const char *name)
{
  return g_hash_table_lookup (self->params_by_name, name);
}

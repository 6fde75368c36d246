/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-builder-private.h"

#include <string.h>

/* What a graph begins with: inputs, parameters, states and constants. */

/* Gives the slots in @type the numbers that the bound tensor has. */
static gboolean
bind_shape (TrafoBuilder *self, const char *name, TrafoValueType *type, const TrafoTensor *tensor)
{
  if (trafo_tensor_get_n_dims (tensor) != type->n_dims ||
      trafo_tensor_get_dtype (tensor) != type->dtype)
    {
      trafo_builder_failf (self,
                           TRAFO_ERROR_SHAPE,
                           "'%s' is a %s tensor with %u axes, expected %s with %u",
                           name,
                           trafo_dtype_get_name (trafo_tensor_get_dtype (tensor)),
                           trafo_tensor_get_n_dims (tensor),
                           trafo_dtype_get_name (type->dtype),
                           type->n_dims);
      return FALSE;
    }
  for (guint i = 0; i < type->n_dims; i++)
    {
      gint64 found = trafo_tensor_get_dim (tensor, i);
      gint64 dim = trafo_builder_concrete_dim (self, type->dims[i]);

      if (dim == TRAFO_DIM_OPEN)
        dim = found;
      if (dim < 0 && dim >= -TRAFO_N_SLOTS)
        dim = self->slots[-dim - 1] = found;
      if (dim != found)
        {
          trafo_builder_failf (self,
                               TRAFO_ERROR_SHAPE,
                               "axis %u of '%s' has length %" G_GINT64_FORMAT
                               ", expected %" G_GINT64_FORMAT,
                               i,
                               name,
                               found,
                               dim);
          return FALSE;
        }
      type->dims[i] = found;
    }
  return TRUE;
}

static TrafoSym
eager_input (TrafoBuilder *self, const char *name, TrafoValueType *type, TrafoFillRule rule)
{
  TrafoSym     sym = trafo_graph_get_n_nodes (self->graph);
  GError      *error = NULL;
  TrafoTensor *tensor =
      self->executor.bind_input (self->executor.data, name, rule, type, sym, &error);

  if (tensor == NULL)
    {
      trafo_builder_fail (self, error);
      return 0;
    }
  if (!bind_shape (self, name, type, tensor))
    return 0;
  return trafo_graph_append_input (self->graph, name, type, rule);
}

/* A name that comes again must mean the same. */
static TrafoSym
known_leaf (TrafoBuilder *self, const char *name, TrafoSym known, const TrafoValueType *type)
{
  const TrafoValueType *first = &trafo_graph_get_node (self->graph, known)->type;
  g_autofree char      *found = NULL;
  g_autofree char      *expected = NULL;

  if (first->dtype == type->dtype && first->n_dims == type->n_dims &&
      memcmp (first->dims, type->dims, type->n_dims * sizeof type->dims[0]) == 0)
    return known;
  found = trafo_dims_to_string (self->graph->dims, type->dims, type->n_dims);
  expected = trafo_dims_to_string (self->graph->dims, first->dims, first->n_dims);
  return trafo_builder_failf (self,
                              TRAFO_ERROR_SHAPE,
                              "'%s' is asked for as %s of shape %s, but was %s of shape %s before",
                              name,
                              trafo_dtype_get_name (type->dtype),
                              found,
                              trafo_dtype_get_name (first->dtype),
                              expected);
}

static gboolean
check_input (TrafoBuilder *self, const char *name, const TrafoValueType *type, TrafoFillRule rule)
{
  g_autofree char *shape = NULL;
  gboolean         is_known = trafo_dtype_get_size (type->dtype) > 0;

  if ((rule == TRAFO_FILL_RULE_POSITIONS || rule == TRAFO_FILL_RULE_MASKED_POSITIONS) &&
      type->dtype != TRAFO_DTYPE_INT64)
    {
      trafo_builder_failf (self,
                           TRAFO_ERROR_DTYPE,
                           "input '%s' is %s, expected int64 for what is filled with positions",
                           name,
                           trafo_dtype_get_name (type->dtype));
      return FALSE;
    }
  for (guint i = 0; i < type->n_dims; i++)
    is_known = is_known && trafo_dims_contains (self->graph->dims, type->dims[i]);
  if (is_known && trafo_dims_product (self->graph->dims, type->dims, type->n_dims) != G_MAXINT64)
    return TRUE;
  shape = trafo_dims_to_string (self->graph->dims, type->dims, type->n_dims);
  trafo_builder_failf (self,
                       TRAFO_ERROR_SHAPE,
                       "input '%s' of type %s has shape %s, expected a known type and shape",
                       name,
                       trafo_dtype_get_name (type->dtype),
                       shape);
  return FALSE;
}

/**
 * trafo_builder_input:
 * @self: a builder
 * @name: the input's name, as in Hugging Face's forward()
 * @dtype: its type
 * @dims: (array length=n_dims): its shape; %TRAFO_DIM_BATCH and the like for what varies
 * @n_dims: the number of axes
 * @rule: what stands in for it when the caller leaves it out
 *
 * A tensor that each run gets from its caller. The same name gives the same value.
 *
 * Returns: the input
 */
TrafoSym
trafo_builder_input (TrafoBuilder *self,
                     const char   *name,
                     TrafoDType    dtype,
                     const gint64 *dims,
                     gsize         n_dims,
                     TrafoFillRule rule)
{
  TrafoGraphInput *known = trafo_graph_find_input (self->graph, name);
  TrafoValueType   type;

  trafo_builder_wanted_type (self, dtype, dims, n_dims, &type);
  if (self->error != NULL)
    return 0;
  if (known != NULL)
    return known_leaf (self, name, known->sym, &type);
  if (!check_input (self, name, &type, rule))
    return 0;
  if (self->is_eager)
    return eager_input (self, name, &type, rule);
  return trafo_graph_append_input (self->graph, name, &type, rule);
}

char *
trafo_builder_param_name (TrafoBuilder *self, const char *name, const char *leaf)
{
  g_autoptr (GString) path = g_string_new (self->scope->str);
  const char *parts[] = { name, leaf };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i] != NULL && *parts[i] != '\0')
      g_string_append_printf (path, path->len > 0 ? ".%s" : "%s", parts[i]);
  return g_string_free (g_steal_pointer (&path), FALSE);
}

TrafoSym
trafo_builder_append_param (TrafoBuilder    *self,
                            const char      *path,
                            const gint64    *dims,
                            gsize            n_dims,
                            TrafoInitializer initializer)
{
  TrafoGraphParam *known = trafo_graph_find_param (self->graph, path);
  TrafoValueType   type;
  GError          *error = NULL;
  TrafoTensor     *tensor;

  trafo_builder_wanted_type (self, TRAFO_DTYPE_FLOAT32, dims, n_dims, &type);
  for (gsize i = 0; i < type.n_dims; i++)
    if (type.dims[i] < 0)
      return trafo_builder_failf (self,
                                  TRAFO_ERROR_SHAPE,
                                  "parameter '%s' has a symbolic dimension",
                                  path);
  if (trafo_dims_product (self->graph->dims, type.dims, type.n_dims) == G_MAXINT64)
    return trafo_builder_failf (self, TRAFO_ERROR_SHAPE, "parameter '%s' is too large", path);
  if (self->error != NULL)
    return 0;
  if (known != NULL)
    return known_leaf (self, path, known->sym, &type);
  if (self->graph->params->len >= self->max_params)
    return trafo_builder_failf (self,
                                TRAFO_ERROR_INVALID_ARGUMENT,
                                "found more than %u parameters, expected no more for the "
                                "checkpoint: config.json is that of another model",
                                self->max_params);
  if (self->is_eager)
    {
      tensor = self->executor.bind_param (self->executor.data,
                                          path,
                                          trafo_graph_get_n_nodes (self->graph),
                                          &error);
      if (tensor == NULL)
        {
          trafo_builder_fail (self, error);
          return 0;
        }
      if (!bind_shape (self, path, &type, tensor))
        return 0;
    }
  return trafo_graph_append_param (self->graph, path, &type, initializer);
}

TrafoSym
trafo_builder_append_state (TrafoBuilder *self,
                            const char   *name,
                            TrafoDType    dtype,
                            const gint64 *dims,
                            gsize         n_dims)
{
  TrafoValueType type;
  GError        *error = NULL;
  TrafoTensor   *tensor;

  trafo_builder_wanted_type (self, dtype, dims, n_dims, &type);
  for (gsize i = 0; i < type.n_dims; i++)
    if (type.dims[i] < 0 && (i > 0 || type.dims[i] != TRAFO_DIM_OPEN))
      return trafo_builder_failf (self,
                                  TRAFO_ERROR_SHAPE,
                                  "state '%s' has a symbolic dimension",
                                  name);
  if (trafo_dims_product (self->graph->dims, type.dims, type.n_dims) == G_MAXINT64)
    return trafo_builder_failf (self, TRAFO_ERROR_SHAPE, "state '%s' is too large", name);
  if (self->error != NULL)
    return 0;
  if (self->is_eager)
    {
      tensor = self->executor.bind_state (self->executor.data,
                                          name,
                                          trafo_graph_get_n_nodes (self->graph),
                                          &error);
      if (tensor == NULL)
        {
          trafo_builder_fail (self, error);
          return 0;
        }
      if (!bind_shape (self, name, &type, tensor))
        return 0;
    }
  return trafo_graph_append_state (self->graph, name, &type);
}

/**
 * trafo_builder_param:
 * @self: a builder
 * @name: (nullable): the name below the scope
 * @dims: (array length=n_dims): its shape, all known
 * @n_dims: the number of axes
 * @initializer: how it begins without a checkpoint
 *
 * A float32 parameter of the model. The same name gives the same value, so a tied weight is held
 * once.
 *
 * Returns: the parameter
 */
TrafoSym
trafo_builder_param (TrafoBuilder    *self,
                     const char      *name,
                     const gint64    *dims,
                     gsize            n_dims,
                     TrafoInitializer initializer)
{
  g_autofree char *path = trafo_builder_param_name (self, name, NULL);

  return trafo_builder_append_param (self, path, dims, n_dims, initializer);
}

/**
 * trafo_builder_tie:
 * @self: a builder
 * @param: a parameter
 * @alias: another full name, which some checkpoints use for the same tensor
 *
 * Says that a parameter goes by a second name: a checkpoint may hold either or both.
 *
 * One that holds both with different values was not tied when it was saved, whatever its config.json
 * says; there the second name is a parameter of its own, as in transformers.
 *
 * Returns: what to use under the second name: @param, or the other
 */
TrafoSym
trafo_builder_tie (TrafoBuilder *self, TrafoSym param, const char *alias)
{
  const TrafoNode *node = trafo_graph_get_node (self->graph, param);
  TrafoGraphParam *tied;
  TrafoValueType   type;

  if (self->error != NULL)
    return 0;
  if (node == NULL || node->op->id != TRAFO_OP_PARAM)
    return trafo_builder_failf (self,
                                TRAFO_ERROR_INVALID_ARGUMENT,
                                "'%s' is tied to what is no parameter",
                                alias);
  tied = g_ptr_array_index (self->graph->params, node->leaf);
  if (self->untied != NULL && g_hash_table_contains (self->untied, alias))
    {
      type = node->type; /* adding a node may move this one */
      return trafo_builder_append_param (self, alias, type.dims, type.n_dims, tied->initializer);
    }
  trafo_graph_add_alias (self->graph, tied, alias);
  return param;
}

/* NULL for what is no input. */
static TrafoGraphInput *
find_input (TrafoBuilder *self, TrafoSym sym)
{
  const TrafoNode *node = trafo_graph_get_node (self->graph, sym);

  return node != NULL && node->op->id == TRAFO_OP_INPUT
             ? g_ptr_array_index (self->graph->inputs, node->leaf)
             : NULL;
}

/**
 * trafo_builder_bound_input:
 * @self: a builder
 * @input: an input of integers; what else it may be is left alone
 * @min: the smallest value allowed
 * @max: the largest value allowed
 *
 * Makes each run check an input's values. Those that [method@Trafo.Builder.gather] looks up are
 * bounded already; what an index is computed from is not.
 */
void
trafo_builder_bound_input (TrafoBuilder *self, TrafoSym input, gint64 min, gint64 max)
{
  TrafoGraphInput *bounded = find_input (self, input);

  if (bounded == NULL)
    return;
  bounded->min_value = MAX (bounded->min_value, min);
  bounded->max_value = MIN (bounded->max_value, max);
}

/* An input that indexes a table must stay inside it. */
void
trafo_builder_bound_ids (TrafoBuilder *self, TrafoSym ids, gint64 n, gint64 ignored)
{
  TrafoGraphInput *input = find_input (self, ids);

  if (input == NULL || n < 0)
    return;
  trafo_builder_bound_input (self, ids, 0, n - 1);
  input->ignored_value = ignored;
}

/* With a cache the new tokens of all sequences lie side by side in one row. */
TrafoSym
trafo_builder_token_input (TrafoBuilder *self, const char *name, TrafoFillRule rule)
{
  gboolean is_packed = trafo_builder_get_variant (self)->has_cache;
  gint64   dims[] = { is_packed ? 1 : TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE };

  return trafo_builder_input (self, name, TRAFO_DTYPE_INT64, dims, 2, rule);
}

/**
 * trafo_builder_input_ids:
 * @self: a builder
 *
 * The token ids: int64, (batch, sequence).
 *
 * Returns: the input "input_ids"
 */
TrafoSym
trafo_builder_input_ids (TrafoBuilder *self)
{
  return trafo_builder_token_input (self, "input_ids", TRAFO_FILL_RULE_REQUIRED);
}

/**
 * trafo_builder_token_type_ids:
 * @self: a builder
 *
 * The segment of each token: int64, (batch, sequence); zeros where the caller gives none.
 *
 * Returns: the input "token_type_ids"
 */
TrafoSym
trafo_builder_token_type_ids (TrafoBuilder *self)
{
  return trafo_builder_token_input (self, "token_type_ids", TRAFO_FILL_RULE_ZEROS);
}

/**
 * trafo_builder_position_ids:
 * @self: a builder
 *
 * The position of each token: int64, (batch, sequence); counted from 0 where the caller gives none.
 * Generation gives them.
 *
 * Returns: the input "position_ids"
 */
TrafoSym
trafo_builder_position_ids (TrafoBuilder *self)
{
  return trafo_builder_token_input (self, "position_ids", TRAFO_FILL_RULE_POSITIONS);
}

/**
 * trafo_builder_masked_position_ids:
 * @self: a builder
 *
 * The position of each token among those that attention_mask shows, -1 where it hides one: int64,
 * (batch, sequence), as transformers' OPT counts them; counted from the past length where the
 * caller gives neither positions nor a mask.
 *
 * Returns: the input "position_ids"
 */
TrafoSym
trafo_builder_masked_position_ids (TrafoBuilder *self)
{
  /* the mask is an input then, even of a model without attention */
  if (trafo_builder_get_variant (self)->has_mask)
    trafo_builder_token_input (self, "attention_mask", TRAFO_FILL_RULE_REQUIRED);
  return trafo_builder_token_input (self, "position_ids", TRAFO_FILL_RULE_MASKED_POSITIONS);
}

/**
 * trafo_builder_fill:
 * @self: a builder
 * @value: the value
 * @dtype: its type
 * @dims: (array length=n_dims): the shape
 * @n_dims: the number of axes
 *
 * A tensor whose elements are all the same.
 *
 * Returns: the tensor
 */
TrafoSym
trafo_builder_fill (TrafoBuilder *self,
                    double        value,
                    TrafoDType    dtype,
                    const gint64 *dims,
                    gsize         n_dims)
{
  TrafoFillAttrs attrs = { .struct_size = sizeof attrs, .value = value };
  TrafoValueType type;

  trafo_builder_wanted_type (self, dtype, dims, n_dims, &type);
  return trafo_builder_append (self, TRAFO_OP_FILL, &attrs, NULL, 0, &type);
}

/**
 * trafo_builder_scalar:
 * @self: a builder
 * @value: the value
 * @dtype: its type
 *
 * A number, as an operand of element-wise ops.
 *
 * Returns: a tensor without axes
 */
TrafoSym
trafo_builder_scalar (TrafoBuilder *self, double value, TrafoDType dtype)
{
  return trafo_builder_fill (self, value, dtype, NULL, 0);
}

/**
 * trafo_builder_iota:
 * @self: a builder
 * @dtype: the type of the numbers
 * @dims: (array length=n_dims): the shape
 * @n_dims: the number of axes, at least 1
 *
 * The numbers 0, 1, ... along the last axis.
 *
 * Returns: the tensor
 */
TrafoSym
trafo_builder_iota (TrafoBuilder *self, TrafoDType dtype, const gint64 *dims, gsize n_dims)
{
  TrafoValueType type;

  trafo_builder_wanted_type (self, dtype, dims, n_dims, &type);
  return trafo_builder_append (self, TRAFO_OP_IOTA, NULL, NULL, 0, &type);
}

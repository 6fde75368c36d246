/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-eager-private.h"

#include <string.h>

#include "trafo-op-run-private.h"

/* The second executor of the builder: each op runs when it is written. The graph that grows
 * meanwhile is the tape, @values what each of its nodes came to. */
typedef struct
{
  TrafoDevice     *device;
  TrafoEagerLeaves leaves;
  GPtrArray       *values; /* of TrafoTensor, by symbol; NULL where there is none */
} Eager;

static void
value_free (gpointer tensor)
{
  if (tensor != NULL)
    trafo_tensor_unref (tensor);
}

static void
eager_free (gpointer data)
{
  Eager *self = data;

  g_object_unref (self->device);
  g_ptr_array_unref (self->values);
  g_free (self);
}

/* Takes @tensor. A leaf that was refused leaves its symbol to the next node. */
static void
set_value (Eager *self, TrafoSym sym, TrafoTensor *tensor)
{
  if (self->values->len <= sym)
    g_ptr_array_set_size (self->values, sym + 1);
  value_free (g_ptr_array_index (self->values, sym));
  g_ptr_array_index (self->values, sym) = tensor;
}

/* Kernels know no steps backwards, which another library's arrays may have. */
static gboolean
set_leaf (Eager *self, TrafoSym sym, TrafoTensor *tensor, GError **error)
{
  g_autoptr (TrafoTensor) leaf = trafo_tensor_ref (tensor);
  gsize         n_dims;
  const gint64 *strides = trafo_tensor_get_strides (tensor, &n_dims);

  for (gsize i = 0; i < n_dims; i++)
    if (strides[i] < 0)
      {
        trafo_tensor_unref (leaf);
        leaf = trafo_tensor_contiguous (tensor, error);
        break;
      }
  if (leaf == NULL)
    return FALSE;
  set_value (self, sym, g_steal_pointer (&leaf));
  return TRUE;
}

/* What a compiled program checks of its inputs before a run. */
static gboolean
check_ids (const TrafoGraph   *graph,
           const TrafoNode    *node,
           TrafoTensor *const *inputs,
           guint               i,
           GError            **error)
{
  const TrafoNode *source = trafo_graph_get_node (graph, node->inputs[i]);
  g_autoptr (TrafoTensor) flat = NULL;
  TrafoGraphInput bounds;
  TrafoOperand    ids;

  if (source->op->id != TRAFO_OP_INPUT)
    return TRUE;
  bounds = *(const TrafoGraphInput *) g_ptr_array_index (graph->inputs, source->leaf);
  if (node->op->id == TRAFO_OP_GATHER && i == 1)
    {
      bounds.min_value = 0;
      bounds.max_value = trafo_tensor_get_dim (inputs[0], 0) - 1;
      bounds.ignored_value = G_MININT64;
    }
  if (bounds.max_value == G_MAXINT64)
    return TRUE;
  flat = trafo_tensor_contiguous (inputs[i], error);
  if (flat == NULL)
    return FALSE;
  trafo_tensor_get_operand (flat, &ids);
  return trafo_graph_input_check (&bounds, &ids, error);
}

static TrafoTensor *
run_view (const TrafoNode *node, TrafoTensor *input, GError **error)
{
  g_autoptr (TrafoTensor) source = trafo_tensor_ref (input);
  TrafoOperand from, to = { .dtype = node->type.dtype, .n_dims = node->type.n_dims };

  memcpy (to.shape, node->type.dims, sizeof to.shape);
  for (guint i = 0; i < 2; i++)
    {
      trafo_tensor_get_operand (source, &from);
      if (node->op->view (&node->attrs, &from, &to))
        return trafo_tensor_new_from_data (to.dtype,
                                           to.shape,
                                           to.strides,
                                           to.n_dims,
                                           (guint8 *) to.data + to.offset_bytes,
                                           TRUE,
                                           trafo_tensor_ref (source),
                                           (GDestroyNotify) trafo_tensor_unref,
                                           error);
      trafo_tensor_unref (source);
      source = trafo_tensor_contiguous (input, error);
      if (source == NULL)
        return NULL;
    }
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "%s does not fit its operand",
               node->op->name);
  return NULL;
}

static TrafoTensor *
run_op (Eager *self, const TrafoNode *node, TrafoTensor *const *inputs, GError **error)
{
  g_autoptr (TrafoTensor) output = NULL;

  output = trafo_tensor_new (node->type.dtype, node->type.dims, node->type.n_dims, error);
  if (output == NULL ||
      !trafo_op_run (node->op, &node->attrs, self->device, inputs, node->n_inputs, output, error))
    return NULL;
  return g_steal_pointer (&output);
}

static gboolean
run (gpointer data, TrafoGraph *graph, TrafoSym sym, GError **error)
{
  Eager           *self = data;
  const TrafoNode *node = trafo_graph_get_node (graph, sym);
  TrafoTensor     *inputs[TRAFO_MAX_OP_INPUTS];
  TrafoTensor     *result;

  for (guint i = 0; i < node->n_inputs; i++)
    inputs[i] = g_ptr_array_index (self->values, node->inputs[i]);
  for (guint i = 0; i < node->n_inputs; i++)
    if (!check_ids (graph, node, inputs, i, error))
      return FALSE;
  result = node->op->view != NULL ? run_view (node, inputs[0], error)
                                  : run_op (self, node, inputs, error);
  if (result == NULL)
    return FALSE;
  set_value (self, sym, result);
  return TRUE;
}

static TrafoTensor *
bind_input (gpointer              data,
            const char           *name,
            TrafoFillRule         rule,
            const TrafoValueType *type,
            TrafoSym              sym,
            GError              **error)
{
  Eager *self = data;
  g_autoptr (TrafoTensor) tensor = NULL;

  if (self->leaves.find_input != NULL)
    tensor = self->leaves.find_input (self->leaves.data, name, rule, type, error);
  else
    g_set_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND, "there is no input '%s'", name);
  return tensor != NULL && set_leaf (self, sym, tensor, error)
             ? g_ptr_array_index (self->values, sym)
             : NULL;
}

static TrafoTensor *
bind_param (gpointer data, const char *name, TrafoSym sym, GError **error)
{
  Eager *self = data;
  g_autoptr (TrafoTensor) tensor = NULL;

  if (self->leaves.find_param != NULL)
    tensor = self->leaves.find_param (self->leaves.data, name, error);
  else
    g_set_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND, "there is no parameter '%s'", name);
  return tensor != NULL && set_leaf (self, sym, tensor, error)
             ? g_ptr_array_index (self->values, sym)
             : NULL;
}

/* Ops write into the tensor that the caller has. */
static TrafoTensor *
bind_state (gpointer data, const char *name, TrafoSym sym, GError **error)
{
  Eager *self = data;
  g_autoptr (TrafoTensor) tensor = NULL;

  if (self->leaves.find_state != NULL)
    tensor = self->leaves.find_state (self->leaves.data, name, error);
  else
    g_set_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND, "there is no state '%s'", name);
  if (tensor == NULL)
    return NULL;
  if (trafo_tensor_is_read_only (tensor) || !trafo_tensor_is_contiguous (tensor))
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "state '%s' is a view or read-only, expected contiguous memory to write into",
                   name);
      return NULL;
    }
  set_value (self, sym, g_steal_pointer (&tensor));
  return g_ptr_array_index (self->values, sym);
}

TrafoBuilder *
trafo_builder_new_eager_with (TrafoDevice            *device,
                              const TrafoVariant     *variant,
                              const TrafoEagerLeaves *leaves)
{
  Eager               *self = g_new0 (Eager, 1);
  TrafoBuilderExecutor executor = {
    .data = self,
    .destroy = eager_free,
    .run = run,
    .bind_input = bind_input,
    .bind_param = bind_param,
    .bind_state = bind_state,
  };

  self->device = g_object_ref (device);
  self->values = g_ptr_array_new_with_free_func (value_free);
  if (leaves != NULL)
    self->leaves = *leaves;
  return trafo_builder_new_with (variant, &executor);
}

/**
 * trafo_builder_new_eager: (constructor)
 * @device: where ops run
 *
 * Makes a builder that runs every op at once, for notebooks and for tests; see
 * [method@Trafo.Builder.constant] and [method@Trafo.Builder.get_value].
 *
 * Returns: (transfer full): the builder
 */
TrafoBuilder *
trafo_builder_new_eager (TrafoDevice *device)
{
  g_return_val_if_fail (TRAFO_IS_DEVICE (device), NULL);
  return trafo_builder_new_eager_with (device, NULL, NULL);
}

/**
 * trafo_builder_constant:
 * @self: an eager builder
 * @tensor: any tensor
 *
 * Makes a tensor an operand.
 *
 * Returns: its symbol; 0, and the builder fails, if there is no memory for it
 */
TrafoSym
trafo_builder_constant (TrafoBuilder *self, TrafoTensor *tensor)
{
  Eager           *eager = trafo_builder_get_executor (self);
  TrafoGraph      *graph = trafo_builder_get_graph (self);
  g_autofree char *name = NULL;
  TrafoValueType   type = { .dtype = trafo_tensor_get_dtype (tensor) };
  const gint64    *shape;
  gsize            n_dims;
  GError          *error = NULL;

  g_return_val_if_fail (eager != NULL, 0);
  shape = trafo_tensor_get_shape (tensor, &n_dims);
  type.n_dims = n_dims;
  memcpy (type.dims, shape, n_dims * sizeof *shape);
  if (!set_leaf (eager, trafo_graph_get_n_nodes (graph), tensor, &error))
    {
      trafo_builder_fail (self, error);
      return 0;
    }
  name = g_strdup_printf ("constant.%u", graph->inputs->len);
  return trafo_graph_append_input (graph, name, &type, TRAFO_FILL_RULE_REQUIRED);
}

/**
 * trafo_builder_get_value:
 * @self: an eager builder
 * @x: a symbol of its
 * @error: return location for an error
 *
 * What a symbol came to.
 *
 * Returns: (transfer full) (nullable): the tensor; or %NULL with the first error of the builder, if
 *   it has failed
 */
TrafoTensor *
trafo_builder_get_value (TrafoBuilder *self, TrafoSym x, GError **error)
{
  Eager *eager = trafo_builder_get_executor (self);

  g_return_val_if_fail (eager != NULL, NULL);
  if (!trafo_builder_check (self, error))
    return NULL;
  if (x == 0 || x >= eager->values->len || g_ptr_array_index (eager->values, x) == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "%u is no value of this builder",
                   x);
      return NULL;
    }
  return trafo_tensor_ref (g_ptr_array_index (eager->values, x));
}

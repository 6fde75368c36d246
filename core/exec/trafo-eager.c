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

static void
set_value (Eager *self, TrafoSym sym, TrafoTensor *tensor)
{
  if (self->values->len <= sym)
    g_ptr_array_set_size (self->values, sym + 1);
  g_ptr_array_index (self->values, sym) = tensor;
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
  result = node->op->view != NULL ? run_view (node, inputs[0], error)
                                  : run_op (self, node, inputs, error);
  if (result == NULL)
    return FALSE;
  set_value (self, sym, result);
  return TRUE;
}

static TrafoTensor *
bind_input (gpointer data, const char *name, TrafoFillRule rule, TrafoSym sym, GError **error)
{
  Eager       *self = data;
  TrafoTensor *tensor = NULL;

  if (self->leaves.find_input != NULL)
    tensor = self->leaves.find_input (self->leaves.data, name, rule, error);
  else
    g_set_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND, "there is no input '%s'", name);
  if (tensor != NULL)
    set_value (self, sym, tensor);
  return tensor;
}

static TrafoTensor *
bind_param (gpointer data, const char *name, TrafoSym sym, GError **error)
{
  Eager       *self = data;
  TrafoTensor *tensor = NULL;

  if (self->leaves.find_param != NULL)
    tensor = self->leaves.find_param (self->leaves.data, name, error);
  else
    g_set_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND, "there is no parameter '%s'", name);
  if (tensor != NULL)
    set_value (self, sym, tensor);
  return tensor;
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
 * Returns: its symbol
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
  TrafoSym         sym;

  g_return_val_if_fail (eager != NULL, 0);
  shape = trafo_tensor_get_shape (tensor, &n_dims);
  type.n_dims = n_dims;
  memcpy (type.dims, shape, n_dims * sizeof *shape);
  name = g_strdup_printf ("constant.%u", graph->inputs->len);
  sym = trafo_graph_append_input (graph, name, &type, TRAFO_FILL_RULE_REQUIRED);
  set_value (eager, sym, trafo_tensor_ref (tensor));
  return sym;
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

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-builder-private.h"

#include <string.h>

/**
 * TrafoBuilder:
 *
 * What a model's build() writes its ops into.
 *
 * One builder records a graph, another runs each op at once; build() cannot tell. The first error
 * sticks: from then on every function returns 0, and the error is reported once, with the scope it
 * happened in.
 */
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
  GError              *error;
};

G_DEFINE_FINAL_TYPE (TrafoBuilder, trafo_builder, G_TYPE_OBJECT)

static void
trafo_builder_finalize (GObject *object)
{
  TrafoBuilder *self = TRAFO_BUILDER (object);

  g_clear_pointer (&self->graph, trafo_graph_free);
  g_clear_error (&self->error);
  g_string_free (self->scope, TRUE);
  g_array_unref (self->scope_lengths);
  G_OBJECT_CLASS (trafo_builder_parent_class)->finalize (object);
}

static void
trafo_builder_class_init (TrafoBuilderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trafo_builder_finalize;
}

static void
trafo_builder_init (TrafoBuilder *self)
{
  self->graph = trafo_graph_new ();
  self->scope = g_string_new (NULL);
  self->scope_lengths = g_array_new (FALSE, FALSE, sizeof (gsize));
  for (guint i = 0; i < TRAFO_N_SLOTS; i++)
    self->slots[i] = -1 - (gint64) i;
}

TrafoBuilder *
trafo_builder_new_with (const TrafoVariant *variant, const TrafoBuilderExecutor *executor)
{
  TrafoBuilder *self = g_object_new (TRAFO_TYPE_BUILDER, NULL);

  if (variant != NULL)
    self->variant = *variant;
  if (executor != NULL)
    {
      self->executor = *executor;
      self->is_eager = TRUE;
    }
  return self;
}

TrafoGraph *
trafo_builder_get_graph (TrafoBuilder *self)
{
  return self->graph;
}

gboolean
trafo_builder_check (TrafoBuilder *self, GError **error)
{
  if (self->error == NULL)
    return TRUE;
  if (error != NULL)
    *error = g_error_copy (self->error);
  return FALSE;
}

TrafoGraph *
trafo_builder_finish (TrafoBuilder *self, GError **error)
{
  if (!trafo_builder_check (self, error))
    return NULL;
  if (self->graph->outputs->len == 0)
    {
      g_set_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT, "build() named no output");
      return NULL;
    }
  return g_steal_pointer (&self->graph);
}

/**
 * trafo_builder_fail:
 * @self: a builder
 * @error: (transfer full): what is wrong
 *
 * Makes the build fail, unless it has failed already. The message gets the scope's path in front.
 */
void
trafo_builder_fail (TrafoBuilder *self, GError *error)
{
  if (self->error != NULL)
    {
      g_error_free (error);
      return;
    }
  if (self->scope->len > 0)
    g_prefix_error (&error, "%s: ", self->scope->str);
  self->error = error;
}

static TrafoSym fail (TrafoBuilder *self, TrafoError code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static TrafoSym
fail (TrafoBuilder *self, TrafoError code, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  trafo_builder_fail (self, g_error_new_valist (TRAFO_ERROR, code, format, arguments));
  va_end (arguments);
  return 0;
}

/**
 * trafo_builder_has_failed:
 * @self: a builder
 *
 * Whether an error has stuck.
 *
 * Returns: %TRUE if so
 */
gboolean
trafo_builder_has_failed (TrafoBuilder *self)
{
  return self->error != NULL;
}

/**
 * trafo_builder_push_scope:
 * @self: a builder
 * @name: a component of parameter names, such as "layer"
 * @index: a number that follows it as a component of its own, or -1
 *
 * Puts what follows, up to [method@Trafo.Builder.pop_scope], below a name.
 */
void
trafo_builder_push_scope (TrafoBuilder *self, const char *name, gint index)
{
  gsize length = self->scope->len;

  g_array_append_val (self->scope_lengths, length);
  if (length > 0)
    g_string_append_c (self->scope, '.');
  g_string_append (self->scope, name);
  if (index >= 0)
    g_string_append_printf (self->scope, ".%d", index);
}

/**
 * trafo_builder_pop_scope:
 * @self: a builder
 *
 * Ends the innermost scope.
 */
void
trafo_builder_pop_scope (TrafoBuilder *self)
{
  guint n = self->scope_lengths->len;

  g_return_if_fail (n > 0);
  g_string_truncate (self->scope, g_array_index (self->scope_lengths, gsize, n - 1));
  g_array_set_size (self->scope_lengths, n - 1);
}

/**
 * trafo_builder_is_training:
 * @self: a builder
 *
 * Whether the pass being built is one of training.
 *
 * Returns: %TRUE if so
 */
gboolean
trafo_builder_is_training (TrafoBuilder *self)
{
  return self->variant.is_training;
}

/**
 * trafo_builder_has_labels:
 * @self: a builder
 *
 * Whether the caller gives labels, so that a loss is wanted.
 *
 * Returns: %TRUE if so
 */
gboolean
trafo_builder_has_labels (TrafoBuilder *self)
{
  return self->variant.has_labels;
}

/**
 * trafo_builder_set_initializer_range:
 * @self: a builder
 * @range: the standard deviation of %TRAFO_INITIALIZER_NORMAL, 0.02 if never set
 *
 * Says how parameters without a checkpoint begin.
 */
void
trafo_builder_set_initializer_range (TrafoBuilder *self, double range)
{
  self->graph->initializer_range = range;
}

TrafoSym
trafo_builder_append (TrafoBuilder         *self,
                      guint                 op,
                      const void           *attrs,
                      const TrafoSym       *inputs,
                      guint                 n_inputs,
                      const TrafoValueType *wanted)
{
  GError  *error = NULL;
  TrafoSym sym;

  if (self->error != NULL)
    return 0;
  sym = trafo_graph_append (self->graph, op, attrs, inputs, n_inputs, wanted, &error);
  if (sym != 0 && self->is_eager &&
      !self->executor.run (self->executor.data, self->graph, sym, &error))
    sym = 0;
  if (sym == 0)
    trafo_builder_fail (self, error);
  return sym;
}

static TrafoSym
append_1 (TrafoBuilder *self, guint op, const void *attrs, TrafoSym x)
{
  return trafo_builder_append (self, op, attrs, &x, 1, NULL);
}

static TrafoSym
append_2 (TrafoBuilder *self, guint op, const void *attrs, TrafoSym a, TrafoSym b)
{
  TrafoSym inputs[] = { a, b };

  return trafo_builder_append (self, op, attrs, inputs, 2, NULL);
}

static const TrafoValueType *
type_of (TrafoBuilder *self, TrafoSym x)
{
  const TrafoNode *node = trafo_graph_get_node (self->graph, x);

  if (node == NULL)
    fail (self, TRAFO_ERROR_INVALID_ARGUMENT, "found no value where a tensor is expected");
  return node != NULL ? &node->type : NULL;
}

/**
 * trafo_builder_get_dtype:
 * @self: a builder
 * @x: a value
 *
 * The type of the elements.
 *
 * Returns: the type, %TRAFO_DTYPE_NONE after an error
 */
TrafoDType
trafo_builder_get_dtype (TrafoBuilder *self, TrafoSym x)
{
  const TrafoValueType *type = type_of (self, x);

  return type != NULL ? type->dtype : TRAFO_DTYPE_NONE;
}

/**
 * trafo_builder_get_n_dims:
 * @self: a builder
 * @x: a value
 *
 * The number of axes.
 *
 * Returns: 0 for a scalar and after an error
 */
guint
trafo_builder_get_n_dims (TrafoBuilder *self, TrafoSym x)
{
  const TrafoValueType *type = type_of (self, x);

  return type != NULL ? type->n_dims : 0;
}

/* Negative axes count from the end; G_MAXUINT after an error. */
static guint
resolve_axis (TrafoBuilder *self, TrafoSym x, gint axis)
{
  const TrafoValueType *type = type_of (self, x);

  if (type == NULL)
    return G_MAXUINT;
  if (axis < 0)
    axis += (gint) type->n_dims;
  if (axis >= 0 && axis < (gint) type->n_dims)
    return axis;
  fail (self, TRAFO_ERROR_SHAPE, "found axis %d of a tensor with %u axes", axis, type->n_dims);
  return G_MAXUINT;
}

/**
 * trafo_builder_get_dim:
 * @self: a builder
 * @x: a value
 * @axis: an axis; -1 is the last
 *
 * The length of one axis.
 *
 * Returns: a dimension, negative if it is known only at run time; 0 after an error
 */
gint64
trafo_builder_get_dim (TrafoBuilder *self, TrafoSym x, gint axis)
{
  guint i = resolve_axis (self, x, axis);

  return i != G_MAXUINT ? type_of (self, x)->dims[i] : 0;
}

/* In an eager builder the slots have numbers as soon as an input has them. */
static gint64
concrete (TrafoBuilder *self, gint64 dim)
{
  return dim < 0 && dim >= -TRAFO_N_SLOTS ? self->slots[-dim - 1] : dim;
}

static void
wanted_type (TrafoBuilder   *self,
             TrafoDType      dtype,
             const gint64   *dims,
             gsize           n_dims,
             TrafoValueType *ret_type)
{
  memset (ret_type, 0, sizeof *ret_type);
  ret_type->dtype = dtype;
  if (n_dims > TRAFO_MAX_DIMS)
    {
      fail (self,
            TRAFO_ERROR_SHAPE,
            "found %" G_GSIZE_FORMAT " axes, expected at most %d",
            n_dims,
            TRAFO_MAX_DIMS);
      return;
    }
  ret_type->n_dims = n_dims;
  for (gsize i = 0; i < n_dims; i++)
    ret_type->dims[i] = concrete (self, dims[i]);
}

/**
 * trafo_builder_dim_add:
 * @self: a builder
 * @a: a dimension
 * @b: another
 *
 * Their sum, which may be known only at run time.
 *
 * Returns: a dimension
 */
gint64
trafo_builder_dim_add (TrafoBuilder *self, gint64 a, gint64 b)
{
  return trafo_dims_add (self->graph->dims, concrete (self, a), concrete (self, b));
}

/**
 * trafo_builder_dim_mul:
 * @self: a builder
 * @a: a dimension
 * @b: another
 *
 * Their product, which may be known only at run time.
 *
 * Returns: a dimension
 */
gint64
trafo_builder_dim_mul (TrafoBuilder *self, gint64 a, gint64 b)
{
  return trafo_dims_mul (self->graph->dims, concrete (self, a), concrete (self, b));
}

/* Gives the slots in @type the numbers that the bound tensor has. */
static gboolean
bind_shape (TrafoBuilder *self, const char *name, TrafoValueType *type, const TrafoTensor *tensor)
{
  if (trafo_tensor_get_n_dims (tensor) != type->n_dims ||
      trafo_tensor_get_dtype (tensor) != type->dtype)
    {
      fail (self,
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
      gint64 dim = concrete (self, type->dims[i]);

      if (dim < 0 && dim >= -TRAFO_N_SLOTS)
        dim = self->slots[-dim - 1] = found;
      if (dim != found)
        {
          fail (self,
                TRAFO_ERROR_SHAPE,
                "axis %u of '%s' has length %" G_GINT64_FORMAT ", expected %" G_GINT64_FORMAT,
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
  TrafoTensor *tensor = self->executor.bind_input (self->executor.data, name, sym, &error);

  if (tensor == NULL)
    {
      trafo_builder_fail (self, error);
      return 0;
    }
  if (!bind_shape (self, name, type, tensor))
    return 0;
  return trafo_graph_append_input (self->graph, name, type, rule);
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

  if (known != NULL)
    return known->sym;
  wanted_type (self, dtype, dims, n_dims, &type);
  if (self->error != NULL)
    return 0;
  if (self->is_eager)
    return eager_input (self, name, &type, rule);
  return trafo_graph_append_input (self->graph, name, &type, rule);
}

static TrafoSym
token_input (TrafoBuilder *self, const char *name, TrafoFillRule rule)
{
  static const gint64 dims[] = { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE };

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
  return token_input (self, "input_ids", TRAFO_FILL_RULE_REQUIRED);
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
  return token_input (self, "token_type_ids", TRAFO_FILL_RULE_ZEROS);
}

/**
 * trafo_builder_position_ids:
 * @self: a builder
 *
 * The position of each token: int64, (batch, sequence); counted from the past length where the
 * caller gives none.
 *
 * Returns: the input "position_ids"
 */
TrafoSym
trafo_builder_position_ids (TrafoBuilder *self)
{
  return token_input (self, "position_ids", TRAFO_FILL_RULE_POSITIONS);
}

static char *
param_name (TrafoBuilder *self, const char *name, const char *leaf)
{
  g_autoptr (GString) path = g_string_new (self->scope->str);
  const char *parts[] = { name, leaf };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i] != NULL && *parts[i] != '\0')
      g_string_append_printf (path, path->len > 0 ? ".%s" : "%s", parts[i]);
  return g_string_free (g_steal_pointer (&path), FALSE);
}

static TrafoSym
append_param (TrafoBuilder    *self,
              const char      *path,
              const gint64    *dims,
              gsize            n_dims,
              TrafoInitializer initializer)
{
  TrafoGraphParam *known = trafo_graph_find_param (self->graph, path);
  TrafoValueType   type;
  GError          *error = NULL;
  TrafoTensor     *tensor;

  if (known != NULL)
    return known->sym;
  wanted_type (self, TRAFO_DTYPE_FLOAT32, dims, n_dims, &type);
  for (gsize i = 0; i < type.n_dims; i++)
    if (type.dims[i] < 0)
      return fail (self, TRAFO_ERROR_SHAPE, "parameter '%s' has a symbolic dimension", path);
  if (self->error != NULL)
    return 0;
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
  g_autofree char *path = param_name (self, name, NULL);

  return append_param (self, path, dims, n_dims, initializer);
}

/**
 * trafo_builder_tie:
 * @self: a builder
 * @param: a parameter
 * @alias: another full name, which some checkpoints use for the same tensor
 *
 * Says that a parameter goes by a second name: a checkpoint may hold either or both.
 */
void
trafo_builder_tie (TrafoBuilder *self, TrafoSym param, const char *alias)
{
  const TrafoNode *node = trafo_graph_get_node (self->graph, param);
  TrafoGraphParam *entry;

  if (self->error != NULL)
    return;
  if (node == NULL || node->op->id != TRAFO_OP_PARAM)
    {
      fail (self, TRAFO_ERROR_INVALID_ARGUMENT, "'%s' is tied to what is no parameter", alias);
      return;
    }
  entry = g_ptr_array_index (self->graph->params, node->leaf);
  g_ptr_array_add (entry->aliases, g_strdup (alias));
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

  wanted_type (self, dtype, dims, n_dims, &type);
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

  wanted_type (self, dtype, dims, n_dims, &type);
  return trafo_builder_append (self, TRAFO_OP_IOTA, NULL, NULL, 0, &type);
}

/**
 * trafo_builder_embedding:
 * @self: a builder
 * @name: the module's name; its parameter is NAME.weight
 * @ids: int32 or int64, any shape
 * @n_embeddings: the number of rows
 * @embedding_size: the length of a row
 *
 * Looks up a row for each id.
 *
 * Returns: float32, @ids' shape and one more axis of @embedding_size
 */
TrafoSym
trafo_builder_embedding (TrafoBuilder *self,
                         const char   *name,
                         TrafoSym      ids,
                         gint64        n_embeddings,
                         gint64        embedding_size)
{
  g_autofree char *path = param_name (self, name, "weight");
  gint64           dims[] = { n_embeddings, embedding_size };
  TrafoSym         table = append_param (self, path, dims, 2, TRAFO_INITIALIZER_NORMAL);

  return trafo_builder_gather (self, table, ids);
}

static TrafoSym
append_linear (TrafoBuilder *self, TrafoSym x, TrafoSym weight, TrafoSym bias, gboolean is_in_out)
{
  TrafoLinearAttrs attrs = { .struct_size = sizeof attrs };
  TrafoSym         inputs[] = { x, weight, bias };

  attrs.is_in_out = is_in_out;
  attrs.has_bias = bias != 0;
  return trafo_builder_append (self, TRAFO_OP_LINEAR, &attrs, inputs, bias != 0 ? 3 : 2, NULL);
}

static TrafoSym
named_linear (TrafoBuilder *self,
              const char   *name,
              TrafoSym      x,
              gint64        n_out,
              gboolean      is_in_out,
              gboolean      has_bias)
{
  g_autofree char *weight_name = param_name (self, name, "weight");
  g_autofree char *bias_name = param_name (self, name, "bias");
  gint64           n_in = trafo_builder_get_dim (self, x, -1);
  gint64           dims[] = { is_in_out ? n_in : n_out, is_in_out ? n_out : n_in };
  TrafoSym         weight = append_param (self, weight_name, dims, 2, TRAFO_INITIALIZER_NORMAL);
  TrafoSym         bias = 0;

  if (has_bias)
    bias = append_param (self, bias_name, &n_out, 1, TRAFO_INITIALIZER_ZEROS);
  return append_linear (self, x, weight, bias, is_in_out);
}

/**
 * trafo_builder_linear:
 * @self: a builder
 * @name: the module's name; its parameters are NAME.weight, (@n_out, n_in), and NAME.bias
 * @x: float32, (..., n_in)
 * @n_out: the number of output features
 *
 * x W^T + b, as PyTorch's Linear.
 *
 * Returns: float32, (..., @n_out)
 */
TrafoSym
trafo_builder_linear (TrafoBuilder *self, const char *name, TrafoSym x, gint64 n_out)
{
  return named_linear (self, name, x, n_out, FALSE, TRUE);
}

/**
 * trafo_builder_linear_no_bias:
 * @self: a builder
 * @name: the module's name; its parameter is NAME.weight, (@n_out, n_in)
 * @x: float32, (..., n_in)
 * @n_out: the number of output features
 *
 * x W^T.
 *
 * Returns: float32, (..., @n_out)
 */
TrafoSym
trafo_builder_linear_no_bias (TrafoBuilder *self, const char *name, TrafoSym x, gint64 n_out)
{
  return named_linear (self, name, x, n_out, FALSE, FALSE);
}

/**
 * trafo_builder_linear_in_out:
 * @self: a builder
 * @name: the module's name; its parameters are NAME.weight, (n_in, @n_out), and NAME.bias
 * @x: float32, (..., n_in)
 * @n_out: the number of output features
 *
 * x W + b, as the Conv1D of transformers' GPT-2.
 *
 * Returns: float32, (..., @n_out)
 */
TrafoSym
trafo_builder_linear_in_out (TrafoBuilder *self, const char *name, TrafoSym x, gint64 n_out)
{
  return named_linear (self, name, x, n_out, TRUE, TRUE);
}

/**
 * trafo_builder_linear_with:
 * @self: a builder
 * @x: float32, (..., n_in)
 * @weight: (n_out, n_in)
 * @bias: (n_out), or 0 for none
 *
 * x W^T + b with a weight that has its name elsewhere, such as a tied embedding.
 *
 * Returns: float32, (..., n_out)
 */
TrafoSym
trafo_builder_linear_with (TrafoBuilder *self, TrafoSym x, TrafoSym weight, TrafoSym bias)
{
  return append_linear (self, x, weight, bias, FALSE);
}

/**
 * trafo_builder_layer_norm:
 * @self: a builder
 * @name: the module's name; its parameters are NAME.weight and NAME.bias
 * @x: float32, (..., C)
 * @epsilon: what is added to the variance
 *
 * Layer normalisation over the last axis (Ba et al. 2016).
 *
 * Returns: float32, of @x's shape
 */
TrafoSym
trafo_builder_layer_norm (TrafoBuilder *self, const char *name, TrafoSym x, double epsilon)
{
  g_autofree char    *weight_name = param_name (self, name, "weight");
  g_autofree char    *bias_name = param_name (self, name, "bias");
  gint64              size = trafo_builder_get_dim (self, x, -1);
  TrafoLayerNormAttrs attrs = { .struct_size = sizeof attrs, .epsilon = epsilon };
  TrafoSym            inputs[3] = { x };

  inputs[1] = append_param (self, weight_name, &size, 1, TRAFO_INITIALIZER_ONES);
  inputs[2] = append_param (self, bias_name, &size, 1, TRAFO_INITIALIZER_ZEROS);
  return trafo_builder_append (self, TRAFO_OP_LAYER_NORM, &attrs, inputs, 3, NULL);
}

/**
 * trafo_builder_attention:
 * @self: a builder
 * @q: float32, (batch, sequence, heads * head size)
 * @k: float32, (batch, keys, key heads * head size)
 * @v: as @k
 * @attention: the numbers of heads and the rest
 *
 * Scaled dot-product attention over heads (Vaswani et al. 2017, section 3.2).
 *
 * Padding is not the model's business: a program that gets an attention_mask applies it here.
 *
 * Returns: float32, of @q's shape
 */
TrafoSym
trafo_builder_attention (TrafoBuilder         *self,
                         TrafoSym              q,
                         TrafoSym              k,
                         TrafoSym              v,
                         const TrafoAttention *attention)
{
  TrafoAttentionAttrs attrs = { .struct_size = sizeof attrs };
  TrafoSym            inputs[] = { q, k, v, 0 };

  attrs.n_heads = attention->n_heads;
  attrs.n_kv_heads = attention->n_kv_heads != 0 ? attention->n_kv_heads : attention->n_heads;
  attrs.head_size = attention->head_size;
  attrs.is_causal = attention->is_causal;
  attrs.scale = attention->scale;
  attrs.has_mask = self->variant.has_mask;
  if (attrs.has_mask)
    inputs[3] = token_input (self, "attention_mask", TRAFO_FILL_RULE_REQUIRED);
  return trafo_builder_append (self,
                               TRAFO_OP_ATTENTION,
                               &attrs,
                               inputs,
                               attrs.has_mask ? 4 : 3,
                               NULL);
}

/* The names of transformers' ACT2FN. */
static const struct
{
  const char     *name;
  TrafoActivation activation;
} activations[] = {
  { "gelu", TRAFO_ACTIVATION_GELU },
  { "gelu_python", TRAFO_ACTIVATION_GELU },
  { "gelu_new", TRAFO_ACTIVATION_GELU_TANH },
  { "gelu_fast", TRAFO_ACTIVATION_GELU_TANH },
  { "gelu_pytorch_tanh", TRAFO_ACTIVATION_GELU_TANH },
  { "quick_gelu", TRAFO_ACTIVATION_QUICK_GELU },
  { "relu", TRAFO_ACTIVATION_RELU },
  { "silu", TRAFO_ACTIVATION_SILU },
  { "swish", TRAFO_ACTIVATION_SILU },
  { "tanh", TRAFO_ACTIVATION_TANH },
  { "sigmoid", TRAFO_ACTIVATION_SIGMOID },
  { "linear", TRAFO_ACTIVATION_NONE },
};

/**
 * trafo_builder_activation:
 * @self: a builder
 * @x: float32, any shape
 * @name: as in config.json: "gelu", "gelu_new", "relu", ...
 *
 * Applies an activation function to each element.
 *
 * Returns: float32, of @x's shape
 */
TrafoSym
trafo_builder_activation (TrafoBuilder *self, TrafoSym x, const char *name)
{
  TrafoActivationAttrs attrs = { .struct_size = sizeof attrs };

  for (gsize i = 0; i < G_N_ELEMENTS (activations); i++)
    if (g_strcmp0 (name, activations[i].name) == 0)
      {
        attrs.activation = activations[i].activation;
        if (attrs.activation == TRAFO_ACTIVATION_NONE)
          return x;
        return append_1 (self, TRAFO_OP_ACTIVATION, &attrs, x);
      }
  return fail (self,
               TRAFO_ERROR_UNSUPPORTED,
               "activation function '%s' is unknown; expected gelu, gelu_new, relu, silu, "
               "quick_gelu, tanh, sigmoid or another name of these",
               name != NULL ? name : "(null)");
}

/**
 * trafo_builder_dropout:
 * @self: a builder
 * @x: float32, any shape
 * @probability: the share of elements that training sets to 0
 *
 * Dropout (Srivastava et al. 2014): @x itself except in training.
 *
 * Returns: float32, of @x's shape
 */
TrafoSym
trafo_builder_dropout (TrafoBuilder *self, TrafoSym x, double probability)
{
  if (!self->variant.is_training || probability <= 0)
    return x;
  return fail (self, TRAFO_ERROR_UNSUPPORTED, "dropout in training is not supported");
}

/**
 * trafo_builder_softmax:
 * @self: a builder
 * @x: float32, any shape
 * @axis: the axis to normalise over; -1 is the last
 *
 * exp (x) divided by its sum over @axis.
 *
 * Returns: float32, of @x's shape
 */
TrafoSym
trafo_builder_softmax (TrafoBuilder *self, TrafoSym x, gint axis)
{
  TrafoAxisAttrs attrs = { .struct_size = sizeof attrs, .axis = resolve_axis (self, x, axis) };

  return append_1 (self, TRAFO_OP_SOFTMAX, &attrs, x);
}

/**
 * trafo_builder_add:
 * @self: a builder
 * @a: a tensor
 * @b: another of the same dtype; both broadcast as in numpy
 *
 * a + b, element by element.
 *
 * Returns: a tensor of the operands' dtype
 */
TrafoSym
trafo_builder_add (TrafoBuilder *self, TrafoSym a, TrafoSym b)
{
  return append_2 (self, TRAFO_OP_ADD, NULL, a, b);
}

/**
 * trafo_builder_sub:
 * @self: a builder
 * @a: a tensor
 * @b: another of the same dtype; both broadcast as in numpy
 *
 * a - b, element by element.
 *
 * Returns: a tensor of the operands' dtype
 */
TrafoSym
trafo_builder_sub (TrafoBuilder *self, TrafoSym a, TrafoSym b)
{
  return append_2 (self, TRAFO_OP_SUB, NULL, a, b);
}

/**
 * trafo_builder_mul:
 * @self: a builder
 * @a: a tensor
 * @b: another of the same dtype; both broadcast as in numpy
 *
 * a * b, element by element.
 *
 * Returns: a tensor of the operands' dtype
 */
TrafoSym
trafo_builder_mul (TrafoBuilder *self, TrafoSym a, TrafoSym b)
{
  return append_2 (self, TRAFO_OP_MUL, NULL, a, b);
}

/**
 * trafo_builder_div:
 * @self: a builder
 * @a: a tensor
 * @b: another of the same dtype; both broadcast as in numpy
 *
 * a / b, element by element.
 *
 * Returns: a tensor of the operands' dtype
 */
TrafoSym
trafo_builder_div (TrafoBuilder *self, TrafoSym a, TrafoSym b)
{
  return append_2 (self, TRAFO_OP_DIV, NULL, a, b);
}

/**
 * trafo_builder_pow:
 * @self: a builder
 * @a: a tensor
 * @b: another of the same dtype; both broadcast as in numpy
 *
 * a to the power of b, element by element.
 *
 * Returns: a tensor of the operands' dtype
 */
TrafoSym
trafo_builder_pow (TrafoBuilder *self, TrafoSym a, TrafoSym b)
{
  return append_2 (self, TRAFO_OP_POW, NULL, a, b);
}

/**
 * trafo_builder_maximum:
 * @self: a builder
 * @a: a tensor
 * @b: another of the same dtype; both broadcast as in numpy
 *
 * The larger of a and b, element by element.
 *
 * Returns: a tensor of the operands' dtype
 */
TrafoSym
trafo_builder_maximum (TrafoBuilder *self, TrafoSym a, TrafoSym b)
{
  return append_2 (self, TRAFO_OP_MAXIMUM, NULL, a, b);
}

/**
 * trafo_builder_minimum:
 * @self: a builder
 * @a: a tensor
 * @b: another of the same dtype; both broadcast as in numpy
 *
 * The smaller of a and b, element by element.
 *
 * Returns: a tensor of the operands' dtype
 */
TrafoSym
trafo_builder_minimum (TrafoBuilder *self, TrafoSym a, TrafoSym b)
{
  return append_2 (self, TRAFO_OP_MINIMUM, NULL, a, b);
}

/**
 * trafo_builder_neg:
 * @self: a builder
 * @x: a float type, any shape
 *
 * -x, element by element.
 *
 * Returns: of @x's shape and dtype
 */
TrafoSym
trafo_builder_neg (TrafoBuilder *self, TrafoSym x)
{
  return append_1 (self, TRAFO_OP_NEG, NULL, x);
}

/**
 * trafo_builder_sqrt:
 * @self: a builder
 * @x: a float type, any shape
 *
 * The square root, element by element.
 *
 * Returns: of @x's shape and dtype
 */
TrafoSym
trafo_builder_sqrt (TrafoBuilder *self, TrafoSym x)
{
  return append_1 (self, TRAFO_OP_SQRT, NULL, x);
}

/**
 * trafo_builder_rsqrt:
 * @self: a builder
 * @x: a float type, any shape
 *
 * 1 / sqrt (x), element by element.
 *
 * Returns: of @x's shape and dtype
 */
TrafoSym
trafo_builder_rsqrt (TrafoBuilder *self, TrafoSym x)
{
  return append_1 (self, TRAFO_OP_RSQRT, NULL, x);
}

/**
 * trafo_builder_exp:
 * @self: a builder
 * @x: a float type, any shape
 *
 * e to the power of x, element by element.
 *
 * Returns: of @x's shape and dtype
 */
TrafoSym
trafo_builder_exp (TrafoBuilder *self, TrafoSym x)
{
  return append_1 (self, TRAFO_OP_EXP, NULL, x);
}

/**
 * trafo_builder_log:
 * @self: a builder
 * @x: a float type, any shape
 *
 * The natural logarithm, element by element.
 *
 * Returns: of @x's shape and dtype
 */
TrafoSym
trafo_builder_log (TrafoBuilder *self, TrafoSym x)
{
  return append_1 (self, TRAFO_OP_LOG, NULL, x);
}

/**
 * trafo_builder_tanh:
 * @self: a builder
 * @x: a float type, any shape
 *
 * The hyperbolic tangent, element by element.
 *
 * Returns: of @x's shape and dtype
 */
TrafoSym
trafo_builder_tanh (TrafoBuilder *self, TrafoSym x)
{
  return append_1 (self, TRAFO_OP_TANH, NULL, x);
}

/**
 * trafo_builder_erf:
 * @self: a builder
 * @x: a float type, any shape
 *
 * The error function, element by element.
 *
 * Returns: of @x's shape and dtype
 */
TrafoSym
trafo_builder_erf (TrafoBuilder *self, TrafoSym x)
{
  return append_1 (self, TRAFO_OP_ERF, NULL, x);
}

/**
 * trafo_builder_sigmoid:
 * @self: a builder
 * @x: a float type, any shape
 *
 * 1 / (1 + exp (-x)), element by element.
 *
 * Returns: of @x's shape and dtype
 */
TrafoSym
trafo_builder_sigmoid (TrafoBuilder *self, TrafoSym x)
{
  return append_1 (self, TRAFO_OP_SIGMOID, NULL, x);
}

/**
 * trafo_builder_compare:
 * @self: a builder
 * @comparison: the relation
 * @a: a tensor
 * @b: another of the same dtype; both broadcast as in numpy
 *
 * Compares element by element.
 *
 * Returns: bool
 */
TrafoSym
trafo_builder_compare (TrafoBuilder *self, TrafoComparison comparison, TrafoSym a, TrafoSym b)
{
  TrafoCompareAttrs attrs = { .struct_size = sizeof attrs, .comparison = comparison };

  return append_2 (self, TRAFO_OP_COMPARE, &attrs, a, b);
}

/**
 * trafo_builder_where:
 * @self: a builder
 * @condition: bool
 * @a: what is taken where it is true
 * @b: what is taken elsewhere, of the same dtype; all broadcast as in numpy
 *
 * Chooses element by element.
 *
 * Returns: a tensor of the operands' dtype
 */
TrafoSym
trafo_builder_where (TrafoBuilder *self, TrafoSym condition, TrafoSym a, TrafoSym b)
{
  TrafoSym inputs[] = { condition, a, b };

  return trafo_builder_append (self, TRAFO_OP_WHERE, NULL, inputs, 3, NULL);
}

/**
 * trafo_builder_cast:
 * @self: a builder
 * @x: any shape and dtype
 * @dtype: the type wanted
 *
 * Converts each element: floats round to nearest even, towards zero when they become integers.
 *
 * Returns: of @x's shape
 */
TrafoSym
trafo_builder_cast (TrafoBuilder *self, TrafoSym x, TrafoDType dtype)
{
  TrafoValueType type = { .dtype = dtype };

  if (self->error == NULL && trafo_builder_get_dtype (self, x) == dtype)
    return x;
  return trafo_builder_append (self, TRAFO_OP_CAST, NULL, &x, 1, &type);
}

static TrafoSym
reduce (TrafoBuilder *self, guint op, TrafoSym x, gint axis)
{
  TrafoAxisAttrs attrs = { .struct_size = sizeof attrs, .axis = resolve_axis (self, x, axis) };

  return append_1 (self, op, &attrs, x);
}

/**
 * trafo_builder_sum:
 * @self: a builder
 * @x: any shape
 * @axis: the axis to reduce, which stays with length 1; -1 is the last
 *
 * The sum over one axis.
 *
 * Returns: of @x's dtype
 */
TrafoSym
trafo_builder_sum (TrafoBuilder *self, TrafoSym x, gint axis)
{
  return reduce (self, TRAFO_OP_SUM, x, axis);
}

/**
 * trafo_builder_mean:
 * @self: a builder
 * @x: any shape
 * @axis: the axis to reduce, which stays with length 1; -1 is the last
 *
 * The mean over one axis.
 *
 * Returns: of @x's dtype
 */
TrafoSym
trafo_builder_mean (TrafoBuilder *self, TrafoSym x, gint axis)
{
  return reduce (self, TRAFO_OP_MEAN, x, axis);
}

/**
 * trafo_builder_max:
 * @self: a builder
 * @x: any shape
 * @axis: the axis to reduce, which stays with length 1; -1 is the last
 *
 * The largest element over one axis.
 *
 * Returns: of @x's dtype
 */
TrafoSym
trafo_builder_max (TrafoBuilder *self, TrafoSym x, gint axis)
{
  return reduce (self, TRAFO_OP_MAX, x, axis);
}

/**
 * trafo_builder_matmul:
 * @self: a builder
 * @a: float32, (..., M, K)
 * @b: float32, (..., K, N); leading axes broadcast as in numpy
 * @transpose_a: @a is (..., K, M)
 * @transpose_b: @b is (..., N, K)
 *
 * Matrix product over the last two axes.
 *
 * Returns: float32, (..., M, N)
 */
TrafoSym
trafo_builder_matmul (TrafoBuilder *self,
                      TrafoSym      a,
                      TrafoSym      b,
                      gboolean      transpose_a,
                      gboolean      transpose_b)
{
  TrafoMatmulAttrs attrs = { .struct_size = sizeof attrs };

  attrs.transpose_a = transpose_a;
  attrs.transpose_b = transpose_b;
  return append_2 (self, TRAFO_OP_MATMUL, &attrs, a, b);
}

/* An input that indexes a table must stay inside it; checked before each run. */
static void
bound_input (TrafoBuilder *self, TrafoSym ids, gint64 n, gint64 ignored)
{
  const TrafoNode *node = trafo_graph_get_node (self->graph, ids);
  TrafoGraphInput *input;

  if (node == NULL || node->op->id != TRAFO_OP_INPUT || n < 0)
    return;
  input = g_ptr_array_index (self->graph->inputs, node->leaf);
  input->min_value = MAX (input->min_value, 0);
  input->max_value = MIN (input->max_value, n - 1);
  input->ignored_value = ignored;
}

/**
 * trafo_builder_gather:
 * @self: a builder
 * @table: (n, ...)
 * @ids: int32 or int64, any shape
 *
 * The entries of @table with the numbers @ids.
 *
 * Ids that come straight from an input are checked before a run; others are clamped.
 *
 * Returns: @ids' shape followed by @table's without its first axis
 */
TrafoSym
trafo_builder_gather (TrafoBuilder *self, TrafoSym table, TrafoSym ids)
{
  TrafoSym result = append_2 (self, TRAFO_OP_GATHER, NULL, table, ids);

  if (result != 0)
    bound_input (self, ids, trafo_builder_get_dim (self, table, 0), G_MININT64);
  return result;
}

/**
 * trafo_builder_scatter_add:
 * @self: a builder
 * @x: float32, (n, ...)
 * @ids: int32 or int64, any shape
 * @y: float32, @ids' shape followed by @x's without its first axis
 *
 * @x with each entry of @y added to the entry that its id names.
 *
 * Returns: float32, of @x's shape
 */
TrafoSym
trafo_builder_scatter_add (TrafoBuilder *self, TrafoSym x, TrafoSym ids, TrafoSym y)
{
  TrafoSym inputs[] = { x, ids, y };

  return trafo_builder_append (self, TRAFO_OP_SCATTER_ADD, NULL, inputs, 3, NULL);
}

/**
 * trafo_builder_concat:
 * @self: a builder
 * @parts: (array length=n_parts): tensors that differ in the length of one axis at most
 * @n_parts: how many, at least 1
 * @axis: that axis; -1 is the last
 *
 * Joins tensors along an axis.
 *
 * Returns: the joined tensor
 */
TrafoSym
trafo_builder_concat (TrafoBuilder *self, const TrafoSym *parts, gsize n_parts, gint axis)
{
  TrafoAxisAttrs attrs = { .struct_size = sizeof attrs };
  TrafoSym       joined;

  if (n_parts == 0)
    return fail (self, TRAFO_ERROR_INVALID_ARGUMENT, "concat: found no tensor");
  attrs.axis = resolve_axis (self, parts[0], axis);
  joined = parts[0];
  for (gsize i = 1; i < n_parts;)
    {
      TrafoSym inputs[TRAFO_MAX_OP_INPUTS] = { joined };
      guint    n = 1;

      while (i < n_parts && n < TRAFO_MAX_OP_INPUTS)
        inputs[n++] = parts[i++];
      joined = trafo_builder_append (self, TRAFO_OP_CONCAT, &attrs, inputs, n, NULL);
    }
  return joined;
}

/**
 * trafo_builder_copy:
 * @self: a builder
 * @x: any shape and dtype
 *
 * The same elements, row-major without gaps.
 *
 * Returns: of @x's shape
 */
TrafoSym
trafo_builder_copy (TrafoBuilder *self, TrafoSym x)
{
  return append_1 (self, TRAFO_OP_COPY, NULL, x);
}

/**
 * trafo_builder_reshape:
 * @self: a builder
 * @x: any shape and dtype
 * @dims: (array length=n_dims): the new shape, with as many elements
 * @n_dims: the number of axes
 *
 * The same elements under another shape.
 *
 * Returns: of shape @dims
 */
TrafoSym
trafo_builder_reshape (TrafoBuilder *self, TrafoSym x, const gint64 *dims, gsize n_dims)
{
  TrafoValueType type;

  wanted_type (self, TRAFO_DTYPE_NONE, dims, n_dims, &type);
  return trafo_builder_append (self, TRAFO_OP_RESHAPE, NULL, &x, 1, &type);
}

/**
 * trafo_builder_permute:
 * @self: a builder
 * @x: any shape and dtype
 * @axes: (array length=n_axes): for each axis of the result, the axis of @x it is
 * @n_axes: the number of axes of @x
 *
 * Reorders the axes.
 *
 * Returns: the view
 */
TrafoSym
trafo_builder_permute (TrafoBuilder *self, TrafoSym x, const guint *axes, gsize n_axes)
{
  TrafoPermuteAttrs attrs = { .struct_size = sizeof attrs };

  if (n_axes != trafo_builder_get_n_dims (self, x) || n_axes > TRAFO_MAX_DIMS)
    return fail (self,
                 TRAFO_ERROR_SHAPE,
                 "permute: found %" G_GSIZE_FORMAT " axes for a tensor with %u",
                 n_axes,
                 trafo_builder_get_n_dims (self, x));
  for (gsize i = 0; i < n_axes; i++)
    attrs.axes[i] = axes[i];
  return append_1 (self, TRAFO_OP_PERMUTE, &attrs, x);
}

/**
 * trafo_builder_slice:
 * @self: a builder
 * @x: any shape and dtype
 * @axis: the axis to cut; -1 is the last
 * @start: the first index kept; a dimension
 * @length: how many are kept; a dimension
 * @step: the distance between them, at least 1
 *
 * Keeps a part of one axis.
 *
 * Returns: the view
 */
TrafoSym
trafo_builder_slice (TrafoBuilder *self,
                     TrafoSym      x,
                     gint          axis,
                     gint64        start,
                     gint64        length,
                     gint64        step)
{
  TrafoSliceAttrs attrs = { .struct_size = sizeof attrs, .axis = resolve_axis (self, x, axis) };
  TrafoValueType  type;

  if (self->error != NULL)
    return 0;
  type = *type_of (self, x);
  type.dims[attrs.axis] = concrete (self, length);
  attrs.start = concrete (self, start);
  attrs.step = step;
  return trafo_builder_append (self, TRAFO_OP_SLICE, &attrs, &x, 1, &type);
}

/**
 * trafo_builder_select:
 * @self: a builder
 * @x: any shape and dtype
 * @axis: an axis; -1 is the last
 * @index: an index on it; a dimension
 *
 * Keeps one entry of an axis, which thereby goes.
 *
 * Returns: the view, with one axis less
 */
TrafoSym
trafo_builder_select (TrafoBuilder *self, TrafoSym x, gint axis, gint64 index)
{
  TrafoSym              cut = trafo_builder_slice (self, x, axis, index, 1, 1);
  const TrafoValueType *type;
  gint64                dims[TRAFO_MAX_DIMS];
  guint                 n_dims = 0, dropped;

  if (cut == 0)
    return 0;
  type = type_of (self, cut);
  dropped = resolve_axis (self, cut, axis);
  for (guint i = 0; i < type->n_dims; i++)
    if (i != dropped)
      dims[n_dims++] = type->dims[i];
  return trafo_builder_reshape (self, cut, dims, n_dims);
}

/**
 * trafo_builder_broadcast:
 * @self: a builder
 * @x: any shape and dtype
 * @dims: (array length=n_dims): a shape that @x broadcasts to as in numpy
 * @n_dims: the number of axes
 *
 * Repeats axes of length 1, and adds leading ones, without a copy.
 *
 * Returns: of shape @dims
 */
TrafoSym
trafo_builder_broadcast (TrafoBuilder *self, TrafoSym x, const gint64 *dims, gsize n_dims)
{
  TrafoValueType type;

  wanted_type (self, TRAFO_DTYPE_NONE, dims, n_dims, &type);
  return trafo_builder_append (self, TRAFO_OP_BROADCAST, NULL, &x, 1, &type);
}

static TrafoSym
sum_all (TrafoBuilder *self, TrafoSym x)
{
  const TrafoValueType *type = type_of (self, x);
  gint64                n = 1;

  if (type == NULL)
    return 0;
  n = trafo_dims_product (self->graph->dims, type->dims, type->n_dims);
  x = trafo_builder_sum (self, trafo_builder_reshape (self, x, &n, 1), 0);
  return trafo_builder_reshape (self, x, NULL, 0);
}

/**
 * trafo_builder_cross_entropy:
 * @self: a builder
 * @logits: float32, (..., classes)
 * @labels: int64, @logits' shape without its last axis
 *
 * The mean of -log softmax (logits) at the labels. Labels that name no class, such as -100, do not
 * count; straight inputs are checked to be classes or -100.
 *
 * Returns: float32, without axes
 */
TrafoSym
trafo_builder_cross_entropy (TrafoBuilder *self, TrafoSym logits, TrafoSym labels)
{
  gint64   n_classes = trafo_builder_get_dim (self, logits, -1);
  gint64   dims[TRAFO_MAX_DIMS + 1];
  guint    n_dims = trafo_builder_get_n_dims (self, labels);
  TrafoSym z, is_label, picked, valid, loss;

  if (self->error != NULL || n_dims >= TRAFO_MAX_DIMS)
    return 0;
  bound_input (self, labels, n_classes, -100);
  for (guint i = 0; i < n_dims; i++)
    dims[i] = trafo_builder_get_dim (self, labels, i);
  dims[n_dims] = 1;
  labels = trafo_builder_reshape (self, labels, dims, n_dims + 1);
  is_label = trafo_builder_compare (self,
                                    TRAFO_COMPARE_EQUAL,
                                    trafo_builder_iota (self, TRAFO_DTYPE_INT64, &n_classes, 1),
                                    labels);
  z = trafo_builder_sub (self, logits, trafo_builder_max (self, logits, -1));
  picked =
      trafo_builder_where (self, is_label, z, trafo_builder_scalar (self, 0, TRAFO_DTYPE_FLOAT32));
  valid = trafo_builder_sum (self, trafo_builder_cast (self, is_label, TRAFO_DTYPE_FLOAT32), -1);
  loss = trafo_builder_log (self, trafo_builder_sum (self, trafo_builder_exp (self, z), -1));
  loss = trafo_builder_sub (self, loss, trafo_builder_sum (self, picked, -1));
  loss = sum_all (self, trafo_builder_mul (self, loss, valid));
  return trafo_builder_div (self, loss, sum_all (self, valid));
}

/**
 * trafo_builder_output:
 * @self: a builder
 * @name: the output's name, as in Hugging Face's ModelOutput
 * @x: a value
 *
 * Makes a value a result of the program.
 */
void
trafo_builder_output (TrafoBuilder *self, const char *name, TrafoSym x)
{
  TrafoGraphOutput *output;

  if (self->error != NULL || type_of (self, x) == NULL)
    return;
  output = g_new0 (TrafoGraphOutput, 1);
  output->name = g_strdup (name);
  output->sym = x;
  g_ptr_array_add (self->graph->outputs, output);
}

/**
 * trafo_builder_hidden_state:
 * @self: a builder
 * @x: (batch, sequence, hidden size)
 *
 * Makes a value the next of hidden_states.0, .1, ... in programs that were asked for them: first
 * the embeddings, then the result of each layer.
 */
void
trafo_builder_hidden_state (TrafoBuilder *self, TrafoSym x)
{
  g_autofree char *name = NULL;

  if (!self->variant.has_hidden_states)
    return;
  name = g_strdup_printf ("hidden_states.%u", self->n_hidden_states++);
  trafo_builder_output (self, name, x);
}

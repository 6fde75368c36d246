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
  guint                max_params;
  GError              *error;
};

G_DEFINE_FINAL_TYPE (TrafoBuilder, trafo_builder, G_TYPE_OBJECT)

static void
trafo_builder_finalize (GObject *object)
{
  TrafoBuilder *self = TRAFO_BUILDER (object);

  if (self->executor.destroy != NULL)
    self->executor.destroy (self->executor.data);
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
  self->max_params = G_MAXUINT;
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

void
trafo_builder_set_max_params (TrafoBuilder *self, guint max_params)
{
  self->max_params = max_params;
}

TrafoGraph *
trafo_builder_get_graph (TrafoBuilder *self)
{
  return self->graph;
}

gpointer
trafo_builder_get_executor (TrafoBuilder *self)
{
  return self->is_eager ? self->executor.data : NULL;
}

const TrafoVariant *
trafo_builder_get_variant (TrafoBuilder *self)
{
  return &self->variant;
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

gboolean
trafo_builder_build (TrafoBuilder *self, TrafoModel *model, GError **error)
{
  g_autoptr (GError) local = NULL;
  gboolean done = trafo_model_build (model, self, &local);

  if (!trafo_builder_check (self, error))
    return FALSE;
  if (!done)
    g_propagate_error (error, g_steal_pointer (&local));
  return done;
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

TrafoSym
trafo_builder_failf (TrafoBuilder *self, TrafoError code, const char *format, ...)
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
 * trafo_builder_get_labels_dtype:
 * @self: a builder
 *
 * The type of the labels that the caller gives, for which a loss is wanted.
 *
 * Returns: %TRAFO_DTYPE_INT64 for classes, %TRAFO_DTYPE_FLOAT32 for numbers, %TRAFO_DTYPE_NONE if
 *   there are no labels
 */
TrafoDType
trafo_builder_get_labels_dtype (TrafoBuilder *self)
{
  return self->variant.labels_dtype;
}

/**
 * trafo_builder_has_token_type_ids:
 * @self: a builder
 *
 * Whether the caller gives segments, for a model that does something else without them.
 *
 * Returns: %TRUE if so
 */
gboolean
trafo_builder_has_token_type_ids (TrafoBuilder *self)
{
  return self->variant.has_token_types;
}

/**
 * trafo_builder_set_initializer_range:
 * @self: a builder
 * @range: the standard deviation of %TRAFO_INITIALIZER_NORMAL, 0.02 if never set
 *
 * Says how the parameters that follow begin without a checkpoint.
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

TrafoSym
trafo_builder_append_unary (TrafoBuilder *self, guint op, const void *attrs, TrafoSym x)
{
  return trafo_builder_append (self, op, attrs, &x, 1, NULL);
}

TrafoSym
trafo_builder_append_binary (TrafoBuilder *self,
                             guint         op,
                             const void   *attrs,
                             TrafoSym      a,
                             TrafoSym      b)
{
  TrafoSym inputs[] = { a, b };

  return trafo_builder_append (self, op, attrs, inputs, 2, NULL);
}

const TrafoValueType *
trafo_builder_type_of (TrafoBuilder *self, TrafoSym x)
{
  const TrafoNode *node = trafo_graph_get_node (self->graph, x);

  if (node == NULL)
    trafo_builder_failf (self,
                         TRAFO_ERROR_INVALID_ARGUMENT,
                         "found no value where a tensor is expected");
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
  const TrafoValueType *type = trafo_builder_type_of (self, x);

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
  const TrafoValueType *type = trafo_builder_type_of (self, x);

  return type != NULL ? type->n_dims : 0;
}

/* Negative axes count from the end; G_MAXUINT after an error. */
guint
trafo_builder_resolve_axis (TrafoBuilder *self, TrafoSym x, gint axis)
{
  const TrafoValueType *type = trafo_builder_type_of (self, x);

  if (type == NULL)
    return G_MAXUINT;
  if (axis < 0)
    axis += (gint) type->n_dims;
  if (axis >= 0 && axis < (gint) type->n_dims)
    return axis;
  trafo_builder_failf (self,
                       TRAFO_ERROR_SHAPE,
                       "found axis %d of a tensor with %u axes",
                       axis,
                       type->n_dims);
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
  guint i = trafo_builder_resolve_axis (self, x, axis);

  return i != G_MAXUINT ? trafo_builder_type_of (self, x)->dims[i] : 0;
}

/* In an eager builder the slots have numbers as soon as an input has them; those of a cache that no
 * input has are 0. */
gint64
trafo_builder_concrete_dim (TrafoBuilder *self, gint64 dim)
{
  g_autofree gint64 *values = NULL;
  gint64             slots[TRAFO_N_SLOTS];

  if (dim < 0 && dim >= -TRAFO_N_SLOTS)
    return self->slots[-dim - 1];
  if (dim >= 0 || !self->is_eager || !trafo_dims_contains (self->graph->dims, dim))
    return dim;
  memcpy (slots, self->slots, sizeof slots);
  for (guint i = 0; i < TRAFO_N_SLOTS; i++)
    if (slots[i] < 0 && i < -TRAFO_DIM_PAGES - 1)
      return dim;
    else
      slots[i] = MAX (slots[i], 0);
  values = g_new (gint64, trafo_dims_get_size (self->graph->dims));
  trafo_dims_evaluate (self->graph->dims, slots, values);
  return trafo_dims_resolve (values, dim);
}

void
trafo_builder_wanted_type (TrafoBuilder   *self,
                           TrafoDType      dtype,
                           const gint64   *dims,
                           gsize           n_dims,
                           TrafoValueType *ret_type)
{
  memset (ret_type, 0, sizeof *ret_type);
  ret_type->dtype = dtype;
  if (n_dims > TRAFO_MAX_DIMS)
    {
      trafo_builder_failf (self,
                           TRAFO_ERROR_SHAPE,
                           "found %" G_GSIZE_FORMAT " axes, expected at most %d",
                           n_dims,
                           TRAFO_MAX_DIMS);
      return;
    }
  ret_type->n_dims = n_dims;
  for (gsize i = 0; i < n_dims; i++)
    ret_type->dims[i] = trafo_builder_concrete_dim (self, dims[i]);
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
  return trafo_dims_add (self->graph->dims,
                         trafo_builder_concrete_dim (self, a),
                         trafo_builder_concrete_dim (self, b));
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
  return trafo_dims_mul (self->graph->dims,
                         trafo_builder_concrete_dim (self, a),
                         trafo_builder_concrete_dim (self, b));
}

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
 */
void
trafo_builder_tie (TrafoBuilder *self, TrafoSym param, const char *alias)
{
  const TrafoNode *node = trafo_graph_get_node (self->graph, param);

  if (self->error != NULL)
    return;
  if (node == NULL || node->op->id != TRAFO_OP_PARAM)
    {
      trafo_builder_failf (self,
                           TRAFO_ERROR_INVALID_ARGUMENT,
                           "'%s' is tied to what is no parameter",
                           alias);
      return;
    }
  trafo_graph_add_alias (self->graph, g_ptr_array_index (self->graph->params, node->leaf), alias);
}

/**
 * trafo_builder_output:
 * @self: a builder
 * @name: the output's name, as in Hugging Face's ModelOutput
 * @x: a value
 *
 * Makes a value a result of the program. Two of the same name are an error.
 */
void
trafo_builder_output (TrafoBuilder *self, const char *name, TrafoSym x)
{
  TrafoGraphOutput *output;

  if (self->error != NULL || trafo_builder_type_of (self, x) == NULL)
    return;
  for (guint i = 0; i < self->graph->outputs->len; i++)
    {
      output = g_ptr_array_index (self->graph->outputs, i);
      if (g_str_equal (output->name, name))
        {
          trafo_builder_failf (self,
                               TRAFO_ERROR_INVALID_ARGUMENT,
                               "output '%s' is there twice",
                               name);
          return;
        }
    }
  output = g_new0 (TrafoGraphOutput, 1);
  output->name = g_strdup (name);
  output->sym = x;
  g_ptr_array_add (self->graph->outputs, output);
}

/**
 * trafo_builder_hidden_state:
 * @self: a builder
 * @x: of shape (batch, sequence, hidden size)
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

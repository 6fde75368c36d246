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

G_DEFINE_FINAL_TYPE (TrafoBuilder, trafo_builder, G_TYPE_OBJECT)

static void
trafo_builder_finalize (GObject *object)
{
  TrafoBuilder *self = TRAFO_BUILDER (object);

  if (self->executor.destroy != NULL)
    self->executor.destroy (self->executor.data);
  g_clear_pointer (&self->graph, trafo_graph_free);
  g_clear_pointer (&self->untied, g_hash_table_unref);
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

void
trafo_builder_set_untied (TrafoBuilder *self, GHashTable *untied)
{
  g_clear_pointer (&self->untied, g_hash_table_unref);
  self->untied = untied != NULL ? g_hash_table_ref (untied) : NULL;
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
  if (length > 0 && *name != '\0')
    g_string_append_c (self->scope, '.');
  g_string_append (self->scope, name);
  if (index >= 0)
    g_string_append_printf (self->scope, ".%d", index);
  trafo_graph_set_path (self->graph, self->scope->str);
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
  trafo_graph_set_path (self->graph, self->scope->str);
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

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-model-eager-private.h"

#include "trafo-eager-private.h"
#include "trafo-model-inputs-private.h"
#include "trafo-tensor-private.h"

typedef struct
{
  TrafoModel       *model;
  TrafoModelSource *source;
  TrafoTensorDict  *inputs;
} Leaves;

/* Zeros, or each row 0, 1, ..., as an execution fills in what is left out. */
static TrafoTensor *
fill (const char *name, TrafoFillRule rule, const TrafoValueType *type, GError **error)
{
  g_autoptr (TrafoTensor) filled = NULL;
  gint64 *values;
  gint64  width;

  if (rule == TRAFO_FILL_RULE_REQUIRED)
    {
      g_set_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT, "input '%s' is missing", name);
      return NULL;
    }
  filled = trafo_tensor_new (type->dtype, type->dims, type->n_dims, error);
  if (filled == NULL || rule != TRAFO_FILL_RULE_POSITIONS)
    return g_steal_pointer (&filled);
  values = trafo_tensor_get_data (filled);
  width = type->n_dims > 0 ? type->dims[type->n_dims - 1] : 1;
  for (gint64 i = 0; i < trafo_tensor_get_n_elements (filled); i++)
    values[i] = i % width;
  return g_steal_pointer (&filled);
}

static TrafoTensor *
find_input (gpointer              data,
            const char           *name,
            TrafoFillRule         rule,
            const TrafoValueType *type,
            GError              **error)
{
  Leaves      *self = data;
  TrafoTensor *given = trafo_tensor_dict_get (self->inputs, name);

  if (given == NULL)
    return fill (name, rule, type, error);
  return trafo_model_inputs_convert (name, given, type, error);
}

/* The checkpoint's own memory where it is float32; a result that is a view of it keeps the model. */
static TrafoTensor *
find_param (gpointer data, const char *name, GError **error)
{
  Leaves *self = data;
  g_autoptr (TrafoTensor) stored = NULL;
  TrafoOperand operand;

  if (!trafo_model_source_lookup (self->source, name, &operand, error))
    return NULL;
  stored = trafo_tensor_new_from_data (operand.dtype,
                                       operand.shape,
                                       operand.strides,
                                       operand.n_dims,
                                       operand.data,
                                       TRUE,
                                       g_object_ref (self->model),
                                       g_object_unref,
                                       error);
  return stored != NULL ? trafo_tensor_cast (stored, TRAFO_DTYPE_FLOAT32, error) : NULL;
}

static TrafoTensorDict *
take_outputs (TrafoBuilder *builder, GError **error)
{
  const TrafoGraph *graph = trafo_builder_get_graph (builder);
  g_autoptr (TrafoTensorDict) outputs = trafo_tensor_dict_new ();

  for (guint i = 0; i < graph->outputs->len; i++)
    {
      const TrafoGraphOutput *output = g_ptr_array_index (graph->outputs, i);
      g_autoptr (TrafoTensor) value = trafo_builder_get_value (builder, output->sym, error);
      g_autoptr (TrafoTensor) flat = NULL;

      if (value != NULL)
        flat = trafo_tensor_contiguous (value, error);
      if (flat == NULL)
        return NULL;
      trafo_tensor_dict_set (outputs, output->name, flat);
    }
  return g_steal_pointer (&outputs);
}

TrafoTensorDict *
trafo_model_eager_run (TrafoModel       *model,
                       TrafoModelSource *source,
                       TrafoDevice      *device,
                       TrafoTensorDict  *inputs,
                       gboolean          has_hidden_states,
                       GError          **error)
{
  Leaves           data = { model, source, inputs };
  TrafoEagerLeaves leaves = { &data, find_input, find_param };
  TrafoVariant     variant;
  g_autoptr (TrafoBuilder) builder = NULL;

  trafo_model_inputs_get_variant (inputs, has_hidden_states, &variant);
  builder = trafo_builder_new_eager_with (device, &variant, &leaves);
  if (!trafo_builder_build (builder, model, error) ||
      !trafo_model_inputs_check (inputs, trafo_builder_get_graph (builder), error))
    return NULL;
  return take_outputs (builder, error);
}

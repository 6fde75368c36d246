/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-model-eager-private.h"

#include "trafo-eager-private.h"
#include "trafo-fill-rule-private.h"
#include "trafo-model-inputs-private.h"
#include "trafo-tensor-private.h"

typedef struct
{
  TrafoModel       *model;
  TrafoModelSource *source;
  TrafoTensorDict  *inputs;
} Leaves;

/* What is left out, as an execution fills it in. */
static TrafoTensor *
fill (const Leaves         *self,
      const char           *name,
      TrafoFillRule         rule,
      const TrafoValueType *type,
      GError              **error)
{
  TrafoTensor *filled;
  TrafoOperand value;

  if (rule == TRAFO_FILL_RULE_REQUIRED)
    {
      g_set_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT, "input '%s' is missing", name);
      return NULL;
    }
  filled = trafo_tensor_new (type->dtype, type->dims, type->n_dims, error);
  if (filled == NULL)
    return NULL;
  trafo_tensor_get_operand (filled, &value);
  trafo_fill_rule_apply (rule, &value, trafo_tensor_dict_get (self->inputs, "attention_mask"));
  return filled;
}

static TrafoTensor *
find_input (gpointer              data,
            const char           *name,
            TrafoFillRule         rule,
            const TrafoValueType *type,
            GError              **error)
{
  Leaves *self = data;

  if (trafo_tensor_dict_get (self->inputs, name) == NULL)
    return fill (self, name, rule, type, error);
  return trafo_model_inputs_convert (self->inputs, name, type, error);
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

  if (g_hash_table_size (source->encoded) > 0)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_UNSUPPORTED,
                   "%s: found weights in 8 or 4 bits, expected floats where each op runs at once",
                   G_OBJECT_TYPE_NAME (model));
      return NULL;
    }
  trafo_model_inputs_get_variant (inputs, has_hidden_states, &variant);
  builder = trafo_builder_new_eager_with (device, &variant, &leaves);
  trafo_builder_set_untied (builder, source->untied);
  if (!trafo_builder_build (builder, model, error) ||
      !trafo_model_inputs_check (inputs, trafo_builder_get_graph (builder), error))
    return NULL;
  return take_outputs (builder, error);
}

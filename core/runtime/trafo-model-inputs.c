/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-model-inputs-private.h"

#include "trafo-packed-inputs-private.h"

#include <string.h>

static TrafoDType
labels_dtype (TrafoTensorDict *inputs)
{
  TrafoTensor *labels = trafo_tensor_dict_get (inputs, "labels");

  if (labels != NULL && trafo_dtype_is_float (trafo_tensor_get_dtype (labels)))
    return TRAFO_DTYPE_FLOAT32;
  if (labels != NULL || trafo_tensor_dict_get (inputs, "start_positions") != NULL)
    return TRAFO_DTYPE_INT64;
  return TRAFO_DTYPE_NONE;
}

void
trafo_model_inputs_get_variant (TrafoTensorDict *inputs,
                                gboolean         has_hidden_states,
                                TrafoVariant    *ret_variant)
{
  *ret_variant = (TrafoVariant){
    .has_mask = trafo_tensor_dict_get (inputs, "attention_mask") != NULL,
    .has_hidden_states = has_hidden_states != FALSE,
    .has_token_types = trafo_tensor_dict_get (inputs, "token_type_ids") != NULL,
    .labels_dtype = labels_dtype (inputs),
  };
}

/* A model of sequences has nothing to say about one without tokens, nor, unless the caller numbers
 * them, about tokens behind its last position. */
static gboolean
check_length (TrafoTensorDict *inputs, const TrafoGraph *graph, GError **error)
{
  TrafoTensor           *ids = trafo_tensor_dict_get (inputs, "input_ids");
  const TrafoGraphInput *positions = trafo_graph_find_input (graph, "position_ids");
  gint64                 length;

  if (ids == NULL || trafo_tensor_get_n_dims (ids) != 2)
    return TRUE;
  length = trafo_tensor_get_dim (ids, 1);
  if (length == 0)
    g_set_error (error,
                 TRAFO_ERROR,
                 TRAFO_ERROR_SHAPE,
                 "input 'input_ids' has shape (%" G_GINT64_FORMAT
                 ", 0), expected at least one token in a row",
                 trafo_tensor_get_dim (ids, 0));
  else if (positions != NULL && positions->rule == TRAFO_FILL_RULE_POSITIONS &&
           length - 1 > positions->max_value &&
           trafo_tensor_dict_get (inputs, "position_ids") == NULL)
    g_set_error (error,
                 TRAFO_ERROR,
                 TRAFO_ERROR_INVALID_ARGUMENT,
                 "a text has %" G_GINT64_FORMAT " tokens, expected at most %" G_GINT64_FORMAT
                 ", the positions that the model has",
                 length,
                 positions->max_value + 1);
  else
    return TRUE;
  return FALSE;
}

/* transformers takes any number but 0 for 1 in attention, and positions from the number itself: only
 * of these two does it always mean the same. */
gboolean
trafo_model_inputs_check_mask (TrafoTensor *mask, GError **error)
{
  gboolean is_float = trafo_dtype_is_float (trafo_tensor_get_dtype (mask));
  g_autoptr (TrafoTensor) wide =
      trafo_tensor_cast (mask, is_float ? TRAFO_DTYPE_FLOAT32 : TRAFO_DTYPE_INT64, error);
  g_autoptr (TrafoTensor) flat = wide != NULL ? trafo_tensor_contiguous (wide, error) : NULL;
  gconstpointer values;

  if (flat == NULL)
    return FALSE;
  values = trafo_tensor_get_data (flat);
  for (gint64 i = 0; i < trafo_tensor_get_n_elements (flat); i++)
    {
      double value = is_float ? ((const float *) values)[i] : ((const gint64 *) values)[i];

      if (value == 0 || value == 1)
        continue;
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "input 'attention_mask' holds %g, expected 0 and 1 alone",
                   value);
      return FALSE;
    }
  return TRUE;
}

/* A mask is no surprise to a model without attention, such as one of no layers. */
gboolean
trafo_model_inputs_check (TrafoTensorDict *inputs, const TrafoGraph *graph, GError **error)
{
  TrafoTensor *mask = trafo_tensor_dict_get (inputs, "attention_mask");

  if (mask != NULL && !trafo_model_inputs_check_mask (mask, error))
    return FALSE;
  for (guint i = 0; i < trafo_tensor_dict_get_size (inputs); i++)
    {
      const char *name = trafo_tensor_dict_get_name (inputs, i);
      g_autoptr (GString) known = NULL;

      if ((trafo_graph_find_input (graph, name) != NULL && !trafo_packed_inputs_have (name)) ||
          g_str_equal (name, "attention_mask"))
        continue;
      known = g_string_new (NULL);
      for (guint j = 0; j < graph->inputs->len; j++)
        {
          const TrafoGraphInput *input = g_ptr_array_index (graph->inputs, j);

          if (!trafo_packed_inputs_have (input->name))
            g_string_append_printf (known, "%s, ", input->name);
        }
      if (trafo_graph_find_input (graph, "attention_mask") == NULL)
        g_string_append (known, "attention_mask, ");
      g_string_truncate (known, known->len - strlen (", "));
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "the model takes no input '%s'; it takes %s",
                   name,
                   known->str);
      return FALSE;
    }
  return check_length (inputs, graph, error);
}

/* (batch, 1) instead of (batch), which losses take the same. */
static TrafoTensor *
squeeze_labels (const char *name, TrafoTensor *tensor, const TrafoValueType *wanted, GError **error)
{
  static const char *const names[] = { "labels", "start_positions", "end_positions", NULL };
  gint64                   length = trafo_tensor_get_n_elements (tensor);

  if (wanted->n_dims == 1 && trafo_tensor_get_n_dims (tensor) == 2 &&
      trafo_tensor_get_dim (tensor, 1) == 1 && g_strv_contains (names, name))
    return trafo_tensor_reshape (tensor, &length, 1, error);
  return trafo_tensor_ref (tensor);
}

/* One row of positions or token types stands for every text. */
static TrafoTensor *
repeat_row (TrafoTensorDict *inputs, const char *name, TrafoTensor *tensor, GError **error)
{
  static const char *const names[] = { "position_ids", "token_type_ids", NULL };
  TrafoTensor             *ids = trafo_tensor_dict_get (inputs, "input_ids");
  gint64                   shape[2];
  g_autoptr (TrafoTensor) row = NULL;

  if (!g_strv_contains (names, name) || ids == NULL || trafo_tensor_get_n_dims (ids) != 2 ||
      trafo_tensor_get_n_dims (tensor) != 2 || trafo_tensor_get_dim (tensor, 0) != 1)
    return trafo_tensor_ref (tensor);
  row = trafo_tensor_contiguous (tensor, error);
  if (row == NULL)
    return NULL;
  shape[0] = trafo_tensor_get_dim (ids, 0);
  shape[1] = trafo_tensor_get_dim (tensor, 1);
  return trafo_tensor_new_from_data (trafo_tensor_get_dtype (row),
                                     shape,
                                     (gint64[]){ 0, 1 },
                                     2,
                                     trafo_tensor_get_data (row),
                                     TRUE,
                                     trafo_tensor_ref (row),
                                     (GDestroyNotify) trafo_tensor_unref,
                                     error);
}

TrafoTensor *
trafo_model_inputs_convert (TrafoTensorDict      *inputs,
                            const char           *name,
                            const TrafoValueType *wanted,
                            GError              **error)
{
  g_autoptr (TrafoTensor) given =
      repeat_row (inputs, name, trafo_tensor_dict_get (inputs, name), error);
  g_autoptr (TrafoTensor) shaped =
      given != NULL ? squeeze_labels (name, given, wanted, error) : NULL;

  if (shaped == NULL)
    return NULL;
  if (trafo_dtype_is_float (trafo_tensor_get_dtype (shaped)) &&
      !trafo_dtype_is_float (wanted->dtype))
    return g_steal_pointer (&shaped);
  return trafo_tensor_cast (shaped, wanted->dtype, error);
}

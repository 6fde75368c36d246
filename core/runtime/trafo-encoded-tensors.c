/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-encoded-tensors-private.h"

#include <math.h>
#include <string.h>
#include <trafo/trafo-error.h>

#include "trafo-4bit-private.h"
#include "trafo-4bit-state-private.h"
#include "trafo-tensor-private.h"

#define WEIGHT ".weight"
#define MAX_VALUE_ERROR 1e-6f

/* 4 bits: behind the weight's own name; LLM.int8(): in the place of "weight". */
static const struct
{
  const char    *suffix;
  TrafoCompanion companion;
  gboolean       is_4bit;
} suffixes[] = {
  { "SCB", TRAFO_COMPANION_SCALES, FALSE },
  { "weight_format", TRAFO_COMPANION_FORMAT, FALSE },
  { "absmax", TRAFO_COMPANION_SCALES, TRUE },
  { "quant_map", TRAFO_COMPANION_VALUES, TRUE },
  { "nested_absmax", TRAFO_COMPANION_NESTED_SCALES, TRUE },
  { "nested_quant_map", TRAFO_COMPANION_NESTED_VALUES, TRUE },
  { "quant_state.bitsandbytes__nf4", TRAFO_COMPANION_STATE, TRUE },
  { "quant_state.bitsandbytes__fp4", TRAFO_COMPANION_STATE, TRUE },
};

GHashTable *
trafo_encoded_tensors_index (const TrafoGraph *graph)
{
  GHashTable *index = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) others = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer       param;

  for (TrafoSym sym = 1; sym < trafo_graph_get_n_nodes (graph); sym++)
    {
      TrafoNode *node = trafo_graph_get_node (graph, sym);

      for (guint i = 0; i < node->n_inputs; i++)
        {
          const TrafoNode *input = trafo_graph_get_node (graph, node->inputs[i]);
          gboolean         is_weight = node->op->id == TRAFO_OP_LINEAR && i == 1;

          if (input->op->id == TRAFO_OP_PARAM)
            g_hash_table_insert (is_weight ? index : others,
                                 g_ptr_array_index (graph->params, input->leaf),
                                 node);
        }
    }
  g_hash_table_iter_init (&iter, others);
  while (g_hash_table_iter_next (&iter, &param, NULL))
    g_hash_table_remove (index, param);
  return index;
}

static gboolean
has_suffix (const char *name, const char *suffix)
{
  gsize length = strlen (name), suffix_length = strlen (suffix);

  return length > suffix_length && name[length - suffix_length - 1] == '.' &&
         g_str_equal (name + length - suffix_length, suffix);
}

char *
trafo_encoded_tensors_get_weight_name (const TrafoCheckpointTensor *tensor,
                                       TrafoWeightEncoding          encoding,
                                       TrafoCompanion              *ret_companion)
{
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *owner = NULL;

      if (suffixes[i].is_4bit != trafo_4bit_is_encoding (encoding) ||
          !has_suffix (tensor->name, suffixes[i].suffix))
        continue;
      owner = g_strndup (tensor->name, strlen (tensor->name) - strlen (suffixes[i].suffix) - 1);
      *ret_companion = suffixes[i].companion;
      if (!suffixes[i].is_4bit)
        return g_strconcat (owner, WEIGHT, NULL);
      if (g_str_has_suffix (owner, WEIGHT))
        return g_steal_pointer (&owner);
    }
  return NULL;
}

const char *
trafo_encoded_tensors_get_suffix (TrafoCompanion companion, TrafoWeightEncoding encoding)
{
  gsize i = 0;

  while (suffixes[i].companion != companion ||
         suffixes[i].is_4bit != trafo_4bit_is_encoding (encoding))
    i++;
  /* the state's two names stand in the order of the encodings */
  return suffixes[i + (companion == TRAFO_COMPANION_STATE && encoding == TRAFO_WEIGHT_ENCODING_FP4)]
      .suffix;
}

gboolean
trafo_encoded_tensors_is_encoded (const TrafoCheckpointTensor *tensor,
                                  const TrafoCompanions       *companions,
                                  TrafoWeightEncoding          encoding)
{
  if (!trafo_4bit_is_encoding (encoding))
    return encoding == TRAFO_WEIGHT_ENCODING_LLM_INT8 && tensor->dtype == TRAFO_DTYPE_INT8;
  return tensor->dtype == TRAFO_DTYPE_UINT8 ||
         (companions != NULL && companions->tensors[TRAFO_COMPANION_STATE] != NULL);
}

void
trafo_encoded_tensors_get_shape (const TrafoGraph *graph,
                                 const TrafoNode  *linear,
                                 gint64            ret_shape[2])
{
  const TrafoValueType *type = &trafo_graph_get_node (graph, linear->inputs[1])->type;
  gboolean              is_in_out = linear->attrs.linear.is_in_out;

  ret_shape[0] = type->dims[is_in_out ? 1 : 0];
  ret_shape[1] = type->dims[is_in_out ? 0 : 1];
}

/* That @weight has the companion at all. */
static gboolean
check_there (const TrafoCheckpointTensor *weight,
             const TrafoCompanions       *companions,
             TrafoCompanion               companion,
             TrafoWeightEncoding          encoding,
             GError                     **error)
{
  if (companions != NULL && companions->tensors[companion] != NULL)
    return TRUE;
  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_VALUE,
               "%s: tensor '%s' has type %s, expected '.%s' beside it for %s",
               weight->file,
               weight->name,
               weight->dtype_name,
               trafo_encoded_tensors_get_suffix (companion, encoding),
               companion == TRAFO_COMPANION_STATE ? "what its codes are" : "its scales");
  return FALSE;
}

/* That it is @n elements of @dtype in a row. */
static gboolean
check_vector (const TrafoCheckpointTensor *tensor, TrafoDType dtype, gint64 n, GError **error)
{
  if (tensor->dtype == dtype && tensor->n_dims == 1 && tensor->shape[0] == n)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "%s: tensor '%s' has type %s, %u dims and %" G_GSIZE_FORMAT
               " bytes, expected %s of shape (%" G_GINT64_FORMAT ")",
               tensor->file,
               tensor->name,
               tensor->dtype_name,
               tensor->n_dims,
               tensor->size_bytes,
               dtype == TRAFO_DTYPE_UINT8 ? "U8" : "F32",
               n);
  return FALSE;
}

static gboolean
fail_shape (const TrafoCheckpointTensor *tensor,
            const gint64                *found,
            guint                        n_dims,
            const gint64                 expected[2],
            GError                     **error)
{
  g_autofree char *found_text = trafo_shape_to_string (found, MIN (n_dims, TRAFO_MAX_DIMS));
  g_autofree char *expected_text = trafo_shape_to_string (expected, 2);

  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "%s: tensor '%s' has shape %s, expected %s",
               tensor->file,
               tensor->name,
               found_text,
               expected_text);
  return FALSE;
}

static gboolean
check_format (const TrafoCheckpointTensor *tensor, GError **error)
{
  const guint8 *format = tensor->data;

  if (tensor->dtype == TRAFO_DTYPE_UINT8 && tensor->size_bytes == 1 && *format == 0)
    return TRUE;
  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_VALUE,
               "%s: tensor '%s' has type %s and begins with %d, expected U8 and 0, for integers "
               "row by row",
               tensor->file,
               tensor->name,
               tensor->dtype_name,
               tensor->size_bytes > 0 ? *format : -1);
  return FALSE;
}

static gboolean
check_llm_int8 (const TrafoCheckpointTensor *weight,
                const TrafoCompanions       *companions,
                const gint64                 shape[2],
                GError                     **error)
{
  const TrafoCheckpointTensor *format =
      companions != NULL ? companions->tensors[TRAFO_COMPANION_FORMAT] : NULL;

  if (weight->n_dims != 2 || memcmp (weight->shape, shape, 2 * sizeof *shape) != 0)
    return fail_shape (weight, weight->shape, weight->n_dims, shape, error);
  return (format == NULL || check_format (format, error)) &&
         check_there (weight,
                      companions,
                      TRAFO_COMPANION_SCALES,
                      TRAFO_WEIGHT_ENCODING_LLM_INT8,
                      error) &&
         check_vector (companions->tensors[TRAFO_COMPANION_SCALES],
                       TRAFO_DTYPE_FLOAT32,
                       shape[0],
                       error);
}

/* The values that codes stand for are a part of the format: other ones are of another. */
static gboolean
check_values (const TrafoCheckpointTensor *tensor, TrafoWeightEncoding encoding, GError **error)
{
  const float *values = trafo_4bit_get_values (encoding);

  if (!check_vector (tensor, TRAFO_DTYPE_FLOAT32, TRAFO_4BIT_N_VALUES, error))
    return FALSE;
  for (guint i = 0; i < TRAFO_4BIT_N_VALUES; i++)
    {
      float found;

      memcpy (&found, (const char *) tensor->data + i * sizeof found, sizeof found);
      if (fabsf (found - values[i]) <= MAX_VALUE_ERROR)
        continue;
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_VALUE,
                   "%s: tensor '%s' has %g for code %u, expected %g, as %s has it",
                   tensor->file,
                   tensor->name,
                   (double) found,
                   i,
                   (double) values[i],
                   trafo_4bit_encoding_get_name (encoding));
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_nested (const TrafoCheckpointTensor *weight,
              const TrafoCompanions       *companions,
              TrafoWeightEncoding          encoding,
              gint64                       n_scales,
              GError                     **error)
{
  gint64 n_nested =
      (gint64) trafo_4bit_count_blocks ((gsize) n_scales, TRAFO_4BIT_NESTED_BLOCK_SIZE);

  return check_there (weight, companions, TRAFO_COMPANION_NESTED_SCALES, encoding, error) &&
         check_there (weight, companions, TRAFO_COMPANION_NESTED_VALUES, encoding, error) &&
         check_vector (companions->tensors[TRAFO_COMPANION_NESTED_SCALES],
                       TRAFO_DTYPE_FLOAT32,
                       n_nested,
                       error) &&
         check_vector (companions->tensors[TRAFO_COMPANION_NESTED_VALUES],
                       TRAFO_DTYPE_FLOAT32,
                       TRAFO_4BIT_N_NESTED_VALUES,
                       error);
}

static gboolean
check_state (const TrafoCheckpointTensor *tensor,
             const Trafo4BitState        *state,
             TrafoWeightEncoding          encoding,
             const gint64                 shape[2],
             GError                     **error)
{
  if (state->encoding != encoding)
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_VALUE,
                   "%s: tensor '%s' has 'quant_type' %s, expected %s, as config.json has it",
                   tensor->file,
                   tensor->name,
                   trafo_4bit_encoding_get_name (state->encoding),
                   trafo_4bit_encoding_get_name (encoding));
      return FALSE;
    }
  return memcmp (state->shape, shape, sizeof state->shape) == 0 ||
         fail_shape (tensor, state->shape, 2, shape, error);
}

static gboolean
check_codes (const TrafoCheckpointTensor *weight, const gint64 shape[2], GError **error)
{
  gsize n_codes, n_bytes = G_MAXSIZE;

  if (g_size_checked_mul (&n_codes, (gsize) shape[0], (gsize) shape[1]))
    n_bytes = n_codes / 2 + n_codes % 2;
  if (weight->size_bytes == n_bytes)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "%s: tensor '%s' has %" G_GSIZE_FORMAT " bytes, expected %" G_GSIZE_FORMAT
               ", two codes each",
               weight->file,
               weight->name,
               weight->size_bytes,
               n_bytes);
  return FALSE;
}

static gboolean
check_4bit (const TrafoCheckpointTensor *weight,
            const TrafoCompanions       *companions,
            TrafoWeightEncoding          encoding,
            const gint64                 shape[2],
            TrafoWeightScales           *scales,
            GError                     **error)
{
  const TrafoCheckpointTensor *values =
      companions != NULL ? companions->tensors[TRAFO_COMPANION_VALUES] : NULL;
  Trafo4BitState state;
  gint64         n_scales;

  if (!check_there (weight, companions, TRAFO_COMPANION_STATE, encoding, error) ||
      !check_there (weight, companions, TRAFO_COMPANION_SCALES, encoding, error) ||
      !trafo_4bit_state_read (&state, companions->tensors[TRAFO_COMPANION_STATE], error) ||
      !check_state (companions->tensors[TRAFO_COMPANION_STATE], &state, encoding, shape, error) ||
      !check_codes (weight, shape, error))
    return FALSE;
  n_scales =
      (gint64) trafo_4bit_count_blocks ((gsize) shape[0] * (gsize) shape[1], state.block_size);
  scales->block_size = state.block_size;
  scales->dtype = state.dtype;
  scales->is_nested = state.is_nested;
  scales->nested_offset = (float) state.nested_offset;
  return (values == NULL || check_values (values, encoding, error)) &&
         check_vector (companions->tensors[TRAFO_COMPANION_SCALES],
                       state.is_nested ? TRAFO_DTYPE_UINT8 : TRAFO_DTYPE_FLOAT32,
                       n_scales,
                       error) &&
         (!state.is_nested || check_nested (weight, companions, encoding, n_scales, error));
}

gboolean
trafo_encoded_tensors_check (const TrafoCheckpointTensor *weight,
                             const TrafoCompanions       *companions,
                             TrafoWeightEncoding          encoding,
                             const gint64                 shape[2],
                             TrafoWeightScales           *ret_scales,
                             GError                     **error)
{
  *ret_scales = (TrafoWeightScales){ .shape = { shape[0], shape[1] } };
  return trafo_4bit_is_encoding (encoding)
             ? check_4bit (weight, companions, encoding, shape, ret_scales, error)
             : check_llm_int8 (weight, companions, shape, error);
}

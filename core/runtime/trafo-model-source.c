/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-model-source-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trafo-checkpoint-equal-private.h"
#include "trafo-checkpoint-private.h"
#include "trafo-philox-private.h"
#include "trafo-tensor-private.h"

/* TensorFlow's names of a layer norm's parameters, which BERT's first checkpoints have
 * (transformers, conversion_mapping.py, "legacy"). */
static char *
modern_name (const char *name)
{
  if (g_str_has_suffix (name, "LayerNorm.gamma"))
    return g_strdup_printf ("%.*sweight", (int) strlen (name) - 5, name);
  if (g_str_has_suffix (name, "LayerNorm.beta"))
    return g_strdup_printf ("%.*sbias", (int) strlen (name) - 4, name);
  return g_strdup (name);
}

/* So much may be missing from any checkpoint, however small it is. */
#define MIN_MISSING_LIMIT_BYTES ((gsize) 256 << 20)

/* Names and aliases of all parameters, to the parameter. */
static GHashTable *
index_params (const TrafoGraph *graph)
{
  GHashTable *index = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < graph->params->len; i++)
    {
      TrafoGraphParam *param = g_ptr_array_index (graph->params, i);

      g_hash_table_insert (index, g_ptr_array_index (param->names, 0), param);
      for (guint j = 0; j < param->aliases->len; j++)
        g_hash_table_insert (index, g_ptr_array_index (param->aliases, j), param);
    }
  return index;
}

/* The parameter that @name is, and the name by which it was found. */
static TrafoGraphParam *
find_param (GHashTable *index, const char *prefix, const char *name, char **ret_known_name)
{
  TrafoGraphParam *param = g_hash_table_lookup (index, name);

  if (param != NULL || prefix == NULL)
    *ret_known_name = g_strdup (name);
  else if (g_str_has_prefix (name, prefix) && name[strlen (prefix)] == '.')
    *ret_known_name = g_strdup (name + strlen (prefix) + 1);
  else
    *ret_known_name = g_strconcat (prefix, ".", name, NULL);
  return param != NULL ? param : g_hash_table_lookup (index, *ret_known_name);
}

/* Which no op takes, so that it is converted when it is loaded. */
static gboolean
is_float64 (const TrafoCheckpointTensor *tensor)
{
  return g_str_equal (tensor->dtype_name, "F64");
}

static gboolean
check_tensor (const TrafoGraph            *graph,
              const TrafoGraphParam       *param,
              const TrafoCheckpointTensor *tensor,
              GError                     **error)
{
  const TrafoValueType *type = &trafo_graph_get_node (graph, param->sym)->type;
  g_autofree char      *found = NULL;
  g_autofree char      *expected = NULL;

  if (!trafo_dtype_is_float (tensor->dtype) && !is_float64 (tensor))
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_DTYPE,
                   "%s: tensor '%s' has type %s, expected F64, F32, F16 or BF16",
                   tensor->file,
                   tensor->name,
                   tensor->dtype_name);
      return FALSE;
    }
  if (tensor->n_dims == type->n_dims &&
      memcmp (tensor->shape, type->dims, type->n_dims * sizeof type->dims[0]) == 0)
    return TRUE;
  found = trafo_shape_to_string (tensor->shape, MIN (tensor->n_dims, TRAFO_MAX_DIMS));
  expected = trafo_shape_to_string (type->dims, type->n_dims);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "%s: tensor '%s' has shape %s, expected %s",
               tensor->file,
               tensor->name,
               found,
               expected);
  return FALSE;
}

static gpointer
own_memory (TrafoModelSource *self, gsize size_bytes, GError **error)
{
  gpointer memory = trafo_aligned_try_alloc (size_bytes);

  if (memory == NULL)
    g_set_error (error,
                 TRAFO_ERROR,
                 TRAFO_ERROR_NO_MEMORY,
                 "no memory for a parameter of %" G_GSIZE_FORMAT " bytes",
                 size_bytes);
  else
    g_ptr_array_add (self->memory, memory);
  return memory;
}

/* The float32 nearest to each element. */
static gpointer
read_float64 (TrafoModelSource *self, const TrafoCheckpointTensor *tensor, GError **error)
{
  gsize              n_elements = tensor->size_bytes / sizeof (double);
  g_autofree double *values = g_try_malloc (MAX (tensor->size_bytes, 1));
  float             *narrow = own_memory (self, n_elements * sizeof *narrow, error);

  if (narrow == NULL)
    return NULL;
  if (values == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "no memory to convert '%s' of %" G_GSIZE_FORMAT " bytes",
                   tensor->name,
                   tensor->size_bytes);
      return NULL;
    }
  if (!trafo_checkpoint_read (self->checkpoint, tensor, values, error))
    return NULL;
  for (gsize i = 0; i < n_elements; i++)
    narrow[i] = (float) values[i];
  return narrow;
}

/* The elements as they are, in memory of our own. */
static gpointer
read_aligned (TrafoModelSource *self, const TrafoCheckpointTensor *tensor, GError **error)
{
  gpointer memory = own_memory (self, tensor->size_bytes, error);

  return memory != NULL && trafo_checkpoint_read (self->checkpoint, tensor, memory, error) ? memory
                                                                                           : NULL;
}

static void
add_operand (TrafoModelSource *self, const char *name, const TrafoOperand *operand)
{
  g_hash_table_insert (self->operands, g_strdup (name), g_memdup2 (operand, sizeof *operand));
}

static TrafoOperand
operand_new (TrafoDType dtype, const gint64 *shape, guint n_dims, gpointer data)
{
  TrafoOperand operand = { .data = data, .dtype = dtype, .n_dims = n_dims };

  memcpy (operand.shape, shape, n_dims * sizeof *shape);
  trafo_shape_to_strides (shape, n_dims, operand.strides);
  return operand;
}

/* The file's own bytes, unless they do not lie as their type wants or are of no type of ours. */
static gboolean
find_elements (TrafoModelSource            *self,
               const TrafoCheckpointTensor *tensor,
               TrafoOperand                *ret_operand,
               GError                     **error)
{
  gpointer   data = (gpointer) tensor->data;
  TrafoDType dtype = tensor->dtype;

  if (is_float64 (tensor))
    {
      data = read_float64 (self, tensor, error);
      dtype = TRAFO_DTYPE_FLOAT32;
    }
  else if ((gsize) data % trafo_dtype_get_size (dtype) != 0)
    data = read_aligned (self, tensor, error);
  if (data == NULL)
    return FALSE;
  *ret_operand = operand_new (dtype, tensor->shape, tensor->n_dims, data);
  return TRUE;
}

static gboolean
add_elements (TrafoModelSource            *self,
              const char                  *name,
              const TrafoCheckpointTensor *tensor,
              GError                     **error)
{
  TrafoOperand operand;

  if (!find_elements (self, tensor, &operand, error))
    return FALSE;
  add_operand (self, name, &operand);
  return TRUE;
}

/* What match_tensors() goes by. */
typedef struct
{
  TrafoModel         *model;
  const TrafoGraph   *graph;
  TrafoWeightEncoding encoding;
  GHashTable         *index;      /* of index_params() */
  GHashTable         *linears;    /* of trafo_encoded_tensors_index(), NULL without an encoding */
  GHashTable         *companions; /* the name of a weight to its TrafoCompanions */
} Matching;

static void
matching_clear (Matching *self)
{
  g_clear_pointer (&self->index, g_hash_table_unref);
  g_clear_pointer (&self->linears, g_hash_table_unref);
  g_clear_pointer (&self->companions, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Matching, matching_clear)

static Matching
matching_new (TrafoModel *model, const TrafoGraph *graph, const TrafoQuantization *quantization)
{
  return (Matching){
    .model = model,
    .graph = graph,
    .encoding = quantization->encoding,
    .index = index_params (graph),
    .linears = quantization->encoding != TRAFO_WEIGHT_ENCODING_NONE
                   ? trafo_encoded_tensors_index (graph)
                   : NULL,
    .companions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
  };
}

/* Whether @tensor, the weight that is known as @known, is codes. */
static gboolean
is_encoded (const Matching *matching, const TrafoCheckpointTensor *tensor, const char *known)
{
  return matching->linears != NULL &&
         trafo_encoded_tensors_is_encoded (tensor,
                                           g_hash_table_lookup (matching->companions, known),
                                           matching->encoding);
}

static gboolean
add_scales (TrafoModelSource        *self,
            const char              *name,
            const TrafoCompanions   *companions,
            const TrafoWeightScales *checked,
            GError                 **error)
{
  g_autofree TrafoWeightScales *scales = g_memdup2 (checked, sizeof *checked);

  if (!find_elements (self, companions->tensors[TRAFO_COMPANION_SCALES], &scales->scales, error))
    return FALSE;
  if (scales->is_nested && (!find_elements (self,
                                            companions->tensors[TRAFO_COMPANION_NESTED_SCALES],
                                            &scales->nested_scales,
                                            error) ||
                            !find_elements (self,
                                            companions->tensors[TRAFO_COMPANION_NESTED_VALUES],
                                            &scales->nested_values,
                                            error)))
    return FALSE;
  g_hash_table_insert (self->scales, g_strdup (name), g_steal_pointer (&scales));
  return TRUE;
}

/* Codes of @linear's weight, with what belongs to them. */
static gboolean
add_encoded (TrafoModelSource            *self,
             const Matching              *matching,
             const TrafoNode             *linear,
             const char                  *name,
             const TrafoCheckpointTensor *tensor,
             const TrafoCompanions       *companions,
             GError                     **error)
{
  TrafoWeightScales scales;
  TrafoOperand      codes;
  gint64            shape[2], n_bytes = (gint64) tensor->size_bytes;

  trafo_encoded_tensors_get_shape (matching->graph, linear, shape);
  if (!trafo_encoded_tensors_check (tensor,
                                    companions,
                                    matching->encoding,
                                    shape,
                                    &scales,
                                    error) ||
      !add_scales (self, name, companions, &scales, error))
    return FALSE;
  codes = matching->encoding == TRAFO_WEIGHT_ENCODING_LLM_INT8
              ? operand_new (TRAFO_DTYPE_INT8, shape, 2, (gpointer) tensor->data)
              : operand_new (TRAFO_DTYPE_UINT8, &n_bytes, 1, (gpointer) tensor->data);
  add_operand (self, name, &codes);
  g_hash_table_insert (self->encoded, g_strdup (name), trafo_encoded_weight_new (name, FALSE));
  return TRUE;
}

/* A tied parameter that is there under several names, which are alike, is the tensor of its own name. */
static gboolean
add_tensor (TrafoModelSource            *self,
            const Matching              *matching,
            const TrafoGraphParam       *param,
            const TrafoCheckpointTensor *tensor,
            const char                  *known,
            GError                     **error)
{
  const char      *name = g_ptr_array_index (param->names, 0);
  const TrafoNode *linear = NULL;

  if (!g_str_equal (known, name) && g_hash_table_contains (self->operands, name))
    return TRUE;
  if (is_encoded (matching, tensor, known))
    linear = g_hash_table_lookup (matching->linears, (gpointer) param);
  if (linear != NULL)
    return add_encoded (self,
                        matching,
                        linear,
                        name,
                        tensor,
                        g_hash_table_lookup (matching->companions, known),
                        error);
  return check_tensor (matching->graph, param, tensor, error) &&
         add_elements (self, name, tensor, error);
}

/* The parameter that a tensor of @name is, NULL if it is none, and the name by which it was found; that
 * is NULL for what models do not want at all. */
static TrafoGraphParam *
match_name (const Matching *matching, const char *name, char **ret_known_name)
{
  g_autofree char *modern = modern_name (name);
  g_autofree char *mapped = trafo_model_map_name (matching->model, modern);

  *ret_known_name = NULL;
  if (mapped == NULL)
    return NULL;
  return find_param (matching->index,
                     trafo_model_get_base_prefix (matching->model),
                     mapped,
                     ret_known_name);
}

static gboolean
is_first_name (const TrafoGraphParam *param, const char *name)
{
  return g_str_equal (name, g_ptr_array_index (param->names, 0));
}

/* Takes @tensor if it belongs to a weight that is encoded. */
static gboolean
match_companion (Matching *matching, const TrafoCheckpointTensor *tensor)
{
  TrafoCompanion   companion;
  TrafoCompanions *companions;
  g_autofree char *weight =
      matching->linears != NULL
          ? trafo_encoded_tensors_get_weight_name (tensor, matching->encoding, &companion)
          : NULL;
  g_autofree char *known = NULL;

  if (weight == NULL || match_name (matching, weight, &known) == NULL)
    return FALSE;
  companions = g_hash_table_lookup (matching->companions, known);
  if (companions == NULL)
    {
      companions = g_new0 (TrafoCompanions, 1);
      g_hash_table_insert (matching->companions, g_steal_pointer (&known), companions);
    }
  companions->tensors[companion] = tensor;
  return TRUE;
}

/* The tensors that belong to no other; those that do are in @matching then. */
static GPtrArray *
match_companions (Matching        *matching,
                  TrafoCheckpoint *checkpoint,
                  GCancellable    *cancellable,
                  GError         **error)
{
  g_autoptr (GPtrArray) others = g_ptr_array_new ();

  for (gsize i = 0; i < trafo_checkpoint_get_n_tensors (checkpoint); i++)
    {
      const TrafoCheckpointTensor *tensor = trafo_checkpoint_get_tensor (checkpoint, i);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      if (!match_companion (matching, tensor))
        g_ptr_array_add (others, (gpointer) tensor);
    }
  return g_steal_pointer (&others);
}

static gboolean
match_tensors (TrafoModelSource *self,
               TrafoModel       *model,
               const TrafoGraph *graph,
               GCancellable     *cancellable,
               GError          **error)
{
  g_auto (Matching) matching = matching_new (model, graph, &self->quantization);
  g_autoptr (GPtrArray) tensors =
      match_companions (&matching, self->checkpoint, cancellable, error);

  for (guint i = 0; tensors != NULL && i < tensors->len; i++)
    {
      const TrafoCheckpointTensor *tensor = g_ptr_array_index (tensors, i);
      g_autofree char             *known = NULL;
      TrafoGraphParam             *param;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      param = match_name (&matching, tensor->name, &known);
      if (param == NULL && known != NULL)
        g_ptr_array_add (self->unexpected, g_strdup (tensor->name));
      if (param != NULL && !add_tensor (self, &matching, param, tensor, known, error))
        return FALSE;
    }
  return tensors != NULL;
}

/* FNV-1a: each parameter has random numbers of its own, whatever else the model has. */
static guint64
stream_of (const char *name)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (; *name != '\0'; name++)
    hash = (hash ^ (guchar) *name) * G_GUINT64_CONSTANT (0x100000001b3);
  return hash;
}

static void
fill_sinusoids (float *values, gint64 n_rows, gint64 n_columns)
{
  for (gint64 row = 0; row < n_rows; row++)
    for (gint64 i = 0; i < n_columns; i++)
      {
        double angle = row / pow (10000, 2 * (i / 2) / (double) n_columns);

        values[row * n_columns + i] = i % 2 == 0 ? sin (angle) : cos (angle);
      }
}

static void
fill_parameter (const TrafoModelSource *self,
                const TrafoGraphParam  *param,
                const TrafoValueType   *type,
                float                  *values,
                gint64                  n_elements)
{
  gint64 n_columns = type->n_dims == 2 ? type->dims[1] : n_elements;

  switch (param->initializer)
    {
    case TRAFO_INITIALIZER_NORMAL:
      trafo_philox_normal (self->seed,
                           stream_of (g_ptr_array_index (param->names, 0)),
                           param->initializer_range,
                           values,
                           n_elements);
      break;
    case TRAFO_INITIALIZER_SINUSOIDS:
      fill_sinusoids (values, n_columns > 0 ? n_elements / n_columns : 0, n_columns);
      break;
    case TRAFO_INITIALIZER_ONES:
    case TRAFO_INITIALIZER_ZEROS:
    default:
      for (gint64 i = 0; i < n_elements; i++)
        values[i] = param->initializer == TRAFO_INITIALIZER_ONES ? 1.0f : 0.0f;
    }
  if (param->padding_row >= 0)
    memset (values + param->padding_row * n_columns, 0, n_columns * sizeof *values);
}

static gboolean
initialise (TrafoModelSource      *self,
            const TrafoGraph      *graph,
            const TrafoGraphParam *param,
            GError               **error)
{
  const TrafoValueType *type = &trafo_graph_get_node (graph, param->sym)->type;
  const char           *name = g_ptr_array_index (param->names, 0);
  TrafoOperand          operand;
  gint64                n_elements;
  gsize                 size_bytes;
  float                *values;

  if (!trafo_shape_check (type->dtype, type->dims, type->n_dims, &n_elements, &size_bytes, error))
    return FALSE;
  values = own_memory (self, size_bytes, error);
  if (values == NULL)
    return FALSE;
  fill_parameter (self, param, type, values, n_elements);
  operand = operand_new (type->dtype, type->dims, type->n_dims, values);
  add_operand (self, name, &operand);
  if (self->checkpoint != NULL)
    g_ptr_array_add (self->missing, g_strdup (name));
  return TRUE;
}

/* A head or a pooler may be missing, but a config.json that wants far more than the checkpoint holds
 * is not its own: it would cost time and memory without bound. */
static gboolean
check_missing (TrafoModelSource *self, const TrafoGraph *graph, GError **error)
{
  gsize limit = MAX (trafo_checkpoint_get_size_bytes (self->checkpoint), MIN_MISSING_LIMIT_BYTES);
  gsize missing_bytes = 0;

  for (guint i = 0; i < graph->params->len; i++)
    {
      const TrafoGraphParam *param = g_ptr_array_index (graph->params, i);
      const TrafoValueType  *type = &trafo_graph_get_node (graph, param->sym)->type;
      const char            *name = g_ptr_array_index (param->names, 0);
      gint64                 n_elements;
      gsize                  size_bytes;

      if (g_hash_table_contains (self->operands, name))
        continue;
      if (!trafo_shape_check (type->dtype,
                              type->dims,
                              type->n_dims,
                              &n_elements,
                              &size_bytes,
                              error))
        return FALSE;
      if (g_size_checked_add (&missing_bytes, missing_bytes, size_bytes) && missing_bytes <= limit)
        continue;
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_LIMIT,
                   "the checkpoint lacks '%s' and others, expected at most %" G_GSIZE_FORMAT
                   " bytes of missing parameters: config.json is that of another model",
                   name,
                   limit);
      return FALSE;
    }
  return TRUE;
}

static gboolean
complete (TrafoModelSource *self,
          const TrafoGraph *graph,
          GCancellable     *cancellable,
          GError          **error)
{
  for (guint i = 0; i < graph->params->len; i++)
    {
      const TrafoGraphParam *param = g_ptr_array_index (graph->params, i);
      const TrafoValueType  *type = &trafo_graph_get_node (graph, param->sym)->type;
      guint64                n_elements = 1;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (!g_hash_table_contains (self->operands, g_ptr_array_index (param->names, 0)) &&
          !initialise (self, graph, param, error))
        return FALSE;
      g_ptr_array_add (self->names, g_strdup (g_ptr_array_index (param->names, 0)));
      for (guint j = 0; j < type->n_dims; j++)
        n_elements *= type->dims[j];
      self->n_parameters += n_elements;
    }
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The checkpoint's tensors under second names, which are what they are found by in @aliases, and
 * under the first names of tied parameters, by parameter in @firsts. */
static gboolean
collect_tied (Matching        *matching,
              TrafoCheckpoint *checkpoint,
              GHashTable      *aliases,
              GHashTable      *firsts,
              GCancellable    *cancellable,
              GError         **error)
{
  g_autoptr (GPtrArray) tensors = match_companions (matching, checkpoint, cancellable, error);

  for (guint i = 0; tensors != NULL && i < tensors->len; i++)
    {
      const TrafoCheckpointTensor *tensor = g_ptr_array_index (tensors, i);
      g_autofree char             *known = NULL;
      TrafoGraphParam             *param = match_name (matching, tensor->name, &known);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (param == NULL || param->aliases->len == 0)
        continue;
      /* codes are checked as the parameter of their own that they become */
      if (!is_encoded (matching, tensor, known) &&
          !check_tensor (matching->graph, param, tensor, error))
        return FALSE;
      if (is_first_name (param, known))
        g_hash_table_insert (firsts, param, (gpointer) tensor);
      else
        g_hash_table_insert (aliases, g_steal_pointer (&known), (gpointer) tensor);
    }
  return tensors != NULL;
}

GHashTable *
trafo_model_source_find_untied (TrafoModel              *model,
                                const TrafoGraph        *graph,
                                TrafoCheckpoint         *checkpoint,
                                const TrafoQuantization *quantization,
                                GCancellable            *cancellable,
                                GError                 **error)
{
  g_auto (Matching) matching = matching_new (model, graph, quantization);
  g_autoptr (GHashTable) aliases = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) firsts = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) untied = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer       alias, tensor;

  if (!collect_tied (&matching, checkpoint, aliases, firsts, cancellable, error))
    return NULL;
  g_hash_table_iter_init (&iter, aliases);
  while (g_hash_table_iter_next (&iter, &alias, &tensor))
    {
      gpointer first = g_hash_table_lookup (firsts, trafo_graph_find_param (graph, alias));

      if (first != NULL && !trafo_checkpoint_equal (checkpoint, first, tensor))
        g_hash_table_add (untied, g_strdup (alias));
    }
  return g_steal_pointer (&untied);
}

TrafoModelSource *
trafo_model_source_new (TrafoModel              *model,
                        const TrafoGraph        *graph,
                        TrafoCheckpoint         *checkpoint,
                        GHashTable              *untied,
                        const TrafoQuantization *quantization,
                        const char              *task,
                        guint64                  seed,
                        GCancellable            *cancellable,
                        GError                 **error)
{
  g_autoptr (TrafoModelSource) self = g_new0 (TrafoModelSource, 1);

  self->checkpoint = checkpoint != NULL ? trafo_checkpoint_ref (checkpoint) : NULL;
  self->untied = untied != NULL ? g_hash_table_ref (untied) : NULL;
  self->seed = seed;
  self->quantization = *quantization;
  self->quantization.skip_modules = g_strdupv (quantization->skip_modules);
  self->operands = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->scales = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->memory = g_ptr_array_new_with_free_func (free);
  self->missing = g_ptr_array_new_with_free_func (g_free);
  self->unexpected = g_ptr_array_new_with_free_func (g_free);
  self->encoded = trafo_quantization_choose (&self->quantization, graph, task, error);
  if (self->encoded == NULL)
    return NULL;
  if (checkpoint != NULL && (!match_tensors (self, model, graph, cancellable, error) ||
                             !check_missing (self, graph, error)))
    return NULL;
  if (!complete (self, graph, cancellable, error))
    return NULL;
  g_ptr_array_sort (self->missing, compare_names);
  g_ptr_array_sort (self->unexpected, compare_names);
  return g_steal_pointer (&self);
}

void
trafo_model_source_free (TrafoModelSource *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->operands);
  g_hash_table_unref (self->scales);
  g_clear_pointer (&self->encoded, g_hash_table_unref);
  trafo_quantization_clear (&self->quantization);
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->memory);
  g_ptr_array_unref (self->missing);
  g_ptr_array_unref (self->unexpected);
  g_clear_pointer (&self->untied, g_hash_table_unref);
  g_clear_pointer (&self->checkpoint, trafo_checkpoint_unref);
  g_free (self);
}

/* @found: what a table of the source has under @name. */
static gboolean
check_found (TrafoModelSource *self, gconstpointer found, const char *name, GError **error)
{
  if (found == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NOT_FOUND,
                   "parameter '%s' was not there when the model was loaded",
                   name);
      return FALSE;
    }
  /* a file that was cut since it was mapped would end the process on the next read */
  return self->checkpoint == NULL || trafo_checkpoint_check (self->checkpoint, error);
}

gboolean
trafo_model_source_lookup (TrafoModelSource *self,
                           const char       *name,
                           TrafoOperand     *ret_operand,
                           GError          **error)
{
  const TrafoOperand *operand = g_hash_table_lookup (self->operands, name);

  if (!check_found (self, operand, name, error))
    return FALSE;
  *ret_operand = *operand;
  return TRUE;
}

gboolean
trafo_model_source_lookup_scales (TrafoModelSource  *self,
                                  const char        *name,
                                  TrafoWeightScales *ret_scales,
                                  GError           **error)
{
  const TrafoWeightScales *scales = g_hash_table_lookup (self->scales, name);

  if (!check_found (self, scales, name, error))
    return FALSE;
  *ret_scales = *scales;
  return TRUE;
}

static gboolean
lookup (gpointer               data,
        const TrafoGraphParam *param,
        guint                  part,
        TrafoOperand          *ret_operand,
        GError               **error)
{
  return trafo_model_source_lookup (data,
                                    g_ptr_array_index (param->names, part),
                                    ret_operand,
                                    error);
}

static gboolean
lookup_scales (gpointer               data,
               const TrafoGraphParam *param,
               guint                  part,
               TrafoWeightScales     *ret_scales,
               GError               **error)
{
  return trafo_model_source_lookup_scales (data,
                                           g_ptr_array_index (param->names, part),
                                           ret_scales,
                                           error);
}

static gsize
count_bytes (const TrafoOperand *operand)
{
  gsize size_bytes = trafo_dtype_get_size (operand->dtype);

  for (guint i = 0; i < operand->n_dims; i++)
    size_bytes *= operand->shape[i];
  return size_bytes;
}

static void
release (gpointer data, const TrafoOperand *operand)
{
  TrafoModelSource *self = data;

  if (self->checkpoint != NULL)
    trafo_checkpoint_release_pages (self->checkpoint, operand->data, count_bytes (operand));
}

static gboolean
locate (gpointer data, const TrafoOperand *operand, guint *ret_file, gsize *ret_offset_bytes)
{
  TrafoModelSource *self = data;

  return self->checkpoint != NULL && trafo_checkpoint_locate (self->checkpoint,
                                                              operand->data,
                                                              count_bytes (operand),
                                                              ret_file,
                                                              ret_offset_bytes);
}

static gboolean
read_file (gpointer data,
           guint    file,
           gsize    offset_bytes,
           gpointer destination,
           gsize    size_bytes,
           GError **error)
{
  TrafoModelSource *self = data;

  return trafo_mapped_file_read (trafo_checkpoint_get_file (self->checkpoint, file),
                                 offset_bytes,
                                 destination,
                                 size_bytes,
                                 error);
}

void
trafo_model_source_get (TrafoModelSource *self, TrafoWeightSource *ret_source)
{
  ret_source->data = self;
  ret_source->destroy = NULL;
  ret_source->lookup = lookup;
  ret_source->lookup_scales = lookup_scales;
  ret_source->release = release;
  ret_source->locate = locate;
  ret_source->read = read_file;
  ret_source->nests_scales = self->quantization.is_nested;
}

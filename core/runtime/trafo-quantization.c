/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-quantization-private.h"

#include <math.h>
#include <string.h>

#include "trafo-4bit-private.h"
#include "trafo-4bit-state-private.h"

#define KEY "quantization_config"
#define WEIGHT ".weight"

static gboolean
fail_value (const char *key, const char *found, const char *expected, GError **error)
{
  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_VALUE,
               "config.json: '%s' of " KEY " is %s, expected %s",
               key,
               found,
               expected);
  return FALSE;
}

/* A list of strings, or NULL. */
static gboolean
read_skip_modules (TrafoQuantization *self, GVariant *values, GError **error)
{
  g_autoptr (GVariant) list = g_variant_lookup_value (values, "llm_int8_skip_modules", NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (list == NULL || g_variant_is_of_type (list, G_VARIANT_TYPE ("mv")))
    return TRUE;
  if (!g_variant_is_of_type (list, G_VARIANT_TYPE ("av")))
    return fail_value ("llm_int8_skip_modules", "no list", "a list of strings", error);
  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (list, i);
      g_autoptr (GVariant) name = g_variant_get_variant (child);

      if (!g_variant_is_of_type (name, G_VARIANT_TYPE_STRING))
        return fail_value ("llm_int8_skip_modules", "a list", "one of strings", error);
      g_strv_builder_add (builder, g_variant_get_string (name, NULL));
    }
  self->skip_modules = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
set_quant_type (TrafoQuantization *self, const char *type, const char *where, GError **error)
{
  self->encoding = trafo_4bit_encoding_from_name (type);
  if (self->encoding != TRAFO_WEIGHT_ENCODING_NONE)
    return TRUE;
  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_VALUE,
               "%s: 'bnb_4bit_quant_type' is \"%s\", expected fp4 or nf4",
               where,
               type);
  return FALSE;
}

/* As AutoHfQuantizer takes it (transformers, quantizers/auto.py); a method that is none of ours is an
 * error even where transformers goes on without it. */
static gboolean
read_values (TrafoQuantization *self, TrafoConfig *values, GError **error)
{
  const char *method = trafo_config_get_string (values, "quant_method", NULL);
  gboolean    is_8bit = trafo_config_get_boolean (values, "load_in_8bit", FALSE);
  gboolean    is_4bit = trafo_config_get_boolean (values, "load_in_4bit", FALSE);
  const char *type = trafo_config_get_string (values, "bnb_4bit_quant_type", "fp4");
  const char *compute = trafo_config_get_string (values, "bnb_4bit_compute_dtype", "float32");

  self->threshold = trafo_config_get_double (values, "llm_int8_threshold", 6.0, 0, G_MAXFLOAT);
  self->is_nested =
      is_4bit && trafo_config_get_boolean (values, "bnb_4bit_use_double_quant", FALSE);
  self->compute_dtype = trafo_dtype_from_name (compute);
  if (!trafo_config_check (values, error))
    return FALSE;
  if (is_4bit && is_8bit)
    return fail_value ("load_in_4bit", "true", "false beside load_in_8bit", error);
  if (!is_8bit && !is_4bit && method == NULL)
    return fail_value ("quant_method", "missing", "bitsandbytes", error);
  if (method != NULL && !g_str_equal (method, "bitsandbytes"))
    {
      g_autofree char *found = g_strdup_printf ("\"%s\"", method);

      return fail_value ("quant_method", found, "bitsandbytes", error);
    }
  if (is_4bit && !trafo_dtype_is_float (self->compute_dtype))
    return fail_value ("bnb_4bit_compute_dtype", compute, "float32, float16 or bfloat16", error);
  if (is_8bit)
    self->encoding = TRAFO_WEIGHT_ENCODING_LLM_INT8;
  else if (is_4bit && !set_quant_type (self, type, "config.json: " KEY, error))
    return FALSE;
  return read_skip_modules (self, trafo_config_get_variant (values), error);
}

gboolean
trafo_quantization_read (TrafoQuantization *self, TrafoConfig *config, GError **error)
{
  GVariant *all = trafo_config_get_variant (config);
  g_autoptr (GVariant) value = g_variant_lookup_value (all, KEY, NULL);
  g_autoptr (TrafoConfig) values = NULL;

  if (value == NULL || g_variant_is_of_type (value, G_VARIANT_TYPE ("mv")))
    return TRUE;
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_VALUE,
                   "config.json: '" KEY "' is no object, expected one");
      return FALSE;
    }
  values = trafo_config_new_from_variant (value, "config.json: " KEY, error);
  return values != NULL && read_values (self, values, error);
}

static gboolean
check_threshold (double threshold, GError **error)
{
  if (threshold >= 0 && threshold <= G_MAXFLOAT)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "load options: 'llm_int8_threshold' is %g, expected a number from 0 to %g",
               threshold,
               G_MAXFLOAT);
  return FALSE;
}

gboolean
trafo_quantization_set_options (TrafoQuantization *self, TrafoLoadOptions *options, GError **error)
{
  gboolean           is_8bit = trafo_load_options_get_load_in_8bit (options);
  gboolean           is_4bit = trafo_load_options_get_load_in_4bit (options);
  const char        *type = trafo_load_options_get_bnb_4bit_quant_type (options);
  const char *const *skipped = trafo_load_options_get_llm_int8_skip_modules (options);
  double             threshold = trafo_load_options_get_llm_int8_threshold (options);

  if (!check_threshold (threshold, error))
    return FALSE;
  if (is_8bit && is_4bit)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "found both load_in_8bit and load_in_4bit, expected one of them");
      return FALSE;
    }
  if (!is_8bit && !is_4bit)
    return TRUE;
  if (is_8bit)
    self->encoding = TRAFO_WEIGHT_ENCODING_LLM_INT8;
  else if (!set_quant_type (self, type, "load options", error))
    return FALSE;
  self->threshold = threshold;
  self->is_nested = is_4bit && trafo_load_options_get_bnb_4bit_use_double_quant (options);
  self->compute_dtype = TRAFO_DTYPE_FLOAT32;
  g_strfreev (self->skip_modules);
  self->skip_modules = g_strdupv ((char **) skipped);
  return TRUE;
}

void
trafo_quantization_clear (TrafoQuantization *self)
{
  g_clear_pointer (&self->skip_modules, g_strfreev);
}

/* The names of modules that are left out (transformers, quantizers/quantizers_utils.py,
 * should_convert_module()). */
static GPtrArray *
compile_patterns (char **names, GError **error)
{
  g_autoptr (GPtrArray) patterns = g_ptr_array_new_with_free_func ((GDestroyNotify) g_regex_unref);

  for (char **name = names; *name != NULL; name++)
    {
      g_autofree char *text = g_strdup_printf ("(?:%s)(?:(?<=\\.)|(?=\\.|$))", *name);
      GRegex *pattern = g_regex_new (text, G_REGEX_ANCHORED, G_REGEX_MATCH_ANCHORED, error);

      if (pattern == NULL)
        {
          g_prefix_error (error, "'llm_int8_skip_modules' has \"%s\": ", *name);
          return NULL;
        }
      g_ptr_array_add (patterns, pattern);
    }
  return g_steal_pointer (&patterns);
}

static gboolean
is_skipped (const TrafoQuantization *self,
            GPtrArray               *patterns,
            const char              *module,
            gboolean                *ret_is_skipped,
            GError                 **error)
{
  *ret_is_skipped = TRUE;
  for (guint i = 0; i < patterns->len; i++)
    {
      g_autoptr (GError) local_error = NULL;

      if (g_str_has_suffix (module, self->skip_modules[i]) ||
          g_regex_match_full (patterns->pdata[i], module, -1, 0, 0, NULL, &local_error))
        return TRUE;
      if (local_error != NULL)
        {
          g_propagate_prefixed_error (error,
                                      g_steal_pointer (&local_error),
                                      "'llm_int8_skip_modules' has \"%s\": ",
                                      self->skip_modules[i]);
          return FALSE;
        }
    }
  *ret_is_skipped = FALSE;
  return TRUE;
}

static const TrafoGraphParam *
find_weight (const TrafoGraph *graph, const TrafoNode *node)
{
  const TrafoNode *weight;

  if (node->op->id != TRAFO_OP_LINEAR)
    return NULL;
  weight = trafo_graph_get_node (graph, node->inputs[1]);
  return weight->op->id == TRAFO_OP_PARAM ? g_ptr_array_index (graph->params, weight->leaf) : NULL;
}

/* transformers, quantizers/base.py, get_keys_to_not_convert(): what is tied, the output embeddings, and
 * the module of the last parameter, if that is a weight. */
static gboolean
is_kept (const TrafoGraph      *graph,
         const TrafoNode       *node,
         const TrafoGraphParam *param,
         gboolean               is_last,
         const char            *task)
{
  if (param->aliases->len > 0)
    return TRUE;
  if (g_str_equal (task, "causal-lm") || g_str_equal (task, "masked-lm"))
    return is_last;
  return is_last && !g_str_equal (task, "base") && !node->attrs.linear.has_bias;
}

TrafoEncodedWeight *
trafo_encoded_weight_new (const char *name, gboolean is_in_out)
{
  TrafoEncodedWeight *self = g_new (TrafoEncodedWeight, 1);

  self->name = g_strdup (name);
  self->is_in_out = is_in_out;
  return self;
}

void
trafo_encoded_weight_free (TrafoEncodedWeight *self)
{
  g_free (self->name);
  g_free (self);
}

/* The name of the linear layer's own weight. */
static const char *
weight_name (const TrafoGraphParam *param)
{
  return g_ptr_array_index (param->aliases->len > 0 ? param->aliases : param->names, 0);
}

/* The module's name in transformers, NULL if it has none. */
static char *
module_name (const TrafoGraphParam *param)
{
  const char *name = weight_name (param);

  return g_str_has_suffix (name, WEIGHT) ? g_strndup (name, strlen (name) - strlen (WEIGHT)) : NULL;
}

static TrafoSym
find_last_linear (const TrafoGraph *graph)
{
  TrafoSym sym = trafo_graph_get_n_nodes (graph) - 1;

  while (sym > 0 && trafo_graph_get_node (graph, sym)->op->id != TRAFO_OP_LINEAR)
    sym--;
  return sym;
}

GHashTable *
trafo_quantization_choose (const TrafoQuantization *self,
                           const TrafoGraph        *graph,
                           const char              *task,
                           GError                 **error)
{
  static char *none[] = { NULL };
  gboolean     is_explicit = self->skip_modules != NULL;
  TrafoSym     last = find_last_linear (graph);
  g_autoptr (GHashTable) chosen =
      g_hash_table_new_full (g_str_hash,
                             g_str_equal,
                             g_free,
                             (GDestroyNotify) trafo_encoded_weight_free);
  g_autoptr (GPtrArray) patterns =
      compile_patterns (is_explicit ? self->skip_modules : none, error);

  if (patterns == NULL)
    return NULL;
  if (self->encoding == TRAFO_WEIGHT_ENCODING_NONE)
    return g_steal_pointer (&chosen);
  for (TrafoSym sym = 1; sym <= last; sym++)
    {
      const TrafoNode       *node = trafo_graph_get_node (graph, sym);
      const TrafoGraphParam *param = find_weight (graph, node);
      g_autofree char       *module = param != NULL ? module_name (param) : NULL;
      gboolean               is_out;

      if (module == NULL)
        continue;
      if (is_explicit && !is_skipped (self, patterns, module, &is_out, error))
        return NULL;
      if (!is_explicit)
        is_out = is_kept (graph, node, param, sym == last, task);
      if (!is_out)
        g_hash_table_insert (chosen,
                             g_strdup (g_ptr_array_index (param->names, 0)),
                             trafo_encoded_weight_new (weight_name (param),
                                                       node->attrs.linear.is_in_out));
    }
  return g_steal_pointer (&chosen);
}

static GVariant *
skip_modules_to_variant (char **names)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  if (names == NULL)
    return g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
  for (; *names != NULL; names++)
    g_variant_builder_add (&builder, "v", g_variant_new_string (*names));
  return g_variant_builder_end (&builder);
}

static void
add_4bit (const TrafoQuantization *self, GVariantBuilder *builder)
{
  const struct
  {
    const char *key, *value;
  } strings[] = {
    { "bnb_4bit_compute_dtype", trafo_dtype_get_name (self->compute_dtype) },
    { "bnb_4bit_quant_storage", "uint8" },
    { "bnb_4bit_quant_type", trafo_4bit_encoding_get_name (self->encoding) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (strings); i++)
    g_variant_builder_add (builder,
                           "{sv}",
                           strings[i].key,
                           g_variant_new_string (strings[i].value));
  g_variant_builder_add (builder,
                         "{sv}",
                         "bnb_4bit_use_double_quant",
                         g_variant_new_boolean (self->is_nested));
}

GVariant *
trafo_quantization_to_variant (const TrafoQuantization *self)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  gboolean is_4bit = trafo_4bit_is_encoding (self->encoding);

  if (is_4bit)
    add_4bit (self, &builder);
  g_variant_builder_add (&builder,
                         "{sv}",
                         "llm_int8_skip_modules",
                         skip_modules_to_variant (self->skip_modules));
  g_variant_builder_add (&builder,
                         "{sv}",
                         "llm_int8_threshold",
                         g_variant_new_double (self->threshold));
  g_variant_builder_add (&builder, "{sv}", "load_in_4bit", g_variant_new_boolean (is_4bit));
  g_variant_builder_add (&builder, "{sv}", "load_in_8bit", g_variant_new_boolean (!is_4bit));
  g_variant_builder_add (&builder, "{sv}", "quant_method", g_variant_new_string ("bitsandbytes"));
  return g_variant_builder_end (&builder);
}

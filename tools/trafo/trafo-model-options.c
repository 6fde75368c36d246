/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-model-options.h"

#include <string.h>

/* Of the names of missing and unexpected tensors, so many are said. */
#define MAX_NAMES 4

void
trafo_model_options_clear (TrafoModelOptions *self)
{
  g_clear_pointer (&self->model, g_free);
  g_clear_pointer (&self->device, g_free);
  g_clear_pointer (&self->dtype, g_free);
  g_clear_pointer (&self->llm_int8_threshold, g_free);
  g_clear_pointer (&self->bnb_4bit_quant_type, g_free);
}

gboolean
trafo_model_options_check_model (const TrafoCommand *command, const char *model)
{
  if (model != NULL && *model != '\0')
    return TRUE;
  trafo_command_fail_usage (command,
                            model == NULL ? "found no --model DIR"
                                          : "found an empty --model, expected a folder");
  return FALSE;
}

const char *
trafo_model_options_get_folder (const TrafoCommand *command, char **folders)
{
  if (folders != NULL && g_strv_length (folders) == 1)
    return folders[0];
  trafo_command_fail_usage (command, "expected one MODEL, a folder");
  return NULL;
}

static gboolean
is_threshold (const char *text)
{
  char  *end;
  double value = g_ascii_strtod (text, &end);

  return end != text && *end == '\0' && value >= 0 && value <= G_MAXFLOAT;
}

/* An option that would do nothing without *@ret_missing; NULL if there is none. */
static const char *
find_idle_option (const TrafoModelOptions *self, const char **ret_missing)
{
  *ret_missing = "--load-in-8bit";
  if (self->llm_int8_threshold != NULL && !self->load_in_8bit)
    return "--llm-int8-threshold";
  *ret_missing = "--load-in-4bit";
  if (self->bnb_4bit_quant_type != NULL && !self->load_in_4bit)
    return "--bnb-4bit-quant-type";
  return self->bnb_4bit_use_double_quant && !self->load_in_4bit ? "--bnb-4bit-use-double-quant"
                                                                : NULL;
}

gboolean
trafo_model_options_check (TrafoModelOptions *self, const TrafoCommand *command)
{
  g_autofree char *threads = NULL;
  const char      *missing;
  const char      *idle = find_idle_option (self, &missing);

  if (!trafo_model_options_check_model (command, self->model))
    return FALSE;
  if (self->threads < 0 || self->threads > 4096)
    trafo_command_fail_usage (command,
                              "found --threads %d, expected 1 to 4096, or 0 for the default",
                              self->threads);
  else if (self->dtype != NULL && !g_str_equal (self->dtype, "auto") &&
           trafo_dtype_from_name (self->dtype) == TRAFO_DTYPE_NONE)
    trafo_command_fail_usage (command,
                              "found --dtype %s, expected auto, float32, float16, bfloat16 or int8",
                              self->dtype);
  else if (self->int8_weight_only && g_strcmp0 (self->dtype, "int8") != 0)
    trafo_command_fail_usage (command,
                              "found --int8-weight-only beside --dtype %s, expected --dtype int8",
                              self->dtype != NULL ? self->dtype : "float32");
  else if (self->llm_int8_threshold != NULL && !is_threshold (self->llm_int8_threshold))
    trafo_command_fail_usage (command,
                              "found --llm-int8-threshold %s, expected a number of 0 or more",
                              self->llm_int8_threshold);
  else if (self->int4_weight_only && (self->load_in_8bit || self->load_in_4bit))
    trafo_command_fail_usage (command,
                              "found --int4-weight-only and --load-in-%dbit, expected one",
                              self->load_in_8bit ? 8 : 4);
  else if (self->load_in_8bit && self->load_in_4bit)
    trafo_command_fail_usage (command, "found --load-in-8bit and --load-in-4bit, expected one");
  else if (self->bnb_4bit_quant_type != NULL && !g_str_equal (self->bnb_4bit_quant_type, "fp4") &&
           !g_str_equal (self->bnb_4bit_quant_type, "nf4"))
    trafo_command_fail_usage (command,
                              "found --bnb-4bit-quant-type %s, expected fp4 or nf4",
                              self->bnb_4bit_quant_type);
  else if (idle != NULL)
    trafo_command_fail_usage (command, "found %s without %s, expected both", idle, missing);
  else
    {
      threads = g_strdup_printf ("%d", self->threads);
      if (self->threads > 0)
        g_setenv ("TRAFO_THREADS", threads, TRUE);
      return TRUE;
    }
  return FALSE;
}

TrafoLoadOptions *
trafo_model_options_get_load_options (const TrafoModelOptions *self)
{
  TrafoLoadOptions *options = trafo_load_options_new ();

  trafo_load_options_set_device (options, self->device);
  if (g_strcmp0 (self->dtype, "auto") == 0)
    trafo_load_options_set_auto_dtype (options, TRUE);
  else if (self->dtype != NULL)
    trafo_load_options_set_dtype (options, trafo_dtype_from_name (self->dtype));
  trafo_load_options_set_int8_weight_only (options, self->int8_weight_only);
  trafo_load_options_set_int4_weight_only (options, self->int4_weight_only);
  trafo_load_options_set_load_in_8bit (options, self->load_in_8bit);
  if (self->llm_int8_threshold != NULL)
    trafo_load_options_set_llm_int8_threshold (options,
                                               g_ascii_strtod (self->llm_int8_threshold, NULL));
  trafo_load_options_set_load_in_4bit (options, self->load_in_4bit);
  trafo_load_options_set_bnb_4bit_quant_type (options, self->bnb_4bit_quant_type);
  trafo_load_options_set_bnb_4bit_use_double_quant (options, self->bnb_4bit_use_double_quant);
  return options;
}

const char *
trafo_model_options_find_task (const char *folder, GError **error)
{
  g_autoptr (TrafoConfig) config = trafo_config_new_from_folder (folder, error);
  const char *const *architectures;
  const char        *head;
  g_autofree char   *auto_class = NULL;
  const char        *task;

  if (config == NULL)
    return NULL;
  architectures = trafo_config_get_architectures (config);
  if (architectures == NULL || architectures[0] == NULL)
    return "base";
  if (g_str_has_suffix (architectures[0], "LMHeadModel"))
    return "causal-lm";
  head = strstr (architectures[0], "For");
  if (head == NULL)
    return "base";
  auto_class = g_strconcat ("AutoModel", head, NULL);
  task = trafo_auto_model_get_task_of_class (auto_class);
  if (task == NULL)
    g_set_error (error,
                 TRAFO_ERROR,
                 TRAFO_ERROR_UNSUPPORTED,
                 "%s: config.json names the architecture %s, expected a head that is known; "
                 "--auto-class chooses one",
                 folder,
                 architectures[0]);
  return task;
}

const char *
trafo_model_options_find_stored_type (TrafoModel *model)
{
  GVariant   *values = trafo_config_get_variant (trafo_model_get_config (model));
  gboolean    is_8bit = FALSE, is_4bit = FALSE;
  const char *type = "fp4";
  g_autoptr (GVariant) stored =
      g_variant_lookup_value (values, "quantization_config", G_VARIANT_TYPE_VARDICT);

  if (stored == NULL)
    return NULL;
  g_variant_lookup (stored, "load_in_8bit", "b", &is_8bit);
  g_variant_lookup (stored, "load_in_4bit", "b", &is_4bit);
  g_variant_lookup (stored, "bnb_4bit_quant_type", "&s", &type);
  if (is_8bit)
    return "llm-int8";
  return is_4bit ? type : NULL;
}

static void
append_names (GString *text, char **names, const char *what)
{
  guint n_names = g_strv_length (names);

  if (n_names == 0)
    return;
  g_string_append_printf (text,
                          "%s%u tensor%s %s: ",
                          text->len > 0 ? "; " : "",
                          n_names,
                          n_names == 1 ? "" : "s",
                          what);
  for (guint i = 0; i < n_names && i < MAX_NAMES; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", names[i]);
  if (n_names > MAX_NAMES)
    g_string_append (text, ", ...");
}

void
trafo_model_options_warn (const TrafoModelOptions *self,
                          const TrafoCommand      *command,
                          TrafoModel              *model)
{
  g_auto (GStrv) missing = trafo_model_list_missing_keys (model);
  g_auto (GStrv) unexpected = trafo_model_list_unexpected_keys (model);
  g_autoptr (GString) text = g_string_new (NULL);
  TrafoDTypeChoice *choice = trafo_auto_model_get_dtype_choice (model);
  g_autofree char  *chosen = choice != NULL ? trafo_dtype_choice_to_string (choice) : NULL;
  const char       *stored = trafo_model_options_find_stored_type (model);

  if (stored != NULL && (self->load_in_8bit || self->load_in_4bit))
    trafo_command_warn (command,
                        "%s: found --load-in-%dbit with weights that are %s already; what "
                        "config.json says counts",
                        self->model,
                        self->load_in_8bit ? 8 : 4,
                        stored);
  if (chosen != NULL)
    trafo_command_note (command, chosen);
  append_names (text, missing, "missing, newly initialised");
  append_names (text, unexpected, "not used");
  if (text->len > 0)
    trafo_command_warn (command, "%s: %s", self->model, text->str);
}

TrafoModel *
trafo_model_options_load (const TrafoModelOptions *self,
                          const TrafoCommand      *command,
                          const char              *task,
                          GError                 **error)
{
  g_autoptr (TrafoLoadOptions) options = trafo_model_options_get_load_options (self);
  TrafoModel *model =
      trafo_auto_model_from_pretrained_for_task (self->model, task, options, NULL, error);

  if (model != NULL)
    trafo_model_options_warn (self, command, model);
  return model;
}

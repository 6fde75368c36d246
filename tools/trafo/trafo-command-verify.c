/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <stdio.h>
#include <string.h>

#include "trafo-command.h"
#include "trafo-model-options.h"
#include "trafo-tensor-comparison.h"

#define INPUTS "inputs."
#define OUTPUTS "outputs."
#define HIDDEN_STATES "hidden_states."

enum
{
  N_ROWS = 2,
  N_TOKENS = 12, /* of the first row; the second has N_TOKENS - N_PADDED */
  N_PADDED = 5,
  N_NEW_TOKENS = 6,
};

typedef struct
{
  TrafoModelOptions model;
  char            **models;
  char             *auto_class;
  char             *expected;
  double            tolerance;
  gboolean          json;
} Options;

static void
options_clear (Options *self)
{
  trafo_model_options_clear (&self->model);
  g_strfreev (self->models);
  g_free (self->auto_class);
  g_free (self->expected);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* The tensors whose names begin with @prefix, without it. */
static TrafoTensorDict *
select_tensors (TrafoTensorDict *stored, const char *prefix)
{
  TrafoTensorDict *selected = trafo_tensor_dict_new ();

  for (guint i = 0; i < trafo_tensor_dict_get_size (stored); i++)
    {
      const char *name = trafo_tensor_dict_get_name (stored, i);

      if (g_str_has_prefix (name, prefix))
        trafo_tensor_dict_set (selected,
                               name + strlen (prefix),
                               trafo_tensor_dict_get (stored, name));
    }
  return selected;
}

/* A name that is mistyped would make a file of fewer tensors, which agree. */
static gboolean
check_names (TrafoTensorDict *stored, const char *filename, GError **error)
{
  g_autoptr (GString) unknown = g_string_new (NULL);
  g_autofree char *shown = NULL;

  for (guint i = 0; i < trafo_tensor_dict_get_size (stored); i++)
    {
      const char *name = trafo_tensor_dict_get_name (stored, i);

      if (!g_str_has_prefix (name, INPUTS) && !g_str_has_prefix (name, OUTPUTS))
        g_string_append_printf (unknown, "%s'%s'", unknown->len > 0 ? ", " : "", name);
    }
  if (unknown->len == 0)
    return TRUE;
  shown = trafo_error_excerpt (unknown->str);
  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_VALUE,
               "%s: found tensors named %s, expected '" INPUTS "NAME' and '" OUTPUTS "NAME'",
               filename,
               shown);
  return FALSE;
}

static gboolean
has_hidden_states (TrafoTensorDict *outputs)
{
  for (guint i = 0; i < trafo_tensor_dict_get_size (outputs); i++)
    if (g_str_has_prefix (trafo_tensor_dict_get_name (outputs, i), HIDDEN_STATES))
      return TRUE;
  return FALSE;
}

static void
compare_all (TrafoTensorComparison *comparison,
             TrafoTensorDict       *found,
             TrafoTensorDict       *expected,
             TrafoTensor           *mask)
{
  for (guint i = 0; i < trafo_tensor_dict_get_size (expected); i++)
    {
      const char *name = trafo_tensor_dict_get_name (expected, i);

      trafo_tensor_comparison_add (comparison,
                                   name,
                                   trafo_tensor_dict_get (found, name),
                                   trafo_tensor_dict_get (expected, name),
                                   mask);
    }
}

static gboolean
compare_with_file (TrafoTensorComparison *comparison,
                   TrafoModel            *model,
                   const char            *filename,
                   GError               **error)
{
  g_autoptr (TrafoTensorDict) stored = trafo_tensor_dict_load (filename, error);
  g_autoptr (TrafoTensorDict) inputs = NULL;
  g_autoptr (TrafoTensorDict) expected = NULL;
  g_autoptr (TrafoTensorDict) found = NULL;

  if (stored == NULL || !check_names (stored, filename, error))
    return FALSE;
  inputs = select_tensors (stored, INPUTS);
  expected = select_tensors (stored, OUTPUTS);
  if (trafo_tensor_dict_get_size (inputs) == 0 || trafo_tensor_dict_get_size (expected) == 0)
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_VALUE,
                   "%s: found %u tensors of inputs and %u of outputs, expected some named "
                   "'" INPUTS "NAME' and '" OUTPUTS "NAME'",
                   filename,
                   trafo_tensor_dict_get_size (inputs),
                   trafo_tensor_dict_get_size (expected));
      return FALSE;
    }
  found = trafo_model_forward (model, inputs, has_hidden_states (expected), NULL, error);
  if (found == NULL)
    return FALSE;
  compare_all (comparison, found, expected, trafo_tensor_dict_get (inputs, "attention_mask"));
  return TRUE;
}

/* Two rows of any tokens, the second padded on the right. */
static TrafoTensorDict *
make_inputs (TrafoModel *model, GError **error)
{
  gint64 shape[] = { N_ROWS, N_TOKENS };
  gint64 vocab_size =
      trafo_config_get_int (trafo_model_get_config (model), "vocab_size", 100, 1, G_MAXINT32);
  g_autoptr (TrafoTensor) ids = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, error);
  g_autoptr (TrafoTensor) mask = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, error);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  TrafoTensorDict *inputs;

  if (ids == NULL || mask == NULL)
    return NULL;
  for (gint64 i = 0; i < N_ROWS * N_TOKENS; i++)
    {
      ((gint64 *) trafo_tensor_get_data (ids))[i] = g_rand_int_range (random, 0, vocab_size);
      ((gint64 *) trafo_tensor_get_data (mask))[i] = i < N_ROWS * N_TOKENS - N_PADDED;
    }
  inputs = trafo_tensor_dict_new ();
  trafo_tensor_dict_set (inputs, "input_ids", ids);
  trafo_tensor_dict_set (inputs, "attention_mask", mask);
  return inputs;
}

/* What each layer computes on the model's device and with the plain C of the reference. */
static gboolean
compare_with_reference (TrafoTensorComparison *comparison, TrafoModel *model, GError **error)
{
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();
  g_autoptr (TrafoTensorDict) inputs = make_inputs (model, error);
  g_autoptr (TrafoModel) reference = NULL;
  g_autoptr (TrafoTensorDict) found = NULL;
  g_autoptr (TrafoTensorDict) expected = NULL;

  if (inputs == NULL)
    return FALSE;
  trafo_load_options_set_device (options, "reference");
  reference = trafo_auto_model_from_pretrained_for_task (trafo_model_get_folder (model),
                                                         trafo_model_get_task (model),
                                                         options,
                                                         NULL,
                                                         error);
  if (reference == NULL)
    return FALSE;
  found = trafo_model_forward (model, inputs, TRUE, NULL, error);
  expected = found != NULL ? trafo_model_forward (reference, inputs, TRUE, NULL, error) : NULL;
  if (expected == NULL)
    return FALSE;
  compare_all (comparison, found, expected, trafo_tensor_dict_get (inputs, "attention_mask"));
  return TRUE;
}

/* Greedy, whatever the checkpoint asks for, with the logits as they come out of the model. */
static TrafoGenerationResult *
generate (TrafoModel *model, TrafoTensorDict *prompt, GError **error)
{
  static const char json[] =
      "{\"do_sample\": false, \"num_beams\": 1, \"num_return_sequences\": 1, "
      "\"eos_token_id\": null, \"output_logits\": true}";
  g_autoptr (GBytes) bytes = g_bytes_new_static (json, strlen (json));
  g_autoptr (GVariant) parameters = trafo_json_to_variant (bytes, "verify", error);
  g_autoptr (TrafoGenerationConfig) config =
      trafo_generation_config_new_from_variant (parameters, error);

  if (config == NULL)
    return NULL;
  g_object_set (config, "max-new-tokens", N_NEW_TOKENS, NULL);
  return trafo_model_generate (model, prompt, config, NULL, NULL, error);
}

/* The logits of each step of a generation, which reads the tokens before it from the cache, and those
 * of the whole sequence at once. */
static gboolean
compare_with_cache (TrafoTensorComparison *comparison, TrafoModel *model, GError **error)
{
  g_autoptr (TrafoTensorDict) inputs = make_inputs (model, error);
  g_autoptr (TrafoTensorDict) prompt = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) plain = NULL;
  g_autoptr (TrafoTensor) row = NULL;
  g_autoptr (TrafoTensor) steps = NULL;
  g_autoptr (TrafoTensor) cached = NULL;
  g_autoptr (TrafoGenerationResult) result = NULL;
  guint axes[] = { 1, 0, 2 };

  if (inputs == NULL)
    return FALSE;
  row = trafo_tensor_slice (trafo_tensor_dict_get (inputs, "input_ids"), 0, 0, 1, 1, error);
  trafo_tensor_dict_set (prompt, "input_ids", row);
  result = generate (model, prompt, error);
  if (result == NULL)
    return FALSE;
  trafo_tensor_dict_set (prompt, "input_ids", trafo_generation_result_get_sequences (result));
  plain = trafo_model_forward (model, prompt, FALSE, NULL, error);
  if (plain == NULL)
    return FALSE;
  steps = trafo_tensor_slice (trafo_tensor_dict_get (plain, "logits"),
                              1,
                              N_TOKENS - 1,
                              N_NEW_TOKENS,
                              1,
                              error);
  cached = trafo_tensor_permute (trafo_generation_result_get_logits (result), axes, 3, error);
  if (steps == NULL || cached == NULL)
    return FALSE;
  trafo_tensor_comparison_add (comparison, "logits (cached)", cached, steps, NULL);
  return TRUE;
}

static TrafoValue *
make_value (const Options *options, const TrafoTensorComparison *comparison, TrafoModel *model)
{
  const char *against = options->expected != NULL ? options->expected : "reference";
  TrafoValue *value = trafo_value_new_record ();

  trafo_value_set_string (value, "model", options->model.model);
  trafo_value_set_string (value, "task", trafo_model_get_task (model));
  trafo_value_set_string (value, "device", trafo_model_get_device_name (model));
  trafo_value_set_string (value, "against", against);
  trafo_value_set_double (value, "tolerance", options->tolerance);
  trafo_value_set_boolean (value, "agrees", trafo_tensor_comparison_get_n_failed (comparison) == 0);
  trafo_value_set (value, "tensors", trafo_tensor_comparison_to_value (comparison));
  return value;
}

static int
print (const TrafoCommand          *self,
       const Options               *options,
       const TrafoTensorComparison *comparison,
       TrafoModel                  *model)
{
  guint n_failed = trafo_tensor_comparison_get_n_failed (comparison);
  g_autoptr (TrafoValue) value = make_value (options, comparison, model);
  g_autoptr (GError) error = NULL;
  int status = TRAFO_EXIT_OK;

  if (options->json)
    status = trafo_command_print_json (self, value);
  else
    trafo_tensor_comparison_print (comparison);
  if (n_failed == 0 || status != TRAFO_EXIT_OK)
    return status;
  error = g_error_new (TRAFO_ERROR,
                       TRAFO_ERROR_INTERNAL,
                       "%u of %u tensors differ from %s by more than %g of their largest value",
                       n_failed,
                       trafo_tensor_comparison_get_n_tensors (comparison),
                       options->expected != NULL ? options->expected : "the reference",
                       options->tolerance);
  return trafo_command_fail (self, error);
}

static int
verify (const TrafoCommand *self, const Options *options, const char *task)
{
  g_autoptr (TrafoTensorComparison) comparison = trafo_tensor_comparison_new (options->tolerance);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model = NULL;
  gboolean is_done;

  if (task == NULL)
    task = trafo_model_options_find_task (options->model.model, &error);
  if (task != NULL)
    model = trafo_model_options_load (&options->model, self, task, &error);
  if (model == NULL)
    return trafo_command_fail (self, error);
  if (options->expected != NULL)
    is_done = compare_with_file (comparison, model, options->expected, &error);
  else
    is_done = compare_with_reference (comparison, model, &error) &&
              (!g_str_equal (task, "causal-lm") || compare_with_cache (comparison, model, &error));
  return is_done ? print (self, options, comparison, model) : trafo_command_fail (self, error);
}

static int
run (const TrafoCommand *self, int argc, char **argv)
{
  g_auto (Options) options = { .tolerance = 1e-4 };
  const char        *task = NULL;
  const GOptionEntry entries[] = {
    { "expected",
      'e',
      0,
      G_OPTION_ARG_FILENAME,
      &options.expected,
      "Inputs, and the outputs that they are to give",
      "FILE.safetensors" },
    { "tolerance",
      0,
      0,
      G_OPTION_ARG_DOUBLE,
      &options.tolerance,
      "Of a tensor's largest value (0.0001)",
      "X" },
    { "auto-class",
      0,
      0,
      G_OPTION_ARG_STRING,
      &options.auto_class,
      "Class that loads the model (that of config.json)",
      "AutoModelForX" },
    TRAFO_MODEL_OPTIONS_RUN (options.model),
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print JSON", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.models, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!trafo_command_parse (self, entries, argc, argv))
    return TRAFO_EXIT_USAGE;
  options.model.model = g_strdup (trafo_model_options_get_folder (self, options.models));
  if (options.model.model == NULL || !trafo_model_options_check (&options.model, self))
    return TRAFO_EXIT_USAGE;
  if (!(options.tolerance >= 0))
    return trafo_command_fail_usage (self,
                                     "found --tolerance %g, expected 0 or more",
                                     options.tolerance);
  if (options.auto_class != NULL)
    task = trafo_auto_model_get_task_of_class (options.auto_class);
  if (options.auto_class != NULL && task == NULL)
    return trafo_command_fail_usage (self,
                                     "found --auto-class %s, expected AutoModel or one of "
                                     "AutoModelForX",
                                     options.auto_class);
  return verify (self, &options, task);
}

const TrafoCommand trafo_command_verify = {
  .name = "verify",
  .arguments = "MODEL [--expected FILE] [OPTION...]",
  .summary = "Compares what a model computes with stored values, or with the reference.",
  .examples = "  trafo verify bert-base-uncased\n"
              "  trafo verify --device opencl gpt2\n"
              "  tools/make-expected.py bert-base-uncased --out bert.safetensors &&\n"
              "    trafo verify bert-base-uncased --expected bert.safetensors\n",
  .run = run,
};

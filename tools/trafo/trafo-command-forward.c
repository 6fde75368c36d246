/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <stdio.h>

#include "trafo-command.h"
#include "trafo-json-argument.h"
#include "trafo-model-options.h"
#include "trafo-terminal.h"

typedef struct
{
  TrafoModelOptions model;
  char             *auto_class;
  char             *ids;
  char             *mask;
  char             *type_ids;
  char             *labels;
  char            **inputs;
  char             *save;
  gboolean          output_hidden_states;
  gboolean          json;
} Options;

static void
options_clear (Options *self)
{
  trafo_model_options_clear (&self->model);
  g_free (self->auto_class);
  g_free (self->ids);
  g_free (self->mask);
  g_free (self->type_ids);
  g_free (self->labels);
  g_strfreev (self->inputs);
  g_free (self->save);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
set_input (TrafoTensorDict *inputs,
           const char      *option,
           const char      *name,
           const char      *json,
           GError         **error)
{
  g_autoptr (TrafoTensor) tensor = NULL;

  if (json == NULL)
    return TRUE;
  if (trafo_tensor_dict_get (inputs, name) != NULL)
    {
      g_set_error (error, TRAFO_USAGE_ERROR, 0, "%s: the input '%s' is given twice", option, name);
      return FALSE;
    }
  tensor = trafo_json_argument_parse (option, json, error);
  if (tensor == NULL)
    return FALSE;
  trafo_tensor_dict_set (inputs, name, tensor);
  return TRUE;
}

/* Each is NAME=JSON. */
static gboolean
set_named_inputs (TrafoTensorDict *inputs, char **named, GError **error)
{
  for (gsize i = 0; named != NULL && named[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (named[i], "=", 2);

      if (g_strv_length (parts) != 2)
        {
          g_set_error (error,
                       TRAFO_USAGE_ERROR,
                       0,
                       "--input: found '%s', expected NAME=JSON",
                       named[i]);
          return FALSE;
        }
      if (!set_input (inputs, "--input", parts[0], parts[1], error))
        return FALSE;
    }
  return TRUE;
}

static TrafoTensorDict *
make_inputs (const Options *options, GError **error)
{
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();

  if (set_input (inputs, "--ids", "input_ids", options->ids, error) &&
      set_input (inputs, "--mask", "attention_mask", options->mask, error) &&
      set_input (inputs, "--type-ids", "token_type_ids", options->type_ids, error) &&
      set_input (inputs, "--labels", "labels", options->labels, error) &&
      set_named_inputs (inputs, options->inputs, error))
    return g_steal_pointer (&inputs);
  return NULL;
}

static TrafoValue *
value_of_shape (TrafoTensor *tensor)
{
  TrafoValue *shape = trafo_value_new_list ();

  for (guint i = 0; i < trafo_tensor_get_n_dims (tensor); i++)
    trafo_value_append (shape, trafo_value_new_integer (trafo_tensor_get_dim (tensor, i)));
  return shape;
}

static TrafoValue *
value_of_tensor (TrafoTensor *tensor, gboolean has_data, GError **error)
{
  g_autoptr (TrafoValue) value = trafo_value_new_record ();
  gint64 n_elements = trafo_tensor_get_n_elements (tensor);

  trafo_value_set (value, "shape", value_of_shape (tensor));
  trafo_value_set_string (value, "dtype", trafo_dtype_get_name (trafo_tensor_get_dtype (tensor)));
  if (has_data)
    {
      g_autoptr (TrafoTensor) flat = trafo_tensor_reshape (tensor, &n_elements, 1, error);

      if (flat == NULL)
        return NULL;
      trafo_value_set (value, "data", trafo_value_new_tensor (flat));
    }
  return g_steal_pointer (&value);
}

static int
print_json (const TrafoCommand *self, TrafoTensorDict *outputs, gboolean has_data)
{
  g_autoptr (TrafoValue) value = trafo_value_new_record ();
  g_autoptr (GError) error = NULL;
  TrafoValue *tensors = trafo_value_new_record ();

  trafo_value_set (value, "outputs", tensors);
  for (guint i = 0; i < trafo_tensor_dict_get_size (outputs); i++)
    {
      const char *name = trafo_tensor_dict_get_name (outputs, i);
      TrafoValue *tensor =
          value_of_tensor (trafo_tensor_dict_get (outputs, name), has_data, &error);

      if (tensor == NULL)
        return trafo_command_fail (self, error);
      trafo_value_set (tensors, name, tensor);
    }
  return trafo_command_print_json (self, value);
}

static int
print_tensors (TrafoTensorDict *outputs)
{
  for (guint i = 0; i < trafo_tensor_dict_get_size (outputs); i++)
    {
      const char      *name = trafo_tensor_dict_get_name (outputs, i);
      g_autofree char *text = trafo_tensor_to_string (trafo_tensor_dict_get (outputs, name));

      printf ("%s%s%s: %s\n",
              trafo_terminal_style (stdout, TRAFO_TERMINAL_STYLE_HEADING),
              name,
              trafo_terminal_style (stdout, TRAFO_TERMINAL_STYLE_PLAIN),
              text);
    }
  return TRAFO_EXIT_OK;
}

static int
forward (const TrafoCommand *self, const Options *options, const char *task)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensorDict) inputs = make_inputs (options, &error);
  g_autoptr (TrafoTensorDict) outputs = NULL;
  g_autoptr (TrafoModel) model = NULL;

  if (inputs == NULL)
    return trafo_command_fail (self, error);
  model = trafo_model_options_load (&options->model, self, task, &error);
  if (model == NULL)
    return trafo_command_fail (self, error);
  outputs = trafo_model_forward (model, inputs, options->output_hidden_states, NULL, &error);
  if (outputs == NULL)
    return trafo_command_fail (self, error);
  if (options->save != NULL && !trafo_tensor_dict_save (outputs, options->save, &error))
    return trafo_command_fail (self, error);
  return options->json ? print_json (self, outputs, options->save == NULL)
                       : trafo_command_flush (print_tensors (outputs));
}

static int
run (const TrafoCommand *self, int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const char        *task;
  const GOptionEntry entries[] = {
    TRAFO_MODEL_OPTIONS_ENTRIES (options.model),
    { "auto-class",
      0,
      0,
      G_OPTION_ARG_STRING,
      &options.auto_class,
      "Class that loads the model (AutoModel)",
      "AutoModelForX" },
    { "ids", 0, 0, G_OPTION_ARG_FILENAME, &options.ids, "Rows of token ids", "JSON" },
    { "mask", 0, 0, G_OPTION_ARG_FILENAME, &options.mask, "1 for each token that counts", "JSON" },
    { "type-ids", 0, 0, G_OPTION_ARG_FILENAME, &options.type_ids, "Segment of each token", "JSON" },
    { "labels", 0, 0, G_OPTION_ARG_FILENAME, &options.labels, "Labels, for the loss", "JSON" },
    { "input", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.inputs, "Any other input", "NAME=JSON" },
    { "output-hidden-states",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options.output_hidden_states,
      "The hidden states too",
      NULL },
    { "save",
      0,
      0,
      G_OPTION_ARG_FILENAME,
      &options.save,
      "Write the tensors to a file",
      "FILE.safetensors" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print JSON", NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!trafo_command_parse (self, entries, argc, argv) ||
      !trafo_model_options_check (&options.model, self))
    return TRAFO_EXIT_USAGE;
  if (options.ids == NULL)
    return trafo_command_fail_usage (self, "found no --ids JSON");
  task = trafo_auto_model_get_task_of_class (options.auto_class != NULL ? options.auto_class
                                                                        : "AutoModel");
  if (task == NULL)
    return trafo_command_fail_usage (self,
                                     "found --auto-class %s, expected AutoModel or AutoModelFor"
                                     "{SequenceClassification, TokenClassification, "
                                     "QuestionAnswering, MaskedLM, CausalLM}",
                                     options.auto_class);
  return forward (self, &options, task);
}

const TrafoCommand trafo_command_forward = {
  .name = "forward",
  .arguments = "--model DIR --ids '[[ID, ...], ...]' [OPTION...]",
  .summary = "Runs a model once on token ids and shows its outputs.",
  .examples = "  trafo forward --model bert-base-uncased --ids '[[101, 7592, 102]]'\n"
              "  trafo forward --model sst2 --auto-class AutoModelForSequenceClassification \\\n"
              "    --ids @ids.json --mask @mask.json --save logits.safetensors\n",
  .run = run,
};

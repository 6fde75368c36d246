/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <stdio.h>

#include "trafo-command.h"
#include "trafo-model-options.h"
#include "trafo-parameters.h"
#include "trafo-texts.h"

typedef struct
{
  TrafoModelOptions model;
  char            **parameters;
  char            **arguments; /* the task and the texts */
  gboolean          json;
} Options;

static void
options_clear (Options *self)
{
  trafo_model_options_clear (&self->model);
  g_strfreev (self->parameters);
  g_strfreev (self->arguments);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static void
print_item (TrafoValue *item)
{
  TrafoTensor     *tensor = trafo_value_get_tensor (item);
  g_autofree char *text =
      tensor != NULL ? trafo_tensor_to_string (tensor) : trafo_value_to_json (item);

  printf ("%s\n", text);
}

static int
print_text (TrafoValue *results)
{
  if (trafo_value_get_kind (results) != TRAFO_VALUE_KIND_LIST)
    print_item (results);
  for (guint i = 0; i < trafo_value_get_n_items (results) &&
                    trafo_value_get_kind (results) == TRAFO_VALUE_KIND_LIST;
       i++)
    print_item (trafo_value_get_item (results, i));
  return TRAFO_EXIT_OK;
}

static GVariant *
parse_parameters (const Options *options, GError **error)
{
  g_autoptr (GVariant) parameters = trafo_parameters_parse (options->parameters, error);
  GError *local = NULL;

  if (parameters == NULL ||
      trafo_pipeline_check_parameters (options->arguments[0], parameters, &local))
    return g_steal_pointer (&parameters);
  trafo_usage_error_propagate (error, local);
  return NULL;
}

/* One text is what a string is to transformers, several are a list. */
static int
run_pipeline (const TrafoCommand *self, const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) parameters = parse_parameters (options, &error);
  g_autoptr (TrafoLoadOptions) load_options = NULL;
  g_autoptr (TrafoPipeline) pipeline = NULL;
  g_autoptr (TrafoValue) results = NULL;
  g_auto (GStrv) texts = NULL;

  if (parameters == NULL)
    return trafo_command_fail (self, error);
  texts = trafo_texts_read (options->arguments + 1, &error);
  if (texts == NULL)
    return trafo_command_fail (self, error);
  load_options = trafo_model_options_get_load_options (&options->model);
  pipeline = trafo_pipeline_new_from_pretrained (options->arguments[0],
                                                 options->model.model,
                                                 load_options,
                                                 NULL,
                                                 &error);
  if (pipeline == NULL)
    return trafo_command_fail (self, error);
  trafo_model_options_warn (&options->model, self, trafo_pipeline_get_model (pipeline));
  if (g_strv_length (texts) == 1)
    results = trafo_pipeline_run_text (pipeline, texts[0], parameters, NULL, &error);
  else
    results = trafo_pipeline_run (pipeline,
                                  g_variant_new_strv ((const char *const *) texts, -1),
                                  parameters,
                                  NULL,
                                  &error);
  if (results == NULL)
    return trafo_command_fail (self, error);
  return options->json ? trafo_command_print_json (self, results)
                       : trafo_command_flush (print_text (results));
}

/* @arguments: nullable. Says what is wrong if not. */
static gboolean
check_task (const TrafoCommand *self, char **arguments)
{
  g_auto (GStrv) tasks = trafo_pipeline_list_tasks ();
  g_autofree char *known = g_strjoinv (", ", tasks);

  if (arguments != NULL && g_strv_contains ((const char *const *) tasks, arguments[0]))
    return TRUE;
  if (arguments == NULL)
    trafo_command_fail_usage (self, "found no TASK, expected %s", known);
  else
    trafo_command_fail_usage (self, "found task '%s', expected %s", arguments[0], known);
  return FALSE;
}

static int
run (const TrafoCommand *self, int argc, char **argv)
{
  static const char *const own_options[] = { "--json", NULL };
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    TRAFO_MODEL_OPTIONS_ENTRIES (options.model),
    { "param",
      'P',
      0,
      G_OPTION_ARG_FILENAME_ARRAY,
      &options.parameters,
      "Parameter of the task",
      "NAME=VALUE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print JSON", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.arguments, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_auto (GStrv) expanded = trafo_parameters_expand (own_options, argc, argv);
  guint n_expanded = g_strv_length (expanded);
  /* the parser takes strings out without freeing them */
  g_autofree char **remaining = g_memdup2 (expanded, (n_expanded + 1) * sizeof *expanded);

  if (!trafo_command_parse (self, entries, n_expanded, remaining) ||
      !check_task (self, options.arguments) || !trafo_model_options_check (&options.model, self))
    return TRAFO_EXIT_USAGE;
  if (options.arguments[1] == NULL)
    return trafo_command_fail_usage (self, "found no TEXT");
  return run_pipeline (self, &options);
}

const TrafoCommand trafo_command_pipeline = {
  .name = "pipeline",
  .arguments = "TASK --model DIR [--param NAME=VALUE]... TEXT...",
  .summary = "Runs a task on texts; gives what the pipelines of transformers give.",
  .examples =
      "  trafo pipeline fill-mask --model bert-base-uncased 'Paris is in [MASK].'\n"
      "  trafo pipeline question-answering --model DIR --context 'It is 9.' 'What is it?'\n"
      "  trafo pipeline zero-shot-classification --model DIR --candidate-labels 'a, b' TEXT\n"
      "Any other option is a parameter of the task: --truncation true is\n"
      "--param truncation=true.\n",
  .run = run,
};

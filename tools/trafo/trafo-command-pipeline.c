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

/* Whether an argument is an option that parameters have no part in. */
static gboolean
is_own_option (const char *argument)
{
  static const char *const names[] = { "--model", "--device", "--dtype", "--threads",
                                       "--param", "--json",   "--help",  NULL };
  g_autofree char         *name = g_strndup (argument, strcspn (argument, "="));

  return !g_str_has_prefix (argument, "--") || g_strv_contains (names, name);
}

/* "--max-length 5" or "--max-length=5" is "--param max_length=5" for any other name. */
static char **
expand_parameters (int argc, char **argv)
{
  g_autoptr (GStrvBuilder) expanded = g_strv_builder_new ();
  int i = 0;

  for (; i < argc && !g_str_equal (argv[i], "--"); i++)
    {
      const char      *equals = strchr (argv[i], '=');
      g_autofree char *name = NULL;
      g_autofree char *parameter = NULL;

      if (is_own_option (argv[i]) || (equals == NULL && i + 1 == argc))
        {
          g_strv_builder_add (expanded, argv[i]);
          continue;
        }
      name = g_strndup (argv[i] + 2, strcspn (argv[i] + 2, "="));
      parameter = g_strconcat (g_strdelimit (name, "-", '_'),
                               "=",
                               equals != NULL ? equals + 1 : argv[i + 1],
                               NULL);
      g_strv_builder_add_many (expanded, "--param", parameter, NULL);
      i += equals == NULL;
    }
  for (; i < argc; i++)
    g_strv_builder_add (expanded, argv[i]);
  return g_strv_builder_end (expanded);
}

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

/* One text is what a string is to transformers, several are a list. */
static int
run_pipeline (const TrafoCommand *self, const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) parameters = trafo_parameters_parse (options->parameters, &error);
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
  return options->json ? trafo_command_print_json (self, results) : print_text (results);
}

static int
run (const TrafoCommand *self, int argc, char **argv)
{
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
  g_auto (GStrv) expanded = expand_parameters (argc, argv);
  guint n_expanded = g_strv_length (expanded);
  /* the parser takes strings out without freeing them */
  g_autofree char **remaining = g_memdup2 (expanded, (n_expanded + 1) * sizeof *expanded);
  g_auto (GStrv) tasks = NULL;

  if (!trafo_command_parse (self, entries, n_expanded, remaining) ||
      !trafo_model_options_check (&options.model, self))
    return TRAFO_EXIT_USAGE;
  tasks = trafo_pipeline_list_tasks ();
  if (options.arguments == NULL ||
      !g_strv_contains ((const char *const *) tasks, options.arguments[0]))
    {
      g_autofree char *known = g_strjoinv (", ", tasks);

      return trafo_command_fail_usage (self,
                                       "found task '%s', expected %s",
                                       options.arguments != NULL ? options.arguments[0] : "",
                                       known);
    }
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

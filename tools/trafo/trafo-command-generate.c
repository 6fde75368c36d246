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
  char            **prompts;
  char            **parameters;
  gboolean          stream;
  gboolean          json;
} Options;

static void
options_clear (Options *self)
{
  trafo_model_options_clear (&self->model);
  g_strfreev (self->prompts);
  g_strfreev (self->parameters);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static GBytes *
decode (TrafoTokenizer *tokenizer, TrafoGenerationResult *result, guint row, GError **error)
{
  gsize               n_tokens;
  const gint64       *tokens = trafo_generation_result_get_new_tokens (result, row, &n_tokens);
  g_autofree guint32 *ids = g_new (guint32, n_tokens);

  for (gsize i = 0; i < n_tokens; i++)
    ids[i] = (guint32) tokens[i];
  return trafo_tokenizer_decode_bytes (tokenizer,
                                       ids,
                                       n_tokens,
                                       TRUE,
                                       trafo_tokenizer_get_clean_up_tokenization_spaces (tokenizer),
                                       error);
}

static TrafoValue *
ids_value (TrafoGenerationResult *result, guint row)
{
  gsize         n_tokens;
  const gint64 *tokens = trafo_generation_result_get_new_tokens (result, row, &n_tokens);
  TrafoValue   *ids = trafo_value_new_list ();

  for (gsize i = 0; i < n_tokens; i++)
    trafo_value_append (ids, trafo_value_new_integer (tokens[i]));
  return ids;
}

static int
print_json (const TrafoCommand    *self,
            TrafoTokenizer        *tokenizer,
            TrafoGenerationResult *result,
            GError               **error)
{
  TrafoTensor *scores = trafo_generation_result_get_sequences_scores (result);
  g_autoptr (TrafoValue) value = trafo_value_new_record ();
  TrafoValue *ids = trafo_value_new_list ();
  TrafoValue *texts = trafo_value_new_list ();

  trafo_value_set (value, "generated_ids", ids);
  trafo_value_set (value, "texts", texts);
  for (guint i = 0; i < trafo_generation_result_get_n_sequences (result); i++)
    {
      g_autoptr (GBytes) text = decode (tokenizer, result, i, error);

      if (text == NULL)
        return TRAFO_EXIT_FAILURE;
      trafo_value_append (ids, ids_value (result, i));
      trafo_value_append (texts, trafo_value_new_string_bytes (text));
    }
  trafo_value_set (value,
                   "sequences_scores",
                   scores != NULL ? trafo_value_new_tensor (scores) : trafo_value_new_null ());
  return trafo_command_print_json (self, value);
}

static int
print_text (TrafoTokenizer        *tokenizer,
            TrafoGenerationResult *result,
            char                 **prompts,
            GError               **error)
{
  guint n_sequences = trafo_generation_result_get_n_sequences (result);
  guint n_each = n_sequences / g_strv_length (prompts);

  for (guint i = 0; i < n_sequences; i++)
    {
      g_autoptr (GBytes) text = decode (tokenizer, result, i, error);

      if (text == NULL)
        return TRAFO_EXIT_FAILURE;
      printf ("%s", prompts[i / n_each]);
      trafo_command_print_text (text);
      printf ("\n");
    }
  return TRAFO_EXIT_OK;
}

static int
stream (TrafoGenerator *generator, TrafoTensorDict *inputs, char **prompts, GError **error)
{
  GError *local = NULL;

  if (!trafo_generator_begin (generator, inputs, error))
    return TRAFO_EXIT_FAILURE;
  printf ("%s", prompts[0]);
  for (;;)
    {
      g_autoptr (GBytes) text = trafo_generator_next_bytes (generator, NULL, &local);

      if (text == NULL)
        break;
      trafo_command_print_text (text);
      fflush (stdout);
    }
  printf ("\n");
  if (local == NULL)
    return TRAFO_EXIT_OK;
  g_propagate_error (error, local);
  return TRAFO_EXIT_FAILURE;
}

static TrafoGenerator *
load (const TrafoCommand *self, const Options *options, GError **error)
{
  g_autoptr (TrafoGenerationConfig) config =
      trafo_parameters_parse_generation (options->parameters, error);
  g_autoptr (TrafoTokenizer) tokenizer = NULL;
  g_autoptr (TrafoModel) model = NULL;

  if (config == NULL)
    return NULL;
  tokenizer = trafo_auto_tokenizer_from_pretrained (options->model.model, NULL, error);
  if (tokenizer == NULL)
    return NULL;
  model = trafo_model_options_load (&options->model, self, "causal-lm", error);
  return model != NULL ? trafo_generator_new (model, tokenizer, config, error) : NULL;
}

static int
generate (const TrafoCommand *self, const Options *options, GError **error)
{
  g_auto (GStrv) prompts = trafo_texts_read (options->prompts, error);
  g_autoptr (TrafoGenerator) generator = NULL;
  g_autoptr (TrafoTensorDict) inputs = NULL;
  g_autoptr (TrafoGenerationResult) result = NULL;
  TrafoTokenizer *tokenizer;

  if (prompts == NULL)
    return TRAFO_EXIT_FAILURE;
  generator = load (self, options, error);
  if (generator == NULL)
    return TRAFO_EXIT_FAILURE;
  tokenizer = trafo_generator_get_tokenizer (generator);
  inputs = trafo_tokenizer_encode_prompts (tokenizer, (const char *const *) prompts, error);
  if (inputs == NULL)
    return TRAFO_EXIT_FAILURE;
  if (options->stream)
    return stream (generator, inputs, prompts, error);
  result = trafo_generator_generate (generator, inputs, NULL, error);
  if (result == NULL)
    return TRAFO_EXIT_FAILURE;
  return options->json ? print_json (self, tokenizer, result, error)
                       : print_text (tokenizer, result, prompts, error);
}

static int
run (const TrafoCommand *self, int argc, char **argv)
{
  static const char *const own_options[] = { "--prompt", "--stream", "--json", NULL };
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    TRAFO_MODEL_OPTIONS_ENTRIES (options.model),
    { "prompt", 'p', 0, G_OPTION_ARG_FILENAME_ARRAY, &options.prompts, "What to continue", "TEXT" },
    { "param",
      'P',
      0,
      G_OPTION_ARG_FILENAME_ARRAY,
      &options.parameters,
      "Parameter of generation",
      "NAME=VALUE" },
    { "stream", 's', 0, G_OPTION_ARG_NONE, &options.stream, "Print text as it comes", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print JSON", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_auto (GStrv) expanded = trafo_parameters_expand (own_options, argc, argv);
  guint n_expanded = g_strv_length (expanded);
  /* the parser takes strings out without freeing them */
  g_autofree char **remaining = g_memdup2 (expanded, (n_expanded + 1) * sizeof *expanded);
  g_autoptr (GError) error = NULL;
  int status;

  if (!trafo_command_parse (self, entries, n_expanded, remaining) ||
      !trafo_model_options_check (&options.model, self))
    return TRAFO_EXIT_USAGE;
  if (options.prompts == NULL)
    return trafo_command_fail_usage (self, "found no --prompt");
  if (options.stream && options.json)
    return trafo_command_fail_usage (self, "--stream prints no JSON");
  status = generate (self, &options, &error);
  return error != NULL ? trafo_command_fail (self, error) : status;
}

const TrafoCommand trafo_command_generate = {
  .name = "generate",
  .arguments = "--model DIR --prompt TEXT... [--param NAME=VALUE]... [--stream] [--json]",
  .summary = "Continues texts; gives what generate() of transformers gives.",
  .examples = "  trafo generate --model gpt2 --prompt 'Once upon a time' --max-new-tokens 40\n"
              "  trafo generate --model gpt2 --prompt 'The answer is' --num-beams 4 --json\n"
              "Several prompts are one batch. Any other option is a parameter of generation:\n"
              "--top-p 0.9 is --param top_p=0.9; --param top_k=null turns one off.\n",
  .run = run,
};

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <errno.h>
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "trafo-command.h"
#include "trafo-model-options.h"
#include "trafo-parameters.h"
#include "trafo-terminal.h"

/* Where neither the caller nor the checkpoint says how long an answer may be. */
#define MAX_NEW_TOKENS 256

typedef struct
{
  TrafoModelOptions model;
  char            **parameters;
} Options;

static void
options_clear (Options *self)
{
  trafo_model_options_clear (&self->model);
  g_strfreev (self->parameters);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* An answer in the making. */
typedef struct
{
  GMainContext *context;
  GCancellable *cancellable; /* Ctrl-C ends the answer alone */
  GAsyncResult *result;      /* of the step that is done, or NULL */
} Answer;

static gboolean
interrupt (gpointer data)
{
  Answer *answer = data;

  g_cancellable_cancel (answer->cancellable);
  return G_SOURCE_CONTINUE;
}

static void
take_result (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;

  answer->result = g_object_ref (result);
}

/* The next part of the answer; NULL at its end. */
static char *
next (TrafoGenerator *generator, Answer *answer, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  trafo_generator_next_async (generator, answer->cancellable, take_result, answer);
  while (answer->result == NULL)
    g_main_context_iteration (answer->context, TRUE);
  result = g_steal_pointer (&answer->result);
  return trafo_generator_next_finish (generator, result, error);
}

static void
print_speed (TrafoGenerationResult *result, gint64 start, gint64 first)
{
  gint64 end = g_get_monotonic_time ();
  gsize  n_tokens;

  trafo_generation_result_get_new_tokens (result, 0, &n_tokens);
  fprintf (stderr,
           "%s%" G_GSIZE_FORMAT " tokens, %.1f a second, the first text after %.0f ms%s\n",
           trafo_terminal_style (stderr, TRAFO_TERMINAL_STYLE_FAINT),
           n_tokens,
           n_tokens / MAX ((end - start) * 1e-6, 1e-6),
           (first - start) * 1e-3,
           trafo_terminal_style (stderr, TRAFO_TERMINAL_STYLE_PLAIN));
}

/* Appends the answer to what was said so far, and prints it as it comes. */
static gboolean
answer (TrafoGenerator *generator, GString *said, GError **error)
{
  const char *texts[] = { said->str, NULL };
  g_autoptr (TrafoTensorDict) inputs =
      trafo_tokenizer_encode_prompts (trafo_generator_get_tokenizer (generator), texts, error);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TrafoGenerationResult) result = NULL;
  g_autoptr (GError) local = NULL;
  Answer state = { g_main_context_default (), cancellable, NULL };
  gint64 start = g_get_monotonic_time (), first = 0;
  guint  watch;

  if (inputs == NULL || !trafo_generator_begin (generator, inputs, error))
    return FALSE;
  watch = g_unix_signal_add (SIGINT, interrupt, &state);
  for (char *text; (text = next (generator, &state, &local)) != NULL; g_free (text))
    {
      if (first == 0)
        first = g_get_monotonic_time ();
      g_string_append (said, text);
      printf ("%s", text);
      fflush (stdout);
    }
  g_source_remove (watch);
  printf ("\n");
  result = trafo_generator_end (generator, error);
  if (result == NULL)
    return FALSE;
  print_speed (result, start, first != 0 ? first : g_get_monotonic_time ());
  if (local == NULL || g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* A line of stdin without its end; NULL at the end. */
static char *
read_line (void)
{
  char   *line = NULL;
  size_t  allocated = 0;
  ssize_t size;

  if (isatty (STDIN_FILENO))
    {
      printf ("> ");
      fflush (stdout);
    }
  size = getline (&line, &allocated, stdin);
  if (size < 0)
    {
      free (line);
      return NULL;
    }
  if (size > 0 && line[size - 1] == '\n')
    line[size - 1] = '\0';
  return line;
}

/* What was said grows, and only what is new is run. A failure forgets all of it: most often it has
 * become longer than the model can read. */
static int
chat (const TrafoCommand *self, TrafoGenerator *generator)
{
  g_autoptr (GString) said = g_string_new (NULL);

  for (char *line; (line = read_line ()) != NULL; free (line))
    {
      g_autoptr (GError) error = NULL;

      if (!g_utf8_validate (line, -1, NULL))
        {
          trafo_command_warn (self, "the line is not UTF-8");
          continue;
        }
      g_string_append_printf (said, "%s\n", line);
      if (!answer (generator, said, &error))
        {
          trafo_command_warn (self, "%s; begins anew", error->message);
          g_string_truncate (said, 0);
        }
      else
        g_string_append_c (said, '\n');
    }
  return TRAFO_EXIT_OK;
}

static TrafoGenerator *
load (const TrafoCommand *self, const Options *options, GError **error)
{
  g_autoptr (TrafoGenerationConfig) config =
      trafo_parameters_parse_generation (options->parameters, error);
  g_autoptr (TrafoTokenizer) tokenizer = NULL;
  g_autoptr (TrafoModel) model = NULL;
  TrafoGenerationConfig *checkpoint;

  if (config == NULL)
    return NULL;
  tokenizer = trafo_auto_tokenizer_from_pretrained (options->model.model, NULL, error);
  if (tokenizer == NULL)
    return NULL;
  model = trafo_model_options_load (&options->model, self, "causal-lm", error);
  checkpoint = model != NULL ? trafo_model_get_generation_config (model, error) : NULL;
  if (checkpoint == NULL)
    return NULL;
  trafo_generation_config_fill (config, checkpoint);
  if (!trafo_generation_config_is_set (config, "max_new_tokens") &&
      !trafo_generation_config_is_set (config, "max_length"))
    g_object_set (config, "max-new-tokens", (gint64) MAX_NEW_TOKENS, NULL);
  return trafo_generator_new (model, tokenizer, config, error);
}

static int
run (const TrafoCommand *self, int argc, char **argv)
{
  static const char *const own_options[] = { NULL };
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    TRAFO_MODEL_OPTIONS_ENTRIES (options.model),
    { "param",
      'P',
      0,
      G_OPTION_ARG_FILENAME_ARRAY,
      &options.parameters,
      "Parameter of generation",
      "NAME=VALUE" },
    G_OPTION_ENTRY_NULL,
  };
  g_auto (GStrv) expanded = trafo_parameters_expand (own_options, argc, argv);
  guint n_expanded = g_strv_length (expanded);
  /* the parser takes strings out without freeing them */
  g_autofree char **remaining = g_memdup2 (expanded, (n_expanded + 1) * sizeof *expanded);
  g_autoptr (TrafoGenerator) generator = NULL;
  g_autoptr (GError) error = NULL;

  if (!trafo_command_parse (self, entries, n_expanded, remaining) ||
      !trafo_model_options_check (&options.model, self))
    return TRAFO_EXIT_USAGE;
  generator = load (self, &options, &error);
  return generator != NULL ? chat (self, generator) : trafo_command_fail (self, error);
}

const TrafoCommand trafo_command_chat = {
  .name = "chat",
  .arguments = "--model DIR [--param NAME=VALUE]...",
  .summary = "Answers lines of stdin, one after the other, in one conversation.",
  .examples =
      "  trafo chat --model gpt2 --do-sample true --temperature 0.7\n"
      "Lines and answers are one growing text: no chat template is applied. Ctrl-C ends an\n"
      "answer, Ctrl-D the conversation. Other options are parameters, as of 'generate'.\n",
  .run = run,
};

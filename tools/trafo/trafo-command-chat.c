/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <stdio.h>
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

/* A conversation: one growing text. */
typedef struct
{
  const TrafoCommand *command;
  TrafoGenerator     *generator;
  GDataInputStream   *input;
  GString            *said;
  GCancellable       *cancellable; /* of what is waited for: Ctrl-C ends that alone */
  GAsyncResult       *result;      /* of it when it is done, or NULL */
} Chat;

static void
chat_clear (Chat *self)
{
  g_object_unref (self->input);
  g_string_free (self->said, TRUE);
  g_object_unref (self->cancellable);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Chat, chat_clear)

static gboolean
interrupt (gpointer data)
{
  Chat *self = data;

  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_CONTINUE;
}

static void
take_result (GObject *source, GAsyncResult *result, gpointer data)
{
  Chat *self = data;

  self->result = g_object_ref (result);
}

/* A Ctrl-C from before counts no more. */
static void
renew_cancellable (Chat *self)
{
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
}

static GAsyncResult *
wait_for_result (Chat *self)
{
  while (self->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (&self->result);
}

/* The next part of the answer; NULL at its end. */
static char *
next (Chat *self, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  trafo_generator_next_async (self->generator, self->cancellable, take_result, self);
  result = wait_for_result (self);
  return trafo_generator_next_finish (self->generator, result, error);
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

/* Appends the answer to what was said so far, and prints it as it comes. FALSE if there is none; one
 * that breaks off has been said. */
static gboolean
answer (Chat *self, GError **error)
{
  const char *texts[] = { self->said->str, NULL };
  g_autoptr (TrafoTensorDict) inputs =
      trafo_tokenizer_encode_prompts (trafo_generator_get_tokenizer (self->generator),
                                      texts,
                                      error);
  g_autoptr (TrafoGenerationResult) result = NULL;
  g_autoptr (GError) local = NULL;
  gint64 start = g_get_monotonic_time (), first = 0;

  if (inputs == NULL || !trafo_generator_begin (self->generator, inputs, error))
    return FALSE;
  renew_cancellable (self);
  for (char *text; (text = next (self, &local)) != NULL; g_free (text))
    {
      if (first == 0)
        first = g_get_monotonic_time ();
      g_string_append (self->said, text);
      printf ("%s", text);
      fflush (stdout);
    }
  if (local != NULL && !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED) && first == 0)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  printf ("\n");
  if (local != NULL && !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    trafo_command_warn (self->command, "%s; the answer ends here", local->message);
  result = trafo_generator_end (self->generator, error);
  if (result == NULL)
    return FALSE;
  print_speed (result, start, first != 0 ? first : g_get_monotonic_time ());
  return TRUE;
}

/* A line of stdin without its end; NULL at the end. The terminal itself drops what was typed before
 * Ctrl-C. */
static char *
read_line (Chat *self)
{
  for (guint n_interrupts = 0; n_interrupts < 2; n_interrupts++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;
      char *line;

      if (isatty (STDIN_FILENO))
        {
          printf ("> ");
          fflush (stdout);
        }
      renew_cancellable (self);
      g_data_input_stream_read_line_async (self->input,
                                           G_PRIORITY_DEFAULT,
                                           self->cancellable,
                                           take_result,
                                           self);
      result = wait_for_result (self);
      line = g_data_input_stream_read_line_finish (self->input, result, NULL, &error);
      if (error == NULL)
        return line;
      printf ("\n");
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          trafo_command_warn (self->command, "%s", error->message);
          return NULL;
        }
      if (n_interrupts == 0)
        fprintf (stderr, "Ctrl-C once more, or Ctrl-D, ends the conversation\n");
    }
  return NULL;
}

/* What was said grows, and only what is new is run. Where it fails, most often since it has become
 * longer than the model can read, the line is answered in a new conversation. */
static void
say (Chat *self, const char *line)
{
  gboolean is_first = self->said->len == 0;
  g_autoptr (GError) error = NULL;

  g_string_append_printf (self->said, "%s\n", line);
  if (!answer (self, &error) && !is_first)
    {
      trafo_command_warn (self->command, "%s; begins anew", error->message);
      g_clear_error (&error);
      g_string_printf (self->said, "%s\n", line);
      answer (self, &error);
    }
  if (error == NULL)
    {
      g_string_append_c (self->said, '\n');
      return;
    }
  trafo_command_warn (self->command, "%s", error->message);
  g_string_truncate (self->said, 0);
}

static int
chat (const TrafoCommand *command, TrafoGenerator *generator)
{
  g_autoptr (GInputStream) stream = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_auto (Chat) self = {
    .command = command,
    .generator = generator,
    .input = g_data_input_stream_new (stream),
    .said = g_string_new (NULL),
    .cancellable = g_cancellable_new (),
  };
  guint watch = g_unix_signal_add (SIGINT, interrupt, &self);

  for (char *line; (line = read_line (&self)) != NULL; g_free (line))
    if (g_utf8_validate (line, -1, NULL))
      say (&self, line);
    else
      trafo_command_warn (command, "the line is not UTF-8");
  g_source_remove (watch);
  return TRAFO_EXIT_OK;
}

/* A conversation goes on with one answer: FALSE if more are asked for. What the checkpoint says of them
 * does not count. */
static gboolean
take_one_sequence (TrafoGenerationConfig *config, GError **error)
{
  static const char *const names[] = { "num_beams", "num_return_sequences" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gint64 n_sequences = 1;

      if (trafo_generation_config_is_set (config, names[i]))
        g_object_get (config, names[i], &n_sequences, NULL);
      if (n_sequences != 1)
        {
          g_set_error (error,
                       TRAFO_USAGE_ERROR,
                       0,
                       "found %s = %" G_GINT64_FORMAT ", expected 1: a conversation is one text",
                       names[i],
                       n_sequences);
          return FALSE;
        }
      g_object_set (config, names[i], n_sequences, NULL);
    }
  return TRUE;
}

static TrafoGenerator *
load (const TrafoCommand *self, const Options *options, GError **error)
{
  g_autoptr (TrafoGenerationConfig) config =
      trafo_parameters_parse_generation (options->parameters, error);
  g_autoptr (TrafoTokenizer) tokenizer = NULL;
  g_autoptr (TrafoModel) model = NULL;
  TrafoGenerationConfig *checkpoint;

  if (config == NULL || !take_one_sequence (config, error))
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
      "answer, or drops the line that is being typed; Ctrl-D, or Ctrl-C twice at the prompt, ends\n"
      "the conversation. One that the model cannot read any more begins anew with the new line.\n"
      "Other options are parameters, as of 'generate'.\n",
  .run = run,
};

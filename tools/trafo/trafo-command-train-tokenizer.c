/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "trafo-command.h"

enum
{
  PROGRESS_MS = 200,
};

typedef struct
{
  char   **files;
  char    *output;
  char    *recipe;
  char    *components;
  char   **special_tokens;
  char    *unk_token;
  char    *initial_alphabet;
  char    *prefix;
  char    *suffix;
  int      vocab_size;
  int      min_frequency;
  int      limit_alphabet;
  int      max_token_length;
  gboolean json;
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->files);
  g_free (self->output);
  g_free (self->recipe);
  g_free (self->components);
  g_strfreev (self->special_tokens);
  g_free (self->unk_token);
  g_free (self->initial_alphabet);
  g_free (self->prefix);
  g_free (self->suffix);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* A training in the background, while progress is shown. */
typedef struct
{
  TrafoTokenizerTrainer *trainer;
  GAsyncResult          *result;
  gboolean               shows_progress;
} Training;

static gboolean
show_progress (gpointer data)
{
  Training        *self = data;
  g_autofree char *size = g_format_size (trafo_tokenizer_trainer_get_n_bytes (self->trainer));

  if (self->shows_progress)
    fprintf (stderr,
             "\r%s read, %" G_GUINT64_FORMAT " tokens\033[K",
             size,
             trafo_tokenizer_trainer_get_n_tokens (self->trainer));
  return G_SOURCE_CONTINUE;
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer data)
{
  Training *self = data;

  self->result = g_object_ref (result);
}

static GAsyncResult *
wait_for_result (Training *self)
{
  guint timer = self->shows_progress ? g_timeout_add (PROGRESS_MS, show_progress, self) : 0;

  while (self->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  if (timer != 0)
    {
      g_source_remove (timer);
      fprintf (stderr, "\r\033[K");
    }
  return g_steal_pointer (&self->result);
}

static gboolean
add_file (Training *self, const char *name, GError **error)
{
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (name);
  gboolean is_stdin = g_str_equal (name, "-");
  gboolean done = FALSE;

  if (is_stdin)
    stream = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  else
    stream = G_INPUT_STREAM (g_file_read (file, NULL, error));
  if (stream != NULL)
    {
      trafo_tokenizer_trainer_add_stream_async (self->trainer, stream, NULL, keep_result, self);
      result = wait_for_result (self);
      done = trafo_tokenizer_trainer_add_stream_finish (self->trainer, result, error);
    }
  if (!done)
    g_prefix_error (error, "%s: ", is_stdin ? "stdin" : name);
  return done;
}

static TrafoTokenizerTrainer *
make_trainer (const Options *options, TrafoTokenizerRecipe recipe, GError **error)
{
  g_autoptr (TrafoTokenizerTrainer) trainer = trafo_tokenizer_trainer_new (recipe);
  const struct
  {
    const char *name;
    const char *value;
  } strings[] = {
    { "unk-token", options->unk_token },
    { "initial-alphabet", options->initial_alphabet },
    { "continuing-subword-prefix", options->prefix },
    { "end-of-word-suffix", options->suffix },
  };
  g_autofree char *text = NULL;
  gsize            size_bytes;

  for (gsize i = 0; i < G_N_ELEMENTS (strings); i++)
    if (strings[i].value != NULL)
      g_object_set (trainer,
                    strings[i].name,
                    *strings[i].value != '\0' ? strings[i].value : NULL,
                    NULL);
  if (options->special_tokens != NULL)
    g_object_set (trainer,
                  "special-tokens",
                  options->special_tokens + (*options->special_tokens[0] == '\0'),
                  NULL);
  g_object_set (trainer,
                "vocab-size",
                options->vocab_size,
                "min-frequency",
                (guint64) options->min_frequency,
                "limit-alphabet",
                options->limit_alphabet,
                "max-token-length",
                options->max_token_length,
                NULL);
  if (options->components != NULL)
    {
      g_autoptr (GBytes) bytes = NULL;

      if (!g_file_get_contents (options->components, &text, &size_bytes, error))
        return NULL;
      bytes = g_bytes_new_take (g_steal_pointer (&text), size_bytes);
      if (!trafo_tokenizer_trainer_set_components (trainer, bytes, error))
        return NULL;
    }
  return g_steal_pointer (&trainer);
}

static int
report (const TrafoCommand *self, const Options *options, TrafoTokenizerTrainer *trainer)
{
  g_autoptr (TrafoValue) value = trafo_value_new_record ();
  guint64          n_bytes = trafo_tokenizer_trainer_get_n_bytes (trainer);
  guint64          n_tokens = trafo_tokenizer_trainer_get_n_tokens (trainer);
  g_autofree char *size = g_format_size (n_bytes);

  if (!options->json)
    {
      printf ("%s: %" G_GUINT64_FORMAT " tokens from %s\n", options->output, n_tokens, size);
      return TRAFO_EXIT_OK;
    }
  trafo_value_set_string (value, "output", options->output);
  trafo_value_set_integer (value, "n_tokens", n_tokens);
  trafo_value_set_integer (value, "n_bytes", n_bytes);
  return trafo_command_print_json (self, value);
}

static int
train (const TrafoCommand *self, const Options *options, TrafoTokenizerRecipe recipe)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTokenizerTrainer) trainer = make_trainer (options, recipe, &error);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) json = NULL;
  Training training = { trainer, NULL, isatty (STDERR_FILENO) && !options->json };

  if (trainer == NULL)
    return trafo_command_fail (self, error);
  for (char **file = options->files; *file != NULL; file++)
    if (!add_file (&training, *file, &error))
      return trafo_command_fail (self, error);
  trafo_tokenizer_trainer_train_async (trainer, NULL, keep_result, &training);
  result = wait_for_result (&training);
  json = trafo_tokenizer_trainer_train_finish (trainer, result, &error);
  if (json == NULL || !trafo_tokenizer_trainer_save (trainer, options->output, &error))
    return trafo_command_fail (self, error);
  return report (self, options, trainer);
}

static gboolean
find_recipe (const char *name, TrafoTokenizerRecipe *recipe)
{
  static const char *const names[] = {
    [TRAFO_TOKENIZER_RECIPE_BYTE_LEVEL_BPE] = "byte-level-bpe",
    [TRAFO_TOKENIZER_RECIPE_BPE] = "bpe",
    [TRAFO_TOKENIZER_RECIPE_WORD_PIECE] = "wordpiece",
  };

  *recipe = TRAFO_TOKENIZER_RECIPE_BYTE_LEVEL_BPE;
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (name, names[i]))
      {
        *recipe = i;
        return TRUE;
      }
  return name == NULL;
}

static int
check_and_train (const TrafoCommand *self, const Options *options)
{
  TrafoTokenizerRecipe recipe;

  if (options->output == NULL)
    return trafo_command_fail_usage (self, "found no --output DIR");
  if (options->files == NULL)
    return trafo_command_fail_usage (self, "found no FILE");
  if (!find_recipe (options->recipe, &recipe))
    return trafo_command_fail_usage (self,
                                     "found --recipe %s, expected byte-level-bpe, bpe or wordpiece",
                                     options->recipe);
  if (options->vocab_size < 0 || options->min_frequency < 0 || options->limit_alphabet < 0 ||
      options->max_token_length < 0)
    return trafo_command_fail_usage (self, "found a number below 0");
  return train (self, options, recipe);
}

#define NUMBER(name, field, description)                                                           \
  {                                                                                                \
    name, 0, 0, G_OPTION_ARG_INT, &options.field, description, "N"                                 \
  }
#define STRING(name, field, description, argument)                                                 \
  {                                                                                                \
    name, 0, 0, G_OPTION_ARG_STRING, &options.field, description, argument                         \
  }

static int
run (const TrafoCommand *self, int argc, char **argv)
{
  g_auto (Options) options = { .vocab_size = 30000 };
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, "Folder to write", "DIR" },
    STRING ("recipe", recipe, "What it is made of", "byte-level-bpe|bpe|wordpiece"),
    { "components",
      0,
      0,
      G_OPTION_ARG_FILENAME,
      &options.components,
      "A tokenizer.json whose normalizer, pre-tokenizer and decoder to use",
      "FILE" },
    NUMBER ("vocab-size", vocab_size, "Tokens to learn (30000)"),
    NUMBER ("min-frequency", min_frequency, "How often two neighbours must come (0)"),
    { "special-tokens",
      0,
      0,
      G_OPTION_ARG_STRING_ARRAY,
      &options.special_tokens,
      "A token that comes first; may be given several times, first '' for none",
      "TOKEN" },
    STRING ("unk-token", unk_token, "Token for the unknown", "TOKEN"),
    NUMBER ("limit-alphabet", limit_alphabet, "Characters to keep, the most frequent ones"),
    STRING ("initial-alphabet", initial_alphabet, "Characters that are tokens anyway", "TEXT"),
    STRING ("continuing-subword-prefix", prefix, "Begins what continues a word", "TEXT"),
    STRING ("end-of-word-suffix", suffix, "Ends what ends a word", "TEXT"),
    NUMBER ("max-token-length", max_token_length, "Characters that no token reaches"),
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print JSON", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.files, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!trafo_command_parse (self, entries, argc, argv))
    return TRAFO_EXIT_USAGE;
  return check_and_train (self, &options);
}

const TrafoCommand trafo_command_train_tokenizer = {
  .name = "train-tokenizer",
  .arguments = "--output DIR [OPTION...] FILE...",
  .summary = "Learns a tokenizer's vocabulary from text.",
  .examples = "  trafo train-tokenizer --vocab-size 8000 --output tokenizer corpus.txt\n"
              "  zcat corpus.gz | trafo train-tokenizer --recipe wordpiece -o tokenizer -\n"
              "A FILE of - is stdin.\n",
  .run = run,
};

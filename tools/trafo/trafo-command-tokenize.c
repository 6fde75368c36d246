/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <stdio.h>

#include "trafo-command.h"
#include "trafo-model-options.h"
#include "trafo-parameters.h"
#include "trafo-terminal.h"
#include "trafo-texts.h"

#define NOT_SET G_MININT

typedef struct
{
  char    *model;
  char   **texts;
  char   **pairs;
  char    *padding;
  char   **parameters;
  int      max_length;
  gboolean no_special;
  gboolean truncation;
  gboolean json;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->model);
  g_strfreev (self->texts);
  g_strfreev (self->pairs);
  g_free (self->padding);
  g_strfreev (self->parameters);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static TrafoEncodeOptions *
make_encode_options (const Options *options, GError **error)
{
  g_autoptr (TrafoEncodeOptions) encode_options = trafo_encode_options_new ();
  g_autoptr (GVariant) parameters = trafo_parameters_parse (options->parameters, error);
  GError *local = NULL;

  if (parameters == NULL)
    return NULL;
  trafo_encode_options_set_add_special_tokens (encode_options, !options->no_special);
  if (options->max_length != NOT_SET)
    trafo_encode_options_set_max_length (encode_options, options->max_length);
  if (options->truncation)
    trafo_encode_options_set_truncation (encode_options, TRAFO_TRUNCATION_LONGEST_FIRST);
  if (options->padding != NULL)
    trafo_encode_options_set_padding (encode_options,
                                      g_str_equal (options->padding, "longest")
                                          ? TRAFO_PADDING_LONGEST
                                          : TRAFO_PADDING_MAX_LENGTH);
  if (trafo_encode_options_update (encode_options, parameters, &local))
    return g_steal_pointer (&encode_options);
  g_prefix_error (&local, "--param: ");
  trafo_usage_error_propagate (error, local);
  return NULL;
}

static void
print_integers (const guint32 *integers, gsize n_integers)
{
  putchar ('[');
  for (gsize i = 0; i < n_integers; i++)
    printf ("%s%u", i > 0 ? "," : "", integers[i]);
  putchar (']');
}

static void
print_ids (TrafoEncoding *encoding)
{
  gsize          n_tokens;
  const guint32 *ids = trafo_encoding_get_ids (encoding, &n_tokens);

  print_integers (ids, n_tokens);
}

static void
print_type_ids (TrafoEncoding *encoding)
{
  gsize          n_tokens;
  const guint32 *type_ids = trafo_encoding_get_type_ids (encoding, &n_tokens);

  print_integers (type_ids, n_tokens);
}

static void
print_attention_mask (TrafoEncoding *encoding)
{
  gsize          n_tokens;
  const guint32 *mask = trafo_encoding_get_attention_mask (encoding, &n_tokens);

  print_integers (mask, n_tokens);
}

/* Pairs of start and end. */
static void
print_offsets (TrafoEncoding *encoding)
{
  gsize          n_offsets;
  const guint32 *offsets = trafo_encoding_get_offsets (encoding, &n_offsets);

  putchar ('[');
  for (gsize i = 0; i + 1 < n_offsets; i += 2)
    {
      if (i > 0)
        putchar (',');
      print_integers (offsets + i, 2);
    }
  putchar (']');
}

static void
print_tokens (TrafoEncoding *encoding)
{
  putchar ('[');
  for (gsize i = 0; i < trafo_encoding_get_n_tokens (encoding); i++)
    {
      g_autoptr (GBytes) token = trafo_encoding_get_token_bytes (encoding, i);
      g_autoptr (TrafoValue) value = trafo_value_new_string_bytes (token);
      g_autofree char *json = trafo_value_to_json (value);

      printf ("%s%s", i > 0 ? "," : "", json);
    }
  putchar (']');
}

/* Member by member as it goes: a value that held all of them would need half a KiB a token. */
static int
print_json (TrafoBatchEncoding *encodings, gboolean has_mapping)
{
  static const struct
  {
    const char *key;
    void (*print) (TrafoEncoding *encoding);
  } members[] = {
    { "input_ids", print_ids },
    { "token_type_ids", print_type_ids },
    { "attention_mask", print_attention_mask },
    { "offsets", print_offsets },
    { "tokens", print_tokens },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      printf ("%s\"%s\":[", i > 0 ? "," : "{", members[i].key);
      for (gsize row = 0; row < trafo_batch_encoding_get_n_rows (encodings); row++)
        {
          if (row > 0)
            putchar (',');
          members[i].print (trafo_batch_encoding_get_row (encodings, row));
        }
      putchar (']');
    }
  if (has_mapping)
    {
      gsize          n_rows;
      const guint32 *mapping =
          trafo_batch_encoding_get_overflow_to_sample_mapping (encodings, &n_rows);

      printf (",\"overflow_to_sample_mapping\":");
      print_integers (mapping, n_rows);
    }
  printf ("}\n");
  return TRAFO_EXIT_OK;
}

static void
print_table (TrafoEncoding *encoding)
{
  g_autoptr (TrafoTable) table =
      trafo_table_new ("lrrrr", "TOKEN", "ID", "TYPE", "START", "END", NULL);
  gsize          n_tokens, n_offsets;
  const guint32 *ids = trafo_encoding_get_ids (encoding, &n_tokens);
  const guint32 *type_ids = trafo_encoding_get_type_ids (encoding, &n_tokens);
  const guint32 *special = trafo_encoding_get_special_tokens_mask (encoding, &n_tokens);
  const guint32 *offsets = trafo_encoding_get_offsets (encoding, &n_offsets);

  for (gsize i = 0; i < n_tokens; i++)
    trafo_table_add (table,
                     special[i] != 0 ? TRAFO_TERMINAL_STYLE_FAINT : TRAFO_TERMINAL_STYLE_PLAIN,
                     trafo_encoding_get_token (encoding, i),
                     g_strdup_printf ("%u", ids[i]),
                     g_strdup_printf ("%u", type_ids[i]),
                     g_strdup_printf ("%u", offsets[2 * i]),
                     g_strdup_printf ("%u", offsets[2 * i + 1]));
  trafo_table_print (table);
}

static int
print_text (TrafoBatchEncoding *encodings)
{
  for (gsize i = 0; i < trafo_batch_encoding_get_n_rows (encodings); i++)
    {
      TrafoEncoding *encoding = trafo_batch_encoding_get_row (encodings, i);

      if (i > 0)
        printf ("\n");
      print_table (encoding);
    }
  return TRAFO_EXIT_OK;
}

static int
tokenize (const TrafoCommand *self, const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoEncodeOptions) encode_options = make_encode_options (options, &error);
  g_autoptr (TrafoTokenizer) tokenizer = NULL;
  g_autoptr (TrafoBatchEncoding) encodings = NULL;
  g_auto (GStrv) texts = NULL;
  g_auto (GStrv) pairs = NULL;

  if (encode_options == NULL)
    return trafo_command_fail (self, error);
  texts = trafo_texts_read (options->texts, &error);
  if (texts == NULL)
    return trafo_command_fail (self, error);
  pairs = trafo_texts_read (options->pairs, &error);
  if (pairs == NULL)
    return trafo_command_fail (self, error);
  if (options->pairs != NULL && g_strv_length (pairs) != g_strv_length (texts))
    return trafo_command_fail_usage (self,
                                     "found %u texts and %u pairs, expected a --pair for each TEXT",
                                     g_strv_length (texts),
                                     g_strv_length (pairs));
  tokenizer = trafo_auto_tokenizer_from_pretrained (options->model, NULL, &error);
  if (tokenizer == NULL)
    return trafo_command_fail (self, error);
  encodings =
      trafo_tokenizer_encode_batch (tokenizer,
                                    (const char *const *) texts,
                                    options->pairs != NULL ? (const char *const *) pairs : NULL,
                                    encode_options,
                                    &error);
  if (encodings == NULL)
    return trafo_command_fail (self, error);
  if (!options->json)
    return print_text (encodings);
  return print_json (encodings,
                     trafo_encode_options_get_return_overflowing_tokens (encode_options));
}

static int
run (const TrafoCommand *self, int argc, char **argv)
{
  g_auto (Options) options = { .max_length = NOT_SET };
  const GOptionEntry entries[] = {
    TRAFO_MODEL_OPTIONS_MODEL (options),
    { "pair",
      0,
      0,
      G_OPTION_ARG_FILENAME_ARRAY,
      &options.pairs,
      "Second text, one for each TEXT",
      "TEXT" },
    { "no-special", 0, 0, G_OPTION_ARG_NONE, &options.no_special, "Add no special tokens", NULL },
    { "max-length", 0, 0, G_OPTION_ARG_INT, &options.max_length, "Most tokens of a row", "N" },
    { "truncation", 0, 0, G_OPTION_ARG_NONE, &options.truncation, "Cut longer rows", NULL },
    { "padding",
      0,
      0,
      G_OPTION_ARG_STRING,
      &options.padding,
      "Fill shorter rows",
      "longest|max_length" },
    { "param",
      'P',
      0,
      G_OPTION_ARG_FILENAME_ARRAY,
      &options.parameters,
      "Any other option",
      "NAME=VALUE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print JSON", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.texts, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!trafo_command_parse (self, entries, argc, argv))
    return TRAFO_EXIT_USAGE;
  if (!trafo_model_options_check_model (self, options.model))
    return TRAFO_EXIT_USAGE;
  if (options.texts == NULL)
    return trafo_command_fail_usage (self, "found no TEXT");
  if (options.max_length != NOT_SET && options.max_length < 1)
    return trafo_command_fail_usage (self,
                                     "found --max-length %d, expected 1 or more",
                                     options.max_length);
  if (options.padding != NULL && !g_str_equal (options.padding, "longest") &&
      !g_str_equal (options.padding, "max_length"))
    return trafo_command_fail_usage (self,
                                     "found --padding %s, expected longest or max_length",
                                     options.padding);
  return tokenize (self, &options);
}

const TrafoCommand trafo_command_tokenize = {
  .name = "tokenize",
  .arguments = "--model DIR [OPTION...] TEXT...",
  .summary = "Shows the tokens of texts, their ids and where they stand.",
  .examples = "  trafo tokenize --model bert-base-uncased 'Hello, world!'\n"
              "  cat lines.txt | trafo tokenize --model bert-base-uncased --json \\\n"
              "    --truncation --max-length 128 --padding longest -\n",
  .run = run,
};

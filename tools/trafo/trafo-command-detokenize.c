/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <stdio.h>

#include "trafo-command.h"
#include "trafo-model-options.h"
#include "trafo-texts.h"

typedef struct
{
  char    *model;
  char   **ids;
  gboolean skip_special;
  gboolean json;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->model);
  g_strfreev (self->ids);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* Each text holds ids with white space between them. */
static gboolean
parse_texts (char **texts, GArray *ids, GError **error)
{
  for (gsize i = 0; texts[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit_set (texts[i], " \t", -1);

      for (gsize j = 0; words[j] != NULL; j++)
        {
          guint64 number;
          guint32 id;

          if (*words[j] == '\0')
            continue;
          if (!g_ascii_string_to_unsigned (words[j], 10, 0, G_MAXUINT32, &number, error))
            {
              g_prefix_error (error, "found ID '%s': ", words[j]);
              return FALSE;
            }
          id = number;
          g_array_append_val (ids, id);
        }
    }
  return TRUE;
}

/* NULL with an error, one of usage for an argument that is no id. */
static GArray *
parse_ids (char **arguments, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (; *arguments != NULL; arguments++)
    {
      char *argument[] = { *arguments, NULL };
      g_auto (GStrv) texts = trafo_texts_read (argument, error);
      GError *local = NULL;

      if (texts == NULL)
        return NULL;
      if (parse_texts (texts, ids, &local))
        continue;
      if (g_str_equal (*arguments, "-"))
        g_propagate_error (error, local);
      else
        trafo_usage_error_propagate (error, local);
      return NULL;
    }
  return g_steal_pointer (&ids);
}

static int
detokenize (const TrafoCommand *self, const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) ids = parse_ids (options->ids, &error);
  g_autoptr (TrafoTokenizer) tokenizer = NULL;
  g_autoptr (TrafoValue) value = NULL;
  g_autoptr (GBytes) text = NULL;

  if (ids == NULL)
    return trafo_command_fail (self, error);
  tokenizer = trafo_auto_tokenizer_from_pretrained (options->model, NULL, &error);
  if (tokenizer == NULL)
    return trafo_command_fail (self, error);
  text = trafo_tokenizer_decode_bytes (tokenizer,
                                       (const guint32 *) (gpointer) ids->data,
                                       ids->len,
                                       options->skip_special,
                                       trafo_tokenizer_get_clean_up_tokenization_spaces (tokenizer),
                                       &error);
  if (text == NULL)
    return trafo_command_fail (self, error);
  value = trafo_value_new_record ();
  trafo_value_set (value, "text", trafo_value_new_string_bytes (text));
  if (options->json)
    return trafo_command_print_json (self, value);
  trafo_command_print_text (text);
  printf ("\n");
  return TRAFO_EXIT_OK;
}

static int
run (const TrafoCommand *self, int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    TRAFO_MODEL_OPTIONS_MODEL (options),
    { "skip-special",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options.skip_special,
      "Leave special tokens out",
      NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print JSON", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.ids, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!trafo_command_parse (self, entries, argc, argv))
    return TRAFO_EXIT_USAGE;
  if (!trafo_model_options_check_model (self, options.model))
    return TRAFO_EXIT_USAGE;
  if (options.ids == NULL)
    return trafo_command_fail_usage (self, "found no ID");
  return detokenize (self, &options);
}

const TrafoCommand trafo_command_detokenize = {
  .name = "detokenize",
  .arguments = "--model DIR [--skip-special] [--json] ID...",
  .summary = "Turns token ids into text.",
  .examples = "  trafo detokenize --model bert-base-uncased --skip-special 101 7592 102\n",
  .run = run,
};

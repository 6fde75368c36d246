/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <stdio.h>

#include "trafo-command.h"
#include "trafo-model-options.h"
#include "trafo-terminal.h"
#include "trafo-texts.h"

#define BAR_WIDTH 20
/* Of more texts no table of all pairs is shown. */
#define MAX_TABLE_SIZE 10

typedef struct
{
  TrafoModelOptions model;
  char            **texts;
  gboolean          json;
} Options;

static void
options_clear (Options *self)
{
  trafo_model_options_clear (&self->model);
  g_strfreev (self->texts);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

typedef struct
{
  guint  index;
  double cosine;
} Score;

static double
cosine (TrafoTensor *embeddings, guint a, guint b)
{
  gsize        size = trafo_tensor_get_dim (embeddings, 1);
  const float *left = (const float *) trafo_tensor_get_data (embeddings) + a * size;
  const float *right = (const float *) trafo_tensor_get_data (embeddings) + b * size;
  double       product = 0, left_squares = 0, right_squares = 0;

  for (gsize i = 0; i < size; i++)
    {
      product += (double) left[i] * right[i];
      left_squares += (double) left[i] * left[i];
      right_squares += (double) right[i] * right[i];
    }
  return product / fmax (sqrt (left_squares * right_squares), 1e-12);
}

static gint
compare_scores (gconstpointer a, gconstpointer b)
{
  const Score *left = a;
  const Score *right = b;

  return left->cosine > right->cosine ? -1 : left->cosine < right->cosine;
}

static TrafoTerminalStyle
style_of_cosine (double value)
{
  if (value >= 0.5)
    return TRAFO_TERMINAL_STYLE_GOOD;
  return value >= 0.25 ? TRAFO_TERMINAL_STYLE_PLAIN : TRAFO_TERMINAL_STYLE_FAINT;
}

static char *
format_bar (double value)
{
  GString *bar = g_string_new (NULL);

  for (gint i = 0; i < (gint) lrint (BAR_WIDTH * fmax (value, 0)); i++)
    g_string_append (bar, "█");
  return g_string_free (bar, FALSE);
}

/* The other texts, the nearest to the first one on top. */
static void
print_ranking (TrafoTensor *embeddings, char **texts)
{
  guint             n_others = g_strv_length (texts) - 1;
  g_autofree Score *scores = g_new (Score, n_others);
  g_autoptr (TrafoTable) table = trafo_table_new ("rll", "COSINE", "", texts[0], NULL);

  for (guint i = 0; i < n_others; i++)
    scores[i] = (Score){ i + 1, cosine (embeddings, 0, i + 1) };
  qsort (scores, n_others, sizeof *scores, compare_scores);
  for (guint i = 0; i < n_others; i++)
    trafo_table_add (table,
                     style_of_cosine (scores[i].cosine),
                     g_strdup_printf ("%.3f", scores[i].cosine),
                     format_bar (scores[i].cosine),
                     g_strdup (texts[scores[i].index]));
  trafo_table_print (table);
}

/* Every text with every other. */
static void
print_matrix (TrafoTensor *embeddings, guint n_texts)
{
  for (guint i = 0; i < n_texts; i++)
    {
      printf ("%3u", i + 1);
      for (guint j = 0; j < n_texts; j++)
        {
          double value = cosine (embeddings, i, j);

          printf ("  %s%6.3f%s",
                  trafo_terminal_style (stdout, style_of_cosine (value)),
                  value,
                  trafo_terminal_style (stdout, TRAFO_TERMINAL_STYLE_PLAIN));
        }
      printf ("\n");
    }
}

static int
print_text (TrafoTensor *embeddings, char **texts, double seconds)
{
  guint            n_texts = g_strv_length (texts);
  g_autofree char *shown = NULL;

  if (n_texts == 1)
    {
      shown = trafo_tensor_to_string (embeddings);
      printf ("%s\n", shown);
    }
  else
    print_ranking (embeddings, texts);
  if (n_texts > 2 && n_texts <= MAX_TABLE_SIZE)
    {
      printf ("\n");
      print_matrix (embeddings, n_texts);
    }
  printf ("\n%u text%s in %.1f ms\n", n_texts, n_texts == 1 ? "" : "s", seconds * 1e3);
  return TRAFO_EXIT_OK;
}

static int
embed (const TrafoCommand *self, const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) texts = trafo_texts_read (options->texts, &error);
  g_autoptr (TrafoLoadOptions) load_options = NULL;
  g_autoptr (TrafoSentenceEmbedder) embedder = NULL;
  g_autoptr (TrafoTensor) embeddings = NULL;
  g_autoptr (TrafoValue) value = NULL;
  gint64 start;

  if (texts == NULL)
    return trafo_command_fail (self, error);
  load_options = trafo_model_options_get_load_options (&options->model);
  embedder = trafo_sentence_embedder_new_from_pretrained (options->model.model,
                                                          load_options,
                                                          NULL,
                                                          &error);
  if (embedder == NULL)
    return trafo_command_fail (self, error);
  trafo_model_options_warn (&options->model, self, trafo_sentence_embedder_get_model (embedder));
  if (!trafo_sentence_embedder_has_modules (embedder))
    trafo_command_warn (self,
                        "%s has no modules.json: the mean over tokens is taken, and not scaled",
                        options->model.model);
  start = g_get_monotonic_time ();
  embeddings = trafo_sentence_embedder_encode (embedder, (const char *const *) texts, NULL, &error);
  if (embeddings == NULL)
    return trafo_command_fail (self, error);
  if (!options->json && *texts != NULL)
    return trafo_command_flush (
        print_text (embeddings, texts, (g_get_monotonic_time () - start) * 1e-6));
  value = trafo_value_new_record ();
  trafo_value_set (value, "embeddings", trafo_value_new_tensor (embeddings));
  return options->json ? trafo_command_print_json (self, value) : TRAFO_EXIT_OK;
}

static int
run (const TrafoCommand *self, int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    TRAFO_MODEL_OPTIONS_ENTRIES (options.model),
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print JSON", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.texts, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!trafo_command_parse (self, entries, argc, argv) ||
      !trafo_model_options_check (&options.model, self))
    return TRAFO_EXIT_USAGE;
  if (options.texts == NULL)
    return trafo_command_fail_usage (self, "found no TEXT");
  return embed (self, &options);
}

const TrafoCommand trafo_command_embed = {
  .name = "embed",
  .arguments = "--model DIR [--json] TEXT...",
  .summary = "Turns texts into vectors; shows how near they are to the first one.",
  .examples = "  trafo embed --model all-MiniLM-L6-v2 'How do I bake bread?' \\\n"
              "    'Knead the dough.' 'The knight moves in an L.'\n"
              "  cat lines.txt | trafo embed --model all-MiniLM-L6-v2 --json -\n",
  .run = run,
};

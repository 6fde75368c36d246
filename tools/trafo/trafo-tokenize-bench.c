/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-tokenize-bench.h"

#include <string.h>

#include "trafo-timing.h"

enum
{
  N_LINES = 20000, /* of the texts that are made */
};

static const char *const english[] = {
  "The old mill stood where the river bent, and nobody in the village remembered who had built it.",
  "\"Don't you think,\" she asked, \"that we should've taken the other road after all?\"",
  "In 1867 the company bought 12,500 acres of farmland at $3.75 an acre; it sold them within a "
  "year.",
  "Transformers process all positions of a sequence at once, which recurrent networks cannot do.",
  "Rain fell for three days. On the fourth the bridge gave way, taking two carts and a mule with "
  "it.",
  "Please send the signed contract to the address below no later than Friday, the 14th of "
  "November.",
  "The committee's report - all 340 pages of it - recommends neither reform nor abolition.",
  "for (size_t i = 0; i < n; i++) total += weights[i] * values[i]; /* never zero */",
};

static const char *const mixed[] = {
  "\u0421\u0442\u0430\u0440\u0430\u044f \u043c\u0435\u043b\u044c\u043d\u0438\u0446\u0430 "
  "\u0441\u0442\u043e\u044f\u043b\u0430 \u0443 \u0440\u0435\u043a\u0438.",
  "\u6771\u4eac\u3067\u306f\u96e8\u304c\u4e09\u65e5\u9593\u964d\u308a\u7d9a\u3044\u305f\u3002",
  "\u6c34\u8f66\u5750\u843d\u5728\u6cb3\u6d41\u8f6c\u5f2f\u5904\uff0c\u6ca1\u6709\u4eba\u8bb0\u5f97"
  "\u3002",
  "La cr\u00e8me br\u00fbl\u00e9e co\u00fbte d\u00e9j\u00e0 12 \u20ac, h\u00e9las!",
  "\u05d4\u05d8\u05d7\u05e0\u05d4 \u05d4\u05d9\u05e9\u05e0\u05d4 \u05e2\u05de\u05d3\u05d4 "
  "\u05dc\u05d9\u05d3 \u05d4\u05e0\u05d4\u05e8",
  "\u0627\u0644\u0637\u0627\u062d\u0648\u0646\u0629 \u0627\u0644\u0642\u062f\u064a\u0645\u0629 "
  "\u0628\u062c\u0627\u0646\u0628 \u0627\u0644\u0646\u0647\u0631",
  "\u092a\u0941\u0930\u093e\u0928\u0940 \u091a\u0915\u094d\u0915\u0940 \u0928\u0926\u0940 "
  "\u0915\u0947 "
  "\u092a\u093e\u0938 \u0925\u0940\u0964",
  "\uc624\ub798\ub41c \ubc29\uc557\uac04\uc740 \uac15\uac00\uc5d0 \uc11c \uc788\uc5c8\ub2e4 "
  "\U0001f600",
};

typedef struct
{
  const char     *name;
  TrafoTokenizer *tokenizer;
  char          **lines;
  gsize           size_bytes;
} Text;

static void
text_clear (Text *self)
{
  g_strfreev (self->lines);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Text, text_clear)

static gboolean
encode_one_by_one (gpointer data, GError **error)
{
  const Text *text = data;

  for (gsize i = 0; text->lines[i] != NULL; i++)
    {
      g_autoptr (TrafoEncoding) encoding =
          trafo_tokenizer_encode (text->tokenizer, text->lines[i], NULL, NULL, error);

      if (encoding == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
encode_together (gpointer data, GError **error)
{
  const Text *text = data;
  g_autoptr (TrafoBatchEncoding) encodings =
      trafo_tokenizer_encode_batch (text->tokenizer,
                                    (const char *const *) text->lines,
                                    NULL,
                                    NULL,
                                    error);

  return encodings != NULL;
}

static gboolean
print_times (const TrafoCommand *command,
             Text               *text,
             gboolean            is_threaded,
             double              load_s,
             GError            **error)
{
  TrafoTimedFunc   func = is_threaded ? encode_together : encode_one_by_one;
  g_autofree char *workload = g_strconcat ("tokenize-", text->name, NULL);
  g_autoptr (GArray) times = NULL;
  g_autoptr (TrafoValue) value = NULL;

  if (!func (text, error))
    return FALSE;
  times = trafo_timing_run (func, text, error);
  if (times == NULL)
    return FALSE;
  value = trafo_timing_to_value (times,
                                 workload,
                                 NULL,
                                 is_threaded ? trafo_get_n_threads () : 1,
                                 load_s);
  trafo_value_set_double (value,
                          "mb_per_s",
                          text->size_bytes * 1e-6 / g_array_index (times, double, 0));
  return trafo_command_print_json (command, value) == TRAFO_EXIT_OK;
}

static gboolean
bench_text (const TrafoCommand *command, Text *text, double load_s, GError **error)
{
  for (gsize i = 0; text->lines[i] != NULL; i++)
    text->size_bytes += strlen (text->lines[i]);
  return print_times (command, text, FALSE, load_s, error) &&
         print_times (command, text, TRUE, load_s, error);
}

/* Lines in a random order, each with a number of its own. */
static char **
make_lines (const char *const *sentences, guint n_sentences)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  char **lines = g_new0 (char *, N_LINES + 1);

  for (guint i = 0; i < N_LINES; i++)
    lines[i] = g_strdup_printf ("%s %s %u",
                                sentences[g_rand_int_range (random, 0, n_sentences)],
                                sentences[g_rand_int_range (random, 0, n_sentences)],
                                i);
  return lines;
}

static gboolean
bench_file (const TrafoCommand *command,
            TrafoTokenizer     *tokenizer,
            const char         *file,
            double              load_s,
            GError            **error)
{
  g_auto (Text) text = { "file", tokenizer };
  g_autofree char *contents = NULL;
  gsize            size_bytes;

  if (!g_file_get_contents (file, &contents, &size_bytes, error))
    return FALSE;
  text.lines = g_strsplit (contents, "\n", -1);
  return bench_text (command, &text, load_s, error);
}

static gboolean
bench_made (const TrafoCommand *command, TrafoTokenizer *tokenizer, double load_s, GError **error)
{
  g_auto (Text) first = { "english", tokenizer, make_lines (english, G_N_ELEMENTS (english)) };
  g_auto (Text) second = { "mixed", tokenizer, make_lines (mixed, G_N_ELEMENTS (mixed)) };

  return bench_text (command, &first, load_s, error) &&
         bench_text (command, &second, load_s, error);
}

int
trafo_tokenize_bench (const TrafoCommand *command,
                      const char         *model,
                      const char         *file,
                      gint64              start)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTokenizer) tokenizer = trafo_auto_tokenizer_from_pretrained (model, NULL, &error);
  double   load_s = (g_get_monotonic_time () - start) * 1e-6;
  gboolean done =
      tokenizer != NULL && (file != NULL ? bench_file (command, tokenizer, file, load_s, &error)
                                         : bench_made (command, tokenizer, load_s, &error));

  if (done)
    return TRAFO_EXIT_OK;
  return error != NULL ? trafo_command_fail (command, error) : TRAFO_EXIT_FAILURE;
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-word-scan-private.h"

#include <string.h>

#define GPT2 "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"
#define LLAMA3                                                                                     \
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| "                       \
  "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

/* What the regular expression matches, one match behind the other with a bar between. */
static const struct
{
  const char *regex;
  const char *text;
  const char *expected;
} rows[] = {
  { GPT2, "it's we'll 'T", "it|'s| we|'ll| '|T" },
  { GPT2, "a  b   \n c ", "a| | b|   \n| c| " },
  { GPT2, "x1\xc2\xbd! ?..\t\tz", "x|1\xc2\xbd|!| ?..|\t|\t|z" },
  { LLAMA3, "it'S we'll 'T", "it|'S| we|'ll| '|T" },
  { LLAMA3, "12345!\n\n  x", "123|45|!\n\n| | x" },
  { LLAMA3, " \n \n  a\t(b", " \n \n| | a|\t|(b" },
  { LLAMA3, "'\xc5\xbf\xc5\xbf", "'\xc5\xbf|\xc5\xbf" },
};

static void
test_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TrafoWordScan  scan = trafo_word_scan_find (rows[i].regex);
      TrafoWordArray words = { 0 };
      g_autoptr (GString) shown = g_string_new (NULL);

      g_assert_nonnull (scan);
      scan (rows[i].text, (TrafoTextRange){ 0, strlen (rows[i].text) }, &words);
      for (gsize k = 0; k < words.n_ranges; k++)
        {
          if (k > 0)
            g_string_append_c (shown, '|');
          g_string_append_len (shown,
                               rows[i].text + words.ranges[k].start,
                               words.ranges[k].end - words.ranges[k].start);
        }
      trafo_word_array_clear (&words);
      g_assert_cmpstr (shown->str, ==, rows[i].expected);
    }
}

static void
test_unknown (void)
{
  g_assert_null (trafo_word_scan_find ("\\s+"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/word-scan/rows", test_rows);
  g_test_add_func ("/word-scan/unknown", test_unknown);
  return g_test_run ();
}

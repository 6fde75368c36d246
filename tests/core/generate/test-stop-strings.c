/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "byte-tokenizer.h"
#include "trafo-stop-strings-private.h"
#include "trafo-text.h"

/* The cases that transformers' StopStringCriteria documents, and bytes. */
static const struct
{
  const char *tokens[4];
  const char *strings[3];
  gboolean    matches;
} cases[] = {
  { { "st", "op" }, { "stop" }, TRUE },
  { { "stop" }, { "stop" }, TRUE },
  { { "st", "opera" }, { "stop" }, TRUE },
  { { "sto", "pper" }, { "stop" }, TRUE },
  { { "las", "topper" }, { "stop" }, TRUE },
  { { "s", "to", "pped" }, { "stop" }, TRUE },
  { { "stop", "at" }, { "stop" }, FALSE },
  { { "st", "op", "at" }, { "stop" }, FALSE },
  { { "st", "opera", "at" }, { "stop" }, FALSE },
  { { "op", "st" }, { "stop" }, FALSE },
  { { "sto" }, { "stop" }, FALSE },
  { { "st", "op" }, { "x", "p" }, TRUE },
  { { "Ġof" }, { " " }, TRUE },
  { { "a", "Ċ" }, { "a\n" }, TRUE },
  { { "ä½", "ł" }, { "你" }, TRUE },
  { { "ä½" }, { "你" }, FALSE },
  { { "Ã", "©x" }, { "é" }, TRUE },
  { { "a", "<|end|>" }, { "a<|end|>" }, TRUE },
};

static void
test_cases (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = byte_tokenizer_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoStopStrings) stop =
          trafo_stop_strings_new (cases[i].strings, tokenizer, &error);
      gint64 ids[4];
      gsize  n_ids = 0;

      g_assert_no_error (error);
      while (cases[i].tokens[n_ids] != NULL)
        {
          ids[n_ids] = trafo_tokenizer_token_to_id (tokenizer, cases[i].tokens[n_ids]);
          n_ids++;
        }
      g_test_message ("case %" G_GSIZE_FORMAT, i);
      g_assert_cmpint (trafo_stop_strings_match (stop, ids, n_ids), ==, cases[i].matches);
    }
}

static void
test_no_tokenizer (void)
{
  const char *const strings[] = { "x", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_stop_strings_new (strings, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/generate/stop-strings/cases", test_cases);
  g_test_add_func ("/core/generate/stop-strings/no-tokenizer", test_no_tokenizer);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <trafo/trafo.h>

#include "byte-tokenizer.h"

/* What comes out after each token, as TextStreamer of transformers does it, and at the end. */
static const struct
{
  const char *tokens[7];
  const char *texts[8];
} cases[] = {
  { { "st", "op", "Ġof", "at", "Ġ" }, { "", "", "stop ", "", "ofat ", "" } },
  { { "st", "Ċ", "at" }, { "", "st\n", "", "at" } },
  { { "Ġof", "ä½", "ł", "ä½", "ł" }, { " ", "", "of你", "", "你", "" } },
  { { "ä½", "ł", "<|end|>" }, { "", "你", "", "" } },
  { { "Ã", "©", "Ġ" }, { "", "", "é ", "" } },
  { { "a", "ä½" }, { "", "", "a\xef\xbf\xbd" } },
  { { NULL }, { "" } },
};

static void
test_cases (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = byte_tokenizer_new ();
  g_autoptr (TrafoTextStreamer) streamer = trafo_text_streamer_new (tokenizer, TRUE);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize k = 0;; k++)
      {
        const char *token = cases[i].tokens[k];
        g_autoptr (GError) error = NULL;
        g_autofree char *text = NULL;

        g_test_message ("case %" G_GSIZE_FORMAT ", token %" G_GSIZE_FORMAT, i, k);
        text = token != NULL
                   ? trafo_text_streamer_put (streamer,
                                              trafo_tokenizer_token_to_id (tokenizer, token),
                                              &error)
                   : trafo_text_streamer_end (streamer, &error);
        g_assert_no_error (error);
        g_assert_cmpstr (text, ==, cases[i].texts[k]);
        if (token == NULL)
          break;
      }
}

/* Whatever the tokens: all parts are whole characters, and together what decoding gives. */
static void
test_random (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = byte_tokenizer_new ();
  g_autoptr (TrafoTextStreamer) streamer = trafo_text_streamer_new (tokenizer, TRUE);
  g_autoptr (GRand) random = g_rand_new_with_seed (5);

  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autofree char *rest = NULL;
      guint32          ids[40];
      gsize            n_ids = g_rand_int_range (random, 0, 40);
      g_autofree char *expected = NULL;

      for (gsize i = 0; i < n_ids; i++)
        {
          g_autofree char *part = NULL;

          ids[i] = g_rand_int_range (random, 0, 24);
          part = trafo_text_streamer_put (streamer, ids[i], NULL);
          g_assert_true (g_utf8_validate (part, -1, NULL));
          g_string_append (text, part);
        }
      rest = trafo_text_streamer_end (streamer, NULL);
      g_string_append (text, rest);
      expected = trafo_tokenizer_decode (tokenizer, ids, n_ids, TRUE, FALSE, NULL);
      g_assert_cmpstr (text->str, ==, expected);
    }
}

/* Nothing comes of a caller's mistake, and nothing that would end the process later. */
static void
test_no_tokenizer (void)
{
  g_test_expect_message ("Trafo", G_LOG_LEVEL_CRITICAL, "*TRAFO_IS_TOKENIZER*");
  g_assert_null (trafo_text_streamer_new (NULL, TRUE));
  g_test_assert_expected_messages ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/generate/text-streamer/cases", test_cases);
  g_test_add_func ("/core/generate/text-streamer/random", test_random);
  g_test_add_func ("/core/generate/text-streamer/no-tokenizer", test_no_tokenizer);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <trafo/trafo.h>

#include "word-level-tokenizer.h"

static TrafoTokenizer *
load (const char *model, GError **error)
{
  g_autoptr (TrafoTokenizer) tokenizer = g_object_new (TRAFO_TYPE_WORD_LEVEL_TOKENIZER, NULL);
  g_autofree char *text = g_strdup_printf ("{\"pre_tokenizer\":{\"type\":\"WhitespaceSplit\"},"
                                           "\"model\":{\"type\":\"WordLevel\",%s}}",
                                           model);
  g_autoptr (GBytes) json = g_bytes_new (text, strlen (text));

  return trafo_tokenizer_load_json (tokenizer, json, NULL, error) ? g_steal_pointer (&tokenizer)
                                                                  : NULL;
}

static void
test_words (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTokenizer) tokenizer =
      load ("\"unk_token\":\"?\",\"vocab\":{\"?\":0,\"ab\":1,\"c\":2}", &error);
  g_autoptr (TrafoEncoding) encoding = NULL;
  static const guint32 expected[] = { 1, 0, 2 };

  g_assert_no_error (error);
  encoding = trafo_tokenizer_encode (tokenizer, "ab abc c", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (trafo_encoding_get_ids (encoding, NULL),
                   trafo_encoding_get_n_tokens (encoding) * 4,
                   expected,
                   sizeof expected);
}

static void
test_unknown (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTokenizer) tokenizer = load ("\"vocab\":{\"ab\":1}", &error);

  g_assert_no_error (error);
  g_assert_null (trafo_tokenizer_encode (tokenizer, "ab x", NULL, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "<unk>"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/word-level/words", test_words);
  g_test_add_func ("/word-level/unknown", test_unknown);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <trafo/trafo.h>

#include "damage.h"
#include "unigram-tokenizer.h"

static TrafoTokenizer *
load (const char *members, GError **error)
{
  g_autoptr (TrafoTokenizer) tokenizer = g_object_new (TRAFO_TYPE_UNIGRAM_TOKENIZER, NULL);
  g_autofree char *text = g_strconcat ("{\"model\":{\"type\":\"Unigram\",", members, "}}", NULL);
  g_autoptr (GBytes) json = g_bytes_new (text, strlen (text));

  return trafo_tokenizer_load_json (tokenizer, json, NULL, error) ? g_steal_pointer (&tokenizer)
                                                                  : NULL;
}

#define VOCAB                                                                                      \
  "\"vocab\":[[\"<unk>\",0],[\"a\",-1],[\"b\",-1],[\"ab\",-1.5],[\"bc\",-5],[\"abc\",-6.5],"       \
  "[\"<0xC3>\",-9],[\"<0xA9>\",-9]]"

/* Each token as it reads, and where it came from. */
static const struct
{
  const char *members;
  const char *text;
  const char *expected;
} words[] = {
  { "\"unk_id\":0," VOCAB, "ab", "ab:0-2" },
  { "\"unk_id\":0," VOCAB, "aab", "a:0-1 ab:1-3" },
  { "\"unk_id\":0," VOCAB, "abc", "a:0-1 bc:1-3" },
  { "\"unk_id\":0," VOCAB, "axyb", "a:0-1 xy:1-3 b:3-4" },
  { "\"unk_id\":0,\"byte_fallback\":true," VOCAB, "a\xc3\xa9", "a:0-1 <0xC3>:1-2 <0xA9>:1-2" },
  { "\"unk_id\":0,\"byte_fallback\":true," VOCAB, "a\xc3\xbc", "a:0-1 \xc3\xbc:1-2" },
  { "\"unk_id\":null," VOCAB, "ab", "ab:0-2" },
};

static void
test_words (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTokenizer) tokenizer = load (words[i].members, &error);
      g_autoptr (TrafoEncoding) encoding = NULL;
      g_autoptr (GString) shown = g_string_new (NULL);
      g_auto (GStrv) tokens = NULL;
      const guint32 *offsets;

      g_assert_no_error (error);
      encoding = trafo_tokenizer_encode (tokenizer, words[i].text, NULL, NULL, &error);
      g_assert_no_error (error);
      tokens = trafo_encoding_get_tokens (encoding);
      offsets = trafo_encoding_get_offsets (encoding, NULL);
      for (guint k = 0; tokens[k] != NULL; k++)
        g_string_append_printf (shown,
                                "%s%s:%u-%u",
                                k > 0 ? " " : "",
                                tokens[k],
                                offsets[k * 2],
                                offsets[k * 2 + 1]);
      g_assert_cmpstr (shown->str, ==, words[i].expected);
    }
}

/* Where all bytes are tokens, that of the unknown token's id reads as a byte too. */
static void
test_unknown_byte (void)
{
  g_autoptr (GString) members = g_string_new ("\"unk_id\":169,\"byte_fallback\":true,\"vocab\":[");
  g_autoptr (TrafoTokenizer) tokenizer = NULL;
  g_autoptr (TrafoEncoding) encoding = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) tokens = NULL;
  g_autofree char *joined = NULL;

  for (guint i = 0; i < 256; i++)
    g_string_append_printf (members, "[\"<0x%02X>\",-9],", i);
  g_string_append (members, "[\"a\",-1]]");
  tokenizer = load (members->str, &error);
  g_assert_no_error (error);
  encoding = trafo_tokenizer_encode (tokenizer, "a\xc3\xa9", NULL, NULL, &error);
  g_assert_no_error (error);
  tokens = trafo_encoding_get_tokens (encoding);
  joined = g_strjoinv (" ", tokens);
  g_assert_cmpstr (joined, ==, "a <0xC3> <0xA9>");
}

static void
test_no_unknown (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTokenizer) tokenizer = load ("\"unk_id\":null," VOCAB, &error);

  g_assert_no_error (error);
  g_assert_null (trafo_tokenizer_encode (tokenizer, "z", NULL, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND);
}

static void
test_broken (void)
{
  static const char *const rows[] = {
    "\"unk_id\":8," VOCAB,   "\"vocab\":[[\"a\"]]", "\"vocab\":[[\"a\",1,2]]",
    "\"vocab\":[[1,\"a\"]]", "\"vocab\":{}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (load (rows[i], &error));
      g_assert_nonnull (error);
    }
}

/* Without a bound, a text of one letter and tokens of it of every length would take minutes. */
static void
test_hostile (void)
{
  g_autoptr (GString) members = g_string_new ("\"unk_id\":0,\"vocab\":[[\"<unk>\",0]");
  g_autofree char *text = g_strnfill (1 << 20, 'a');
  g_autoptr (TrafoTokenizer) tokenizer = NULL;
  g_autoptr (GError) error = NULL;

  for (guint n = 1; n <= 2000; n++)
    {
      g_autofree char *token = g_strnfill (n, 'a');

      g_string_append_printf (members, ",[\"%s\",-1]", token);
    }
  g_string_append_c (members, ']');
  tokenizer = load (members->str, &error);
  g_assert_no_error (error);
  g_assert_null (trafo_tokenizer_encode (tokenizer, text, NULL, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
}

static void
test_damaged (void)
{
  damage_test (TRAFO_TYPE_UNIGRAM_TOKENIZER,
               "t5",
               "The river <extra_id_0> r\xc3\xadver  123 \xe4\xb8\xad\n\n x");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/unigram/words", test_words);
  g_test_add_func ("/unigram/unknown-byte", test_unknown_byte);
  g_test_add_func ("/unigram/no-unknown", test_no_unknown);
  g_test_add_func ("/unigram/broken", test_broken);
  g_test_add_func ("/unigram/hostile", test_hostile);
  g_test_add_func ("/unigram/damaged", test_damaged);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "char-tokenizer.h"

#define ADDED                                                                                      \
  "\"added_tokens\":[{\"content\":\"##x\"," CHAR_PLAIN "},{\"content\":\"[S]\"," CHAR_SPECIAL "}," \
  "{\"content\":\"do not\"," CHAR_PLAIN "},{\"content\":\"n't\"," CHAR_PLAIN                       \
  "},{\"content\":\"<0xC3>\"," CHAR_PLAIN "},"                                                     \
  "{\"content\":\"<0xA9>\"," CHAR_PLAIN "},{\"content\":\"<0xE2>\"," CHAR_PLAIN                    \
  "},{\"content\":\"<0x20>\"," CHAR_PLAIN "},"                                                     \
  "{\"content\":\"</w>\"," CHAR_PLAIN "},{\"content\":\"a</w>\"," CHAR_PLAIN                       \
  "},{\"content\":\"\xe2\x96\x81q\"," CHAR_PLAIN "},"                                              \
  "{\"content\":\"\xe2\x96\x81\"," CHAR_PLAIN "},{\"content\":\"\xc3\x83\"," CHAR_PLAIN            \
  "},{\"content\":\"\xc2\xa9\"," CHAR_PLAIN "}]"
#define DECODER(type) ADDED ",\"decoder\":{\"type\":\"" type "}"
#define SEQUENCE(decoders) DECODER ("Sequence\",\"decoders\":[" decoders "]")
#define FALLBACK "{\"type\":\"ByteFallback\"}"
#define FUSE "{\"type\":\"Fuse\"}"
#define STRIP "{\"type\":\"Strip\",\"content\":\" \",\"start\":2,\"stop\":2}"
#define REPLACE(from, to)                                                                          \
  "{\"type\":\"Replace\",\"pattern\":{\"String\":\"" from "\"},\"content\":\"" to "\"}"

enum
{
  FIRST_ADDED = 256,
  N_ADDED = 14,
  MAX_IDS = 40,
};

static const struct
{
  const char *name;
  const char *json;
} decoders[] = {
  { "none", ADDED },
  { "word-piece", DECODER ("WordPiece\",\"prefix\":\"##\",\"cleanup\":true") },
  { "word-piece-plain", DECODER ("WordPiece\",\"prefix\":\"##\",\"cleanup\":false") },
  { "bpe", DECODER ("BPEDecoder\",\"suffix\":\"</w>\"") },
  { "byte-level", DECODER ("ByteLevel\"") },
  { "byte-level-strip", SEQUENCE ("{\"type\":\"ByteLevel\"}," STRIP) },
  { "byte-level-replace", SEQUENCE ("{\"type\":\"ByteLevel\"}," REPLACE ("ab", "<>")) },
  { "byte-fallback", DECODER ("ByteFallback\"") },
  { "ctc", DECODER ("CTC\",\"pad_token\":\"a\",\"word_delimiter_token\":\"|\",\"cleanup\":true") },
  { "metaspace",
    DECODER ("Metaspace\",\"replacement\":\"\xe2\x96\x81\",\"prepend_scheme\":\"always\"") },
  { "strip", SEQUENCE (STRIP) },
  { "fuse", DECODER ("Fuse\"") },
  { "fuse-replace", SEQUENCE (FUSE "," REPLACE ("ab", "b") "," STRIP) },
  { "llama", SEQUENCE (REPLACE ("\xe2\x96\x81", " ") "," FALLBACK "," FUSE "," STRIP) },
};

/* Few ids, so that what depends on neighbours comes often; some that there are not. */
static guint32
choose_id (GRand *random)
{
  static const guint32 chars[] = { ' ', ' ', 'a', 'b', '.', '\'', '!', 'n', 's', 't', '|', 0xc3 };

  switch (g_rand_int_range (random, 0, 8))
    {
    case 0:
      return g_rand_boolean (random) ? G_MAXUINT32 : 1000;
    case 1:
    case 2:
    case 3:
      return FIRST_ADDED + g_rand_int_range (random, 0, N_ADDED);
    default:
      return chars[g_rand_int_range (random, 0, G_N_ELEMENTS (chars))];
    }
}

/* All parts are whole characters, and together what decoding gives. */
static void
assert_same (TrafoTokenizer *tokenizer, const guint32 *ids, gsize n_ids, guint flags)
{
  gboolean skip = flags & 1, clean_up = flags & 2;
  g_autoptr (TrafoDecodeStream) stream = trafo_decode_stream_new (tokenizer, skip, clean_up);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *expected =
      trafo_tokenizer_decode (tokenizer, ids, n_ids, skip, clean_up, &error);

  g_assert_no_error (error);
  for (guint round = 0; round < 2; round++)
    {
      g_string_truncate (text, 0);
      for (gsize i = 0; i <= n_ids; i++)
        {
          g_autofree char *part = i < n_ids ? trafo_decode_stream_step (stream, ids[i], &error)
                                            : trafo_decode_stream_end (stream, &error);

          g_assert_no_error (error);
          g_assert_true (g_utf8_validate (part, -1, NULL));
          g_string_append (text, part);
        }
      g_assert_cmpstr (text->str, ==, expected);
    }
}

static void
test_decoder (gconstpointer data)
{
  const char *json = data;
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new (json, NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (17);

  for (guint round = 0; round < 1500; round++)
    {
      guint32 ids[MAX_IDS];
      gsize   n_ids = g_rand_int_range (random, 0, round % MAX_IDS + 1);

      for (gsize i = 0; i < n_ids; i++)
        ids[i] = choose_id (random);
      assert_same (tokenizer, ids, n_ids, round % 4);
    }
}

/* What comes out when: NULL ends the tokens, and its text is that of the end. */
static const struct
{
  const char *name;
  const char *json;
  gboolean    clean_up;
  const char *tokens[6];
  const char *texts[7];
} streams[] = {
  { "bytes",
    DECODER ("ByteLevel\""),
    FALSE,
    { "\xc3\x83", "\xc2\xa9", "a" },
    { "", "\xc3\xa9", "a", "" } },
  { "half", DECODER ("ByteLevel\""), FALSE, { "a", "\xc3\x83" }, { "a", "", "\xef\xbf\xbd" } },
  { "half-then-more",
    DECODER ("ByteLevel\""),
    FALSE,
    { "\xc3\x83", "b" },
    { "",
      "\xef\xbf\xbd"
      "b",
      "" } },
  { "fallback",
    DECODER ("ByteFallback\""),
    FALSE,
    { "<0xC3>", "<0xA9>", "a", "<0xC3>" },
    { "",
      "",
      "\xc3\xa9"
      "a",
      "",
      "\xef\xbf\xbd" } },
  { "first",
    DECODER ("Metaspace\",\"replacement\":\"\xe2\x96\x81\",\"prepend_scheme\":\"always\""),
    FALSE,
    { "\xe2\x96\x81q", "\xe2\x96\x81q" },
    { "q", " q", "" } },
  { "clean-up",
    DECODER ("WordPiece\",\"prefix\":\"##\",\"cleanup\":false"),
    TRUE,
    { "a", "'", "s", ".", "b" },
    { "", "", "", "a's", ".", " b" } },
  { "last",
    DECODER ("BPEDecoder\",\"suffix\":\"</w>\""),
    FALSE,
    { "a</w>", "b", "a</w>" },
    { "", "a ", "b", "a" } },
};

static void
test_steps (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new (streams[i].json, NULL);
      g_autoptr (TrafoDecodeStream) stream =
          trafo_decode_stream_new (tokenizer, FALSE, streams[i].clean_up);
      gboolean is_end = FALSE;

      for (gsize k = 0; !is_end; k++)
        {
          const char      *token = streams[i].tokens[k];
          gint64           id = token != NULL ? trafo_tokenizer_token_to_id (tokenizer, token) : 0;
          g_autofree char *text = NULL;

          g_test_message ("%s, token %" G_GSIZE_FORMAT, streams[i].name, k);
          g_assert_cmpint (id, >=, 0);
          is_end = token == NULL;
          text = is_end ? trafo_decode_stream_end (stream, NULL)
                        : trafo_decode_stream_step (stream, id, NULL);
          g_assert_cmpstr (text, ==, streams[i].texts[k]);
        }
    }
}

/* Strings show a NUL, bytes have it. */
static void
test_nul (void)
{
  static const guint32 ids[] = { 'a', 0, 'b' };
  g_autoptr (TrafoTokenizer) tokenizer =
      char_tokenizer_new (SEQUENCE (REPLACE ("b", "bc") "," FALLBACK), NULL);
  g_autoptr (TrafoDecodeStream) stream = trafo_decode_stream_new (tokenizer, FALSE, FALSE);
  g_autoptr (GString) shown = g_string_new (NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint round = 0; round < 2; round++)
    for (gsize i = 0; i <= G_N_ELEMENTS (ids); i++)
      {
        gboolean         is_end = i == G_N_ELEMENTS (ids);
        g_autofree char *string = NULL;
        g_autoptr (GBytes) part = NULL;

        if (round == 0)
          string = is_end ? trafo_decode_stream_end (stream, NULL)
                          : trafo_decode_stream_step (stream, ids[i], NULL);
        else
          part = is_end ? trafo_decode_stream_end_bytes (stream, NULL)
                        : trafo_decode_stream_step_bytes (stream, ids[i], NULL);
        if (round == 0)
          g_string_append (shown, string);
        else
          g_string_append_len (text, g_bytes_get_data (part, NULL), g_bytes_get_size (part));
      }
  g_assert_cmpstr (shown->str, ==, "a\342\220\200bc");
  g_assert_cmpmem (text->str, text->len, "a\0bc", 4);
}

static void
test_not_loaded (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = g_object_new (CHAR_TYPE_TOKENIZER, NULL);
  g_autoptr (TrafoDecodeStream) stream = trafo_decode_stream_new (tokenizer, FALSE, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_decode_stream_step (stream, 1, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
}

/* Nothing comes of a caller's mistake, and nothing that would end the process later. */
static void
test_no_tokenizer (void)
{
  g_test_expect_message ("Trafo", G_LOG_LEVEL_CRITICAL, "*TRAFO_IS_TOKENIZER*");
  g_assert_null (trafo_decode_stream_new (NULL, TRUE, FALSE));
  g_test_assert_expected_messages ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (decoders); i++)
    {
      g_autofree char *path = g_strconcat ("/decode-stream/", decoders[i].name, NULL);

      g_test_add_data_func (path, decoders[i].json, test_decoder);
    }
  g_test_add_func ("/decode-stream/steps", test_steps);
  g_test_add_func ("/decode-stream/nul", test_nul);
  g_test_add_func ("/decode-stream/not-loaded", test_not_loaded);
  g_test_add_func ("/decode-stream/no-tokenizer", test_no_tokenizer);
  return g_test_run ();
}

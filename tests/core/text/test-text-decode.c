/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "char-tokenizer.h"

#define ADDED                                                                                      \
  "\"added_tokens\":[{\"content\":\"##x\"," CHAR_PLAIN "},{\"content\":\"[S]\"," CHAR_SPECIAL "}," \
  "{\"content\":\"do not\"," CHAR_PLAIN "},{\"content\":\"n't\"," CHAR_PLAIN "}]"
#define WORD_PIECE(cleanup)                                                                        \
  ADDED ",\"decoder\":{\"type\":\"WordPiece\",\"prefix\":\"##\",\"cleanup\":" cleanup "}"

/* The four added tokens have the ids 256 to 259. Checked with the Rust tokenizers 0.23.3. */
typedef struct
{
  const char *name;
  const char *json;
  guint32     ids[6];
  gsize       n_ids;
  gboolean    skip;
  gboolean    clean_up;
  const char *expected;
} Case;

static const Case cases[] = {
  { "join", ADDED, { 'a', 256, 257 }, 3, FALSE, FALSE, "a ##x [S]" },
  { "skip", ADDED, { 'a', 257, 'b' }, 3, TRUE, FALSE, "a b" },
  { "unknown-id", ADDED, { 'a', 4294967295, 'b' }, 3, FALSE, FALSE, "a b" },
  { "nothing", ADDED, { 0 }, 0, FALSE, FALSE, "" },
  { "pieces", WORD_PIECE ("false"), { 'a', 256, 'b', '.' }, 4, FALSE, FALSE, "ax b ." },
  { "prefix-first", WORD_PIECE ("false"), { 256, 256 }, 2, FALSE, FALSE, "##xx" },
  { "cleanup", WORD_PIECE ("true"), { 'a', '.', 'b', 259 }, 4, FALSE, FALSE, "a. bn't" },
  { "cleanup-by-token", WORD_PIECE ("true"), { 'a', '\'', 't' }, 3, FALSE, FALSE, "a ' t" },
  { "cleanup-do-not", WORD_PIECE ("true"), { 'a', 258 }, 2, FALSE, FALSE, "a don't" },
  { "clean-up", WORD_PIECE ("false"), { 'a', '\'', 't', '?' }, 4, FALSE, TRUE, "a't?" },
  { "clean-up-keeps-do-not", WORD_PIECE ("false"), { 'a', 258 }, 2, FALSE, TRUE, "a do not" },
};

static void
test_decode (gconstpointer data)
{
  const Case *row = data;
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new (row->json, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text =
      trafo_tokenizer_decode (tokenizer, row->ids, row->n_ids, row->skip, row->clean_up, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, row->expected);
}

static void
test_nul (void)
{
  static const guint32 ids[] = { 'a', 0, 'b' };
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new ("", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text =
      trafo_tokenizer_decode_bytes (tokenizer, ids, G_N_ELEMENTS (ids), FALSE, FALSE, &error);
  g_autoptr (GBytes) nothing = NULL;

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (text, NULL), g_bytes_get_size (text), "a \0 b", 5);
  nothing = trafo_tokenizer_decode_bytes (tokenizer, ids, 0, FALSE, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (nothing), ==, 0);
}

/* A string shows a NUL as U+2400. */
static void
test_shown_nul (void)
{
  static const guint32 ids[] = { 'a', 0, 'b' };
  static const char    shown_nul[] = "\342\220\200";
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new ("", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a\0b", 3);
  g_autoptr (TrafoEncoding) encoding =
      trafo_tokenizer_encode_bytes (tokenizer, bytes, NULL, NULL, NULL);
  g_auto (GStrv) tokens = trafo_encoding_get_tokens (encoding);
  g_autoptr (GBytes) token_bytes = trafo_encoding_get_token_bytes (encoding, 1);
  g_autoptr (GBytes) id_bytes = trafo_tokenizer_id_to_token_bytes (tokenizer, 0);
  g_autofree char *token = trafo_tokenizer_id_to_token (tokenizer, 0);
  g_autofree char *text =
      trafo_tokenizer_decode (tokenizer, ids, G_N_ELEMENTS (ids), FALSE, FALSE, NULL);

  g_assert_cmpstr (text, ==, "a \342\220\200 b");
  g_assert_cmpstr (token, ==, shown_nul);
  g_assert_cmpmem (g_bytes_get_data (id_bytes, NULL), g_bytes_get_size (id_bytes), "", 1);
  g_assert_null (trafo_tokenizer_id_to_token_bytes (tokenizer, 1000));
  g_assert_cmpuint (g_strv_length (tokens), ==, 3);
  g_assert_cmpstr (tokens[1], ==, shown_nul);
  g_assert_cmpstr (tokens[2], ==, "b");
  g_assert_cmpmem (g_bytes_get_data (token_bytes, NULL), g_bytes_get_size (token_bytes), "", 1);
}

static void
test_vocabulary (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new (ADDED, NULL);
  g_autofree char *token = trafo_tokenizer_id_to_token (tokenizer, 257);

  g_assert_cmpstr (token, ==, "[S]");
  g_assert_null (trafo_tokenizer_id_to_token (tokenizer, 260));
  g_assert_cmpint (trafo_tokenizer_token_to_id (tokenizer, "[S]"), ==, 257);
  g_assert_cmpint (trafo_tokenizer_token_to_id (tokenizer, "a"), ==, 'a');
  g_assert_cmpint (trafo_tokenizer_token_to_id (tokenizer, "no such"), ==, -1);
  g_assert_cmpuint (trafo_tokenizer_get_vocab_size (tokenizer, FALSE), ==, 256);
  g_assert_cmpuint (trafo_tokenizer_get_vocab_size (tokenizer, TRUE), ==, 260);
  g_assert_true (trafo_tokenizer_is_special_id (tokenizer, 257));
  g_assert_false (trafo_tokenizer_is_special_id (tokenizer, 256));
}

/* 4 MiB of " ." must not cost the square of that. */
static void
test_large (void)
{
  enum
  {
    N_IDS = 1 << 21
  };
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new (WORD_PIECE ("true"), NULL);
  g_autofree guint32 *ids = g_new (guint32, N_IDS);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < N_IDS; i++)
    ids[i] = i % 2 ? '.' : 'a';
  text = trafo_tokenizer_decode (tokenizer, ids, N_IDS, FALSE, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (text), ==, N_IDS / 2 * 3 - 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/text-decode/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_decode);
    }
  g_test_add_func ("/text-decode/nul", test_nul);
  g_test_add_func ("/text-decode/shown-nul", test_shown_nul);
  g_test_add_func ("/text-decode/vocabulary", test_vocabulary);
  g_test_add_func ("/text-decode/large", test_large);
  return g_test_run ();
}

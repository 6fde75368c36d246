/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <trafo/trafo-vocabulary.h>

static void
add (TrafoVocabulary *vocabulary, const char *token, gsize size_bytes, guint32 id)
{
  g_autoptr (GError) error = NULL;

  trafo_vocabulary_add (vocabulary, token, size_bytes, id, &error);
  g_assert_no_error (error);
}

static gint64
find (TrafoVocabulary *vocabulary, const char *token, gsize size_bytes)
{
  guint32 id;

  return trafo_vocabulary_lookup (vocabulary, token, size_bytes, &id) ? (gint64) id : -1;
}

/* Tokens of every length around the eight bytes that a slot holds, each with all its prefixes. */
static void
test_lengths (void)
{
  static const char text[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  g_autoptr (TrafoVocabulary) vocabulary = trafo_vocabulary_new ();
  gsize size_bytes;

  for (gsize size = 0; size < sizeof text; size++)
    add (vocabulary, text, size, size * 3);
  g_assert_true (trafo_vocabulary_finish (vocabulary, NULL));
  g_assert_cmpuint (trafo_vocabulary_get_n_tokens (vocabulary), ==, sizeof text);
  for (gsize size = 0; size < sizeof text; size++)
    {
      g_autofree char *copy = g_strndup (text, size);

      g_assert_cmpint (find (vocabulary, copy, size), ==, size * 3);
      g_assert_cmpstr (trafo_vocabulary_lookup_id (vocabulary, size * 3, &size_bytes), ==, copy);
      g_assert_cmpuint (size_bytes, ==, size);
      g_assert_null (trafo_vocabulary_lookup_id (vocabulary, size * 3 + 1, &size_bytes));
      if (size > 0)
        {
          copy[size - 1] = '!';
          g_assert_cmpint (find (vocabulary, copy, size), ==, -1);
        }
    }
}

static void
test_sparse_ids (void)
{
  g_autoptr (TrafoVocabulary) vocabulary = trafo_vocabulary_new ();
  gsize size_bytes;

  add (vocabulary, "a", 1, G_MAXUINT32);
  add (vocabulary, "b", 1, 0);
  add (vocabulary, "c\0d", 3, 1u << 31);
  g_assert_true (trafo_vocabulary_finish (vocabulary, NULL));
  g_assert_cmpstr (trafo_vocabulary_lookup_id (vocabulary, G_MAXUINT32, &size_bytes), ==, "a");
  g_assert_cmpstr (trafo_vocabulary_lookup_id (vocabulary, 0, &size_bytes), ==, "b");
  g_assert_cmpmem (trafo_vocabulary_lookup_id (vocabulary, 1u << 31, &size_bytes),
                   size_bytes,
                   "c\0d",
                   3);
  g_assert_cmpint (find (vocabulary, "c\0d", 3), ==, 1u << 31);
  g_assert_cmpint (find (vocabulary, "c", 1), ==, -1);
  g_assert_null (trafo_vocabulary_lookup_id (vocabulary, 7, &size_bytes));
}

static void
test_same_token_twice (void)
{
  g_autoptr (TrafoVocabulary) vocabulary = trafo_vocabulary_new ();
  gsize size_bytes;

  add (vocabulary, "a", 1, 1);
  add (vocabulary, "a", 1, 2);
  g_assert_true (trafo_vocabulary_finish (vocabulary, NULL));
  g_assert_cmpuint (trafo_vocabulary_get_n_tokens (vocabulary), ==, 1);
  g_assert_cmpint (find (vocabulary, "a", 1), ==, 2);
  g_assert_null (trafo_vocabulary_lookup_id (vocabulary, 1, &size_bytes));
}

static void
test_empty (void)
{
  g_autoptr (TrafoVocabulary) vocabulary = trafo_vocabulary_new ();
  gsize size_bytes;

  g_assert_true (trafo_vocabulary_finish (vocabulary, NULL));
  g_assert_cmpint (find (vocabulary, "a", 1), ==, -1);
  g_assert_null (trafo_vocabulary_lookup_id (vocabulary, 0, &size_bytes));
}

static void
test_many (void)
{
  g_autoptr (TrafoVocabulary) vocabulary = trafo_vocabulary_new ();

  for (guint i = 0; i < 100000; i++)
    {
      char token[32];

      add (vocabulary, token, g_snprintf (token, sizeof token, "token%u", i), i);
    }
  g_assert_true (trafo_vocabulary_finish (vocabulary, NULL));
  for (guint i = 0; i < 100000; i += 7)
    {
      char  token[32];
      gsize size = g_snprintf (token, sizeof token, "token%u", i);

      g_assert_cmpint (find (vocabulary, token, size), ==, i);
    }
}

typedef struct
{
  const char *text;
  const char *message; /* NULL: is read */
} Json;

static const Json texts[] = {
  { "{\"a\":0,\"b\\u0000c\":4294967295}", NULL },
  { "{\"a\":4294967296}", "exceeds 4294967295" },
  { "{\"a\":-1}", "" },
  { "{\"a\":1.5}", "" },
  { "{\"a\":\"1\"}", "" },
  { "{\"a\":1,\"a\":2}", "" },
  { "[\"a\"]", "" },
};

static void
test_json (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (TrafoVocabulary) vocabulary = trafo_vocabulary_new ();
      g_autoptr (GBytes) bytes = g_bytes_new_static (texts[i].text, strlen (texts[i].text));
      g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (bytes, "vocab.json");
      g_autoptr (GError) error = NULL;

      g_assert_true (trafo_vocabulary_read_json (vocabulary, reader, &error));
      g_assert_cmpint (trafo_json_reader_finish (reader, &error), ==, texts[i].message == NULL);
      if (texts[i].message != NULL)
        g_assert_nonnull (strstr (error->message, texts[i].message));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vocabulary/lengths", test_lengths);
  g_test_add_func ("/vocabulary/sparse-ids", test_sparse_ids);
  g_test_add_func ("/vocabulary/same-token-twice", test_same_token_twice);
  g_test_add_func ("/vocabulary/empty", test_empty);
  g_test_add_func ("/vocabulary/many", test_many);
  g_test_add_func ("/vocabulary/json", test_json);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <string.h>
#include <time.h>

#include "damage.h"
#include "slowdown.h"
#include "word-piece-tokenizer.h"
#include <trafo/trafo.h>

#define MODEL(members, vocab) "{\"type\":\"WordPiece\"" members ",\"vocab\":{" vocab "}}"
#define VOCAB                                                                                      \
  "\"[UNK]\":0,\"un\":1,\"##aff\":2,\"##able\":3,\"##a\":4,\"unaff\":5,\"\\u4e2d\":6,"             \
  "\"##\\u4e2d\":7,\"a\":8"

static TrafoTokenizer *
load (const char *normalizer, const char *model)
{
  g_autofree char *text =
      g_strdup_printf ("{\"normalizer\":%s,\"pre_tokenizer\":{\"type\":\"WhitespaceSplit\"},"
                       "\"model\":%s}",
                       normalizer,
                       model);
  g_autoptr (GBytes) json = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  TrafoTokenizer *tokenizer = g_object_new (TRAFO_TYPE_WORD_PIECE_TOKENIZER, NULL);

  trafo_tokenizer_load_json (tokenizer, json, NULL, &error);
  g_assert_no_error (error);
  return tokenizer;
}

typedef struct
{
  const char *text;
  const char *ids;
} Cut;

/* Greedy: "unaffable" begins with the longest token, "unaff"; what cannot be cut to its end is
 * unknown as a whole. */
static const Cut cuts[] = {
  { "unaffable", "5 3" },
  { "unaffa", "5 4" },
  { "una", "1 4" },
  { "unx", "0" },
  { "x", "0" },
  { "##a", "4" }, /* the text itself is a token */
  { "\xe4\xb8\xad\xe4\xb8\xad", "6 7" },
  { "un\xe4\xb8\xad", "1 7" },
  { "aaaaaaaaaa", "8 4 4 4 4 4 4 4 4 4" },
  { "aaaaaaaaaaa", "0" }, /* longer than max_input_chars_per_word */
  { "\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad", "6 7 7 7" }, /* which counts characters */
};

static void
assert_ids (TrafoTokenizer *tokenizer, const char *text, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoEncoding) encoding = trafo_tokenizer_encode (tokenizer, text, NULL, NULL, &error);
  g_autoptr (GString) ids = g_string_new (NULL);

  g_assert_no_error (error);
  for (gsize k = 0; k < trafo_encoding_get_n_tokens (encoding); k++)
    g_string_append_printf (ids,
                            "%s%u",
                            k > 0 ? " " : "",
                            trafo_encoding_get_ids (encoding, NULL)[k]);
  g_assert_cmpstr (ids->str, ==, expected);
}

static void
test_cut (void)
{
  g_autoptr (TrafoTokenizer) tokenizer =
      load ("null", MODEL (",\"max_input_chars_per_word\":10", VOCAB));

  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++)
    assert_ids (tokenizer, cuts[i].text, cuts[i].ids);
}

static void
test_no_unknown_token (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = load ("null", MODEL ("", "\"a\":4294967295"));
  g_autoptr (TrafoEncoding) known = trafo_tokenizer_encode (tokenizer, "a", NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (trafo_encoding_get_ids (known, NULL)[0], ==, G_MAXUINT32);
  g_assert_null (trafo_tokenizer_encode (tokenizer, "b", NULL, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "[UNK]"));
}

typedef struct
{
  const char *model;
  const char *message;
} Broken;

static const Broken broken[] = {
  { "{\"type\":\"BPE\",\"vocab\":{}}", "'BPE'" },
  { "{\"type\":\"WordPiece\",\"vocab\":[]}", "" },
  { "{\"type\":\"WordPiece\",\"vocab\":{\"a\":4294967296}}", "4294967295" },
  { "{\"type\":\"WordPiece\",\"unk_token\":1,\"vocab\":{}}", "" },
  { "{\"type\":\"WordPiece\",\"max_input_chars_per_word\":-1,\"vocab\":{}}", "" },
};

static void
test_broken (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"model\":%s}", broken[i].model);
      g_autoptr (GBytes) json = g_bytes_new (text, strlen (text));
      g_autoptr (TrafoTokenizer) tokenizer = g_object_new (TRAFO_TYPE_WORD_PIECE_TOKENIZER, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (trafo_tokenizer_load_json (tokenizer, json, NULL, &error));
      g_assert_cmpint (error->domain, ==, TRAFO_FORMAT_ERROR);
      g_assert_nonnull (strstr (error->message, broken[i].message));
    }
}

typedef struct
{
  const char *name;
  const char *normalizer;
  const char *model;
  const char *unit; /* repeated up to 1 MiB */
  gboolean    may_fail;
} Hostile;

#define BERT "{\"type\":\"BertNormalizer\"}"
#define UNLIMITED ",\"max_input_chars_per_word\":1000000000"

static const Hostile hostile[] = {
  { "one-word", BERT, MODEL ("", VOCAB), "a" },
  { "one-word-cut", BERT, MODEL (UNLIMITED, VOCAB), "a" },
  { "one-word-of-marks", BERT, MODEL (UNLIMITED, VOCAB), "\xcc\x81\xcc\xa3" },
  { "marks-out-of-order", "{\"type\":\"NFC\"}", MODEL ("", VOCAB), "\xcc\x95\xcc\x81\xcc\xa3" },
  { "controls", BERT, MODEL ("", VOCAB), "a\x01" },
  { "chinese", BERT, MODEL ("", VOCAB), "\xe4\xb8\xad" },
  { "ligatures", "{\"type\":\"NFKC\"}", MODEL ("", VOCAB), "\xef\xb7\xba", TRUE },
  { "spaces", BERT, MODEL ("", VOCAB), " " },
  { "words", BERT, MODEL ("", VOCAB), "a " },
  { "replace",
    "{\"type\":\"Replace\",\"pattern\":{\"String\":\"aab\"},\"content\":\"\"}",
    MODEL (UNLIMITED, VOCAB),
    "aaaaaaaaaaaaaaaaaaaab" },
};

/* Seconds of processor time; other programs on the machine do not count. */
static double
get_seconds (void)
{
  return (double) clock () / CLOCKS_PER_SEC;
}

/* 1 MiB of anything takes at most 2 s. */
static void
test_hostile (gconstpointer data)
{
  const Hostile *row = data;
  g_autoptr (TrafoTokenizer) tokenizer = load (row->normalizer, row->model);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoEncoding) encoding = NULL;
  double start, seconds;

  while (text->len < 1 << 20)
    g_string_append (text, row->unit);
  start = get_seconds ();
  encoding = trafo_tokenizer_encode (tokenizer, text->str, NULL, NULL, &error);
  seconds = get_seconds () - start;
  g_test_message ("%.3f s", seconds);
  g_assert_cmpfloat (seconds, <, 2 * get_slowdown ());
  if (!row->may_fail)
    g_assert_no_error (error);
}

/* A vocabulary of tokens so long, and a text so near to them, that each piece would cost what the
 * whole text has: refused instead. */
static void
test_hostile_vocabulary (void)
{
  g_autofree char *near = g_strnfill (200000, 'a');
  g_autofree char *model = g_strdup_printf ("{\"type\":\"WordPiece\",\"max_input_chars_per_word\":"
                                            "1000000000,\"vocab\":{\"[UNK]\":0,\"a\":1,\"##a\":2,"
                                            "\"##%sb\":3}}",
                                            near);
  g_autoptr (TrafoTokenizer) tokenizer = load ("null", model);
  g_autofree char *text = g_strnfill (1 << 20, 'a');
  g_autoptr (GError) error = NULL;
  double start = get_seconds ();

  g_assert_null (trafo_tokenizer_encode (tokenizer, text, NULL, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpfloat (get_seconds () - start, <, 2 * get_slowdown ());
}

static void
test_damaged (void)
{
  damage_test (TRAFO_TYPE_WORD_PIECE_TOKENIZER,
               "other",
               "The [MASK] r\xc3\xadver <new> runs, solo <strip> it's a \xe4\xb8\xad");
}

typedef struct
{
  const char *name;
  const char *vocab;
  gsize       size_bytes;
  const char *message; /* NULL: is read */
  const char *ids;     /* of "a" */
} Files;

#define FILES(name, vocab, ...)                                                                    \
  {                                                                                                \
    name, vocab, sizeof vocab - 1, __VA_ARGS__                                                     \
  }

/* The ids are those that BertTokenizer of transformers 5 gives. */
static const Files files[] = {
  FILES ("right", "[UNK]\n[CLS]\n[SEP]\na\n", NULL, "1 3 2"),
  FILES ("no-last-newline", "[UNK]\n[CLS]\n[SEP]\na", NULL, "1 3 2"),
  FILES ("carriage-returns", "[UNK]\r\n[CLS]\r\r\n[SEP]\r\na\r\n", NULL, "1 3 2"),
  FILES ("white-space-at-ends",
         "[UNK] \n[CLS]\t\v\f\n[SEP]\xc2\x85\xc2\xa0\na\xe3\x80\x80\n",
         NULL,
         "1 3 2"),
  FILES ("no-white-space-at-end", "[UNK]\n[CLS]\x1f\n[SEP]\na\n", NULL, "5 3 2"),
  FILES ("white-space-at-begin", "[UNK]\n[CLS]\n[SEP]\n a\n", NULL, "1 0 2"),
  FILES ("byte-order-mark", "\xef\xbb\xbf[CLS]\n[UNK]\n[SEP]\na\n", NULL, "5 3 2"),
  FILES ("empty-lines", "\n[UNK]\n[CLS]\n \n[SEP]\na\n\n", NULL, "2 5 4"),
  FILES ("equal-lines", "a\n[UNK]\n[CLS]\n[SEP]\n[CLS]\na \n", NULL, "4 5 3"),
  /* [PAD] and [CLS] are 3 and 4: the tokens are counted, not the lines */
  FILES ("equal-lines-no-cls", "[UNK]\na\na\na\n[SEP]\n", NULL, "4 3 4"),
  FILES ("no-cls", "[UNK]\n[SEP]\na\n", NULL, "4 2 1"),
  FILES ("no-sep", "[UNK]\n[CLS]\na\n", NULL, "1 2 3"),
  FILES ("no-special", "a\n", NULL, "4 0 2"),
  FILES ("not-utf8", "[UNK]\n[CLS]\n[SEP]\n\xff\n", "UTF-8"),
  FILES ("nul", "[UNK]\n[CLS]\n[SEP]\n\0\n", "NUL"),
};

static void
test_files (gconstpointer data)
{
  const Files     *row = data;
  g_autofree char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "vocab.txt", NULL);
  g_autoptr (TrafoTokenizer) tokenizer = g_object_new (TRAFO_TYPE_WORD_PIECE_TOKENIZER, NULL);
  g_autoptr (GError) error = NULL;
  gboolean loaded;

  g_assert_true (g_file_set_contents (path, row->vocab, row->size_bytes, NULL));
  loaded = trafo_tokenizer_load (tokenizer, folder, &error);
  g_unlink (path);
  g_rmdir (folder);
  if (row->message == NULL)
    {
      g_assert_no_error (error);
      assert_ids (tokenizer, "a", row->ids);
      return;
    }
  g_assert_false (loaded);
  g_assert_nonnull (strstr (error->message, row->message));
}

static void
test_no_files (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = g_object_new (TRAFO_TYPE_WORD_PIECE_TOKENIZER, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (trafo_tokenizer_load (tokenizer, "/nonexistent", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/word-piece/cut", test_cut);
  g_test_add_func ("/word-piece/no-unknown-token", test_no_unknown_token);
  g_test_add_func ("/word-piece/broken", test_broken);
  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
    {
      g_autofree char *path = g_strconcat ("/word-piece/hostile/", hostile[i].name, NULL);

      g_test_add_data_func (path, &hostile[i], test_hostile);
    }
  g_test_add_func ("/word-piece/hostile/vocabulary", test_hostile_vocabulary);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_strconcat ("/word-piece/files/", files[i].name, NULL);

      g_test_add_data_func (path, &files[i], test_files);
    }
  g_test_add_func ("/word-piece/damaged", test_damaged);
  g_test_add_func ("/word-piece/no-files", test_no_files);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <string.h>
#include <trafo/trafo.h>

#include "bpe-tokenizer.h"
#include "damage.h"

#define VOCAB                                                                                      \
  "\"vocab\":{\"<unk>\":0,\"a\":1,\"b\":2,\"c\":3,\"ab\":4,\"bc\":5,\"abc\":6,\"<0xC3>\":7,"       \
  "\"<0xA9>\":8,\"##b\":9,\"##c\":10,\"##bc\":11,\"c</w>\":12,\"aa\":13,\"aaa\":14}"

static TrafoTokenizer *
load (const char *members, GError **error)
{
  g_autoptr (TrafoTokenizer) tokenizer = g_object_new (TRAFO_TYPE_BPE_TOKENIZER, NULL);
  g_autofree char *text = g_strconcat ("{\"model\":{\"type\":\"BPE\",", members, "}}", NULL);
  g_autoptr (GBytes) json = g_bytes_new (text, strlen (text));

  return trafo_tokenizer_load_json (tokenizer, json, NULL, error) ? g_steal_pointer (&tokenizer)
                                                                  : NULL;
}

static char *
show (TrafoEncoding *encoding)
{
  GString       *shown = g_string_new (NULL);
  gsize          n_ids;
  const guint32 *ids = trafo_encoding_get_ids (encoding, &n_ids);
  const guint32 *offsets = trafo_encoding_get_offsets (encoding, NULL);

  for (gsize i = 0; i < n_ids; i++)
    g_string_append_printf (shown,
                            "%s%u:%u-%u",
                            i > 0 ? " " : "",
                            ids[i],
                            offsets[i * 2],
                            offsets[i * 2 + 1]);
  return g_string_free (shown, FALSE);
}

/* What tokenizers 0.23 gives for the same model. */
static const struct
{
  const char *name;
  const char *members;
  const char *text;
  const char *expected; /* "id:start-end" of each token */
} words[] = {
  { "rank", "\"merges\":[\"b c\",\"a b\"]," VOCAB, "abc", "1:0-1 5:1-3" },
  { "pairs", "\"merges\":[[\"a\",\"b\"],[\"ab\",\"c\"]]," VOCAB, "abcab", "6:0-3 4:3-5" },
  { "leftmost", "\"merges\":[\"a a\",\"aa a\"]," VOCAB, "aaaaa", "13:0-2 14:2-5" },
  { "unk",
    "\"unk_token\":\"<unk>\",\"merges\":[]," VOCAB,
    "a\xc3\xbc\xc3\xbc"
    "b",
    "1:0-1 0:1-2 0:2-3 2:3-4" },
  { "fuse-unk",
    "\"unk_token\":\"<unk>\",\"fuse_unk\":true,\"merges\":[]," VOCAB,
    "a\xc3\xbc\xc3\xbc"
    "b",
    "1:0-1 0:1-3 2:3-4" },
  { "byte-fallback",
    "\"unk_token\":\"<unk>\",\"byte_fallback\":true,\"merges\":[]," VOCAB,
    "\xc3\xa9\xc3\xbc",
    "7:0-1 8:0-1 0:1-2" },
  { "no-unk",
    "\"merges\":[]," VOCAB,
    "a\xc3\xbc"
    "b",
    "1:0-1 2:1-2" },
  { "prefix",
    "\"continuing_subword_prefix\":\"##\",\"merges\":[\"##b ##c\"]," VOCAB,
    "abc",
    "1:0-1 11:1-3" },
  { "suffix",
    "\"end_of_word_suffix\":\"</w>\",\"merges\":[\"a b\"]," VOCAB,
    "abc",
    "4:0-2 12:2-3" },
  { "ignore-merges", "\"ignore_merges\":true,\"merges\":[]," VOCAB, "abc", "6:0-3" },
  { "not-ignored", "\"merges\":[]," VOCAB, "abc", "1:0-1 2:1-2 3:2-3" },
};

/* Twice: what is remembered of a word does not change it. */
static void
test_words (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTokenizer) tokenizer = load (words[i].members, &error);

      g_assert_no_error (error);
      for (guint again = 0; again < 2; again++)
        {
          g_autoptr (TrafoEncoding) encoding =
              trafo_tokenizer_encode (tokenizer, words[i].text, NULL, NULL, &error);
          g_autofree char *shown = NULL;

          g_assert_no_error (error);
          shown = show (encoding);
          g_test_message ("%s: %s", words[i].name, shown);
          g_assert_cmpstr (shown, ==, words[i].expected);
        }
    }
}

static const struct
{
  const char *name;
  const char *members;
  const char *message;
} broken[] = {
  { "merge-left", "\"merges\":[\"x b\"]," VOCAB, "merges: merge 0: 'x'" },
  { "merge-right", "\"merges\":[\"a b\",[\"a\",\"x\"]]," VOCAB, "merge 1: 'x'" },
  { "merge-joined", "\"merges\":[\"c a\"]," VOCAB, "merge 0: 'ca'" },
  { "merge-no-space", "\"merges\":[\"ab\"]," VOCAB, "'ab', expected two tokens" },
  { "merge-two-spaces", "\"merges\":[\"a b c\"]," VOCAB, "'a b c', expected two tokens" },
  { "merge-one", "\"merges\":[[\"a\"]]," VOCAB, "merge 0 is no pair" },
  { "merge-three", "\"merges\":[[\"a\",\"b\",\"c\"]]," VOCAB, "merge 0 is no pair" },
  { "merge-number", "\"merges\":[1]," VOCAB, "merges" },
  { "dropout", "\"dropout\":0.1,\"merges\":[]," VOCAB, "dropout" },
  { "type", "\"merges\":[],\"vocab\":[]", "vocab" },
};

static void
test_broken (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTokenizer) tokenizer = load (broken[i].members, &error);

      g_test_message ("%s: %s", broken[i].name, error != NULL ? error->message : "was read");
      g_assert_null (tokenizer);
      g_assert_nonnull (error);
      if (!g_str_equal (broken[i].name, "type"))
        g_assert_nonnull (strstr (error->message, broken[i].message));
    }
}

static void
test_unknown (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTokenizer) tokenizer =
      load ("\"unk_token\":\"<none>\",\"merges\":[]," VOCAB, &error);

  g_assert_no_error (error);
  g_assert_null (trafo_tokenizer_encode (tokenizer, "z", NULL, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "<none>"));
}

/* A long word takes another way than a short one, to the same end: its tokens are those of its parts,
 * for no merge crosses the middle. */
static void
test_long_word (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTokenizer) tokenizer =
      load ("\"merges\":[\"a b\",\"ab c\",\"a a\"]," VOCAB, &error);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (TrafoEncoding) encoding = NULL;
  const guint32 *ids;

  g_assert_no_error (error);
  for (guint i = 0; i < 100000; i++)
    g_string_append (text, "abcaac");
  encoding = trafo_tokenizer_encode (tokenizer, text->str, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trafo_encoding_get_n_tokens (encoding), ==, 300000);
  ids = trafo_encoding_get_ids (encoding, NULL);
  for (guint i = 0; i < 300000; i++)
    g_assert_cmpuint (ids[i], ==, ((guint32[]){ 6, 13, 3 })[i % 3]);
}

static gpointer
encode_on_thread (gpointer data)
{
  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (TrafoEncoding) encoding =
          trafo_tokenizer_encode (data, i % 2 == 0 ? "abc" : "aabbc", NULL, NULL, NULL);
      g_autofree char *shown = show (encoding);

      g_assert_cmpstr (shown, ==, i % 2 == 0 ? "6:0-3" : "1:0-1 4:1-3 5:3-5");
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTokenizer) tokenizer =
      load ("\"merges\":[\"a b\",\"ab c\",\"b c\",\"a a\"]," VOCAB, &error);
  GThread *threads[4];

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new (NULL, encode_on_thread, tokenizer);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_damaged_byte_level (void)
{
  damage_test (TRAFO_TYPE_BPE_TOKENIZER,
               "llama3",
               "The river's r\xc3\xadver 123 \xe4\xb8\xad\n\n x");
}

static void
test_damaged_byte_fallback (void)
{
  damage_test (TRAFO_TYPE_BPE_TOKENIZER,
               "llama",
               "The river's r\xc3\xadver 123 \xe4\xb8\xad\n\n x");
}

static void
put_file (const char *folder, const char *name, const char *contents)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, contents, -1, NULL));
}

static void
remove_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_unlink (path);
}

/* @message: NULL where it is read. */
static const struct
{
  const char *config, *merges, *message;
} folders[] = {
  { "{}", "#version: 0.2\na b\n", NULL },
  { "{\"trim_offsets\":false}", "", NULL },
  { "{\"trim_offsets\":\"no\"}", "", "tokenizer_config.json: 'trim_offsets': found 'no'" },
  { "{\"tokenizer_class\":\"RobertaTokenizer\"}", NULL, "'tokenizer_class' is 'RobertaTokenizer'" },
};

static void
test_folders (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);
      g_autoptr (TrafoTokenizer) tokenizer = g_object_new (TRAFO_TYPE_ROBERTA_TOKENIZER, NULL);
      g_autoptr (GError) error = NULL;

      put_file (folder, "tokenizer_config.json", folders[i].config);
      put_file (folder, "vocab.json", "{\"<s>\":0,\"</s>\":1,\"a\":2,\"b\":3,\"ab\":4}");
      if (folders[i].merges != NULL)
        put_file (folder, "merges.txt", folders[i].merges);
      g_assert_cmpint (trafo_tokenizer_load (tokenizer, folder, &error),
                       ==,
                       folders[i].message == NULL);
      if (error != NULL)
        g_assert_nonnull (strstr (error->message, folders[i].message));
      remove_file (folder, "tokenizer_config.json");
      remove_file (folder, "vocab.json");
      remove_file (folder, "merges.txt");
      g_rmdir (folder);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bpe/words", test_words);
  g_test_add_func ("/bpe/broken", test_broken);
  g_test_add_func ("/bpe/unknown", test_unknown);
  g_test_add_func ("/bpe/long-word", test_long_word);
  g_test_add_func ("/bpe/threads", test_threads);
  g_test_add_func ("/bpe/folders", test_folders);
  g_test_add_func ("/bpe/damaged-byte-level", test_damaged_byte_level);
  g_test_add_func ("/bpe/damaged-byte-fallback", test_damaged_byte_fallback);
  return g_test_run ();
}

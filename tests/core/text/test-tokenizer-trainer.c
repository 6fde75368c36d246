/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <trafo/trafo.h>

#include "../../await.h"
#include "../../remove-folder.h"

#define NEW "low lower lowest low newer wider new\nlower wider!"

/* What BpeTrainer and WordPieceTrainer of tokenizers 0.23.3 learn: tokens by their ids, merges in their
 * order. */
static const struct
{
  const char          *name;
  TrafoTokenizerRecipe recipe;
  const char          *text;
  const char          *property;
  const char          *string;
  guint                number;
  guint                vocab_size;
  guint                min_frequency;
  const char          *special_tokens;
  const char          *tokens;
  const char          *merges;
} cases[] = {
  { "plain",
    TRAFO_TOKENIZER_RECIPE_BPE,
    NEW,
    NULL,
    NULL,
    0,
    20,
    0,
    "",
    "! d e i l n o r s t w er lo low der ew ider new wider lower",
    "e r,l o,lo w,d er,e w,i der,n ew,w ider,low er" },
  { "special-tokens",
    TRAFO_TOKENIZER_RECIPE_BPE,
    NEW,
    NULL,
    NULL,
    0,
    18,
    0,
    "<s> ow <s>",
    "<s> ow ! d e i l n o r s t w er lo low der ew",
    "e r,l o,lo w,d er,e w" },
  { "min-frequency",
    TRAFO_TOKENIZER_RECIPE_BPE,
    NEW,
    NULL,
    NULL,
    0,
    100,
    3,
    "",
    "! d e i l n o r s t w er lo low",
    "e r,l o,lo w" },
  { "limit-alphabet",
    TRAFO_TOKENIZER_RECIPE_BPE,
    "aaaaa bbbb ccc dd e ab abc",
    "limit-alphabet",
    NULL,
    4,
    100,
    2,
    "",
    "a b c d aa bb ab cc",
    "a a,b b,a b,c c" },
  { "initial-alphabet",
    TRAFO_TOKENIZER_RECIPE_BPE,
    "abab abc",
    "initial-alphabet",
    "z\xc3\xa9",
    0,
    12,
    0,
    "",
    "a b c z \xc3\xa9 ab abc abab",
    "a b,ab c,ab ab" },
  { "max-token-length",
    TRAFO_TOKENIZER_RECIPE_BPE,
    NEW,
    "max-token-length",
    NULL,
    4,
    100,
    0,
    "",
    "! d e i l n o r s t w er lo low der ew new wi es est",
    "e r,l o,lo w,d er,e w,n ew,w i,e s,es t" },
  { "end-of-word-suffix",
    TRAFO_TOKENIZER_RECIPE_BPE,
    "abcabc",
    "end-of-word-suffix",
    "</w>",
    0,
    100,
    0,
    "",
    "a b c c</w> ab cab abcab abcabc</w>",
    "a b,c ab,ab cab,abcab c</w>" },
  { "overlap",
    TRAFO_TOKENIZER_RECIPE_BPE,
    "aaaaaaa aaa aa",
    NULL,
    NULL,
    0,
    100,
    0,
    "",
    "a aa aaa aaaa aaaaaaa",
    "a a,aa a,aa aa,aaaa aaa" },
  { "word-piece",
    TRAFO_TOKENIZER_RECIPE_WORD_PIECE,
    "Banana"
    "b\xc3\xa1n banana\n",
    NULL,
    NULL,
    0,
    30,
    0,
    "[UNK]",
    "[UNK] a b n ##a ##n ##b ##an ban ##ana banana ##ban bananaban",
    "" },
};

static GBytes *
make_bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static GVariant *
get_model (GBytes *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) all = trafo_json_to_variant (json, "tokenizer.json", &error);

  g_assert_no_error (error);
  g_assert_nonnull (all);
  return g_variant_lookup_value (all, "model", G_VARIANT_TYPE_VARDICT);
}

static void
assert_tokens (GVariant *model, const char *expected)
{
  g_autoptr (GVariant) vocabulary = g_variant_lookup_value (model, "vocab", G_VARIANT_TYPE_VARDICT);
  g_auto (GStrv) tokens = g_strsplit (expected, " ", -1);

  g_assert_cmpuint (g_variant_n_children (vocabulary), ==, g_strv_length (tokens));
  for (guint i = 0; tokens[i] != NULL; i++)
    {
      g_autoptr (GVariant) id =
          g_variant_lookup_value (vocabulary, tokens[i], G_VARIANT_TYPE_INT64);

      g_test_message ("%s", tokens[i]);
      g_assert_nonnull (id);
      g_assert_cmpint (g_variant_get_int64 (id), ==, i);
    }
}

static void
assert_merges (GVariant *model, const char *expected)
{
  g_autoptr (GVariant) merges = g_variant_lookup_value (model, "merges", NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; merges != NULL && i < g_variant_n_children (merges); i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (merges, i);
      g_autoptr (GVariant) merge = g_variant_get_variant (boxed);
      g_autoptr (GVariant) left = NULL;
      g_autoptr (GVariant) right = NULL;

      g_variant_get_child (merge, 0, "v", &left);
      g_variant_get_child (merge, 1, "v", &right);
      g_string_append_printf (text,
                              "%s%s %s",
                              i > 0 ? "," : "",
                              g_variant_get_string (left, NULL),
                              g_variant_get_string (right, NULL));
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static TrafoTokenizerTrainer *
make_trainer (guint index)
{
  g_auto (GStrv) special = g_strsplit (cases[index].special_tokens, " ", -1);
  TrafoTokenizerTrainer *trainer = trafo_tokenizer_trainer_new (cases[index].recipe);

  g_object_set (trainer,
                "vocab-size",
                cases[index].vocab_size,
                "min-frequency",
                (guint64) cases[index].min_frequency,
                "special-tokens",
                special,
                NULL);
  if (cases[index].string != NULL)
    g_object_set (trainer, cases[index].property, cases[index].string, NULL);
  else if (cases[index].property != NULL)
    g_object_set (trainer, cases[index].property, cases[index].number, NULL);
  return trainer;
}

static void
test_case (gconstpointer data)
{
  guint index = GPOINTER_TO_UINT (data);
  g_autoptr (TrafoTokenizerTrainer) trainer = make_trainer (index);
  g_autoptr (GBytes) text = make_bytes (cases[index].text);
  g_autoptr (GBytes) json = NULL;
  g_autoptr (GVariant) model = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (trafo_tokenizer_trainer_add_text (trainer, text, NULL, &error));
  json = trafo_tokenizer_trainer_train (trainer, NULL, &error);
  g_assert_no_error (error);
  model = get_model (json);
  assert_tokens (model, cases[index].tokens);
  assert_merges (model, cases[index].merges);
}

/* Enough lines for several threads, and one that is longer than what is read at a time. */
static GBytes *
make_large_text (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (9);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < 300000; i++)
    {
      for (gint n = g_rand_int_range (random, 1, 8); n > 0; n--)
        g_string_append_c (text, 'a' + g_rand_int_range (random, 0, 12));
      g_string_append_c (text, g_rand_int_range (random, 0, 9) == 0 ? '\n' : ' ');
    }
  for (guint i = 0; i < 9 << 20; i += 8)
    g_string_append (text, "long    ");
  return g_string_free_to_bytes (text);
}

/* However the text comes and however many threads count it. */
static void
test_ways (void)
{
  g_autoptr (GBytes) text = make_large_text ();
  g_autoptr (TrafoTokenizerTrainer) first =
      trafo_tokenizer_trainer_new (TRAFO_TOKENIZER_RECIPE_BYTE_LEVEL_BPE);
  g_autoptr (TrafoTokenizerTrainer) second =
      trafo_tokenizer_trainer_new (TRAFO_TOKENIZER_RECIPE_BYTE_LEVEL_BPE);
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (text);
  g_autoptr (GAsyncResult) added = NULL;
  g_autoptr (GAsyncResult) trained = NULL;
  g_autoptr (GBytes) expected = NULL;
  g_autoptr (GBytes) found = NULL;
  g_autoptr (GError) error = NULL;

  g_object_set (first, "vocab-size", 600, NULL);
  g_object_set (second, "vocab-size", 600, NULL);
  g_assert_true (trafo_tokenizer_trainer_add_text (first, text, NULL, &error));
  expected = trafo_tokenizer_trainer_train (first, NULL, &error);
  g_assert_no_error (error);
  trafo_tokenizer_trainer_add_stream_async (second, stream, NULL, await_keep, &added);
  g_assert_true (trafo_tokenizer_trainer_add_stream_finish (second, await_result (&added), &error));
  trafo_tokenizer_trainer_train_async (second, NULL, await_keep, &trained);
  found = trafo_tokenizer_trainer_train_finish (second, await_result (&trained), &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (found, expected));
  g_assert_cmpuint (trafo_tokenizer_trainer_get_n_tokens (second), ==, 600);
  g_assert_cmpuint (trafo_tokenizer_trainer_get_n_bytes (second), ==, g_bytes_get_size (text));
}

/* What is saved is loaded by the plugin that answers to it, from either kind of files. */
static void
test_save (gconstpointer data)
{
  TrafoTokenizerRecipe recipe = GPOINTER_TO_UINT (data);
  g_autoptr (TrafoTokenizerTrainer) trainer = trafo_tokenizer_trainer_new (recipe);
  g_autofree char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);
  g_autoptr (GBytes) text = make_bytes ("he said: hello, hello you!\n");
  g_autoptr (GBytes) json = NULL;
  g_autoptr (TrafoTokenizer) tokenizer = NULL;
  g_autoptr (TrafoEncoding) encoding = NULL;
  g_autofree char *decoded = NULL;
  g_autoptr (GError) error = NULL;
  const guint32 *ids;
  gsize          n_ids;

  g_assert_false (trafo_tokenizer_trainer_save (trainer, folder, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  if (recipe == TRAFO_TOKENIZER_RECIPE_BPE)
    g_object_set (trainer, "end-of-word-suffix", "</w>", NULL);
  g_assert_true (trafo_tokenizer_trainer_add_text (trainer, text, NULL, &error));
  json = trafo_tokenizer_trainer_train (trainer, NULL, &error);
  g_assert_true (trafo_tokenizer_trainer_save (trainer, folder, &error));
  g_assert_no_error (error);
  tokenizer = trafo_auto_tokenizer_from_pretrained (folder, NULL, &error);
  g_assert_no_error (error);
  encoding = trafo_tokenizer_encode (tokenizer, "hello you", NULL, NULL, &error);
  g_assert_no_error (error);
  ids = trafo_encoding_get_ids (encoding, &n_ids);
  g_assert_cmpuint (n_ids, <, 8);
  decoded = trafo_tokenizer_decode (tokenizer, ids, n_ids, TRUE, FALSE, &error);
  g_assert_cmpstr (decoded, ==, "hello you");
  remove_folder (folder);
}

static void
test_bad (void)
{
  g_autoptr (TrafoTokenizerTrainer) trainer =
      trafo_tokenizer_trainer_new (TRAFO_TOKENIZER_RECIPE_BPE);
  g_autoptr (GBytes) bad = make_bytes ("good\nb\xff"
                                       "d");
  g_autoptr (GBytes) broken = make_bytes ("{\"normalizer\":");
  g_autoptr (GBytes) odd = make_bytes ("{\"pre_tokenizer\":{\"type\":\"Nothing\"}}");
  g_autoptr (GBytes) lower = make_bytes ("{\"normalizer\":{\"type\":\"Lowercase\"}}");
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (trafo_tokenizer_trainer_set_components (trainer, broken, &error));
  g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_TRUNCATED);
  g_clear_error (&error);
  g_assert_false (trafo_tokenizer_trainer_set_components (trainer, odd, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_true (trafo_tokenizer_trainer_set_components (trainer, lower, &error));
  g_assert_false (trafo_tokenizer_trainer_add_text (trainer, bad, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "0xff at offset 6"));
  g_clear_error (&error);
  g_cancellable_cancel (cancelled);
  g_assert_false (trafo_tokenizer_trainer_add_text (trainer, lower, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (trafo_tokenizer_trainer_train (trainer, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* No text, no special tokens: an empty vocabulary is no error. */
static void
test_nothing (void)
{
  g_autoptr (TrafoTokenizerTrainer) trainer =
      trafo_tokenizer_trainer_new (TRAFO_TOKENIZER_RECIPE_BPE);
  g_autoptr (GBytes) json = NULL;
  g_autoptr (GVariant) model = NULL;
  g_autoptr (GError) error = NULL;

  g_object_set (trainer, "special-tokens", NULL, NULL);
  json = trafo_tokenizer_trainer_train (trainer, NULL, &error);
  g_assert_no_error (error);
  model = get_model (json);
  assert_merges (model, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("TRAFO_THREADS", "4", TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/tokenizer-trainer/", cases[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_case);
    }
  g_test_add_func ("/tokenizer-trainer/ways", test_ways);
  g_test_add_data_func ("/tokenizer-trainer/save/byte-level-bpe",
                        GUINT_TO_POINTER (TRAFO_TOKENIZER_RECIPE_BYTE_LEVEL_BPE),
                        test_save);
  g_test_add_data_func ("/tokenizer-trainer/save/bpe",
                        GUINT_TO_POINTER (TRAFO_TOKENIZER_RECIPE_BPE),
                        test_save);
  g_test_add_data_func ("/tokenizer-trainer/save/word-piece",
                        GUINT_TO_POINTER (TRAFO_TOKENIZER_RECIPE_WORD_PIECE),
                        test_save);
  g_test_add_func ("/tokenizer-trainer/bad", test_bad);
  g_test_add_func ("/tokenizer-trainer/nothing", test_nothing);
  return g_test_run ();
}

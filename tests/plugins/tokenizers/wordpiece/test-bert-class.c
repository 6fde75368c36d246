/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <string.h>
#include <trafo/trafo.h>

static const char tokenizer_json[] =
    "{\"version\": \"1.0\", \"truncation\": null, \"padding\": null, \"added_tokens\": [],"
    " \"normalizer\": {\"type\": \"BertNormalizer\", \"clean_text\": true,"
    "  \"handle_chinese_chars\": true, \"strip_accents\": null, \"lowercase\": false},"
    " \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}, \"post_processor\": null,"
    " \"decoder\": null, \"model\": {\"type\": \"WordPiece\", \"unk_token\": \"[UNK]\","
    "  \"continuing_subword_prefix\": \"##\", \"max_input_chars_per_word\": 100,"
    "  \"vocab\": {\"[UNK]\": 0, \"Caf\\u00e9\": 1, \"cafe\": 2, \"caf\\u00e9\": 3, \"Cafe\": 4}}}";

static void
write_file (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  if (text == NULL)
    g_unlink (path);
  else
    g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static char *
join_ids (TrafoTokenizer *tokenizer, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoEncoding) encoding = trafo_tokenizer_encode (tokenizer, text, NULL, NULL, &error);
  GString *joined = g_string_new (NULL);

  g_assert_no_error (error);
  for (gsize i = 0; i < trafo_encoding_get_n_tokens (encoding); i++)
    g_string_append_printf (joined,
                            "%s%u",
                            i > 0 ? " " : "",
                            trafo_encoding_get_ids (encoding, NULL)[i]);
  return g_string_free (joined, FALSE);
}

/* The file's normalizer, or BERT's: as transformers 5 takes the same folders. */
static void
test_folders (void)
{
  static const struct
  {
    const char *tokenizer_config;
    const char *config;
    const char *expected;
  } cases[] = {
    { NULL, NULL, "Caf\303\251" },
    { "{\"do_lower_case\": true}", NULL, "Caf\303\251" },
    { "{\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"do_lower_case\": true}",
      "{\"model_type\": \"bert\"}",
      "Caf\303\251" },
    { "{\"tokenizer_class\": \"BertJapaneseTokenizer\"}", NULL, "Caf\303\251" },
    { NULL, "{\"model_type\": \"gpt2\"}", "Caf\303\251" },
    { NULL, "{\"model_type\": \"bert\"}", "[CLS] cafe [SEP]" },
    { NULL, "{\"model_type\": \"distilbert\"}", "[CLS] cafe [SEP]" },
    { "{\"tokenizer_class\": \"BertTokenizer\"}", NULL, "[CLS] cafe [SEP]" },
    { "{\"tokenizer_class\": \"BertTokenizer\", \"strip_accents\": false}",
      NULL,
      "[CLS] caf\303\251 [SEP]" },
    { "{\"tokenizer_class\": \"BertTokenizerFast\", \"do_lower_case\": false}",
      NULL,
      "[CLS] Caf\303\251 [SEP]" },
    { "{\"tokenizer_class\": \"ElectraTokenizer\", \"do_lower_case\": false,"
      " \"strip_accents\": true}",
      NULL,
      "[CLS] Cafe [SEP]" },
  };
  g_autofree char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);

  write_file (folder, "tokenizer.json", tokenizer_json);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTokenizer) tokenizer = NULL;
      g_autoptr (TrafoEncoding) encoding = NULL;
      g_auto (GStrv) tokens = NULL;
      g_autofree char *joined = NULL;

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      write_file (folder, "tokenizer_config.json", cases[i].tokenizer_config);
      write_file (folder, "config.json", cases[i].config);
      tokenizer = trafo_auto_tokenizer_from_pretrained (folder, NULL, &error);
      g_assert_no_error (error);
      encoding = trafo_tokenizer_encode (tokenizer, "Caf\303\251", NULL, NULL, &error);
      g_assert_no_error (error);
      tokens = trafo_encoding_get_tokens (encoding);
      joined = g_strjoinv (" ", tokens);
      g_assert_cmpstr (joined, ==, cases[i].expected);
    }
  write_file (folder, "tokenizer_config.json", NULL);
  write_file (folder, "tokenizer.json", NULL);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Which tokens are added, in which order and with which ids: as transformers 5 does it. */
static void
test_tokens (void)
{
  static const struct
  {
    const char *tokenizer_config;
    const char *special_tokens_map;
    const char *added_tokens;
    const char *expected;
  } cases[] = {
    { "{}", NULL, NULL, "7 2 8 0 0 0 5" },
    { "{\"bos_token\": \"<b>\", \"cls_token\": \"Cafe\"}", NULL, NULL, "4 2 8 0 0 0 6" },
    { "{\"mask_token\": null}", NULL, NULL, "7 2 0 0 0 0 0 0 5" },
    { "{\"cls_token\": null}", NULL, NULL, "2 2 7 0 0 0 5" },
    { "{}", "{\"mask_token\": \"<m>\"}", NULL, "7 2 0 0 0 8 5" },
    { "{\"mask_token\": \"[MASK]\"}", "{\"mask_token\": \"<m>\"}", NULL, "7 2 0 0 0 8 5" },
    { "{\"added_tokens_decoder\": {\"9\": {\"content\": \"[MASK]\"}}}",
      "{\"mask_token\": \"<m>\"}",
      NULL,
      "8 2 5 0 0 0 6" },
    { "{}", NULL, "{\"<m>\": 5, \"[SEP]\": 6}", "8 2 9 5 6" },
  };
  g_autofree char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);

  write_file (folder, "tokenizer.json", tokenizer_json);
  write_file (folder, "config.json", "{\"model_type\": \"bert\"}");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTokenizer) tokenizer = NULL;
      g_autofree char *ids = NULL;

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      write_file (folder, "tokenizer_config.json", cases[i].tokenizer_config);
      write_file (folder, "special_tokens_map.json", cases[i].special_tokens_map);
      write_file (folder, "added_tokens.json", cases[i].added_tokens);
      tokenizer = trafo_auto_tokenizer_from_pretrained (folder, NULL, &error);
      g_assert_no_error (error);
      ids = join_ids (tokenizer, "cafe [MASK] <m>");
      g_assert_cmpstr (ids, ==, cases[i].expected);
    }
  write_file (folder, "added_tokens.json", NULL);
  write_file (folder, "special_tokens_map.json", NULL);
  write_file (folder, "tokenizer_config.json", NULL);
  write_file (folder, "config.json", NULL);
  write_file (folder, "tokenizer.json", NULL);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Tokens of the vocabulary that the file does not add: what the class adds, as AutoTokenizer of
 * transformers 5 takes the same folders. */
static void
test_unlisted (void)
{
  static const char unlisted_json[] =
      "{\"version\": \"1.0\", \"added_tokens\": [], \"normalizer\": null,"
      " \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}, \"post_processor\": null,"
      " \"decoder\": null, \"model\": {\"type\": \"WordPiece\", \"unk_token\": \"[UNK]\","
      "  \"continuing_subword_prefix\": \"##\", \"max_input_chars_per_word\": 100,"
      "  \"vocab\": {\"[UNK]\": 0, \"[CLS]\": 1, \"[MASK]\": 2, \"a\": 3, \"b\": 4, \"[\": 5,"
      "   \"]\": 6, \"MASK\": 7}}}";
  static const struct
  {
    const char *tokenizer_config;
    const char *config;
    const char *expected;
    const char *decoded; /* without special tokens */
  } cases[] = {
    { NULL, NULL, "3 5 7 6 4 0", "[UNK] [CLS] [MASK] a" },
    { "{}", NULL, "3 5 7 6 4 0", "[UNK] [CLS] [MASK] a" },
    { "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}",
      "{\"model_type\": \"bert\"}",
      "3 5 7 6 4 0",
      "[UNK] [CLS] [MASK] a" },
    { "{\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"mask_token\": \"[MASK]\"}",
      NULL,
      "3 2 4 0",
      "[UNK] [CLS] a" },
    { "{\"tokenizer_class\": \"BertTokenizer\"}", NULL, "1 3 2 4 0 8", "a" },
    { NULL, "{\"model_type\": \"distilbert\"}", "1 3 2 4 0 8", "a" },
  };
  static const guint32 ids[] = { 0, 1, 2, 3 };
  g_autofree char     *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);

  write_file (folder, "tokenizer.json", unlisted_json);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTokenizer) tokenizer = NULL;
      g_autofree char *found = NULL;
      g_autofree char *decoded = NULL;

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      write_file (folder, "tokenizer_config.json", cases[i].tokenizer_config);
      write_file (folder, "config.json", cases[i].config);
      tokenizer = trafo_auto_tokenizer_from_pretrained (folder, NULL, &error);
      g_assert_no_error (error);
      found = join_ids (tokenizer, "a [MASK] b zz");
      g_assert_cmpstr (found, ==, cases[i].expected);
      decoded = trafo_tokenizer_decode (tokenizer, ids, G_N_ELEMENTS (ids), TRUE, FALSE, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (decoded, ==, cases[i].decoded);
    }
  write_file (folder, "tokenizer_config.json", NULL);
  write_file (folder, "config.json", NULL);
  write_file (folder, "tokenizer.json", NULL);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* The options of WordPiece, too, are those of BERT's class: as transformers 5 takes the same folders. */
static void
test_options (void)
{
  static const char options_json[] =
      "{\"version\": \"1.0\", \"added_tokens\": [], \"normalizer\": null,"
      " \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}, \"post_processor\": null,"
      " \"decoder\": null, \"model\": {\"type\": \"WordPiece\", \"unk_token\": \"<u>\","
      "  \"continuing_subword_prefix\": \"@@\", \"max_input_chars_per_word\": 3,"
      "  \"vocab\": {\"[UNK]\": 0, \"[CLS]\": 1, \"[SEP]\": 2, \"ab\": 3, \"##ab\": 4, \"@@a\": 5,"
      "   \"<u>\": 6, \"None\": 7}}}";
  static const struct
  {
    const char *tokenizer_config;
    const char *expected;
  } cases[] = {
    { "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}", "3 5 6 6" },
    { "{\"tokenizer_class\": \"BertTokenizer\"}", "1 0 3 4 0 2" },
    { "{\"tokenizer_class\": \"BertTokenizer\", \"unk_token\": \"<u>\"}", "1 6 3 4 6 2" },
    { "{\"tokenizer_class\": \"BertTokenizer\", \"unk_token\": null}", "1 7 3 4 7 2" },
  };
  g_autofree char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);

  write_file (folder, "tokenizer.json", options_json);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTokenizer) tokenizer = NULL;
      g_autofree char *found = NULL;

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      write_file (folder, "tokenizer_config.json", cases[i].tokenizer_config);
      tokenizer = trafo_auto_tokenizer_from_pretrained (folder, NULL, &error);
      g_assert_no_error (error);
      found = join_ids (tokenizer, "aba abab z");
      g_assert_cmpstr (found, ==, cases[i].expected);
    }
  write_file (folder, "tokenizer_config.json", NULL);
  write_file (folder, "tokenizer.json", NULL);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* A vocabulary alone is read for BERT's kin; for a class of another kind that is refused by name. */
static void
test_vocabulary (void)
{
  static const struct
  {
    const char *tokenizer_config;
    const char *config;
    const char *message; /* NULL: is read */
  } cases[] = {
    { "{\"tokenizer_class\": \"BertTokenizer\"}", NULL, NULL },
    { "{\"tokenizer_class\": \"ConvBertTokenizerFast\"}", NULL, NULL },
    { "{\"tokenizer_class\": \"DPRReaderTokenizer\"}", NULL, NULL },
    { NULL, "{\"model_type\": \"electra\"}", NULL },
    { NULL, "{\"model_type\": \"megatron-bert\"}", NULL },
    { "{\"tokenizer_class\": \"MPNetTokenizer\"}", NULL, "'MPNetTokenizer'" },
    { "{\"tokenizer_class\": \"BertJapaneseTokenizer\"}",
      "{\"model_type\": \"bert\"}",
      "'BertJapaneseTokenizer'" },
    { NULL, "{\"model_type\": \"mpnet\"}", "'mpnet'" },
  };
  g_autofree char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);

  write_file (folder, "vocab.txt", "[UNK]\na\n");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTokenizer) tokenizer = NULL;

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      write_file (folder, "tokenizer_config.json", cases[i].tokenizer_config);
      write_file (folder, "config.json", cases[i].config);
      tokenizer = trafo_auto_tokenizer_from_pretrained (folder, NULL, &error);
      if (cases[i].message == NULL)
        {
          g_assert_no_error (error);
          g_assert_cmpint (trafo_tokenizer_token_to_id (tokenizer, "[MASK]"), ==, 5);
          continue;
        }
      g_assert_error (error, TRAFO_PLUGIN_ERROR, TRAFO_PLUGIN_ERROR_NOT_FOUND);
      g_assert_nonnull (strstr (error->message, cases[i].message));
    }
  write_file (folder, "vocab.txt", NULL);
  write_file (folder, "tokenizer_config.json", NULL);
  write_file (folder, "config.json", NULL);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugins/tokenizers/wordpiece/bert-class/folders", test_folders);
  g_test_add_func ("/plugins/tokenizers/wordpiece/bert-class/tokens", test_tokens);
  g_test_add_func ("/plugins/tokenizers/wordpiece/bert-class/unlisted", test_unlisted);
  g_test_add_func ("/plugins/tokenizers/wordpiece/bert-class/options", test_options);
  g_test_add_func ("/plugins/tokenizers/wordpiece/bert-class/vocabulary", test_vocabulary);
  return g_test_run ();
}

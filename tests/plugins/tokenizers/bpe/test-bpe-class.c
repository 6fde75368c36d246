/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <trafo/trafo.h>

/* Little of which GPT-2's and RoBERTa's classes would make themselves. */
static const char tokenizer_json[] =
    "{\"version\": \"1.0\", \"added_tokens\": [], \"normalizer\": {\"type\": \"Lowercase\"},"
    " \"pre_tokenizer\": {\"type\": \"Digits\", \"individual_digits\": true},"
    " \"post_processor\": {\"type\": \"RobertaProcessing\", \"sep\": [\"b\", 1], \"cls\": [\"a\", "
    "0],"
    "  \"trim_offsets\": false, \"add_prefix_space\": false}, \"decoder\": null,"
    " \"model\": {\"type\": \"BPE\", \"unk_token\": \"a\", \"continuing_subword_prefix\": \"#\","
    "  \"fuse_unk\": true, \"byte_fallback\": true, \"vocab\": {\"a\": 0, \"b\": 1, \"\\u0120\": 2,"
    "  \"A\": 3, \"1\": 4, \"2\": 5, \"12\": 6, \"\\u0120a\": 7, \"#b\": 8},"
    "  \"merges\": [\"1 2\", \"\\u0120 a\"]}}";

/* What AutoTokenizer of transformers 5 makes of the same folders. */
static const struct
{
  const char *tokenizer_config;
  const char *config;
  const char *expected; /* id, start and end of each token of "aA 12 a" */
} cases[] = {
  { "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}",
    NULL,
    "0:0-0 0:0-1 0:1-3 4:3-4 5:4-5 0:5-7 1:0-0 " },
  { "{\"tokenizer_class\": \"GPT2Tokenizer\"}",
    NULL,
    "0:0-0 0:0-1 3:1-2 2:2-3 6:3-5 7:5-7 1:0-0 " },
  { "{\"tokenizer_class\": \"GPT2TokenizerFast\", \"add_prefix_space\": true}",
    NULL,
    "0:0-0 7:0-1 3:1-2 2:2-3 6:3-5 7:5-7 1:0-0 " },
  { "{\"tokenizer_class\": \"RobertaTokenizer\"}",
    NULL,
    "9:0-0 0:0-1 3:1-2 2:3-3 6:3-5 7:6-7 10:0-0 " },
  { "{\"tokenizer_class\": \"BartTokenizer\", \"trim_offsets\": false}",
    NULL,
    "9:0-0 0:0-1 3:1-2 2:2-3 6:3-5 7:5-7 10:0-0 " },
  { "{}", "{\"model_type\": \"opt\"}", "0:0-0 0:0-1 3:1-2 2:2-3 6:3-5 7:5-7 1:0-0 " },
  { "{}", "{\"model_type\": \"roberta\"}", "9:0-0 0:0-1 3:1-2 2:3-3 6:3-5 7:6-7 10:0-0 " },
};

static void
write_file (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (text == NULL)
    g_unlink (path);
  else
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static char *
encode (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTokenizer) tokenizer =
      trafo_auto_tokenizer_from_pretrained (folder, NULL, &error);
  g_autoptr (TrafoEncoding) encoding = NULL;
  GString       *found = g_string_new (NULL);
  const guint32 *ids, *offsets;
  gsize          n;

  g_assert_no_error (error);
  encoding = trafo_tokenizer_encode (tokenizer, "aA 12 a", NULL, NULL, &error);
  g_assert_no_error (error);
  ids = trafo_encoding_get_ids (encoding, &n);
  offsets = trafo_encoding_get_offsets (encoding, NULL);
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (found, "%u:%u-%u ", ids[i], offsets[2 * i], offsets[2 * i + 1]);
  return g_string_free (found, FALSE);
}

static void
test_classes (void)
{
  g_autofree char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);

  write_file (folder, "tokenizer.json", tokenizer_json);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = NULL;

      g_test_message ("%s", cases[i].tokenizer_config);
      write_file (folder, "tokenizer_config.json", cases[i].tokenizer_config);
      write_file (folder, "config.json", cases[i].config);
      found = encode (folder);
      g_assert_cmpstr (found, ==, cases[i].expected);
    }
  write_file (folder, "tokenizer.json", NULL);
  write_file (folder, "tokenizer_config.json", NULL);
  write_file (folder, "config.json", NULL);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugins/tokenizers/bpe/bpe-class", test_classes);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <string.h>

#include "char-tokenizer.h"

#define TOKEN(content) "{\"content\":\"" content "\"," CHAR_PLAIN "}"
#define TRUNCATION(members)                                                                        \
  "{\"truncation\":{\"max_length\":4,\"strategy\":\"LongestFirst\"" members "}," MODEL "}"
#define PADDING(members)                                                                           \
  "{\"padding\":{\"strategy\":{\"Fixed\":4},\"pad_type_id\":0,\"pad_token\":\"!\"" members         \
  "}," MODEL "}"
#define NO_TEMPLATE                                                                                \
  "{\"type\":\"TemplateProcessing\",\"single\":[],\"pair\":[],\"special_tokens\":{}}"
#define TWO_LEVELS "{\"type\":\"ByteLevel\"},{\"type\":\"ByteLevel\"}"
#define FOUR_LEVELS TWO_LEVELS "," TWO_LEVELS
#define MODEL "\"model\":{\"type\":\"Char\"}"

/* @message: a part of what the error must say. */
typedef struct
{
  const char *name;
  const char *json;
  const char *message;
} Broken;

static const Broken broken[] = {
  { "empty", "", "tokenizer.json" },
  { "array", "[]", "tokenizer.json" },
  { "no-model", "{}", "'model' is missing" },
  { "version", "{\"version\":\"2.0\"," MODEL "}", "'2.0'" },
  { "normalizer-type", "{\"normalizer\":{\"type\":\"Postcompiled\"}," MODEL "}", "'Postcompiled'" },
  { "normalizer-no-type", "{\"normalizer\":{}," MODEL "}", "'type'" },
  { "normalizer-not-object", "{\"normalizer\":3," MODEL "}", "'type'" },
  { "bert-flag",
    "{\"normalizer\":{\"type\":\"BertNormalizer\",\"lowercase\":1}," MODEL "}",
    "'lowercase'" },
  { "replace-regex",
    "{\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"a(\"},\"content\":\"\"}," MODEL
    "}",
    "'a(' does not compile" },
  { "replace-regex-unsupported",
    "{\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"(?~b)\"},\"content\":\"\"}"
    "," MODEL "}",
    "a group of an unknown kind" },
  { "charsmap-short",
    "{\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAA=\"}," MODEL "}",
    "fewer than 4 bytes" },
  { "charsmap-trie",
    "{\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"CAAAAAAAAAA=\"}," MODEL
    "}",
    "a trie whose size" },
  { "replace-empty",
    "{\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"String\":\"\"},\"content\":\"\"}," MODEL
    "}",
    "pattern" },
  { "replace-no-pattern",
    "{\"normalizer\":{\"type\":\"Replace\",\"content\":\"\"}," MODEL "}",
    "'pattern'" },
  { "sequence-not-list",
    "{\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":{}}," MODEL "}",
    "'normalizers'" },
  { "sequence-of-unknown",
    "{\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFX\"}]}," MODEL "}",
    "'NFX'" },
  { "pre-tokenizer-type",
    "{\"pre_tokenizer\":{\"type\":\"Hyperspace\"}," MODEL "}",
    "pre_tokenizer: type 'Hyperspace'" },
  { "metaspace-replacement",
    "{\"pre_tokenizer\":{\"type\":\"Metaspace\",\"replacement\":\"ab\"}," MODEL "}",
    "'replacement'" },
  { "metaspace-scheme",
    "{\"pre_tokenizer\":{\"type\":\"Metaspace\",\"replacement\":\"_\",\"add_prefix_space\":false}"
    "," MODEL "}",
    "'prepend_scheme'" },
  { "fixed-length",
    "{\"pre_tokenizer\":{\"type\":\"FixedLength\",\"length\":0}," MODEL "}",
    "'length'" },
  { "punctuation-behavior",
    "{\"pre_tokenizer\":{\"type\":\"Punctuation\",\"behavior\":\"Shredded\"}," MODEL "}",
    "'behavior'" },
  { "post-processor-type",
    "{\"post_processor\":{\"type\":\"Postage\"}," MODEL "}",
    "post_processor: type 'Postage'" },
  { "post-processor-two-templates",
    "{\"post_processor\":{\"type\":\"Sequence\",\"processors\":[" NO_TEMPLATE "," NO_TEMPLATE
    "]}," MODEL "}",
    "two of TemplateProcessing" },
  { "post-processors",
    "{\"post_processor\":{\"type\":\"Sequence\",\"processors\":[" FOUR_LEVELS "," FOUR_LEVELS
    "," FOUR_LEVELS "," FOUR_LEVELS ",{\"type\":\"ByteLevel\"}]}," MODEL "}",
    "Sequence of more than 16" },
  { "bert-processing", "{\"post_processor\":{\"type\":\"BertProcessing\"}," MODEL "}", "'cls'" },
  { "template-token",
    "{\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":"
    "\"x\",\"type_id\":0}}],\"pair\":[],\"special_tokens\":{}}," MODEL "}",
    "lacks 'x'" },
  { "template-single-b",
    "{\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"Sequence\":{\"id\":\"B\","
    "\"type_id\":0}}],\"pair\":[],\"special_tokens\":{}}," MODEL "}",
    "'id'" },
  { "template-type-id",
    "{\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"Sequence\":{\"id\":\"A\","
    "\"type_id\":-1}}],\"pair\":[],\"special_tokens\":{}}," MODEL "}",
    "'type_id'" },
  { "decoder-type", "{\"decoder\":{\"type\":\"DTC\"}," MODEL "}", "decoder: type 'DTC'" },
  { "decoder-ctc", "{\"decoder\":{\"type\":\"CTC\"}," MODEL "}", "'pad_token'" },
  { "decoder-bpe",
    "{\"decoder\":{\"type\":\"BPEDecoder\",\"suffix\":\"\"}," MODEL "}",
    "'suffix'" },
  { "added-no-content", "{\"added_tokens\":[{\"id\":1}]," MODEL "}", "'content'" },
  { "added-no-special",
    "{\"added_tokens\":[{\"content\":\"a\"," CHAR_FLAGS "}]," MODEL "}",
    "'special'" },
  { "added-no-id", "{\"added_tokens\":[{\"content\":\"a\"}]," MODEL "}", "'id'" },
  { "added-null", "{\"added_tokens\":null," MODEL "}", "added_tokens" },
  { "member", "{\"foo\":1," MODEL "}", "the member 'foo'" },
  { "truncation-side", TRUNCATION (",\"stride\":0,\"direction\":\"right\""), "Left, Right" },
  { "truncation-no-stride", TRUNCATION (""), "truncation: 'stride'" },
  { "truncation-not-object", "{\"truncation\":[]," MODEL "}", "truncation: 'strategy'" },
  { "padding-no-side", PADDING (",\"pad_id\":0"), "padding: 'direction'" },
  { "padding-id", PADDING (",\"pad_id\":-1,\"direction\":\"Left\""), "padding: 'pad_id'" },
  { "added-not-list", "{\"added_tokens\":{}," MODEL "}", "added_tokens" },
};

static void
test_broken (gconstpointer data)
{
  const Broken *row = data;
  g_autoptr (TrafoTokenizer) tokenizer = g_object_new (CHAR_TYPE_TOKENIZER, NULL);
  g_autoptr (GBytes) json = g_bytes_new_static (row->json, strlen (row->json));
  g_autoptr (GError) error = NULL;

  g_assert_false (trafo_tokenizer_load_json (tokenizer, json, NULL, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_cmpint (error->domain, ==, TRAFO_FORMAT_ERROR);
  g_assert_nonnull (strstr (error->message, row->message));
}

/* Any cut of a right file gives an error. */
static void
test_truncated (void)
{
  static const char text[] = "{\"version\":\"1.0\",\"added_tokens\":[" TOKEN (
      "[X]") "],"
             "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"}]}," MODEL
             "}";

  for (gsize size = 0; size < sizeof text - 1; size++)
    {
      g_autoptr (TrafoTokenizer) tokenizer = g_object_new (CHAR_TYPE_TOKENIZER, NULL);
      g_autoptr (GBytes) json = g_bytes_new (text, size);
      g_autoptr (GError) error = NULL;

      g_assert_false (trafo_tokenizer_load_json (tokenizer, json, NULL, &error));
      g_assert_cmpint (error->domain, ==, TRAFO_FORMAT_ERROR);
    }
}

static void
test_missing_folder (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = g_object_new (CHAR_TYPE_TOKENIZER, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (trafo_tokenizer_load (tokenizer, "/nonexistent", &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
}

static void
test_long_added_token (void)
{
  g_autofree char *content = g_strnfill (1 << 20, 'a');
  g_autofree char *text =
      g_strdup_printf ("{\"added_tokens\":[" TOKEN ("%s") "]," MODEL "}", content);
  g_autoptr (TrafoTokenizer) tokenizer = g_object_new (CHAR_TYPE_TOKENIZER, NULL);
  g_autoptr (GBytes) json = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;

  g_assert_false (trafo_tokenizer_load_json (tokenizer, json, NULL, &error));
  g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_LIMIT);
}

typedef struct
{
  const char *name;
  const char *config;
  guint       max_length;
  TrafoSide   padding;
  TrafoSide   truncation;
  gint64      pad;
  gint64      mask;
} Config;

/* Ids 256 and on are those of tokens that the vocabulary lacks, in the order of transformers. */
static const Config configs[] = {
  { "none", NULL, 0, TRAFO_SIDE_RIGHT, TRAFO_SIDE_RIGHT, -1, -1 },
  { "empty", "{}", 0, TRAFO_SIDE_RIGHT, TRAFO_SIDE_RIGHT, -1, -1 },
  { "unlimited",
    "{\"model_max_length\":1000000000000000019884624838656}",
    0,
    TRAFO_SIDE_RIGHT,
    TRAFO_SIDE_RIGHT,
    -1,
    -1 },
  { "limited", "{\"model_max_length\":77}", 77, TRAFO_SIDE_RIGHT, TRAFO_SIDE_RIGHT, -1, -1 },
  { "sides",
    "{\"padding_side\":\"left\",\"truncation_side\":\"left\"}",
    0,
    TRAFO_SIDE_LEFT,
    TRAFO_SIDE_LEFT,
    -1,
    -1 },
  { "tokens",
    "{\"pad_token\":\"!\",\"mask_token\":{\"content\":\"[M]\",\"lstrip\":true}}",
    0,
    TRAFO_SIDE_RIGHT,
    TRAFO_SIDE_RIGHT,
    '!',
    256 },
  { "decoder",
    "{\"added_tokens_decoder\":{\"300\":{\"content\":\"[A]\"},\"4\":{\"content\":\"[P]\"}},"
    "\"pad_token\":\"[P]\",\"mask_token\":\"[A]\"}",
    0,
    TRAFO_SIDE_RIGHT,
    TRAFO_SIDE_RIGHT,
    256,
    257 },
  { "odd-ids",
    "{\"added_tokens_decoder\":{\"5\":{\"content\":\"[P]\"},\"-1\":{\"content\":\"[A]\"},"
    "\"7\":{}},\"pad_token\":\"[P]\",\"mask_token\":\"[A]\"}",
    0,
    TRAFO_SIDE_RIGHT,
    TRAFO_SIDE_RIGHT,
    257,
    256 },
  { "named-tokens",
    "{\"additional_special_tokens\":{\"first\":\"[A]\",\"second\":\"[B]\"},\"mask_token\":\"[M]\"}",
    0,
    TRAFO_SIDE_RIGHT,
    TRAFO_SIDE_RIGHT,
    -1,
    256 },
  { "nulls",
    "{\"pad_token\":null,\"padding_side\":null,\"model_max_length\":null,"
    "\"do_lower_case\":null,\"additional_special_tokens\":null,\"added_tokens_decoder\":null}",
    0,
    TRAFO_SIDE_RIGHT,
    TRAFO_SIDE_RIGHT,
    -1,
    -1 },
  { "large",
    "{\"model_max_length\":9223372036854775808}",
    0,
    TRAFO_SIDE_RIGHT,
    TRAFO_SIDE_RIGHT,
    -1,
    -1 },
  { "huge", "{\"model_max_length\":1e30}", 0, TRAFO_SIDE_RIGHT, TRAFO_SIDE_RIGHT, -1, -1 },
  { "negative", "{\"model_max_length\":-1}", 0, TRAFO_SIDE_RIGHT, TRAFO_SIDE_RIGHT, -1, -1 },
};

static void
test_config (gconstpointer data)
{
  const Config *row = data;
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new ("", row->config);

  g_assert_cmpuint (trafo_tokenizer_get_model_max_length (tokenizer), ==, row->max_length);
  g_assert_cmpint (trafo_tokenizer_get_padding_side (tokenizer), ==, row->padding);
  g_assert_cmpint (trafo_tokenizer_get_truncation_side (tokenizer), ==, row->truncation);
  g_assert_cmpint (trafo_tokenizer_get_special_token_id (tokenizer, TRAFO_SPECIAL_TOKEN_PAD),
                   ==,
                   row->pad);
  g_assert_cmpint (trafo_tokenizer_get_special_token_id (tokenizer, TRAFO_SPECIAL_TOKEN_MASK),
                   ==,
                   row->mask);
}

/* What the tokenizers of Hugging Face take, though it reads odd. */
static const struct
{
  const char *json;
  gint64      id; /* of the token <y> */
} taken[] = {
  { "{\"added_tokens\":[" TOKEN ("") "," TOKEN ("<y>") "]," MODEL "}", 256 },
  { TRUNCATION (",\"stride\":5"), -1 },
  { PADDING (",\"pad_id\":0,\"direction\":\"Left\""), -1 },
};

static void
test_taken (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (taken); i++)
    {
      g_autoptr (TrafoTokenizer) tokenizer = g_object_new (CHAR_TYPE_TOKENIZER, NULL);
      g_autoptr (GBytes) json = g_bytes_new_static (taken[i].json, strlen (taken[i].json));
      g_autoptr (GError) error = NULL;

      trafo_tokenizer_load_json (tokenizer, json, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (trafo_tokenizer_token_to_id (tokenizer, "<y>"), ==, taken[i].id);
    }
}

/* What transformers refuses in a file beside tokenizer.json, too. */
static const struct
{
  const char *file, *contents, *message;
} refused[] = {
  { "tokenizer_config.json", "[]", "expected an object" },
  { "tokenizer_config.json", "null", "expected an object" },
  { "tokenizer_config.json", "{\"tokenizer_class\":3}", "'tokenizer_class': found 3" },
  { "tokenizer_config.json", "{\"do_lower_case\":\"yes\"}", "'do_lower_case': found 'yes'" },
  { "tokenizer_config.json", "{\"strip_accents\":[]}", "'strip_accents'" },
  { "tokenizer_config.json", "{\"tokenize_chinese_chars\":1}", "expected true or false" },
  { "tokenizer_config.json", "{\"add_prefix_space\":0}", "'add_prefix_space'" },
  { "tokenizer_config.json", "{\"padding_side\":\"up\"}", "'up', expected 'left' or 'right'" },
  { "tokenizer_config.json", "{\"truncation_side\":\"Left\"}", "'truncation_side'" },
  { "tokenizer_config.json", "{\"padding_side\":0}", "'padding_side'" },
  { "tokenizer_config.json", "{\"model_max_length\":\"512\"}", "expected a number" },
  { "tokenizer_config.json", "{\"pad_token\":7}", "'pad_token': found 7" },
  { "tokenizer_config.json", "{\"pad_token\":{\"content\":7}}", "'pad_token'" },
  { "tokenizer_config.json", "{\"pad_token\":{\"content\":\"P\",\"lstrip\":1}}", "'lstrip'" },
  { "tokenizer_config.json", "{\"added_tokens_decoder\":[]}", "'added_tokens_decoder'" },
  { "tokenizer_config.json", "{\"added_tokens_decoder\":{\"x\":{}}}", "found 'x', expected ids" },
  { "tokenizer_config.json", "{\"added_tokens_decoder\":{\"5\":\"x\"}}", "an added token" },
  { "tokenizer_config.json", "{\"added_tokens_decoder\":{\"5\":{\"content\":1}}}", "'content'" },
  { "tokenizer_config.json", "{\"extra_special_tokens\":3}", "expected a list of tokens" },
  { "tokenizer_config.json", "{\"additional_special_tokens\":[null]}", "expected a token" },
  { "special_tokens_map.json", "[]", "expected an object" },
  { "special_tokens_map.json", "{\"unk_token\":3}", "'unk_token'" },
  { "added_tokens.json", "3", "expected an object" },
  { "added_tokens.json", "{\"<x>\":\"a\"}", "'<x>': found 'a', expected an id" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);
      g_autofree char *path = g_build_filename (folder, refused[i].file, NULL);
      g_autoptr (TrafoTokenizer) tokenizer = g_object_new (CHAR_TYPE_TOKENIZER, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (path, refused[i].contents, -1, NULL));
      g_assert_false (trafo_tokenizer_load (tokenizer, folder, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE);
      g_assert_true (g_str_has_prefix (error->message, path));
      g_assert_nonnull (strstr (error->message, refused[i].message));
      g_remove (path);
      g_rmdir (folder);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autofree char *path = g_strconcat ("/text-load/broken/", broken[i].name, NULL);

      g_test_add_data_func (path, &broken[i], test_broken);
    }
  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_autofree char *path = g_strconcat ("/text-load/config/", configs[i].name, NULL);

      g_test_add_data_func (path, &configs[i], test_config);
    }
  g_test_add_func ("/text-load/taken", test_taken);
  g_test_add_func ("/text-load/refused", test_refused);
  g_test_add_func ("/text-load/truncated", test_truncated);
  g_test_add_func ("/text-load/missing-folder", test_missing_folder);
  g_test_add_func ("/text-load/long-added-token", test_long_added_token);
  return g_test_run ();
}

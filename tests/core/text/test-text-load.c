/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "char-tokenizer.h"

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
    "{\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"[a&&b]\"},\"content\":\"\"}"
    "," MODEL "}",
    "an intersection of sets" },
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
  { "post-processor-trims-twice",
    "{\"post_processor\":{\"type\":\"Sequence\",\"processors\":[{\"type\":\"ByteLevel\"},"
    "{\"type\":\"ByteLevel\"}]}," MODEL "}",
    "trims offsets twice" },
  { "post-processor-two-templates",
    "{\"post_processor\":{\"type\":\"Sequence\",\"processors\":[{\"type\":\"TemplateProcessing\","
    "\"single\":[],\"pair\":[],\"special_tokens\":{}},{\"type\":\"BertProcessing\"}]}," MODEL "}",
    "adds tokens twice" },
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
  static const char text[] =
      "{\"version\":\"1.0\",\"added_tokens\":[{\"id\":300,\"content\":\"[X]\",\"special\":true}],"
      "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"}]}," MODEL "}";

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
      g_strdup_printf ("{\"added_tokens\":[{\"content\":\"%s\"}]," MODEL "}", content);
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
  { "wrong-types",
    "{\"pad_token\":7,\"mask_token\":[],\"padding_side\":0,\"model_max_length\":\"x\","
    "\"additional_special_tokens\":{}}",
    0,
    TRAFO_SIDE_RIGHT,
    TRAFO_SIDE_RIGHT,
    -1,
    -1 },
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
  g_test_add_func ("/text-load/truncated", test_truncated);
  g_test_add_func ("/text-load/missing-folder", test_missing_folder);
  g_test_add_func ("/text-load/long-added-token", test_long_added_token);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "char-tokenizer.h"

#define BERT(members) "\"normalizer\":{\"type\":\"BertNormalizer\"" members "}"
#define NORMALIZER(type) "\"normalizer\":{\"type\":\"" type "\"}"
#define PRE_TOKENIZER(members) "\"pre_tokenizer\":{\"type\":" members "}"
#define PUNCTUATION(behavior) PRE_TOKENIZER ("\"Punctuation\",\"behavior\":\"" behavior "\"")

/* Added tokens under a normalizer that removes the first, "#". */
#define REMOVED_TOKEN(flags, others)                                                               \
  "\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"String\":\"#\"},\"content\":\"\"},"         \
  "\"added_tokens\":[{\"id\":35,\"content\":\"#\",\"normalized\":true,\"special\":false," flags    \
  "}" others "]"
#define FLAGS(lstrip, rstrip, single_word)                                                         \
  "\"lstrip\":" lstrip ",\"rstrip\":" rstrip ",\"single_word\":" single_word
#define PLAIN FLAGS ("false", "false", "false")
#define OTHER_TOKEN                                                                                \
  ",{\"id\":256,\"content\":\"cd\",\"normalized\":true,\"special\":false," PLAIN "}"

/* @expected: the characters, with '|' between words; @offsets: of each its start and end, in code
 * points. The values are those of the Rust tokenizers 0.23.3. */
typedef struct
{
  const char *name;
  const char *json;
  const char *text;
  const char *expected;
  const char *offsets;
} Pipeline;

static const Pipeline pipelines[] = {
  { "nothing", "", "aB c", "aB c", "0-1 1-2 2-3 3-4" },
  { "lowercase", NORMALIZER ("Lowercase"), "\xc4\xb0\xce\xa3", "i\xcc\x87\xcf\x83", "0-1 0-1 1-2" },
  { "nfd", NORMALIZER ("NFD"), "\xc3\xa9!", "e\xcc\x81!", "0-1 0-1 1-2" },
  /* marks that change places swap where they came from */
  { "nfd-order", NORMALIZER ("NFD"), "a\xcc\x87\xcc\xa3", "a\xcc\xa3\xcc\x87", "0-1 1-2 2-3" },
  { "nfc", NORMALIZER ("NFC"), "e\xcc\x81!", "\xc3\xa9!", "0-1 2-3" },
  { "nfc-hangul",
    NORMALIZER ("NFC"),
    "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8",
    "\xea\xb0\x81",
    "0-1" },
  { "nfkd", NORMALIZER ("NFKD"), "\xef\xac\x81", "fi", "0-1 0-1" },
  { "nfkc", NORMALIZER ("NFKC"), "\xef\xbc\xa1\xcc\x8a", "\xc3\x85", "0-1" },
  { "strip-accents", NORMALIZER ("StripAccents"), "e\xcc\x81z", "ez", "0-1 2-3" },
  { "strip", NORMALIZER ("Strip"), " \xc2\xa0 a  ", "a", "3-4" },
  { "prepend",
    "\"normalizer\":{\"type\":\"Prepend\",\"prepend\":\"_\"}",
    "ab",
    "_ab",
    "0-1 0-1 1-2" },
  { "prepend-nothing",
    "\"normalizer\":{\"type\":\"Prepend\",\"prepend\":\"\"}",
    "ab",
    "ab",
    "0-0 1-2" },
  { "prepend-to-nothing", "\"normalizer\":{\"type\":\"Prepend\",\"prepend\":\"_\"}", "", "", "" },
  { "replace",
    "\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"String\":\"ab\"},\"content\":\"xyz\"}",
    "cabab",
    "cxyzxyz",
    "0-1 2-3 2-3 2-3 4-5 4-5 4-5" },
  { "bert", BERT (""), "\xc3\x89\x01\x09X", "e x", "0-1 2-3 3-4" },
  { "bert-chinese",
    BERT (""),
    "a\xe4\xb8\xad"
    "b",
    "a \xe4\xb8\xad b",
    "0-1 1-2 1-2 1-2 2-3" },
  { "bert-cased",
    BERT (",\"lowercase\":false,\"handle_chinese_chars\":false"),
    "\xc3\x89\xe4\xb8\xad",
    "\xc3\x89\xe4\xb8\xad",
    "0-1 1-2" },
  { "bert-keeps-accents", BERT (",\"strip_accents\":false"), "\xc3\x89", "\xc3\xa9", "0-1" },
  { "bert-keeps-controls", BERT (",\"clean_text\":false"), "a\x01", "a\x01", "0-1 1-2" },
  { "bert-words",
    PRE_TOKENIZER ("\"BertPreTokenizer\""),
    " a-b\xe2\x80\xa6 c",
    "a|-|b|\xe2\x80\xa6|c",
    "1-2 2-3 3-4 4-5 6-7" },
  { "whitespace",
    PRE_TOKENIZER ("\"Whitespace\""),
    "ab_1 !?\xc3\xa9",
    "ab_1|!?|\xc3\xa9",
    "0-1 1-2 2-3 3-4 5-6 6-7 7-8" },
  { "whitespace-split",
    PRE_TOKENIZER ("\"WhitespaceSplit\""),
    " a! \xe3\x80\x80",
    "a!",
    "1-2 2-3" },
  { "removed", PUNCTUATION ("Removed"), "a--b-", "a|b", "0-1 3-4" },
  { "isolated", PUNCTUATION ("Isolated"), "a--b", "a|-|-|b", "0-1 1-2 2-3 3-4" },
  { "with-previous", PUNCTUATION ("MergedWithPrevious"), "a--b", "a-|-|b", "0-1 1-2 2-3 3-4" },
  { "with-next", PUNCTUATION ("MergedWithNext"), "a--b", "a|-|-b", "0-1 1-2 2-3 3-4" },
  { "contiguous", PUNCTUATION ("Contiguous"), "a--b", "a|--|b", "0-1 1-2 2-3 3-4" },
  { "sequence",
    PRE_TOKENIZER ("\"Sequence\",\"pretokenizers\":[{\"type\":\"WhitespaceSplit\"},"
                   "{\"type\":\"Punctuation\"}]"),
    "a! b",
    "a|!|b",
    "0-1 1-2 3-4" },
  /* what is left of such a token is found between all characters */
  { "removed-token",
    REMOVED_TOKEN (PLAIN, OTHER_TOKEN),
    "ab#cdcde",
    "a|b|\xc4\x80|\xc4\x80|e",
    "0-1 1-2 3-5 5-7 7-8" },
  /* here tokenizers panics: it parts the bytes */
  { "removed-token-no-ascii", REMOVED_TOKEN (PLAIN, ""), "#\xc3\xa9z", "\xc3\xa9|z", "1-2 2-3" },
  { "removed-token-rstrip",
    REMOVED_TOKEN (FLAGS ("false", "true", "false"), ""),
    "a  b",
    "a|#|#|b",
    "0-1 1-3 2-3 3-4" },
  { "removed-token-at-end",
    REMOVED_TOKEN (FLAGS ("true", "false", "true"), ""),
    "ab  c ",
    "ab|#| c|#",
    "0-1 1-2 2-3 3-4 4-5 5-6" },
};

static void
append_token (GString *tokens, GString *spans, TrafoEncoding *encoding, gsize i)
{
  const gint32  *words = trafo_encoding_get_word_ids (encoding, NULL);
  const guint32 *offsets = trafo_encoding_get_offsets (encoding, NULL);

  if (i > 0 && words[i] != words[i - 1])
    g_string_append_c (tokens, '|');
  g_string_append_unichar (tokens, trafo_encoding_get_ids (encoding, NULL)[i]);
  g_string_append_printf (spans, "%s%u-%u", i > 0 ? " " : "", offsets[i * 2], offsets[i * 2 + 1]);
}

static void
test_pipeline (gconstpointer data)
{
  const Pipeline *pipeline = data;
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new (pipeline->json, NULL);
  g_autoptr (GString) tokens = g_string_new (NULL);
  g_autoptr (GString) spans = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoEncoding) encoding =
      trafo_tokenizer_encode (tokenizer, pipeline->text, NULL, NULL, &error);

  g_assert_no_error (error);
  for (gsize i = 0; i < trafo_encoding_get_n_tokens (encoding); i++)
    append_token (tokens, spans, encoding, i);
  g_assert_cmpstr (tokens->str, ==, pipeline->expected);
  g_assert_cmpstr (spans->str, ==, pipeline->offsets);
}

#define BERT_PROCESSING "{\"type\":\"BertProcessing\",\"cls\":[\"<\",60],\"sep\":[\">\",62]}"
#define ROBERTA_PROCESSING                                                                         \
  "{\"type\":\"RobertaProcessing\",\"cls\":[\"(\",40],\"sep\":[\")\",41],\"trim_offsets\":true,"   \
  "\"add_prefix_space\":true}"
#define BYTE_LEVEL_PROCESSING                                                                      \
  "{\"type\":\"ByteLevel\",\"trim_offsets\":true,\"add_prefix_space\":true}"
#define TEMPLATE_PROCESSING                                                                        \
  "{\"type\":\"TemplateProcessing\",\"single\":[],\"pair\":[{\"Sequence\":{\"id\":\"B\",\"type_"   \
  "id\":3}},"                                                                                      \
  "{\"SpecialToken\":{\"id\":\"X\",\"type_id\":2}},{\"Sequence\":{\"id\":\"A\",\"type_id\":1}}],"  \
  "\"special_tokens\":{\"X\":{\"id\":\"X\",\"ids\":[88],\"tokens\":[\"X\"]}}}"

/* Post-processors one after the other, of the texts " a" and " b", as tokenizers 0.23 has them. */
static const struct
{
  const char *processors;
  const char *tokens;
  const char *type_ids;
  const char *special_tokens_mask;
  const char *offsets;
} sequences[] = {
  { BERT_PROCESSING "," BYTE_LEVEL_PROCESSING,
    "< a> b>",
    "0000111",
    "1001001",
    "0-0 0-0 1-2 0-0 0-0 1-2 0-0" },
  { BERT_PROCESSING "," ROBERTA_PROCESSING,
    "(< a>)) b>)",
    "00000000000",
    "10000110001",
    "0-0 0-0 0-0 1-2 0-0 0-0 0-0 0-0 1-2 0-0 0-0" },
  { ROBERTA_PROCESSING "," BERT_PROCESSING "," BYTE_LEVEL_PROCESSING,
    "<( a)>) b)>",
    "00000000001",
    "10000100001",
    "0-0 0-0 0-0 1-2 0-0 0-0 0-0 0-0 1-2 0-0 0-0" },
  { TEMPLATE_PROCESSING "," BERT_PROCESSING,
    "< b>X> a>",
    "033021111",
    "100101001",
    "0-0 0-1 1-2 0-0 0-0 0-0 0-1 1-2 0-0" },
  { BERT_PROCESSING "," TEMPLATE_PROCESSING,
    " b>X< a>",
    "33321111",
    "00111001",
    "0-1 1-2 0-0 0-0 0-0 0-1 1-2 0-0" },
};

static void
test_post_processors (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sequences); i++)
    {
      g_autofree char *json =
          g_strconcat ("\"post_processor\":{\"type\":\"Sequence\",\"processors\":[",
                       sequences[i].processors,
                       "]}",
                       NULL);
      g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new (json, NULL);
      g_autoptr (TrafoEncoding) encoding =
          trafo_tokenizer_encode (tokenizer, " a", " b", NULL, NULL);
      g_autoptr (GString) tokens = g_string_new (NULL);
      g_autoptr (GString) types = g_string_new (NULL);
      g_autoptr (GString) mask = g_string_new (NULL);
      g_autoptr (GString) spans = g_string_new (NULL);

      for (gsize k = 0; k < trafo_encoding_get_n_tokens (encoding); k++)
        {
          const guint32 *offsets = trafo_encoding_get_offsets (encoding, NULL) + k * 2;

          g_string_append_c (tokens, trafo_encoding_get_ids (encoding, NULL)[k]);
          g_string_append_printf (types, "%u", trafo_encoding_get_type_ids (encoding, NULL)[k]);
          g_string_append_printf (mask,
                                  "%u",
                                  trafo_encoding_get_special_tokens_mask (encoding, NULL)[k]);
          g_string_append_printf (spans, "%s%u-%u", k > 0 ? " " : "", offsets[0], offsets[1]);
        }
      g_test_message ("%s", sequences[i].processors);
      g_assert_cmpstr (tokens->str, ==, sequences[i].tokens);
      g_assert_cmpstr (types->str, ==, sequences[i].type_ids);
      g_assert_cmpstr (mask->str, ==, sequences[i].special_tokens_mask);
      g_assert_cmpstr (spans->str, ==, sequences[i].offsets);
    }
}

static void
test_nul_and_byte_offsets (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new ("", NULL);
  g_autoptr (GBytes) text = g_bytes_new_static ("\xc3\xa9\0z", 4);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoEncoding) encoding =
      trafo_tokenizer_encode_bytes (tokenizer, text, NULL, NULL, &error);
  gsize          n_tokens;
  const guint32 *ids = trafo_encoding_get_ids (encoding, &n_tokens);
  const guint32 *bytes = trafo_encoding_get_byte_offsets (encoding, NULL);

  g_assert_no_error (error);
  g_assert_cmpuint (n_tokens, ==, 3);
  g_assert_cmpuint (ids[0], ==, 0xe9);
  g_assert_cmpuint (ids[1], ==, 0);
  g_assert_cmpuint (bytes[1], ==, 2);
  g_assert_cmpuint (bytes[4], ==, 3);
  g_assert_cmpuint (bytes[5], ==, 4);
}

static void
test_bad_utf8 (void)
{
  static const char *const texts[] = {
    "a\xff",
    "\x80",
    "\xc3",
    "\xc0\xaf",
    "\xe0\x80\xaf",
    "\xed\xa0\x80",
    "\xe2\x82",
    "\xf4\x90\x80\x80",
    "\xf0\x80\x80\xaf",
    "abcdefgh\xf8",
  };
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new ("", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (trafo_tokenizer_encode (tokenizer, texts[i], NULL, NULL, &error));
      g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, "UTF-8"));
    }
}

#define TEMPLATE                                                                                   \
  "\"added_tokens\":[{\"content\":\"[P]\"," CHAR_SPECIAL "}],"                                     \
  "\"post_processor\":{\"type\":\"BertProcessing\",\"cls\":[\"<\",60],\"sep\":[\">\",62]}"

typedef struct
{
  const char     *name;
  const char     *pair;
  TrafoTruncation truncation;
  guint           max_length;
  guint           stride;
  gboolean        overflowing;
  TrafoPadding    padding;
  guint           multiple;
  const char     *message;
} Refused;

/* What the options ask for cannot be done: an error, not a crash and not something else. */
static const Refused refused[] = {
  { "wide-stride", "b", TRAFO_TRUNCATION_ONLY_FIRST, 4, 3, FALSE, 0, 0, "more than the 2 tokens" },
  { "no-pair", NULL, TRAFO_TRUNCATION_ONLY_SECOND, 4, 0, FALSE, 0, 0, "needs a pair" },
  { "too-short", "b", TRAFO_TRUNCATION_ONLY_SECOND, 4, 0, FALSE, 0, 0, "second sequence" },
  { "stride", NULL, TRAFO_TRUNCATION_ONLY_FIRST, 5, 3, TRUE, 0, 0, "stride of 3" },
  { "multiple",
    NULL,
    TRAFO_TRUNCATION_LONGEST_FIRST,
    9,
    0,
    FALSE,
    TRAFO_PADDING_LONGEST,
    8,
    "not a multiple of 8" },
};

static void
test_refused (gconstpointer data)
{
  const Refused *row = data;
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new (TEMPLATE, "{\"pad_token\":\"[P]\"}");
  g_autoptr (TrafoEncodeOptions) options = g_object_new (TRAFO_TYPE_ENCODE_OPTIONS,
                                                         "truncation",
                                                         row->truncation,
                                                         "max-length",
                                                         row->max_length,
                                                         "stride",
                                                         row->stride,
                                                         "return-overflowing-tokens",
                                                         row->overflowing,
                                                         "padding",
                                                         row->padding,
                                                         "pad-to-multiple-of",
                                                         row->multiple,
                                                         NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_tokenizer_encode (tokenizer, "aaaaaaaaaa", row->pair, options, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, row->message));
}

/* Where not even the special tokens have room, tokenizers cuts nothing. */
static void
test_no_room (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new (TEMPLATE, NULL);
  g_autoptr (TrafoEncodeOptions) options = trafo_encode_options_new ();
  g_autoptr (TrafoEncoding) encoding = NULL;
  g_autoptr (GError) error = NULL;
  gsize n_tokens;

  trafo_encode_options_set_truncation (options, TRAFO_TRUNCATION_LONGEST_FIRST);
  trafo_encode_options_set_max_length (options, 2);
  encoding = trafo_tokenizer_encode (tokenizer, "aaaa", "b", options, &error);
  g_assert_no_error (error);
  trafo_encoding_get_ids (encoding, &n_tokens);
  g_assert_cmpuint (n_tokens, ==, 4 + 1 + 3);
}

/* As of transformers: a negative model_max_length fails once it is needed. */
static void
test_negative_model_max_length (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new ("", "{\"model_max_length\":-1}");
  g_autoptr (TrafoEncodeOptions) options = trafo_encode_options_new ();
  g_autoptr (TrafoEncoding) encoding = NULL;
  g_autoptr (GError) error = NULL;

  encoding = trafo_tokenizer_encode (tokenizer, "aaaa", NULL, options, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trafo_encoding_get_n_tokens (encoding), ==, 4);
  trafo_encode_options_set_truncation (options, TRAFO_TRUNCATION_LONGEST_FIRST);
  g_assert_null (trafo_tokenizer_encode (tokenizer, "aaaa", NULL, options, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "'model_max_length' is -1"));
}

static void
test_no_padding_token (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new ("", NULL);
  g_autoptr (TrafoEncodeOptions) options = trafo_encode_options_new ();
  g_autoptr (GError) error = NULL;

  trafo_encode_options_set_padding (options, TRAFO_PADDING_LONGEST);
  g_assert_null (trafo_tokenizer_encode (tokenizer, "a", NULL, options, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
}

/* A token that the normalizer changes is shown changed where it stands in the text alone, as by
 * tokenizers 0.23. */
static void
test_normalized_special (void)
{
  g_autoptr (TrafoTokenizer) tokenizer =
      char_tokenizer_new ("\"normalizer\":{\"type\":\"Lowercase\"},\"post_processor\":{\"type\":"
                          "\"BertProcessing\","
                          "\"cls\":[\"<X>\",256],\"sep\":[\"<X>\",256]},\"added_tokens\":[{"
                          "\"content\":\"<X>\",\"id\":256,"
                          "\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":"
                          "true,\"special\":true}]",
                          "{\"pad_token\":\"<X>\"}");
  g_autoptr (TrafoEncodeOptions) options = trafo_encode_options_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoEncoding) encoding = NULL;
  g_auto (GStrv) tokens = NULL;
  g_autofree char *joined = NULL;
  g_autofree char *first = NULL;

  trafo_encode_options_set_padding (options, TRAFO_PADDING_MAX_LENGTH);
  trafo_encode_options_set_max_length (options, 6);
  encoding = trafo_tokenizer_encode (tokenizer, "<X>A<x>", NULL, options, &error);
  g_assert_no_error (error);
  tokens = trafo_encoding_get_tokens (encoding);
  joined = g_strjoinv (" ", tokens);
  g_assert_cmpstr (joined, ==, "<X> <x> a <x> <X> <X>");
  first = trafo_encoding_get_token (encoding, 0);
  g_assert_cmpstr (first, ==, "<X>");
}

/* A pair of which every part overflows with every part of the other is refused in time. */
static void
test_too_much_overflow (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new (TEMPLATE, NULL);
  g_autoptr (TrafoEncodeOptions) options = trafo_encode_options_new ();
  g_autofree char *text = g_strnfill (20000, 'a');
  g_autoptr (GError) error = NULL;

  trafo_encode_options_set_max_length (options, 5);
  trafo_encode_options_set_return_overflowing_tokens (options, TRUE);
  g_assert_null (trafo_tokenizer_encode (tokenizer, text, text, options, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
}

static void
test_growth (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new (
      "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":["
      "{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"aaaaaaaaaaaaaaaa\"},"
      "{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"aaaaaaaaaaaaaaaa\"}]}",
      NULL);
  g_autofree char *text = g_strnfill (1 << 20, 'a');
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_tokenizer_encode (tokenizer, text, NULL, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_NO_MEMORY);
}

static void
test_not_loaded (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = g_object_new (CHAR_TYPE_TOKENIZER, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_tokenizer_encode (tokenizer, "a", NULL, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
}

static void
test_batch_sizes (void)
{
  const char *const texts[] = { "a", "b", NULL }, *const pairs[] = { "c", NULL };
  const char *const none[] = { NULL };
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new ("", NULL);
  g_autoptr (TrafoBatchEncoding) empty = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_tokenizer_encode_batch (tokenizer, texts, pairs, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  empty = trafo_tokenizer_encode_batch (tokenizer, none, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trafo_batch_encoding_get_n_rows (empty), ==, 0);
}

/* Several threads, one tokenizer. */
static gpointer
encode_often (gpointer data)
{
  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *text = g_strnfill (i % 50, 'a' + i % 26);
      g_autoptr (TrafoEncoding) encoding = trafo_tokenizer_encode (data, text, NULL, NULL, NULL);

      g_assert_cmpuint (trafo_encoding_get_n_tokens (encoding), ==, i % 50);
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new (BERT (""), NULL);
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("encode", encode_often, tokenizer);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

enum
{
  N_TEXTS = 3000, /* enough for all threads */
};

/* Each word is a text of its own, and has one number whatever it is split into; of an empty one nothing
 * is left. */
static void
test_words (void)
{
  static const char *const words[] = { "a b", "", "\xc3\xa9", NULL };
  static const guint32     ids[] = { '_', 'a', 'b', '_', 0xe9 }, word_ids[] = { 0, 0, 0, 2, 2 };
  static const guint32     offsets[] = { 0, 1, 0, 1, 2, 3, 7, 8, 7, 8 };
  g_autoptr (TrafoTokenizer) tokenizer =
      char_tokenizer_new ("\"normalizer\":{\"type\":\"Prepend\",\"prepend\":\"_\"},"
                          "\"pre_tokenizer\":{\"type\":\"WhitespaceSplit\"}",
                          NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoBatchEncoding) batch =
      trafo_tokenizer_encode_words (tokenizer, words, "--", NULL, &error);
  TrafoEncoding *encoding;
  gsize          n;

  g_assert_no_error (error);
  g_assert_cmpuint (trafo_batch_encoding_get_n_rows (batch), ==, 1);
  encoding = trafo_batch_encoding_get_row (batch, 0);
  g_assert_cmpmem (trafo_encoding_get_ids (encoding, &n), n * sizeof *ids, ids, sizeof ids);
  g_assert_cmpmem (trafo_encoding_get_word_ids (encoding, &n),
                   n * sizeof *word_ids,
                   word_ids,
                   sizeof word_ids);
  g_assert_cmpmem (trafo_encoding_get_offsets (encoding, &n),
                   n * sizeof *offsets,
                   offsets,
                   sizeof offsets);
}

static GStrv
make_texts (void)
{
  g_auto (GStrv) texts = g_new0 (char *, N_TEXTS + 1);
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  for (guint i = 0; i < N_TEXTS; i++)
    {
      guint size = g_rand_int_range (random, 0, 40);

      texts[i] = g_malloc0 (size + 1);
      for (guint k = 0; k < size; k++)
        texts[i][k] = "abc .-"[g_rand_int_range (random, 0, 6)];
    }
  return g_steal_pointer (&texts);
}

static void
assert_equal (TrafoEncoding *found, TrafoEncoding *expected)
{
  gsize          n_found, n_expected;
  const guint32 *found_ids = trafo_encoding_get_ids (found, &n_found);
  const guint32 *expected_ids = trafo_encoding_get_ids (expected, &n_expected);

  g_assert_cmpmem (found_ids,
                   n_found * sizeof *found_ids,
                   expected_ids,
                   n_expected * sizeof *expected_ids);
}

/* What several threads make of a batch is what one text after the other gives. */
static void
test_large_batch (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new (BERT (""), NULL);
  g_auto (GStrv) texts = make_texts ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoBatchEncoding) batch =
      trafo_tokenizer_encode_batch (tokenizer, (const char *const *) texts, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (trafo_batch_encoding_get_n_rows (batch), ==, N_TEXTS);
  for (guint i = 0; i < N_TEXTS; i++)
    {
      g_autoptr (TrafoEncoding) expected =
          trafo_tokenizer_encode (tokenizer, texts[i], NULL, NULL, &error);

      g_assert_no_error (error);
      assert_equal (trafo_batch_encoding_get_row (batch, i), expected);
    }
}

/* Of several bad texts the first is told. */
static void
test_large_batch_bad (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new (BERT (""), NULL);
  g_auto (GStrv) texts = make_texts ();

  for (guint i = 1711; i < N_TEXTS; i += 100)
    {
      g_free (texts[i]);
      texts[i] = g_strdup ("a\xff");
    }
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (trafo_tokenizer_encode_batch (tokenizer,
                                                   (const char *const *) texts,
                                                   NULL,
                                                   NULL,
                                                   &error));
      g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
      g_assert_true (g_str_has_prefix (error->message, "text 1711: "));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("TRAFO_THREADS", "4", TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (pipelines); i++)
    {
      g_autofree char *path = g_strconcat ("/text-encode/pipeline/", pipelines[i].name, NULL);

      g_test_add_data_func (path, &pipelines[i], test_pipeline);
    }
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *path = g_strconcat ("/text-encode/refused/", refused[i].name, NULL);

      g_test_add_data_func (path, &refused[i], test_refused);
    }
  g_test_add_func ("/text-encode/post-processors", test_post_processors);
  g_test_add_func ("/text-encode/nul-and-byte-offsets", test_nul_and_byte_offsets);
  g_test_add_func ("/text-encode/words", test_words);
  g_test_add_func ("/text-encode/bad-utf8", test_bad_utf8);
  g_test_add_func ("/text-encode/no-room", test_no_room);
  g_test_add_func ("/text-encode/negative-model-max-length", test_negative_model_max_length);
  g_test_add_func ("/text-encode/no-padding-token", test_no_padding_token);
  g_test_add_func ("/text-encode/normalized-special", test_normalized_special);
  g_test_add_func ("/text-encode/too-much-overflow", test_too_much_overflow);
  g_test_add_func ("/text-encode/growth", test_growth);
  g_test_add_func ("/text-encode/not-loaded", test_not_loaded);
  g_test_add_func ("/text-encode/batch-sizes", test_batch_sizes);
  g_test_add_func ("/text-encode/threads", test_threads);
  g_test_add_func ("/text-encode/large-batch", test_large_batch);
  g_test_add_func ("/text-encode/large-batch-bad", test_large_batch_bad);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* BERT's class takes the vocabulary alone out of tokenizer.json and makes the rest anew
 * (transformers 5, models/bert/tokenization_bert.py). */
#include "bert-class.h"

gboolean
bert_class_has_name (const char *name)
{
  static const char *const names[] = { BERT_CLASSES, BERT_MODEL_TYPES, NULL };

  return name != NULL && g_strv_contains (names, name);
}

const char *
bert_class_get_unk_token (GVariant *config)
{
  const char *token = "None";

  g_variant_lookup (config, "unk_token", "&s", &token);
  return token;
}

static gboolean
lookup_boolean (GVariant *config, const char *key, gboolean value)
{
  g_variant_lookup (config, key, "b", &value);
  return value;
}

static GVariant *
new_normalizer (GVariant *config)
{
  GVariantDict dict;
  gboolean     strip_accents;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "type", "s", "BertNormalizer");
  g_variant_dict_insert (&dict, "clean_text", "b", TRUE);
  g_variant_dict_insert (&dict,
                         "handle_chinese_chars",
                         "b",
                         lookup_boolean (config, "tokenize_chinese_chars", TRUE));
  g_variant_dict_insert (&dict, "lowercase", "b", lookup_boolean (config, "do_lower_case", TRUE));
  if (g_variant_lookup (config, "strip_accents", "b", &strip_accents))
    g_variant_dict_insert (&dict, "strip_accents", "b", strip_accents);
  return g_variant_dict_end (&dict);
}

/* [CLS] A [SEP] and [CLS] A [SEP] B [SEP], the second sequence of the type 1. */
GVariant *
bert_class_new_components (GVariant *config)
{
  return g_variant_new_parsed ("{'normalizer': <%@a{sv}>,"
                               " 'pre_tokenizer': <{'type': <'BertPreTokenizer'>}>,"
                               " 'post_processor': <{'type': <'BertProcessing'>}>,"
                               " 'decoder': <{'type': <'WordPiece'>, 'prefix': <'##'>,"
                               "              'cleanup': <true>}>}",
                               new_normalizer (config));
}

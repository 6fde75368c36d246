/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-bert-components-private.h"

static gboolean
lookup_boolean (GVariant *config, const char *key, gboolean value)
{
  g_variant_lookup (config, key, "b", &value);
  return value;
}

GVariant *
trafo_bert_components_new_normalizer (GVariant *config)
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

GVariant *
trafo_bert_components_new_pre_tokenizer (void)
{
  return g_variant_new_parsed ("{'type': <'BertPreTokenizer'>}");
}

GVariant *
trafo_bert_components_new_decoder (void)
{
  return g_variant_new_parsed ("{'type': <'WordPiece'>, 'prefix': <'##'>, 'cleanup': <true>}");
}

/* [CLS] A [SEP] and [CLS] A [SEP] B [SEP], the second sequence of the type 1. */
GVariant *
trafo_bert_components_new_post_processor (guint32 cls_id, guint32 sep_id)
{
  return g_variant_new_parsed ("{'type': <'BertProcessing'>, 'cls': <[<''>, <%x>]>,"
                               " 'sep': <[<''>, <%x>]>}",
                               (gint64) cls_id,
                               (gint64) sep_id);
}

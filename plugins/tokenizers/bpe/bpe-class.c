/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* GPT-2's and RoBERTa's classes take vocabulary and merges alone out of tokenizer.json and make the
 * rest anew, but for GPT-2's post-processor (transformers 5, models/gpt2/tokenization_gpt2.py and
 * models/roberta/tokenization_roberta.py). */
#include "bpe-class.h"

gboolean
bpe_class_is_gpt2 (const char *name)
{
  static const char *const names[] = { GPT2_CLASSES, GPT2_MODEL_TYPES, NULL };

  return name != NULL && g_strv_contains (names, name);
}

gboolean
bpe_class_is_roberta (const char *name)
{
  static const char *const names[] = { ROBERTA_CLASSES, ROBERTA_MODEL_TYPES, NULL };

  return name != NULL && g_strv_contains (names, name);
}

static gboolean
lookup_boolean (GVariant *config, const char *key, gboolean value)
{
  g_variant_lookup (config, key, "b", &value);
  return value;
}

GVariant *
bpe_class_new_gpt2_components (GVariant *config)
{
  return g_variant_new_parsed ("{'pre_tokenizer': <{'type': <'ByteLevel'>, 'use_regex': <true>,"
                               "                    'add_prefix_space': <%b>}>,"
                               " 'decoder': <{'type': <'ByteLevel'>}>}",
                               lookup_boolean (config, "add_prefix_space", FALSE));
}

GVariant *
bpe_class_new_roberta_components (GVariant *config)
{
  GVariantDict dict;
  g_autoptr (GVariant) components = g_variant_ref_sink (bpe_class_new_gpt2_components (config));

  g_variant_dict_init (&dict, components);
  g_variant_dict_insert_value (&dict,
                               "post_processor",
                               g_variant_new_parsed ("{'type': <'RobertaProcessing'>,"
                                                     " 'add_prefix_space': <%b>,"
                                                     " 'trim_offsets': <%b>}",
                                                     lookup_boolean (config,
                                                                     "add_prefix_space",
                                                                     FALSE),
                                                     lookup_boolean (config,
                                                                     "trim_offsets",
                                                                     TRUE)));
  return g_variant_dict_end (&dict);
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Classes, and the model_types whose tokenizers are of them (transformers,
 * models/auto/tokenization_auto.py). BART's class and its like are RoBERTa's. */
#define GPT2_CLASSES "GPT2Tokenizer", "GPT2TokenizerFast"
#define GPT2_MODEL_TYPES                                                                           \
  "blip-2", "codegen", "dbrx", "emu3", "gpt2", "gpt_neo", "gptj", "instructblip",                  \
      "instructblipvideo", "jais2", "opt", "phi", "starcoder2"

#define ROBERTA_CLASSES                                                                            \
  "RobertaTokenizer", "RobertaTokenizerFast", "BartTokenizer", "BartTokenizerFast",                \
      "LEDTokenizer", "LEDTokenizerFast", "LongformerTokenizer", "LongformerTokenizerFast",        \
      "MvpTokenizer", "MvpTokenizerFast"
#define ROBERTA_MODEL_TYPES                                                                        \
  "bart", "bridgetower", "clap", "data2vec-text", "ibert", "led", "lilt", "longformer", "mega",    \
      "mra", "mvp", "roberta", "roberta-prelayernorm"

/* Whether a checkpoint that names this class or model_type has a tokenizer of such a class. */
gboolean bpe_class_is_gpt2 (const char *name);
gboolean bpe_class_is_roberta (const char *name);

/* What the classes make whatever tokenizer.json says; floating. */
GVariant *bpe_class_new_gpt2_components (GVariant *config);
GVariant *bpe_class_new_roberta_components (GVariant *config);

G_END_DECLS

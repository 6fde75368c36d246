/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* BERT's class and those that are its aliases (transformers, models/auto/tokenization_auto.py). */
#define BERT_CLASSES                                                                               \
  "BertTokenizer", "BertTokenizerFast", "ConvBertTokenizer", "ConvBertTokenizerFast",              \
      "DPRContextEncoderTokenizer", "DPRContextEncoderTokenizerFast",                              \
      "DPRQuestionEncoderTokenizer", "DPRQuestionEncoderTokenizerFast", "DPRReaderTokenizer",      \
      "DPRReaderTokenizerFast", "DistilBertTokenizer", "DistilBertTokenizerFast",                  \
      "ElectraTokenizer", "ElectraTokenizerFast", "LayoutLMTokenizer", "LayoutLMTokenizerFast",    \
      "LxmertTokenizer", "LxmertTokenizerFast", "MobileBertTokenizer", "MobileBertTokenizerFast",  \
      "SqueezeBertTokenizer", "SqueezeBertTokenizerFast"

/* The model_types whose tokenizers are of these classes (TOKENIZER_MAPPING_NAMES there). */
#define BERT_MODEL_TYPES                                                                           \
  "align", "bark", "bert", "blip", "bros", "chinese_clip", "convbert", "distilbert", "dpr",        \
      "electra", "ernie", "flava", "git", "grounding-dino", "layoutlm", "lxmert", "megatron-bert", \
      "mm-grounding-dino", "mobilebert", "nezha", "nomic_bert", "qdqbert", "realm", "retribert",   \
      "squeezebert", "tvp", "vilt", "visual_bert"

/* Whether a checkpoint that names this class or model_type has a tokenizer of BERT's class. */
gboolean bert_class_has_name (const char *name);

/* What the class makes whatever tokenizer.json says; floating. */
GVariant *bert_class_new_components (GVariant *config);

/* The unknown token as the class names it, None as Python writes it. */
const char *bert_class_get_unk_token (GVariant *config);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-tokenizer.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_BPE_TOKENIZER (trafo_bpe_tokenizer_get_type ())
G_DECLARE_DERIVABLE_TYPE (TrafoBpeTokenizer, trafo_bpe_tokenizer, TRAFO, BPE_TOKENIZER, GObject)

struct _TrafoBpeTokenizerClass
{
  GObjectClass parent_class;
};

/* The same model; without a tokenizer.json, what RoBERTa's checkpoints mean by their files. */
#define TRAFO_TYPE_ROBERTA_TOKENIZER (trafo_roberta_tokenizer_get_type ())
G_DECLARE_FINAL_TYPE (TrafoRobertaTokenizer,
                      trafo_roberta_tokenizer,
                      TRAFO,
                      ROBERTA_TOKENIZER,
                      TrafoBpeTokenizer)

G_END_DECLS

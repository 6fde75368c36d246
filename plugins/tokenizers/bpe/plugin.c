/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-plugin.h>

#include "bpe-class.h"
#include "bpe-tokenizer.h"

TRAFO_PLUGIN_DEFINE (
    bpe,
    "0.1.0",
    "MIT",
    "Byte-pair encoding (Sennrich et al. 2016), byte-level as in GPT-2 or not",
    TRAFO_PLUGIN_TOKENIZER ("bpe",
                            TrafoBpeTokenizer,
                            trafo_bpe_tokenizer,
                            TRAFO_RANK_PRIMARY,
                            TRAFO_ANSWERS_TO ("BPE", GPT2_CLASSES, GPT2_MODEL_TYPES)),
    TRAFO_PLUGIN_TOKENIZER ("roberta",
                            TrafoRobertaTokenizer,
                            trafo_roberta_tokenizer,
                            TRAFO_RANK_PRIMARY,
                            TRAFO_ANSWERS_TO (ROBERTA_CLASSES, ROBERTA_MODEL_TYPES)))

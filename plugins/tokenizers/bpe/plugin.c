/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-plugin.h>

#include "bpe-tokenizer.h"

TRAFO_PLUGIN_DEFINE (
    bpe,
    "0.1.0",
    "MIT",
    "Byte-pair encoding (Sennrich et al. 2016), byte-level as in GPT-2 or not",
    TRAFO_PLUGIN_TOKENIZER (
        "bpe",
        TrafoBpeTokenizer,
        trafo_bpe_tokenizer,
        TRAFO_RANK_PRIMARY,
        TRAFO_ANSWERS_TO ("BPE", "GPT2Tokenizer", "GPT2TokenizerFast", "gpt2", "opt")),
    TRAFO_PLUGIN_TOKENIZER ("roberta",
                            TrafoRobertaTokenizer,
                            trafo_roberta_tokenizer,
                            TRAFO_RANK_PRIMARY,
                            TRAFO_ANSWERS_TO ("RobertaTokenizer",
                                              "RobertaTokenizerFast",
                                              "BartTokenizer",
                                              "BartTokenizerFast",
                                              "LEDTokenizer",
                                              "LEDTokenizerFast",
                                              "LongformerTokenizer",
                                              "LongformerTokenizerFast",
                                              "MvpTokenizer",
                                              "MvpTokenizerFast",
                                              "bart")))

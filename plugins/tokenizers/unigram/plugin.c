/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-plugin.h>

#include "unigram-tokenizer.h"

TRAFO_PLUGIN_DEFINE (unigram,
                     "0.1.0",
                     "MIT",
                     "Unigram language model (Kudo 2018), as SentencePiece has it",
                     TRAFO_PLUGIN_TOKENIZER ("unigram",
                                             TrafoUnigramTokenizer,
                                             trafo_unigram_tokenizer,
                                             TRAFO_RANK_PRIMARY,
                                             TRAFO_ANSWERS_TO ("Unigram")))

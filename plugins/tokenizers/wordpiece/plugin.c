/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-plugin.h>

#include "bert-class.h"
#include "word-piece-tokenizer.h"

TRAFO_PLUGIN_DEFINE (
    wordpiece,
    "0.1.0",
    "MIT",
    "WordPiece (Wu et al. 2016), as BERT uses it",
    TRAFO_PLUGIN_TOKENIZER ("wordpiece",
                            TrafoWordPieceTokenizer,
                            trafo_word_piece_tokenizer,
                            TRAFO_RANK_PRIMARY,
                            TRAFO_ANSWERS_TO ("WordPiece", BERT_CLASSES, BERT_MODEL_TYPES)))

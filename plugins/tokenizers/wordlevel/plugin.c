/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-plugin.h>

#include "word-level-tokenizer.h"

TRAFO_PLUGIN_DEFINE (wordlevel,
                     "0.1.0",
                     "MIT",
                     "A token for each word",
                     TRAFO_PLUGIN_TOKENIZER ("wordlevel",
                                             TrafoWordLevelTokenizer,
                                             trafo_word_level_tokenizer,
                                             TRAFO_RANK_PRIMARY,
                                             TRAFO_ANSWERS_TO ("WordLevel")))

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "example.h"

TRAFO_PLUGIN_DEFINE (example_tokenizer,
                     "0.1.0",
                     "MIT",
                     "Each byte is a token",
                     TRAFO_PLUGIN_TOKENIZER ("example",
                                             ExampleTokenizer,
                                             example_tokenizer,
                                             TRAFO_RANK_MARGINAL,
                                             TRAFO_ANSWERS_TO ("Bytes")))

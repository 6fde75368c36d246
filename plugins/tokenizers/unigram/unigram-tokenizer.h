/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-tokenizer.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_UNIGRAM_TOKENIZER (trafo_unigram_tokenizer_get_type ())
G_DECLARE_FINAL_TYPE (TrafoUnigramTokenizer,
                      trafo_unigram_tokenizer,
                      TRAFO,
                      UNIGRAM_TOKENIZER,
                      GObject)

G_END_DECLS

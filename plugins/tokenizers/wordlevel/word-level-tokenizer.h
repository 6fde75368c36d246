/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-tokenizer.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_WORD_LEVEL_TOKENIZER (trafo_word_level_tokenizer_get_type ())
G_DECLARE_FINAL_TYPE (TrafoWordLevelTokenizer,
                      trafo_word_level_tokenizer,
                      TRAFO,
                      WORD_LEVEL_TOKENIZER,
                      GObject)

G_END_DECLS

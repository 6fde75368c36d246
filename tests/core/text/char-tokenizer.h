/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo.h>

G_BEGIN_DECLS

/* The other members of an added token. */
#define CHAR_FLAGS                                                                                 \
  "\"id\":0,\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false"
#define CHAR_PLAIN CHAR_FLAGS ",\"special\":false"
#define CHAR_SPECIAL CHAR_FLAGS ",\"special\":true"

/* A tokenizer whose tokens are the code points of the words, so that a test sees what the engine
 * made of a text. Ids up to 255 exist. */
#define CHAR_TYPE_TOKENIZER (char_tokenizer_get_type ())
G_DECLARE_FINAL_TYPE (CharTokenizer, char_tokenizer, CHAR, TOKENIZER, GObject)

TrafoTokenizer *char_tokenizer_new (const char *tokenizer_json, const char *config);

G_END_DECLS

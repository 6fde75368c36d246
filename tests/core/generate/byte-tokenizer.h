/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-tokenizer.h>

G_BEGIN_DECLS

/* A byte-level tokenizer of 119 tokens: 0 is <|end|>, special; then some words, as they stand in
 * byte_tokenizer_words; then bytes, each by itself. */
#define BYTE_TOKENIZER_SIZE 119

TrafoTokenizer *byte_tokenizer_new (void);

/* The id of the token that stands for @text, all of it; bytes are given by Latin-1. */
gint64 byte_tokenizer_find (const char *text);

G_END_DECLS

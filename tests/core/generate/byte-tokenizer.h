/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-tokenizer.h>

G_BEGIN_DECLS

/* The byte-level tokenizer of tests/data/models/gpt2-untied (tests/tools/make-byte-tokenizer.py). */
TrafoTokenizer *byte_tokenizer_new (void);

G_END_DECLS

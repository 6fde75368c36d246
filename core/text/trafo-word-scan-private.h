/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-word-array-private.h"

G_BEGIN_DECLS

/* Splits @range of @text as a regular expression of a known model does, each of whose matches begins
 * where the last one ended. */
typedef void (*TrafoWordScan) (const char *text, TrafoTextRange range, TrafoWordArray *words);

void          trafo_word_scan_gpt2 (const char *text, TrafoTextRange range, TrafoWordArray *words);
TrafoWordScan trafo_word_scan_find (const char *regex);

G_END_DECLS

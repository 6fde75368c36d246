/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-aligned-text-private.h"
#include "trafo-word-array-private.h"

G_BEGIN_DECLS

/* The pre-tokenizer of a tokenizer.json: a list of steps, each of which splits or rewrites the words
 * that the one before it left. */
typedef struct _TrafoPreTokenizer TrafoPreTokenizer;

/* What one thread needs to apply a pre-tokenizer; memory is kept from one text to the next. */
typedef struct
{
  TrafoWordArray          words[2];
  TrafoWordArray          matches; /* of a pattern */
  TrafoAlignedTextBuilder builders[2];
} TrafoPreTokenizerScratch;

void trafo_pre_tokenizer_scratch_clear (TrafoPreTokenizerScratch *self);

TrafoPreTokenizer          *
trafo_pre_tokenizer_new (GVariant *component, const char *origin, GError **error);
void     trafo_pre_tokenizer_free (TrafoPreTokenizer *self);
gboolean trafo_pre_tokenizer_apply (const TrafoPreTokenizer  *self,
                                    TrafoPreTokenizerScratch *scratch,
                                    TrafoAlignedText         *text,
                                    const TrafoWordArray    **words,
                                    GError                  **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoPreTokenizer, trafo_pre_tokenizer_free)

G_END_DECLS

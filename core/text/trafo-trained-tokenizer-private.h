/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-merge-training-private.h"
#include "trafo-tokenizer-components-private.h"

G_BEGIN_DECLS

/* A trained tokenizer, as tokenizers would save it. */
typedef struct
{
  const TrafoTokenizerComponents *components;
  gboolean                        is_word_piece;
  const char                     *unk_token; /* or NULL */
  const TrafoMergeOptions        *options;
  const TrafoMergeResult         *result;
} TrafoTrainedTokenizer;

GBytes  *trafo_trained_tokenizer_to_json (const TrafoTrainedTokenizer *self);
gboolean trafo_trained_tokenizer_save (const TrafoTrainedTokenizer *self,
                                       const char                  *folder,
                                       GError                     **error);

G_END_DECLS

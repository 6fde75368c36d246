/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-vocabulary.h>

#include "trafo-word-counts-private.h"

G_BEGIN_DECLS

/* What a vocabulary is learned with: the options of tokenizers' BpeTrainer. */
typedef struct
{
  gsize              vocab_size;
  guint64            min_frequency;
  const char *const *special_tokens;   /* come first */
  const char        *initial_alphabet; /* characters that are tokens, whether they come or not */
  gsize              limit_alphabet;   /* G_MAXSIZE: none */
  const char        *prefix;           /* of a token that continues a word, or NULL */
  const char        *suffix;           /* of a token that ends a word, or NULL */
  gsize              max_token_length; /* G_MAXSIZE: none */
} TrafoMergeOptions;

typedef struct
{
  guint32 left;
  guint32 right;
} TrafoMergePair;

/* What was learned. */
typedef struct
{
  TrafoVocabulary *vocabulary; /* the nth token has the id n */
  GArray          *merges;     /* of TrafoMergePair, the first merged first */
} TrafoMergeResult;

void trafo_merge_result_clear (TrafoMergeResult *self);

/* @words: in an order that always is the same for the same words. @n_tokens says at any time how far
 * it is; another thread may read it. */
gboolean trafo_merge_training_run (const TrafoMergeOptions *options,
                                   const TrafoWordCount    *words,
                                   gsize                    n_words,
                                   gsize                   *n_tokens,
                                   TrafoMergeResult        *result,
                                   GCancellable            *cancellable,
                                   GError                 **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrafoMergeResult, trafo_merge_result_clear)

G_END_DECLS

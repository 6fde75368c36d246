/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "bpe-word.h"

G_BEGIN_DECLS

enum
{
  /* of a word, at most */
  BPE_CACHED_SIZE_BYTES = 64,
  BPE_CACHED_N_SYMBOLS = 32,
};

/* A word that was merged; its text stands behind the symbols. */
typedef struct
{
  guint32   size_bytes;
  guint32   n_symbols;
  BpeSymbol symbols[];
} BpeCachedWord;

/* Words that are no tokens, as they came first: most of a text are words that came before. Several
 * threads use it, and what was put in never changes until the end. */
typedef struct _BpeCache BpeCache;

BpeCache            *bpe_cache_new (void);
void                 bpe_cache_free (BpeCache *self);
const BpeCachedWord *bpe_cache_lookup (const BpeCache *self, const char *text, gsize size_bytes);
void bpe_cache_add (BpeCache *self, const char *text, gsize size_bytes, const BpeWord *word);

G_END_DECLS

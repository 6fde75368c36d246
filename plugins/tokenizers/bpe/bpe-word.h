/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "bpe-merges.h"

G_BEGIN_DECLS

enum
{
  BPE_SHORT_WORD = 64, /* symbols that fit without an allocation */
};

/* A part of a word that is one token; until words are merged, one character of it. */
typedef struct
{
  guint32 id;
  guint32 size_bytes;
} BpeSymbol;

/* A word while its symbols are merged. */
typedef struct
{
  BpeSymbol *symbols;
  gsize      n_symbols;
  gsize      n_allocated;
  BpeSymbol  few[BPE_SHORT_WORD];
} BpeWord;

void     bpe_word_init (BpeWord *self);
gboolean bpe_word_add (BpeWord *self, guint32 id, guint32 size_bytes, GError **error);
gboolean bpe_word_merge (BpeWord *self, const BpeMerges *merges, GError **error);
void     bpe_word_clear (BpeWord *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BpeWord, bpe_word_clear)

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-tokenizer.h>
#include <trafo/trafo-vocabulary.h>

#include "unigram-trie.h"

G_BEGIN_DECLS

/* The model, once it is read. */
typedef struct
{
  TrafoVocabulary *vocabulary;
  UnigramTrie      trie;
  GArray          *scores; /* of double, by id */
  double           unk_score;
  gboolean         has_unk;
  guint64          unk_id;
  gboolean         byte_fallback;
  gboolean         has_bytes[256]; /* whether "<0xHH>" is a token */
  guint32          byte_ids[256];
} UnigramModel;

UnigramModel *unigram_model_new (void);
void          unigram_model_free (UnigramModel *self);
gboolean unigram_model_read (UnigramModel *self, GBytes *text, const char *origin, GError **error);
gboolean unigram_model_tokenize (const UnigramModel   *self,
                                 const char           *text,
                                 const TrafoTextRange *words,
                                 gsize                 n_words,
                                 guint32               first_word,
                                 TrafoPieceArray      *pieces,
                                 GError              **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UnigramModel, unigram_model_free)

G_END_DECLS

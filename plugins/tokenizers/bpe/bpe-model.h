/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-tokenizer.h>
#include <trafo/trafo-vocabulary.h>

#include "bpe-cache.h"
#include "bpe-merges.h"

G_BEGIN_DECLS

enum
{
  BPE_N_DIRECT = 0x180, /* characters whose tokens are found without the vocabulary */
};

/* What is known of a token as a whole word. */
typedef enum
{
  BPE_WHOLE_UNKNOWN,
  BPE_WHOLE_YES, /* its merges lead to it */
  BPE_WHOLE_NO,
} BpeWhole;

/* The model, once it is read. */
typedef struct
{
  TrafoVocabulary *vocabulary;
  BpeMerges        merges;
  char            *unk_token; /* may be NULL */
  char            *continuing_subword_prefix;
  char            *end_of_word_suffix;
  gboolean         fuse_unk;
  gboolean         byte_fallback;
  gboolean         ignore_merges;

  gboolean has_unk; /* @unk_token is in the vocabulary */
  guint32  unk_id;
  gboolean has_affixes;
  gboolean has_bytes[256]; /* whether "<0xHH>" is a token */
  guint32  byte_ids[256];
  gboolean has_direct[BPE_N_DIRECT];
  guint32  direct_ids[BPE_N_DIRECT];
  guint8
       *wholes; /* BpeWhole by id, each found out when its word comes first; NULL: none is known */
  gsize n_wholes;
  BpeCache *cache; /* or NULL */
} BpeModel;

BpeModel *bpe_model_new (void);
void      bpe_model_free (BpeModel *self);
gboolean  bpe_model_read (BpeModel   *self,
                          GBytes     *text,
                          gboolean    is_made_by_class,
                          const char *origin,
                          GError    **error);
gboolean  bpe_model_add_merge (BpeModel   *self,
                               const char *left,
                               gsize       left_size,
                               const char *right,
                               gsize       right_size,
                               guint32     rank,
                               GError    **error);
void bpe_model_prefetch_joined_merge (const BpeModel *self, const char *merge, gsize size_bytes);
gboolean bpe_model_add_joined_merge (BpeModel   *self,
                                     const char *merge,
                                     gsize       size_bytes,
                                     guint32     rank,
                                     GError    **error);
gboolean bpe_model_finish (BpeModel *self, GError **error);
gboolean bpe_model_tokenize (BpeModel             *self,
                             const char           *text,
                             const TrafoTextRange *words,
                             gsize                 n_words,
                             guint32               first_word,
                             TrafoPieceArray      *pieces,
                             GError              **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BpeModel, bpe_model_free)

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-error.h>

G_BEGIN_DECLS

#define BPE_NO_RANK G_MAXUINT32

/* Two neighbouring tokens and the one that they make; of all pairs in a word, that of the lowest rank
 * is merged first. @rank is BPE_NO_RANK where two tokens do not merge. */
typedef struct
{
  guint32 left;
  guint32 right;
  guint32 rank;
  guint32 merged;
} BpeMerge;

/* The merges of a model, by their pair. */
typedef struct
{
  BpeMerge *slots; /* as many as 1 << n_bits */
  guint     n_bits;
  gsize     n_merges;
  guint64   seed;
} BpeMerges;

gboolean bpe_merges_reserve (BpeMerges *self, gsize n_merges, GError **error);
gboolean bpe_merges_add (BpeMerges *self, BpeMerge merge, GError **error);
void     bpe_merges_clear (BpeMerges *self);

/* The slot that holds the pair, or the free one where it would stand. */
static inline BpeMerge *
bpe_merges_find (const BpeMerges *self, guint32 left, guint32 right)
{
  guint64 key = ((guint64) left << 32 | right) ^ self->seed;
  gsize   mask = ((gsize) 1 << self->n_bits) - 1;
  gsize   i;

  key = (key ^ key >> 29) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  i = key >> (64 - self->n_bits);
  while (self->slots[i].rank != BPE_NO_RANK &&
         (self->slots[i].left != left || self->slots[i].right != right))
    i = (i + 1) & mask;
  return &self->slots[i];
}

G_END_DECLS

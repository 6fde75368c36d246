/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A trie over bytes. The edges stand in one hash table, so a step costs one probe whatever the number
 * of children; node 0 is the root. */
typedef struct
{
  guint64 key; /* parent << 8 | byte */
  guint32 child;
} UnigramEdge;

typedef struct
{
  UnigramEdge *edges;
  guint        n_bits; /* the table has room for 1 << n_bits edges */
  gsize        n_edges;
  gint64      *ids; /* of the nodes: the token that ends there, or -1 */
  gsize        n_nodes;
  gsize        n_allocated;
} UnigramTrie;

gboolean unigram_trie_add (UnigramTrie *self, const char *token, gsize size_bytes, guint32 id);
void     unigram_trie_clear (UnigramTrie *self);

/* The slot of an edge, or the free one where it would stand. */
static inline UnigramEdge *
unigram_trie_find (const UnigramTrie *self, guint32 parent, guint8 byte)
{
  guint64 key = (guint64) parent << 8 | byte;
  gsize   mask = ((gsize) 1 << self->n_bits) - 1;
  gsize   i = key * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) >> (64 - self->n_bits);

  while (self->edges[i].child != 0 && self->edges[i].key != key)
    i = (i + 1) & mask;
  return &self->edges[i];
}

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "unigram-trie.h"

enum
{
  FIRST_BITS = 10,
};

static gboolean
grow_edges (UnigramTrie *self)
{
  gsize        n_old = self->edges != NULL ? (gsize) 1 << self->n_bits : 0;
  guint        n_bits = n_old > 0 ? self->n_bits + 1 : FIRST_BITS;
  UnigramEdge *old = self->edges, *edges;

  if ((self->n_edges + 1) * 2 <= n_old)
    return TRUE;
  edges = g_try_new0 (UnigramEdge, (gsize) 1 << n_bits);
  if (edges == NULL)
    return FALSE;
  self->edges = edges;
  self->n_bits = n_bits;
  for (gsize i = 0; i < n_old; i++)
    if (old[i].child != 0)
      *unigram_trie_find (self, old[i].key >> 8, old[i].key & 0xff) = old[i];
  g_free (old);
  return TRUE;
}

static gboolean
grow_nodes (UnigramTrie *self)
{
  gsize   wanted = self->n_nodes * 2 + 1024;
  gint64 *grown;

  if (self->n_nodes + 2 <= self->n_allocated)
    return TRUE;
  grown = wanted < G_MAXUINT32 ? g_try_renew (gint64, self->ids, wanted) : NULL;
  if (grown == NULL)
    return FALSE;
  self->ids = grown;
  self->n_allocated = wanted;
  if (self->n_nodes == 0)
    self->ids[self->n_nodes++] = -1;
  return TRUE;
}

/* The empty token is left out: nothing begins with it. Returns FALSE if memory ran out. */
gboolean
unigram_trie_add (UnigramTrie *self, const char *token, gsize size_bytes, guint32 id)
{
  guint32 node = 0;

  for (gsize i = 0; i < size_bytes; i++)
    {
      UnigramEdge *edge;

      if (!grow_edges (self) || !grow_nodes (self))
        return FALSE;
      edge = unigram_trie_find (self, node, token[i]);
      if (edge->child == 0)
        {
          *edge = (UnigramEdge){ (guint64) node << 8 | (guint8) token[i], self->n_nodes };
          self->n_edges++;
          self->ids[self->n_nodes++] = -1;
        }
      node = edge->child;
    }
  if (node != 0)
    self->ids[node] = id;
  return TRUE;
}

void
unigram_trie_clear (UnigramTrie *self)
{
  g_clear_pointer (&self->edges, g_free);
  g_clear_pointer (&self->ids, g_free);
  self->n_edges = self->n_nodes = self->n_allocated = 0;
}

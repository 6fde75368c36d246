/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "word-piece-trie.h"

/* @key is parent << 8 | byte; @child is 0 where the slot is free, for the root is nobody's child. */
typedef struct
{
  guint64 key;
  guint32 child;
} Edge;

/* The first child stands in the node itself: where there is but one, a walk goes from node to node,
 * which lie side by side. @first_child is 0 where there is none. */
typedef struct
{
  guint32 id;
  guint32 first_child;
  guint8  first_byte;
  guint8  is_token;
} Node;

struct _WordPieceTrie
{
  Edge *edges;
  guint n_bits; /* the table has room for 1 << n_bits edges */
  gsize n_edges;
  Node *nodes;
  gsize n_nodes;
  gsize n_nodes_allocated;
};

WordPieceTrie *
word_piece_trie_new (void)
{
  return g_new0 (WordPieceTrie, 1);
}

void
word_piece_trie_free (WordPieceTrie *self)
{
  g_free (self->edges);
  g_free (self->nodes);
  g_free (self);
}

static inline Edge *
find_edge (const WordPieceTrie *self, guint32 parent, guint8 byte)
{
  guint64 key = (guint64) parent << 8 | byte;
  gsize   mask = ((gsize) 1 << self->n_bits) - 1;
  gsize   i = key * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) >> (64 - self->n_bits);

  while (self->edges[i].child != 0 && self->edges[i].key != key)
    i = (i + 1) & mask;
  return &self->edges[i];
}

static inline guint32
find_child (const WordPieceTrie *self, guint32 node, guint8 byte)
{
  const Node *parent = &self->nodes[node];

  if (parent->first_byte == byte || parent->first_child == 0)
    return parent->first_child;
  return find_edge (self, node, byte)->child;
}

static gboolean
grow_edges (WordPieceTrie *self)
{
  gsize n_old = self->edges != NULL ? (gsize) 1 << self->n_bits : 0;
  guint n_bits = n_old > 0 ? self->n_bits + 1 : 10;
  Edge *old = self->edges;

  if ((self->n_edges + 1) * 2 <= n_old)
    return TRUE;
  self->edges = g_try_new0 (Edge, (gsize) 1 << n_bits);
  if (self->edges == NULL)
    {
      self->edges = old;
      return FALSE;
    }
  self->n_bits = n_bits;
  for (gsize i = 0; i < n_old; i++)
    if (old[i].child != 0)
      *find_edge (self, old[i].key >> 8, old[i].key & 0xff) = old[i];
  g_free (old);
  return TRUE;
}

/* Returns the new node, 0 if memory ran out. */
static guint32
add_node (WordPieceTrie *self)
{
  if (!grow_edges (self))
    return 0;
  if (self->n_nodes + 1 >= self->n_nodes_allocated)
    {
      gsize wanted = self->n_nodes * 2 + 1024;
      Node *grown = wanted < G_MAXUINT32 ? g_try_renew (Node, self->nodes, wanted) : NULL;

      if (grown == NULL)
        return 0;
      self->nodes = grown;
      self->n_nodes_allocated = wanted;
    }
  if (self->n_nodes == 0)
    self->nodes[self->n_nodes++] = (Node){ 0 };
  self->nodes[self->n_nodes] = (Node){ 0 };
  return self->n_nodes++;
}

static void
add_child (WordPieceTrie *self, guint32 node, guint8 byte, guint32 child)
{
  Node *parent = &self->nodes[node];

  if (parent->first_child != 0)
    {
      *find_edge (self, node, byte) = (Edge){ (guint64) node << 8 | byte, child };
      self->n_edges++;
      return;
    }
  parent->first_child = child;
  parent->first_byte = byte;
}

/* Returns FALSE if memory ran out. */
gboolean
word_piece_trie_add (WordPieceTrie *self, const char *token, gsize size_bytes, guint32 id)
{
  guint32 node = 0;

  if (size_bytes == 0)
    return TRUE;
  for (gsize i = 0; i < size_bytes; i++)
    {
      guint32 child = self->n_nodes > 0 ? find_child (self, node, token[i]) : 0;

      if (child == 0)
        {
          child = add_node (self);
          if (child == 0)
            return FALSE;
          add_child (self, node, token[i], child);
        }
      node = child;
    }
  self->nodes[node].id = id;
  self->nodes[node].is_token = TRUE;
  return TRUE;
}

/* The size of the longest token that @text begins with, 0 if it begins with none; adds to
 * @n_steps what the search cost. */
gsize
word_piece_trie_match (const WordPieceTrie *self,
                       const char          *text,
                       gsize                size_bytes,
                       guint32             *id,
                       guint64             *n_steps)
{
  guint32 node = 0;
  gsize   longest = 0, i = 0;

  for (; self->n_nodes > 0 && i < size_bytes; i++)
    {
      node = find_child (self, node, text[i]);
      if (node == 0)
        break;
      if (self->nodes[node].is_token)
        {
          longest = i + 1;
          *id = self->nodes[node].id;
        }
    }
  *n_steps += i + 1;
  return longest;
}

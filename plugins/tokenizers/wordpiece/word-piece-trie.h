/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A trie over bytes, for the longest token that a text begins with. All but the first child of a node
 * stand in one hash table, so a step costs one probe whatever the number of children. */
typedef struct _WordPieceTrie WordPieceTrie;

WordPieceTrie *word_piece_trie_new (void);
void           word_piece_trie_free (WordPieceTrie *self);
gboolean word_piece_trie_add (WordPieceTrie *self, const char *token, gsize size_bytes, guint32 id);
gsize    word_piece_trie_match (const WordPieceTrie *self,
                                const char          *text,
                                gsize                size_bytes,
                                guint32             *id,
                                guint64             *n_steps);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WordPieceTrie, word_piece_trie_free)

G_END_DECLS

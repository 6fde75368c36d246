/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-page-pool-private.h"

G_BEGIN_DECLS

/* The keys and values of sequences: of each a length and a list of pages, whose last may be filled in
 * part. Sequences that were forked share the pages of what they have in common; one that goes on in a
 * shared page gets a copy of it. Sequences are small numbers, used again after their release. */
typedef struct _TrafoKvCache TrafoKvCache;

/* @types: (pages, 2, heads, page tokens, head size), all with as many tokens in a page. */
TrafoKvCache *trafo_kv_cache_new (TrafoDevice *device, const TrafoValueType *types, guint n_states);
void          trafo_kv_cache_free (TrafoKvCache *self);

/* The memory of state @i; moves when the cache grows. */
const TrafoOperand *trafo_kv_cache_get_state (const TrafoKvCache *self, guint i);

/* The memory of all states, filled or not. */
gsize trafo_kv_cache_get_size_bytes (const TrafoKvCache *self);

/* The memory of a page, in all states. */
gsize trafo_kv_cache_get_page_bytes (const TrafoKvCache *self);

/* How many tokens fill a page. */
gsize trafo_kv_cache_get_page_tokens (const TrafoKvCache *self);

/* How many pages @n_tokens fill. */
gsize trafo_kv_cache_count_pages (const TrafoKvCache *self, gsize n_tokens);

/* Room for @n_pages in all. */
gboolean trafo_kv_cache_reserve (TrafoKvCache *self, gsize n_pages, GError **error);

guint    trafo_kv_cache_begin (TrafoKvCache *self);
guint    trafo_kv_cache_fork (TrafoKvCache *self, guint sequence);
void     trafo_kv_cache_release (TrafoKvCache *self, guint sequence);
gboolean trafo_kv_cache_contains (const TrafoKvCache *self, guint sequence);
void     trafo_kv_cache_truncate (TrafoKvCache *self, guint sequence, gsize length);
gsize    trafo_kv_cache_get_length (const TrafoKvCache *self, guint sequence);

/* sequences[i] becomes what sequences[parents[i]] was. */
void
trafo_kv_cache_reorder (TrafoKvCache *self, const guint *sequences, const guint *parents, guint n);

/* Makes room for @n_tokens more, in pages of the sequence's own; its length stays. Then the pages may
 * be written, and are part of the sequence after trafo_kv_cache_append(). */
gboolean trafo_kv_cache_extend (TrafoKvCache *self, guint sequence, gsize n_tokens, GError **error);
void     trafo_kv_cache_append (TrafoKvCache *self, guint sequence, gsize n_tokens);
const gint32 *
trafo_kv_cache_get_pages (const TrafoKvCache *self, guint sequence, guint *ret_n_pages);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoKvCache, trafo_kv_cache_free)

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-kv-cache-private.h"

/* The pages behind those that the length fills are room, which is shared with nobody. */
typedef struct
{
  gboolean is_used;
  gsize    length;
  GArray  *pages; /* of gint32 */
} Sequence;

struct _TrafoKvCache
{
  TrafoPagePool *pool;
  gsize          page_tokens;
  GArray        *sequences; /* of Sequence */
  GArray        *reordered; /* of Sequence: room for reordering */
};

static void
sequence_clear (gpointer data)
{
  Sequence *sequence = data;

  g_array_unref (sequence->pages);
}

TrafoKvCache *
trafo_kv_cache_new (TrafoDevice *device, const TrafoValueType *types, guint n_states)
{
  TrafoKvCache *self = g_new0 (TrafoKvCache, 1);

  self->pool = trafo_page_pool_new (device, types, n_states);
  self->page_tokens = n_states > 0 ? (gsize) types[0].dims[3] : 1;
  self->sequences = g_array_new (FALSE, TRUE, sizeof (Sequence));
  self->reordered = g_array_new (FALSE, TRUE, sizeof (Sequence));
  g_array_set_clear_func (self->sequences, sequence_clear);
  g_array_set_clear_func (self->reordered, sequence_clear);
  return self;
}

void
trafo_kv_cache_free (TrafoKvCache *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->sequences);
  g_array_unref (self->reordered);
  trafo_page_pool_free (self->pool);
  g_free (self);
}

const TrafoOperand *
trafo_kv_cache_get_state (const TrafoKvCache *self, guint i)
{
  return trafo_page_pool_get_state (self->pool, i);
}

gsize
trafo_kv_cache_get_size_bytes (const TrafoKvCache *self)
{
  return trafo_page_pool_get_size_bytes (self->pool);
}

gsize
trafo_kv_cache_get_page_bytes (const TrafoKvCache *self)
{
  return trafo_page_pool_get_page_bytes (self->pool);
}

gsize
trafo_kv_cache_get_page_tokens (const TrafoKvCache *self)
{
  return self->page_tokens;
}

gsize
trafo_kv_cache_count_pages (const TrafoKvCache *self, gsize n_tokens)
{
  return n_tokens / self->page_tokens + (n_tokens % self->page_tokens != 0);
}

gboolean
trafo_kv_cache_reserve (TrafoKvCache *self, gsize n_pages, GError **error)
{
  return trafo_page_pool_reserve (self->pool, (guint) MIN (n_pages, G_MAXUINT), error);
}

static Sequence *
sequence_at (const TrafoKvCache *self, guint i)
{
  return &g_array_index (self->sequences, Sequence, i);
}

static Sequence *
sequence_grow (GArray *sequences)
{
  Sequence *sequence;

  g_array_set_size (sequences, sequences->len + 1);
  sequence = &g_array_index (sequences, Sequence, sequences->len - 1);
  sequence->pages = g_array_new (FALSE, FALSE, sizeof (gint32));
  return sequence;
}

guint
trafo_kv_cache_begin (TrafoKvCache *self)
{
  guint i = 0;

  while (i < self->sequences->len && sequence_at (self, i)->is_used)
    i++;
  if (i == self->sequences->len)
    sequence_grow (self->sequences);
  sequence_at (self, i)->is_used = TRUE;
  return i;
}

gboolean
trafo_kv_cache_contains (const TrafoKvCache *self, guint sequence)
{
  return sequence < self->sequences->len && sequence_at (self, sequence)->is_used;
}

/* Drops the pages from number @n_pages on. */
static void
drop_pages (TrafoKvCache *self, Sequence *sequence, gsize n_pages)
{
  while (sequence->pages->len > n_pages)
    {
      guint last = sequence->pages->len - 1;

      trafo_page_pool_unref (self->pool, g_array_index (sequence->pages, gint32, last));
      g_array_set_size (sequence->pages, last);
    }
}

/* @to, which is empty, becomes a copy of @from. */
static void
share_pages (TrafoKvCache *self, const Sequence *from, Sequence *to)
{
  gsize n_pages = trafo_kv_cache_count_pages (self, from->length);

  g_array_append_vals (to->pages, from->pages->data, n_pages);
  for (gsize i = 0; i < n_pages; i++)
    trafo_page_pool_ref (self->pool, g_array_index (from->pages, gint32, i));
  to->length = from->length;
}

guint
trafo_kv_cache_fork (TrafoKvCache *self, guint sequence)
{
  guint fork = trafo_kv_cache_begin (self);

  share_pages (self, sequence_at (self, sequence), sequence_at (self, fork));
  return fork;
}

void
trafo_kv_cache_release (TrafoKvCache *self, guint sequence)
{
  trafo_kv_cache_truncate (self, sequence, 0);
  sequence_at (self, sequence)->is_used = FALSE;
}

void
trafo_kv_cache_truncate (TrafoKvCache *self, guint sequence, gsize length)
{
  Sequence *cut = sequence_at (self, sequence);

  if (length >= cut->length && length > 0)
    return;
  drop_pages (self, cut, trafo_kv_cache_count_pages (self, length));
  cut->length = length;
}

gsize
trafo_kv_cache_get_length (const TrafoKvCache *self, guint sequence)
{
  return sequence_at (self, sequence)->length;
}

void
trafo_kv_cache_reorder (TrafoKvCache *self, const guint *sequences, const guint *parents, guint n)
{
  while (self->reordered->len < n)
    sequence_grow (self->reordered);
  for (guint i = 0; i < n; i++)
    share_pages (self,
                 sequence_at (self, sequences[parents[i]]),
                 &g_array_index (self->reordered, Sequence, i));
  for (guint i = 0; i < n; i++)
    {
      Sequence *old = sequence_at (self, sequences[i]);
      Sequence *reordered = &g_array_index (self->reordered, Sequence, i);
      GArray   *emptied = old->pages;

      drop_pages (self, old, 0);
      old->pages = reordered->pages;
      old->length = reordered->length;
      reordered->pages = emptied;
    }
}

/* The page in which the sequence goes on must be its own. */
static gboolean
own_last_page (TrafoKvCache *self, Sequence *sequence, GError **error)
{
  gint32 *last;

  if (sequence->length % self->page_tokens == 0)
    return TRUE;
  last = &g_array_index (sequence->pages, gint32, sequence->length / self->page_tokens);
  return !trafo_page_pool_is_shared (self->pool, *last) ||
         trafo_page_pool_unshare (self->pool, *last, last, error);
}

gboolean
trafo_kv_cache_extend (TrafoKvCache *self, guint sequence, gsize n_tokens, GError **error)
{
  Sequence *extended = sequence_at (self, sequence);
  gsize     n_pages = trafo_kv_cache_count_pages (self, extended->length + n_tokens);

  if (!own_last_page (self, extended, error))
    return FALSE;
  while (extended->pages->len < n_pages)
    {
      gint32 page;

      if (!trafo_page_pool_take (self->pool, &page, error))
        return FALSE;
      g_array_append_val (extended->pages, page);
    }
  return TRUE;
}

void
trafo_kv_cache_append (TrafoKvCache *self, guint sequence, gsize n_tokens)
{
  sequence_at (self, sequence)->length += n_tokens;
}

const gint32 *
trafo_kv_cache_get_pages (const TrafoKvCache *self, guint sequence, guint *ret_n_pages)
{
  const GArray *pages = sequence_at (self, sequence)->pages;

  *ret_n_pages = pages->len;
  return (const gint32 *) (gpointer) pages->data;
}

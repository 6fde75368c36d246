/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Words, as their indices. */
typedef struct
{
  guint32 *words;
  guint32  n_words;
  guint32  n_allocated;
} TrafoWordList;

/* A pair of tokens that may be merged. */
typedef struct
{
  guint64       key;   /* the left token's id << 32 | the right one's */
  gint64        count; /* how often it comes */
  TrafoWordList words; /* that it was found in since it was queued last */
} TrafoPair;

/* What was queued: @count is what the pair had then. */
typedef struct
{
  guint64       count;
  guint64       key;
  TrafoWordList words;
} TrafoQueuedPair;

/* All pairs by their key, and a queue of them: the one that comes most often first, of several the one
 * of the lowest key. */
typedef struct
{
  TrafoPair       *pairs;
  gsize            n_pairs;
  gsize            n_pairs_allocated;
  guint32         *slots; /* index plus one, 0: free */
  guint            n_bits;
  GArray          *touched; /* of guint32: pairs with words that are not queued */
  TrafoQueuedPair *heap;
  gsize            n_queued;
  gsize            n_queued_allocated;
  gboolean         failed; /* memory ran out */
} TrafoPairQueue;

void trafo_pair_queue_init (TrafoPairQueue *self);
void trafo_pair_queue_clear (TrafoPairQueue *self);

void     trafo_pair_queue_count (TrafoPairQueue *self, guint64 key, gint64 change);
void     trafo_pair_queue_find (TrafoPairQueue *self, guint64 key, gint64 change, guint32 word);
void     trafo_pair_queue_flush (TrafoPairQueue *self);
gboolean trafo_pair_queue_pop (TrafoPairQueue *self, TrafoQueuedPair *top);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrafoPairQueue, trafo_pair_queue_clear)

G_END_DECLS

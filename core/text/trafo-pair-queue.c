/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-pair-queue-private.h"

enum
{
  FIRST_BITS = 12,
};

void
trafo_pair_queue_init (TrafoPairQueue *self)
{
  *self = (TrafoPairQueue){ .touched = g_array_new (FALSE, FALSE, sizeof (guint32)) };
}

void
trafo_pair_queue_clear (TrafoPairQueue *self)
{
  for (gsize i = 0; i < self->n_pairs; i++)
    g_free (self->pairs[i].words.words);
  for (gsize i = 0; i < self->n_queued; i++)
    g_free (self->heap[i].words.words);
  g_free (self->pairs);
  g_free (self->slots);
  g_free (self->heap);
  g_clear_pointer (&self->touched, g_array_unref);
}

/* Makes room for one more in @array. */
static gboolean
reserve (gpointer *array, gsize n, gsize *n_allocated, gsize element_size)
{
  gsize    wanted = *n_allocated * 2 + 16, size;
  gpointer grown;

  if (n < *n_allocated)
    return TRUE;
  if (!g_size_checked_mul (&size, wanted, element_size))
    return FALSE;
  grown = g_try_realloc (*array, size);
  if (grown == NULL)
    return FALSE;
  *array = grown;
  *n_allocated = wanted;
  return TRUE;
}

/* The slot that holds the pair, or the free one where it would stand. Ids are given out by the
 * training itself, so nobody can choose keys that collide. */
static guint32 *
find_slot (const TrafoPairQueue *self, guint64 key)
{
  gsize mask = ((gsize) 1 << self->n_bits) - 1;
  gsize i = ((key ^ key >> 29) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> (64 - self->n_bits);

  while (self->slots[i] != 0 && self->pairs[self->slots[i] - 1].key != key)
    i = (i + 1) & mask;
  return &self->slots[i];
}

static gboolean
grow_slots (TrafoPairQueue *self)
{
  guint    n_bits = self->slots != NULL ? self->n_bits + 1 : FIRST_BITS;
  guint32 *slots = g_try_new0 (guint32, (gsize) 1 << n_bits);

  if (slots == NULL || self->n_pairs >= G_MAXUINT32 / 2)
    {
      g_free (slots);
      return FALSE;
    }
  g_free (self->slots);
  self->slots = slots;
  self->n_bits = n_bits;
  for (gsize i = 0; i < self->n_pairs; i++)
    *find_slot (self, self->pairs[i].key) = i + 1;
  return TRUE;
}

static TrafoPair *
get_pair (TrafoPairQueue *self, guint64 key)
{
  guint32 *slot;

  if ((self->slots == NULL || self->n_pairs * 2 >= (gsize) 1 << self->n_bits) && !grow_slots (self))
    return NULL;
  slot = find_slot (self, key);
  if (*slot == 0)
    {
      if (!reserve ((gpointer *) &self->pairs,
                    self->n_pairs,
                    &self->n_pairs_allocated,
                    sizeof *self->pairs))
        return NULL;
      self->pairs[self->n_pairs++] = (TrafoPair){ .key = key };
      *slot = self->n_pairs;
    }
  return &self->pairs[*slot - 1];
}

/* The pair comes so much more often, or less. */
void
trafo_pair_queue_count (TrafoPairQueue *self, guint64 key, gint64 change)
{
  TrafoPair *pair = self->failed ? NULL : get_pair (self, key);

  if (pair != NULL)
    pair->count += change;
  else
    self->failed = TRUE;
}

/* The pair comes more often, in @word. Words come in their order. */
void
trafo_pair_queue_find (TrafoPairQueue *self, guint64 key, gint64 change, guint32 word)
{
  TrafoPair     *pair = self->failed ? NULL : get_pair (self, key);
  TrafoWordList *list;
  guint32        index;

  self->failed = pair == NULL;
  if (pair == NULL)
    return;
  pair->count += change;
  list = &pair->words;
  if (list->n_words > 0 && list->words[list->n_words - 1] == word)
    return;
  if (list->n_words == list->n_allocated)
    {
      guint32  wanted = list->n_allocated * 2 + 2;
      guint32 *grown =
          wanted > list->n_allocated ? g_try_renew (guint32, list->words, wanted) : NULL;

      self->failed = grown == NULL;
      if (grown == NULL)
        return;
      list->words = grown;
      list->n_allocated = wanted;
    }
  index = pair - self->pairs;
  if (list->n_words == 0)
    g_array_append_val (self->touched, index);
  list->words[list->n_words++] = word;
}

static inline gboolean
comes_before (const TrafoQueuedPair *a, const TrafoQueuedPair *b)
{
  return a->count != b->count ? a->count > b->count : a->key < b->key;
}

static void
push (TrafoPairQueue *self, TrafoQueuedPair pair)
{
  gsize i = self->n_queued;

  if (!reserve ((gpointer *) &self->heap,
                self->n_queued,
                &self->n_queued_allocated,
                sizeof *self->heap))
    {
      g_free (pair.words.words);
      self->failed = TRUE;
      return;
    }
  self->n_queued++;
  for (; i > 0 && comes_before (&pair, &self->heap[(i - 1) / 2]); i = (i - 1) / 2)
    self->heap[i] = self->heap[(i - 1) / 2];
  self->heap[i] = pair;
}

static TrafoQueuedPair
pop (TrafoPairQueue *self)
{
  TrafoQueuedPair top = self->heap[0], last = self->heap[--self->n_queued];
  gsize           i = 0, child;

  for (; (child = i * 2 + 1) < self->n_queued; i = child)
    {
      if (child + 1 < self->n_queued && comes_before (&self->heap[child + 1], &self->heap[child]))
        child++;
      if (!comes_before (&self->heap[child], &last))
        break;
      self->heap[i] = self->heap[child];
    }
  self->heap[i] = last;
  return top;
}

/* Queues the pairs that were found since. A pair may then stand in the queue several times, each time
 * with other words. */
void
trafo_pair_queue_flush (TrafoPairQueue *self)
{
  for (guint i = 0; i < self->touched->len; i++)
    {
      TrafoPair    *pair = &self->pairs[g_array_index (self->touched, guint32, i)];
      TrafoWordList words = pair->words;

      pair->words = (TrafoWordList){ NULL };
      if (pair->count > 0 && !self->failed)
        push (self, (TrafoQueuedPair){ pair->count, pair->key, words });
      else
        g_free (words.words);
    }
  g_array_set_size (self->touched, 0);
}

/* Takes the first pair; the caller frees its words. FALSE if there is none. */
gboolean
trafo_pair_queue_pop (TrafoPairQueue *self, TrafoQueuedPair *top)
{
  while (self->n_queued > 0)
    {
      guint64 count;

      *top = pop (self);
      count = self->pairs[*find_slot (self, top->key) - 1].count;
      if (top->count == count)
        return TRUE;
      top->count = count;
      push (self, *top);
    }
  return FALSE;
}

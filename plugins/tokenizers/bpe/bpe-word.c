/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* Merges the pair of the lowest rank, and of several the first, until no pair has a rank: Sennrich,
 * Haddow and Birch 2016, section 3.2. A short word looks through all of its pairs for each merge,
 * which costs less than keeping order; a long one keeps its pairs in a heap, so that no text takes
 * more than n log n. */
#include "bpe-word.h"

#include <string.h>

void
bpe_word_init (BpeWord *self)
{
  self->symbols = self->few;
  self->n_symbols = 0;
  self->n_allocated = BPE_SHORT_WORD;
}

void
bpe_word_clear (BpeWord *self)
{
  if (self->symbols != self->few)
    g_free (self->symbols);
  bpe_word_init (self);
}

static gboolean
set_no_memory (const BpeWord *self, GError **error)
{
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NO_MEMORY,
               "no memory for a word of %" G_GSIZE_FORMAT " symbols",
               self->n_symbols);
  return FALSE;
}

static gboolean
grow (BpeWord *self, GError **error)
{
  gsize      wanted = self->n_allocated * 2;
  BpeSymbol *grown = self->symbols != self->few ? g_try_renew (BpeSymbol, self->symbols, wanted)
                                                : g_try_new (BpeSymbol, wanted);

  if (grown == NULL)
    return set_no_memory (self, error);
  if (self->symbols == self->few)
    memcpy (grown, self->few, sizeof self->few);
  self->symbols = grown;
  self->n_allocated = wanted;
  return TRUE;
}

gboolean
bpe_word_add (BpeWord *self, guint32 id, guint32 size_bytes, GError **error)
{
  if (self->n_symbols == self->n_allocated && !grow (self, error))
    return FALSE;
  self->symbols[self->n_symbols++] = (BpeSymbol){ id, size_bytes };
  return TRUE;
}

static void
merge_short (BpeWord *self, const BpeMerges *merges)
{
  const BpeMerge *pairs[BPE_SHORT_WORD];
  guint32         ranks[BPE_SHORT_WORD];
  BpeSymbol      *symbols = self->symbols;
  gsize           n = self->n_symbols;

  for (gsize i = 0; i + 1 < n; i++)
    {
      pairs[i] = bpe_merges_find (merges, symbols[i].id, symbols[i + 1].id);
      ranks[i] = pairs[i]->rank;
    }
  while (n > 1)
    {
      gsize best = 0;

      for (gsize i = 1; i + 1 < n; i++)
        if (ranks[i] < ranks[best])
          best = i;
      if (ranks[best] == BPE_NO_RANK)
        break;
      symbols[best].id = pairs[best]->merged;
      symbols[best].size_bytes += symbols[best + 1].size_bytes;
      n--;
      memmove (symbols + best + 1, symbols + best + 2, (n - best - 1) * sizeof *symbols);
      memmove (pairs + best, pairs + best + 1, (n - best) * sizeof *pairs);
      memmove (ranks + best, ranks + best + 1, (n - best) * sizeof *ranks);
      for (gsize i = best > 0 ? best - 1 : 0; i <= best && i + 1 < n; i++)
        {
          pairs[i] = bpe_merges_find (merges, symbols[i].id, symbols[i + 1].id);
          ranks[i] = pairs[i]->rank;
        }
    }
  self->n_symbols = n;
}

/* The neighbours of a symbol, which stand as far away as symbols between were merged into others. */
typedef struct
{
  guint32  previous; /* G_MAXUINT32: none */
  guint32  next;     /* the number of symbols: none */
  gboolean is_merged;
} Link;

typedef struct
{
  guint32 rank;
  guint32 position;
  guint32 merged;
} Candidate;

typedef struct
{
  BpeWord         *word;
  const BpeMerges *merges;
  Link            *links;
  Candidate       *heap; /* the least at the top */
  gsize            n_heap;
} LongMerge;

static inline gboolean
comes_before (const Candidate *a, const Candidate *b)
{
  return a->rank != b->rank ? a->rank < b->rank : a->position < b->position;
}

static void
push (LongMerge *self, Candidate candidate)
{
  gsize i = self->n_heap++;

  for (; i > 0 && comes_before (&candidate, &self->heap[(i - 1) / 2]); i = (i - 1) / 2)
    self->heap[i] = self->heap[(i - 1) / 2];
  self->heap[i] = candidate;
}

static Candidate
pop (LongMerge *self)
{
  Candidate top = self->heap[0], last = self->heap[--self->n_heap];
  gsize     i = 0;

  while (i * 2 + 1 < self->n_heap)
    {
      gsize child = i * 2 + 1;

      if (child + 1 < self->n_heap && comes_before (&self->heap[child + 1], &self->heap[child]))
        child++;
      if (!comes_before (&self->heap[child], &last))
        break;
      self->heap[i] = self->heap[child];
      i = child;
    }
  self->heap[i] = last;
  return top;
}

static void
push_pair (LongMerge *self, guint32 left, guint32 right)
{
  const BpeMerge *pair =
      bpe_merges_find (self->merges, self->word->symbols[left].id, self->word->symbols[right].id);

  if (pair->rank != BPE_NO_RANK)
    push (self, (Candidate){ pair->rank, left, pair->merged });
}

/* A candidate is out of date if the pair that it was made for is no more. */
static gboolean
is_current (const LongMerge *self, const Candidate *candidate)
{
  const Link     *link = &self->links[candidate->position];
  const BpeMerge *pair;

  if (link->is_merged || link->next == self->word->n_symbols)
    return FALSE;
  pair = bpe_merges_find (self->merges,
                          self->word->symbols[candidate->position].id,
                          self->word->symbols[link->next].id);
  return pair->rank != BPE_NO_RANK && pair->merged == candidate->merged;
}

static void
merge_at (LongMerge *self, const Candidate *candidate)
{
  BpeSymbol *symbols = self->word->symbols;
  Link      *link = &self->links[candidate->position];
  guint32    right = link->next;

  symbols[candidate->position].id = candidate->merged;
  symbols[candidate->position].size_bytes += symbols[right].size_bytes;
  self->links[right].is_merged = TRUE;
  link->next = self->links[right].next;
  if (link->next < self->word->n_symbols)
    self->links[link->next].previous = candidate->position;
  if (link->previous != G_MAXUINT32)
    push_pair (self, link->previous, candidate->position);
  if (link->next < self->word->n_symbols)
    push_pair (self, candidate->position, link->next);
}

/* Each merge takes one symbol away and adds two candidates at most. */
static gboolean
merge_long (BpeWord *self, const BpeMerges *merges, GError **error)
{
  g_autofree Link      *links = g_try_new (Link, self->n_symbols);
  g_autofree Candidate *heap = g_try_new (Candidate, self->n_symbols * 3);
  LongMerge             state = { self, merges, links, heap };
  gsize                 n = 0;

  if (links == NULL || heap == NULL)
    return set_no_memory (self, error);
  for (guint32 i = 0; i < self->n_symbols; i++)
    {
      links[i] = (Link){ i > 0 ? i - 1 : G_MAXUINT32, i + 1, FALSE };
      if (i > 0)
        push_pair (&state, i - 1, i);
    }
  while (state.n_heap > 0)
    {
      Candidate candidate = pop (&state);

      if (is_current (&state, &candidate))
        merge_at (&state, &candidate);
    }
  for (gsize i = 0; i < self->n_symbols; i++)
    if (!links[i].is_merged)
      self->symbols[n++] = self->symbols[i];
  self->n_symbols = n;
  return TRUE;
}

gboolean
bpe_word_merge (BpeWord *self, const BpeMerges *merges, GError **error)
{
  if (merges->n_merges == 0 || self->n_symbols < 2)
    return TRUE;
  if (self->n_symbols > BPE_SHORT_WORD)
    return merge_long (self, merges, error);
  merge_short (self, merges);
  return TRUE;
}

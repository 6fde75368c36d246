/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "bpe-cache.h"

#include <string.h>

enum
{
  N_BITS = 14,
  N_PROBES = 4,
};

struct _BpeCache
{
  guint64        seed;
  BpeCachedWord *slots[(1 << N_BITS) + N_PROBES];
};

/* NULL if there is no memory for it, which costs time alone. */
BpeCache *
bpe_cache_new (void)
{
  BpeCache *self = g_try_new0 (BpeCache, 1);

  if (self != NULL)
    self->seed = (guint64) g_random_int () << 32 | g_random_int ();
  return self;
}

void
bpe_cache_free (BpeCache *self)
{
  for (gsize i = 0; self != NULL && i < G_N_ELEMENTS (self->slots); i++)
    g_free (self->slots[i]);
  g_free (self);
}

static gsize
get_first_slot (const BpeCache *self, const char *text, gsize size_bytes)
{
  const guint64 factor = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  guint64       hash = self->seed ^ size_bytes;

  for (gsize i = 0; i < size_bytes; i += 8)
    {
      guint64 part = 0;

      if (size_bytes - i >= 8)
        memcpy (&part, text + i, 8);
      else
        for (gsize k = i; k < size_bytes; k++)
          part = part << 8 | (guint8) text[k];
      hash = (hash ^ part) * factor;
      hash ^= hash >> 29;
    }
  return hash * factor >> (64 - N_BITS);
}

/* NULL if the word is not there. */
const BpeCachedWord *
bpe_cache_lookup (const BpeCache *self, const char *text, gsize size_bytes)
{
  gsize first;

  if (self == NULL || size_bytes > BPE_CACHED_SIZE_BYTES)
    return NULL;
  first = get_first_slot (self, text, size_bytes);
  for (gsize i = first; i < first + N_PROBES; i++)
    {
      const BpeCachedWord *word = __atomic_load_n (&self->slots[i], __ATOMIC_ACQUIRE);

      if (word == NULL)
        return NULL;
      if (word->size_bytes == size_bytes &&
          memcmp (word->symbols + word->n_symbols, text, size_bytes) == 0)
        return word;
    }
  return NULL;
}

/* Puts a word in, unless there is no room near its place. */
void
bpe_cache_add (BpeCache *self, const char *text, gsize size_bytes, const BpeWord *word)
{
  gsize          first, symbols_size = word->n_symbols * sizeof *word->symbols;
  BpeCachedWord *added;

  if (self == NULL || size_bytes > BPE_CACHED_SIZE_BYTES || word->n_symbols > BPE_CACHED_N_SYMBOLS)
    return;
  first = get_first_slot (self, text, size_bytes);
  if (__atomic_load_n (&self->slots[first + N_PROBES - 1], __ATOMIC_RELAXED) != NULL)
    return;
  added = g_try_malloc (sizeof *added + symbols_size + size_bytes);
  if (added == NULL)
    return;
  *added = (BpeCachedWord){ size_bytes, word->n_symbols };
  memcpy (added->symbols, word->symbols, symbols_size);
  memcpy (added->symbols + word->n_symbols, text, size_bytes);
  for (gsize i = first; i < first + N_PROBES; i++)
    {
      BpeCachedWord *none = NULL;

      if (__atomic_compare_exchange_n (&self->slots[i],
                                       &none,
                                       added,
                                       FALSE,
                                       __ATOMIC_RELEASE,
                                       __ATOMIC_RELAXED))
        return;
    }
  g_free (added);
}

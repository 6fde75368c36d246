/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <trafo/trafo-vocabulary.h>

/* A slot of the hash table: most tokens are told apart by their size and first eight bytes alone.
 * @entry is an index plus one, 0 where the slot is free. */
typedef struct
{
  guint64 head;
  guint32 size_bytes;
  guint32 entry;
} Slot;

typedef struct
{
  gsize   offset; /* into the arena */
  guint32 size_bytes;
  guint32 id;
} Entry;

struct _TrafoVocabulary
{
  Slot   *slots;
  gsize   n_slots; /* a power of two */
  Entry  *entries;
  gsize   n_entries;
  gsize   n_entries_allocated;
  char   *arena;
  gsize   arena_size;
  gsize   arena_allocated;
  guint64 seed;

  /* Entries by id: @by_id[id] plus one where ids are dense, else sorted by id. */
  guint32 *by_id;
  gsize    n_by_id;
  gboolean is_dense;
};

enum
{
  MAX_SIZE_BYTES = 1 << 24, /* of one token */
};

/**
 * trafo_vocabulary_new: (skip)
 *
 * Makes an empty vocabulary.
 *
 * Returns: (transfer full): the vocabulary
 */
TrafoVocabulary *
trafo_vocabulary_new (void)
{
  TrafoVocabulary *self = g_new0 (TrafoVocabulary, 1);

  self->seed = (guint64) g_random_int () << 32 | g_random_int ();
  return self;
}

/**
 * trafo_vocabulary_free: (skip)
 * @self: (transfer full): a vocabulary
 *
 * Frees it.
 */
void
trafo_vocabulary_free (TrafoVocabulary *self)
{
  g_free (self->slots);
  g_free (self->entries);
  g_free (self->arena);
  g_free (self->by_id);
  g_free (self);
}

static inline guint64
read_le64 (const char *p)
{
  guint64 value;

  memcpy (&value, p, 8);
  return GUINT64_FROM_LE (value);
}

static inline guint32
read_le32 (const char *p)
{
  guint32 value;

  memcpy (&value, p, 4);
  return GUINT32_FROM_LE (value);
}

/* The first eight bytes, zero where there are fewer; reads none past the end. */
static inline guint64
get_head (const char *token, gsize size_bytes)
{
  guint64 head = 0;

  if (size_bytes >= 8)
    return read_le64 (token);
  if (size_bytes >= 4)
    return read_le32 (token) |
           ((guint64) read_le32 (token + size_bytes - 4) >> (8 - size_bytes) * 8) << 32;
  for (gsize i = size_bytes; i-- > 0;)
    head = head << 8 | (guint8) token[i];
  return head;
}

static inline guint64
mix (guint64 a, guint64 b)
{
  unsigned __int128 product = (unsigned __int128) a * b;

  return (guint64) product ^ (guint64) (product >> 64);
}

/* The seed keeps a hostile vocabulary from choosing tokens that collide. */
static inline guint64
hash_token (const TrafoVocabulary *self, const char *token, gsize size_bytes, guint64 head)
{
  guint64 hash = mix (head ^ self->seed, G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) ^ size_bytes);

  for (gsize i = 8; i < size_bytes; i += 8)
    hash = mix (hash ^ get_head (token + i, MIN (size_bytes - i, 8)),
                self->seed | G_GUINT64_CONSTANT (0xa0761d6478bd642f));
  return hash ^ hash >> 32;
}

/* The slot that holds the token, or the free one where it would stand. */
static Slot *
find_slot (const TrafoVocabulary *self, const char *token, gsize size_bytes)
{
  guint64 head = get_head (token, size_bytes);
  gsize   mask = self->n_slots - 1;
  gsize   i = hash_token (self, token, size_bytes, head) & mask;

  for (;; i = (i + 1) & mask)
    {
      Slot *slot = &self->slots[i];

      if (slot->entry == 0)
        return slot;
      if (slot->head == head && slot->size_bytes == size_bytes &&
          (size_bytes <= 8 || memcmp (self->arena + self->entries[slot->entry - 1].offset + 8,
                                      token + 8,
                                      size_bytes - 8) == 0))
        return slot;
    }
}

static gboolean
set_no_memory (GError **error, gsize n_tokens)
{
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NO_MEMORY,
               "no memory for a vocabulary of %" G_GSIZE_FORMAT " tokens",
               n_tokens);
  return FALSE;
}

/* Room for @n_entries, at least half of the slots free. */
static gboolean
grow_slots (TrafoVocabulary *self, gsize n_entries, GError **error)
{
  gsize n_slots = MAX (self->n_slots, 1024);
  Slot *old = self->slots;

  while (n_slots / 2 < n_entries)
    n_slots *= 2;
  if (n_slots == self->n_slots)
    return TRUE;
  self->slots = g_try_new0 (Slot, n_slots);
  if (self->slots == NULL)
    {
      self->slots = old;
      return set_no_memory (error, n_slots);
    }
  self->n_slots = n_slots;
  for (gsize i = 0; i < self->n_entries; i++)
    {
      const Entry *entry = &self->entries[i];
      const char  *token = self->arena + entry->offset;
      Slot        *slot = find_slot (self, token, entry->size_bytes);

      slot->head = get_head (token, entry->size_bytes);
      slot->size_bytes = entry->size_bytes;
      slot->entry = i + 1;
    }
  g_free (old);
  return TRUE;
}

static gboolean
grow_arrays (TrafoVocabulary *self, gsize size_bytes, GError **error)
{
  gsize needed;

  if (self->n_entries == self->n_entries_allocated)
    {
      gsize  wanted = self->n_entries * 2 + 1024;
      Entry *grown = g_try_renew (Entry, self->entries, wanted);

      if (grown == NULL || wanted > G_MAXUINT32)
        return set_no_memory (error, wanted);
      self->entries = grown;
      self->n_entries_allocated = wanted;
    }
  if (!g_size_checked_add (&needed, self->arena_size, size_bytes + 1))
    return set_no_memory (error, self->n_entries);
  if (needed > self->arena_allocated)
    {
      char *grown = g_try_realloc (self->arena, needed * 2);

      if (grown == NULL)
        return set_no_memory (error, self->n_entries);
      self->arena = grown;
      self->arena_allocated = needed * 2;
    }
  return TRUE;
}

/**
 * trafo_vocabulary_reserve: (skip)
 * @self: a vocabulary that is not finished
 * @n_tokens: how many tokens it may have
 * @error: return location for an error
 *
 * Makes room for them at once, which else is made again and again as they are added.
 *
 * Returns: %FALSE if memory ran out
 */
gboolean
trafo_vocabulary_reserve (TrafoVocabulary *self, gsize n_tokens, GError **error)
{
  return n_tokens < G_MAXUINT32 ? grow_slots (self, n_tokens, error)
                                : set_no_memory (error, n_tokens);
}

/**
 * trafo_vocabulary_add: (skip)
 * @self: a vocabulary that is not finished
 * @token: a token
 * @size_bytes: its size
 * @id: its id
 * @error: return location for an error
 *
 * Adds a token; one that is there already gets the new id.
 *
 * Returns: %FALSE if memory ran out or the token is longer than 16 MiB
 */
gboolean
trafo_vocabulary_add (TrafoVocabulary *self,
                      const char      *token,
                      gsize            size_bytes,
                      guint32          id,
                      GError         **error)
{
  Slot *slot;

  if (size_bytes > MAX_SIZE_BYTES)
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_LIMIT,
                   "a token of %" G_GSIZE_FORMAT " bytes, at most %d are allowed",
                   size_bytes,
                   MAX_SIZE_BYTES);
      return FALSE;
    }
  if (!grow_slots (self, self->n_entries + 1, error) || !grow_arrays (self, size_bytes, error))
    return FALSE;
  slot = find_slot (self, token, size_bytes);
  if (slot->entry != 0)
    {
      self->entries[slot->entry - 1].id = id;
      return TRUE;
    }
  self->entries[self->n_entries] = (Entry){ self->arena_size, size_bytes, id };
  if (size_bytes > 0)
    memcpy (self->arena + self->arena_size, token, size_bytes);
  self->arena[self->arena_size + size_bytes] = '\0';
  self->arena_size += size_bytes + 1;
  *slot = (Slot){ get_head (token, size_bytes), size_bytes, ++self->n_entries };
  return TRUE;
}

/**
 * trafo_vocabulary_read_json: (skip)
 * @self: a vocabulary that is not finished
 * @reader: a reader before an object that maps tokens to ids
 * @error: return location for an error
 *
 * Adds the tokens of a JSON object.
 *
 * Returns: %FALSE if memory ran out; what is wrong with the JSON is the reader's to report
 */
gboolean
trafo_vocabulary_read_json (TrafoVocabulary *self, TrafoJsonReader *reader, GError **error)
{
  const char *token;
  gsize       size_bytes;

  trafo_json_reader_begin_object (reader);
  while ((token = trafo_json_reader_next_member (reader, &size_bytes)) != NULL)
    {
      g_autofree char *large = NULL;
      char             small[64];
      char            *copy = small;
      guint64          id;

      if (size_bytes > sizeof small)
        copy = large = g_try_malloc (size_bytes);
      if (copy == NULL)
        return set_no_memory (error, self->n_entries);
      memcpy (copy, token, size_bytes);
      id = trafo_json_reader_read_uint64 (reader);
      if (trafo_json_reader_has_failed (reader))
        break;
      if (id > G_MAXUINT32)
        trafo_json_reader_fail (reader, "id %" G_GUINT64_FORMAT " exceeds 4294967295", id);
      else if (!trafo_vocabulary_add (self, copy, size_bytes, id, error))
        return FALSE;
    }
  return TRUE;
}

static int
compare_ids (gconstpointer a, gconstpointer b, gpointer data)
{
  const TrafoVocabulary *self = data;
  guint32                x = self->entries[*(const guint32 *) a].id;
  guint32                y = self->entries[*(const guint32 *) b].id;

  return x < y ? -1 : x > y;
}

/**
 * trafo_vocabulary_finish: (skip)
 * @self: a vocabulary
 * @error: return location for an error
 *
 * Ends the filling. An array has an element for each id only where most ids are in use.
 *
 * Returns: %FALSE if memory ran out
 */
gboolean
trafo_vocabulary_finish (TrafoVocabulary *self, GError **error)
{
  gsize n_ids = 0;

  for (gsize i = 0; i < self->n_entries; i++)
    n_ids = MAX (n_ids, (gsize) self->entries[i].id + 1);
  self->is_dense = n_ids <= self->n_entries * 4 + 1024;
  self->n_by_id = self->is_dense ? n_ids : self->n_entries;
  g_free (self->by_id);
  self->by_id = g_try_new0 (guint32, self->n_by_id + 1);
  if (self->by_id == NULL || !grow_slots (self, self->n_entries + 1, error))
    return self->by_id == NULL ? set_no_memory (error, self->n_entries) : FALSE;
  for (gsize i = 0; i < self->n_entries; i++)
    self->by_id[self->is_dense ? self->entries[i].id : i] = self->is_dense ? i + 1 : i;
  if (!self->is_dense)
    g_qsort_with_data (self->by_id, self->n_by_id, sizeof *self->by_id, compare_ids, self);
  return TRUE;
}

/**
 * trafo_vocabulary_get_n_tokens: (skip)
 * @self: a vocabulary
 *
 * Its size.
 *
 * Returns: how many tokens it has
 */
gsize
trafo_vocabulary_get_n_tokens (const TrafoVocabulary *self)
{
  return self->n_entries;
}

/**
 * trafo_vocabulary_lookup: (skip)
 * @self: a finished vocabulary
 * @token: a token
 * @size_bytes: its size
 * @id: (out): return location for its id
 *
 * Finds a token's id.
 *
 * Returns: %FALSE if there is no such token
 */
gboolean
trafo_vocabulary_lookup (const TrafoVocabulary *self,
                         const char            *token,
                         gsize                  size_bytes,
                         guint32               *id)
{
  const Slot *slot = find_slot (self, token, size_bytes);

  if (slot->entry == 0)
    return FALSE;
  *id = self->entries[slot->entry - 1].id;
  return TRUE;
}

/**
 * trafo_vocabulary_prefetch: (skip)
 * @self: a finished vocabulary
 * @token: a token
 * @size_bytes: its size
 *
 * Asks the memory for what [func@Trafo.Vocabulary.lookup] will read: who looks many tokens up one after the
 * other waits less if it asks for some ahead.
 */
void
trafo_vocabulary_prefetch (const TrafoVocabulary *self, const char *token, gsize size_bytes)
{
  guint64 hash = hash_token (self, token, size_bytes, get_head (token, size_bytes));

  __builtin_prefetch (&self->slots[hash & (self->n_slots - 1)]);
}

static const Entry *
find_id (const TrafoVocabulary *self, guint32 id)
{
  gsize low = 0, high = self->n_by_id;

  if (self->is_dense)
    return id < self->n_by_id && self->by_id[id] != 0 ? &self->entries[self->by_id[id] - 1] : NULL;
  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (self->entries[self->by_id[middle]].id < id)
        low = middle + 1;
      else
        high = middle;
    }
  return low < self->n_by_id && self->entries[self->by_id[low]].id == id
             ? &self->entries[self->by_id[low]]
             : NULL;
}

/**
 * trafo_vocabulary_lookup_id: (skip)
 * @self: a finished vocabulary
 * @id: an id
 * @size_bytes: (out): return location for the token's size
 *
 * Finds an id's token.
 *
 * Returns: (nullable): the token, NUL-terminated; %NULL if there is no such id
 */
const char *
trafo_vocabulary_lookup_id (const TrafoVocabulary *self, guint32 id, gsize *size_bytes)
{
  const Entry *entry = find_id (self, id);

  if (entry == NULL)
    return NULL;
  *size_bytes = entry->size_bytes;
  return self->arena + entry->offset;
}

/**
 * trafo_vocabulary_get_nth: (skip)
 * @self: a vocabulary
 * @index: less than the number of tokens
 * @size_bytes: (out): return location for the token's size
 * @id: (out): return location for its id
 *
 * The tokens in the order they were added.
 *
 * Returns: the token, NUL-terminated
 */
const char *
trafo_vocabulary_get_nth (const TrafoVocabulary *self, gsize index, gsize *size_bytes, guint32 *id)
{
  const Entry *entry = &self->entries[index];

  *size_bytes = entry->size_bytes;
  *id = entry->id;
  return self->arena + entry->offset;
}

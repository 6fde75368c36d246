/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-json-keys-private.h"

#include <string.h>

/* Up to so many keys of an object are searched one by one, and not in the table: most objects are
 * small, and a safetensors header has a million of them. */
#define N_LINEAR_KEYS 8

void
trafo_json_keys_init (TrafoJsonKeys *keys)
{
  *keys = (TrafoJsonKeys){ 0 };
  trafo_sip_key_init (&keys->secret);
}

void
trafo_json_keys_clear (TrafoJsonKeys *keys)
{
  g_free (keys->keys);
  g_free (keys->slots);
}

static gsize
find_slot (const TrafoJsonKeys *keys, gsize index)
{
  gsize slot = keys->keys[index].hash & (keys->n_slots - 1);

  while (keys->slots[slot] != 0 && keys->slots[slot] != index + 1)
    slot = (slot + 1) & (keys->n_slots - 1);
  return slot;
}

/* Keys enter the table in the order of their index and leave it in the opposite order, so emptying
 * a slot never cuts the probe sequence of a key that stays. */
static void
insert (TrafoJsonKeys *keys, gsize index)
{
  keys->slots[find_slot (keys, index)] = index + 1;
  keys->keys[index].is_in_table = TRUE;
  keys->n_used_slots++;
}

static gboolean
reserve_slots (TrafoJsonKeys *keys, gsize n_more)
{
  gsize    n_slots = MAX (keys->n_slots, 64);
  guint32 *slots;

  while (n_slots < 2 * (keys->n_used_slots + n_more))
    n_slots *= 2;
  if (n_slots == keys->n_slots)
    return TRUE;
  slots = g_try_malloc0_n (n_slots, sizeof *slots);
  if (slots == NULL)
    return FALSE;
  g_free (keys->slots);
  keys->slots = slots;
  keys->n_slots = n_slots;
  keys->n_used_slots = 0;
  for (gsize i = 0; i < keys->n_keys; i++)
    if (keys->keys[i].is_in_table)
      insert (keys, i);
  return TRUE;
}

static gboolean
reserve_key (TrafoJsonKeys *keys)
{
  gsize         n_allocated = MAX (64, keys->n_allocated + keys->n_allocated / 2);
  TrafoJsonKey *moved;

  if (keys->n_keys < keys->n_allocated)
    return TRUE;
  moved = g_try_realloc_n (keys->keys, n_allocated, sizeof *moved);
  if (moved == NULL)
    return FALSE;
  keys->keys = moved;
  keys->n_allocated = n_allocated;
  return TRUE;
}

/* A key that is being added. */
typedef struct
{
  const char *text;
  gsize       start;
  const char *value;
  gsize       value_size_bytes;
  guint32     hash;
} Candidate;

/* Compares the key at @index with the candidate, by value: "a" and "\u0061" are the same. */
static TrafoJsonKeyResult
compare (const TrafoJsonKeys *keys, gsize index, const Candidate *candidate)
{
  g_autofree char *decoded = NULL;
  const char      *value = candidate->text + keys->keys[index].start;
  gsize            size_bytes, offset;
  TrafoJsonString  string;

  if (keys->keys[index].hash != candidate->hash)
    return TRAFO_JSON_KEY_NEW;
  /* it was checked when it was added, so this only finds its end again */
  if (trafo_json_string_scan (candidate->text,
                              candidate->start,
                              keys->keys[index].start,
                              &string,
                              &offset) != NULL)
    return TRAFO_JSON_KEY_NEW;
  size_bytes = string.end - string.start;
  if (string.has_escape)
    {
      decoded = g_try_malloc (size_bytes);
      if (decoded == NULL)
        return TRAFO_JSON_KEY_NO_MEMORY;
      size_bytes = trafo_json_string_decode (candidate->text, &string, decoded);
      value = decoded;
    }
  if (size_bytes == candidate->value_size_bytes &&
      memcmp (value, candidate->value, size_bytes) == 0)
    return TRAFO_JSON_KEY_DUPLICATE;
  return TRAFO_JSON_KEY_NEW;
}

static TrafoJsonKeyResult
search_linear (const TrafoJsonKeys *keys, gsize first, const Candidate *candidate)
{
  TrafoJsonKeyResult result = TRAFO_JSON_KEY_NEW;

  for (gsize i = first; i < keys->n_keys && result == TRAFO_JSON_KEY_NEW; i++)
    result = compare (keys, i, candidate);
  return result;
}

static TrafoJsonKeyResult
search_table (const TrafoJsonKeys *keys, gsize first, const Candidate *candidate)
{
  TrafoJsonKeyResult result = TRAFO_JSON_KEY_NEW;
  gsize              slot = candidate->hash & (keys->n_slots - 1);

  for (; keys->slots[slot] != 0 && result == TRAFO_JSON_KEY_NEW;
       slot = (slot + 1) & (keys->n_slots - 1))
    if (keys->slots[slot] - 1 >= first)
      result = compare (keys, keys->slots[slot] - 1, candidate);
  return result;
}

TrafoJsonKeyResult
trafo_json_keys_add (TrafoJsonKeys         *keys,
                     gsize                  first,
                     const char            *text,
                     const TrafoJsonString *string,
                     const char            *value,
                     gsize                  value_size_bytes)
{
  Candidate          candidate = { text, string->start, value, value_size_bytes, 0 };
  gboolean           is_small = keys->n_keys - first < N_LINEAR_KEYS;
  TrafoJsonKeyResult result;

  candidate.hash = trafo_siphash (&keys->secret, value, value_size_bytes) & 0x7fffffff;
  result = keys->n_keys - first <= N_LINEAR_KEYS ? search_linear (keys, first, &candidate)
                                                 : search_table (keys, first, &candidate);
  if (result != TRAFO_JSON_KEY_NEW)
    return result;
  if (!reserve_key (keys) || (!is_small && !reserve_slots (keys, N_LINEAR_KEYS + 1)))
    return TRAFO_JSON_KEY_NO_MEMORY;

  keys->keys[keys->n_keys] = (TrafoJsonKey){ .hash = candidate.hash, .start = string->start };
  keys->n_keys++;
  if (keys->n_keys - first == N_LINEAR_KEYS + 1)
    for (gsize i = first; i < keys->n_keys; i++)
      insert (keys, i);
  else if (!is_small)
    insert (keys, keys->n_keys - 1);
  return TRAFO_JSON_KEY_NEW;
}

void
trafo_json_keys_pop (TrafoJsonKeys *keys, gsize first)
{
  for (; keys->n_keys > first; keys->n_keys--)
    if (keys->keys[keys->n_keys - 1].is_in_table)
      {
        keys->slots[find_slot (keys, keys->n_keys - 1)] = 0;
        keys->n_used_slots--;
      }
}

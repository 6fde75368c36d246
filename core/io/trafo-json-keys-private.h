/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-json-string-private.h"
#include "trafo-siphash-private.h"

G_BEGIN_DECLS

/* The keys of all objects that are open at one moment, innermost last: tells whether a key came
 * before in its object. A key is 8 bytes, the hash of its value and where it stands in the text,
 * and 8 to 16 more in a table once its object has many. */
typedef struct
{
  guint32 hash : 31;
  guint32 is_in_table : 1;
  guint32 start;
} TrafoJsonKey;

typedef struct
{
  TrafoSipKey   secret;
  TrafoJsonKey *keys;
  gsize         n_keys;
  gsize         n_allocated;
  guint32      *slots; /* index of a key + 1, or 0; open addressing, linear probing */
  gsize         n_slots;
  gsize         n_used_slots;
} TrafoJsonKeys;

typedef enum
{
  TRAFO_JSON_KEY_NEW,
  TRAFO_JSON_KEY_DUPLICATE,
  TRAFO_JSON_KEY_NO_MEMORY,
} TrafoJsonKeyResult;

void trafo_json_keys_init (TrafoJsonKeys *keys);
void trafo_json_keys_clear (TrafoJsonKeys *keys);

/* Adds a key of the innermost object, whose first key has the index @first. @text is the whole
 * text, @string where the key stands in it, behind all keys there are, @value its decoded value. */
TrafoJsonKeyResult trafo_json_keys_add (TrafoJsonKeys         *keys,
                                        gsize                  first,
                                        const char            *text,
                                        const TrafoJsonString *string,
                                        const char            *value,
                                        gsize                  value_size_bytes);
/* Forgets the innermost object, whose first key has the index @first. */
void trafo_json_keys_pop (TrafoJsonKeys *keys, gsize first);

G_END_DECLS

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory in small pieces that is freed all at once, and no more of it than a limit. */
typedef struct
{
  GPtrArray *blocks;
  guint8    *next; /* the free part of the last block */
  gsize      n_free_bytes;
  gsize      n_left_bytes; /* of the limit */
} TrafoPickleMemory;

void trafo_pickle_memory_init (TrafoPickleMemory *self, gsize max_size_bytes);
void trafo_pickle_memory_clear (TrafoPickleMemory *self);

/* Aligned for all types of at most 8 bytes; NULL if the limit or the machine's memory is reached. */
gpointer trafo_pickle_memory_alloc (TrafoPickleMemory *self, gsize size_bytes);
/* A larger copy of @size_bytes at @old. */
gpointer trafo_pickle_memory_grow (TrafoPickleMemory *self,
                                   gconstpointer      old,
                                   gsize              old_size_bytes,
                                   gsize              size_bytes);

G_END_DECLS

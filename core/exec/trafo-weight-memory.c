/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-weight-memory-private.h"

#include <sys/mman.h>

#include "trafo-tensor-private.h"
#include "trafo-weight-file-private.h"

enum
{
  HUGE_PAGE_BYTES = 2 << 20,
  CHUNK_BYTES = 64 << 20, /* of address space: what is not written costs no memory */
};

typedef struct
{
  guint8 *memory;
  gsize   size_bytes;
  gsize   used_bytes;
} Chunk;

static void
chunk_clear (gpointer data)
{
  Chunk *chunk = data;

  munmap (chunk->memory, chunk->size_bytes);
}

void
trafo_weight_memory_init (TrafoWeightMemory *self)
{
  self->chunks = g_array_new (FALSE, FALSE, sizeof (Chunk));
  g_array_set_clear_func (self->chunks, chunk_clear);
}

void
trafo_weight_memory_clear (TrafoWeightMemory *self)
{
  g_array_unref (self->chunks);
}

static Chunk *
get_last (TrafoWeightMemory *self)
{
  return self->chunks->len > 0 ? &g_array_index (self->chunks, Chunk, self->chunks->len - 1) : NULL;
}

/* Large pages make the first touch of hundreds of megabytes several times cheaper. */
static gboolean
add_chunk (TrafoWeightMemory *self, gsize size_bytes)
{
  Chunk chunk = { NULL, MAX (size_bytes, CHUNK_BYTES), 0 };

  if (!g_size_checked_add (&chunk.size_bytes, chunk.size_bytes, HUGE_PAGE_BYTES - 1))
    return FALSE;
  chunk.size_bytes &= ~(gsize) (HUGE_PAGE_BYTES - 1);
  chunk.memory = mmap (NULL,
                       chunk.size_bytes,
                       PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                       -1,
                       0);
  if (chunk.memory == MAP_FAILED)
    return FALSE;
  madvise (chunk.memory, chunk.size_bytes, MADV_HUGEPAGE);
  g_array_append_val (self->chunks, chunk);
  return TRUE;
}

gpointer
trafo_weight_memory_take (TrafoWeightMemory *self, gsize size_bytes)
{
  Chunk  *chunk = get_last (self);
  guint8 *at;
  gsize   padded = trafo_align_up (size_bytes);

  if (chunk == NULL || chunk->size_bytes - chunk->used_bytes < padded)
    {
      if (!add_chunk (self, padded))
        return NULL;
      chunk = get_last (self);
    }
  at = chunk->memory + chunk->used_bytes;
  chunk->used_bytes += padded;
  return at;
}

void
trafo_weight_memory_give_back (TrafoWeightMemory *self, gsize size_bytes)
{
  get_last (self)->used_bytes -= trafo_align_up (size_bytes);
}

GArray *
trafo_weight_memory_list_segments (const TrafoWeightMemory *self)
{
  GArray *segments = g_array_new (FALSE, FALSE, sizeof (TrafoWeightSegment));

  for (guint i = 0; i < self->chunks->len; i++)
    {
      const Chunk       *chunk = &g_array_index (self->chunks, Chunk, i);
      TrafoWeightSegment segment = { chunk->memory, chunk->used_bytes };

      g_array_append_val (segments, segment);
    }
  return segments;
}

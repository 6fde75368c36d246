/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-pickle-memory-private.h"

#include <string.h>

#define ALIGNMENT 8
#define BLOCK_SIZE_BYTES ((gsize) 64 << 10)

void
trafo_pickle_memory_init (TrafoPickleMemory *self, gsize max_size_bytes)
{
  *self = (TrafoPickleMemory){
    .blocks = g_ptr_array_new_with_free_func (g_free),
    .n_left_bytes = max_size_bytes,
  };
}

void
trafo_pickle_memory_clear (TrafoPickleMemory *self)
{
  g_clear_pointer (&self->blocks, g_ptr_array_unref);
}

static gpointer
add_block (TrafoPickleMemory *self, gsize size_bytes)
{
  gpointer block = size_bytes <= self->n_left_bytes ? g_try_malloc (size_bytes) : NULL;

  if (block == NULL)
    return NULL;
  self->n_left_bytes -= size_bytes;
  g_ptr_array_add (self->blocks, block);
  return block;
}

gpointer
trafo_pickle_memory_alloc (TrafoPickleMemory *self, gsize size_bytes)
{
  gpointer memory;

  /* checked before the size is rounded up, which then cannot overflow */
  if (size_bytes > self->n_left_bytes + self->n_free_bytes)
    return NULL;
  size_bytes = (size_bytes + ALIGNMENT - 1) & ~(gsize) (ALIGNMENT - 1);
  if (size_bytes >= BLOCK_SIZE_BYTES)
    return add_block (self, size_bytes);
  if (size_bytes > self->n_free_bytes)
    {
      self->next = add_block (self, BLOCK_SIZE_BYTES);
      self->n_free_bytes = self->next != NULL ? BLOCK_SIZE_BYTES : 0;
      if (self->next == NULL)
        return NULL;
    }
  memory = self->next;
  self->next += size_bytes;
  self->n_free_bytes -= size_bytes;
  return memory;
}

gpointer
trafo_pickle_memory_grow (TrafoPickleMemory *self,
                          gconstpointer      old,
                          gsize              old_size_bytes,
                          gsize              size_bytes)
{
  gpointer memory = trafo_pickle_memory_alloc (self, size_bytes);

  if (memory != NULL && old_size_bytes > 0)
    memcpy (memory, old, old_size_bytes);
  return memory;
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-checkpoint-file-private.h"

TrafoCheckpointFile *
trafo_checkpoint_file_new (const char *path, const char *name, GError **error)
{
  g_autoptr (TrafoCheckpointFile) self = g_new0 (TrafoCheckpointFile, 1);

  self->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->skipped = g_ptr_array_new_with_free_func (g_free);
  self->memory = g_ptr_array_new_with_free_func (g_free);
  self->mapped = trafo_mapped_file_open (path, name, error);
  if (self->mapped == NULL)
    return NULL;
  return g_steal_pointer (&self);
}

void
trafo_checkpoint_file_free (TrafoCheckpointFile *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->metadata);
  g_ptr_array_unref (self->skipped);
  g_ptr_array_unref (self->memory);
  g_free (self->tensors);
  trafo_mapped_file_free (self->mapped);
  g_free (self);
}

gpointer
trafo_checkpoint_file_try_alloc (TrafoCheckpointFile *self, gsize size_bytes)
{
  gpointer memory = g_try_malloc (size_bytes);

  if (memory != NULL)
    g_ptr_array_add (self->memory, memory);
  return memory;
}

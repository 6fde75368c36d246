/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* The index of a checkpoint in several files, model.safetensors.index.json or pytorch_model.bin.index.json:
 *
 *   {
 *     "metadata": { "total_size": 548105171, ... },   advisory, not read
 *     "weight_map": { TENSOR: SHARD, ... }
 *   }
 *
 * A shard is a file in the folder of the index, and of its kind: NAME.safetensors or NAME.bin. Whoever
 * wrote the index must not be able to name any other file. */
#include "trafo-checkpoint-index-private.h"

#include <string.h>
#include <trafo/trafo-json-reader.h>

#include "trafo-json-string-private.h"
#include "trafo-mapped-file-private.h"

#define MAX_SIZE_BYTES ((gsize) 256 << 20)

static gboolean
is_shard_name (const char *shard, const char *extension)
{
  return strpbrk (shard, "/\\") == NULL && g_str_has_suffix (shard, extension) &&
         strlen (shard) > strlen (extension) && shard[0] != '.';
}

TrafoCheckpointIndex *
trafo_checkpoint_index_load (const char *path, GError **error)
{
  g_autoptr (TrafoCheckpointIndex) self = g_new0 (TrafoCheckpointIndex, 1);

  self->name = g_filename_display_name (path);
  self->extension =
      g_str_has_suffix (path, ".bin" TRAFO_CHECKPOINT_INDEX_SUFFIX) ? ".bin" : ".safetensors";
  self->text = trafo_mapped_file_load (path, self->name, MAX_SIZE_BYTES, error);
  return self->text != NULL ? g_steal_pointer (&self) : NULL;
}

void
trafo_checkpoint_index_free (TrafoCheckpointIndex *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->text, g_bytes_unref);
  g_free (self->name);
  g_free (self);
}

static gboolean
read_weight_map (const TrafoCheckpointIndex *self,
                 TrafoJsonReader            *reader,
                 TrafoCheckpointIndexFunc    func,
                 gpointer                    user_data,
                 GError                    **error)
{
  const char *tensor, *shard;

  trafo_json_reader_begin_object (reader);
  while ((tensor = trafo_json_reader_next_member (reader, NULL)) != NULL)
    {
      shard = trafo_json_reader_read_string (reader, NULL);
      if (shard != NULL && !is_shard_name (shard, self->extension))
        {
          g_autofree char *shown = trafo_json_string_show (shard, strlen (shard));

          trafo_json_reader_fail (reader,
                                  "found the shard '%s', expected the name of a %s file in the "
                                  "same folder",
                                  shown,
                                  self->extension);
        }
      else if (shard != NULL && !func (tensor, shard, user_data, error))
        {
          g_prefix_error (error, "%s: ", self->name);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
trafo_checkpoint_index_foreach (const TrafoCheckpointIndex *self,
                                TrafoCheckpointIndexFunc    func,
                                gpointer                    user_data,
                                GError                    **error)
{
  g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (self->text, self->name);
  gboolean    has_weight_map = FALSE;
  const char *key;

  trafo_json_reader_begin_object (reader);
  while ((key = trafo_json_reader_next_member (reader, NULL)) != NULL)
    if (g_str_equal (key, "weight_map"))
      {
        has_weight_map = TRUE;
        if (!read_weight_map (self, reader, func, user_data, error))
          return FALSE;
      }
    else
      trafo_json_reader_skip (reader);
  if (!has_weight_map)
    trafo_json_reader_fail (reader, "found no 'weight_map', expected it in an index of shards");
  return trafo_json_reader_finish (reader, error);
}

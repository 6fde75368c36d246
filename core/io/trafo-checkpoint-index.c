/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* The index of a checkpoint in several files, model.safetensors.index.json:
 *
 *   {
 *     "metadata": { "total_size": 548105171, ... },   advisory, not read
 *     "weight_map": { TENSOR: SHARD, ... }
 *   }
 *
 * A shard is a file in the folder of the index, NAME.safetensors. Whoever wrote the index must not
 * be able to name any other file. */
#include "trafo-checkpoint-index-private.h"

#include <string.h>
#include <trafo/trafo-json-reader.h>

#include "trafo-json-string-private.h"

#define EXTENSION ".safetensors"

static gboolean
is_shard_name (const char *shard)
{
  return strpbrk (shard, "/\\") == NULL && g_str_has_suffix (shard, EXTENSION) &&
         strlen (shard) > strlen (EXTENSION) && shard[0] != '.';
}

static gboolean
read_weight_map (TrafoJsonReader         *reader,
                 const char              *name,
                 TrafoCheckpointIndexFunc func,
                 gpointer                 user_data,
                 GError                 **error)
{
  const char *tensor, *shard;

  trafo_json_reader_begin_object (reader);
  while ((tensor = trafo_json_reader_next_member (reader, NULL)) != NULL)
    {
      shard = trafo_json_reader_read_string (reader, NULL);
      if (shard != NULL && !is_shard_name (shard))
        {
          g_autofree char *shown = trafo_json_string_show (shard, strlen (shard));

          trafo_json_reader_fail (reader,
                                  "found the shard '%s', expected the name of a " EXTENSION
                                  " file in the same folder",
                                  shown);
        }
      else if (shard != NULL && !func (tensor, shard, user_data, error))
        {
          g_prefix_error (error, "%s: ", name);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
trafo_checkpoint_index_foreach (GBytes                  *index,
                                const char              *name,
                                TrafoCheckpointIndexFunc func,
                                gpointer                 user_data,
                                GError                 **error)
{
  g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (index, name);
  gboolean    has_weight_map = FALSE;
  const char *key;

  trafo_json_reader_begin_object (reader);
  while ((key = trafo_json_reader_next_member (reader, NULL)) != NULL)
    if (g_str_equal (key, "weight_map"))
      {
        has_weight_map = TRUE;
        if (!read_weight_map (reader, name, func, user_data, error))
          return FALSE;
      }
    else
      trafo_json_reader_skip (reader);
  if (!has_weight_map)
    trafo_json_reader_fail (reader, "found no 'weight_map', expected it in an index of shards");
  return trafo_json_reader_finish (reader, error);
}

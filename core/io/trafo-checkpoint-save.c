/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-checkpoint-save-private.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "trafo-atomic-file-private.h"
#include "trafo-json-write-private.h"
#include "trafo-safetensors-private.h"

#define WHOLE "model.safetensors"
#define INDEX "model.safetensors.index.json"

/* Which file each tensor goes to: huggingface_hub, split_state_dict_into_shards_factory(), which
 * puts a tensor that is too large before the shard that is being filled. */
static guint
distribute (const TrafoCheckpointTensor *tensors, gsize n_tensors, guint64 max, guint *shards)
{
  guint   n_shards = 0, current = 0;
  guint64 size_bytes = 0;
  gsize   first = 0;

  for (gsize i = 0; i < n_tensors; i++)
    shards[i] = G_MAXUINT;
  for (gsize i = 0; i < n_tensors; i++)
    {
      if (tensors[i].size_bytes > max)
        {
          shards[i] = n_shards++;
          continue;
        }
      if (tensors[i].size_bytes > max - size_bytes)
        {
          for (current = n_shards++; first < i; first++)
            if (shards[first] == G_MAXUINT)
              shards[first] = current;
          size_bytes = 0;
        }
      size_bytes += tensors[i].size_bytes;
    }
  for (current = n_shards; first < n_tensors; first++)
    if (shards[first] == G_MAXUINT)
      {
        shards[first] = current;
        n_shards = current + 1;
      }
  return n_shards;
}

static char *
shard_name (guint shard, guint n_shards)
{
  return n_shards <= 1 ? g_strdup (WHOLE)
                       : g_strdup_printf ("model-%05u-of-%05u.safetensors", shard + 1, n_shards);
}

static gboolean
save_shard (const char                  *folder,
            const TrafoCheckpointTensor *tensors,
            gsize                        n_tensors,
            const guint                 *shards,
            guint                        shard,
            guint                        n_shards,
            GError                     **error)
{
  g_autofree char                  *name = shard_name (shard, n_shards);
  g_autofree char                  *path = g_build_filename (folder, name, NULL);
  g_autofree TrafoCheckpointTensor *members = g_new0 (TrafoCheckpointTensor, n_tensors + 1);
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  gsize n_members = 0;

  g_hash_table_insert (metadata, "format", "pt");
  for (gsize i = 0; i < n_tensors; i++)
    if (shards[i] == shard)
      members[n_members++] = tensors[i];
  return trafo_safetensors_save (path, members, n_members, metadata, error);
}

static int
compare_names (gconstpointer a, gconstpointer b, gpointer data)
{
  const TrafoCheckpointTensor *tensors = data;

  return strcmp (tensors[*(const gsize *) a].name, tensors[*(const gsize *) b].name);
}

static char *
index_text (const TrafoCheckpointTensor *tensors,
            gsize                        n_tensors,
            const guint                 *shards,
            guint                        n_shards)
{
  g_autofree gsize *order = g_new (gsize, n_tensors + 1);
  GString          *text = g_string_new (NULL);
  guint64           n_parameters = 0, size_bytes = 0;

  for (gsize i = 0; i < n_tensors; i++)
    {
      order[i] = i;
      size_bytes += tensors[i].size_bytes;
      n_parameters += tensors[i].size_bytes / MAX (trafo_dtype_get_size (tensors[i].dtype), 1);
    }
  g_qsort_with_data (order, n_tensors, sizeof *order, compare_names, (gpointer) tensors);
  g_string_append_printf (text,
                          "{\n  \"metadata\": {\n    \"total_parameters\": %" G_GUINT64_FORMAT
                          ",\n    \"total_size\": %" G_GUINT64_FORMAT "\n  },\n  \"weight_map\": {",
                          n_parameters,
                          size_bytes);
  for (gsize i = 0; i < n_tensors; i++)
    {
      g_autofree char *name = shard_name (shards[order[i]], n_shards);

      g_string_append (text, i > 0 ? ",\n    " : "\n    ");
      trafo_json_write_string (text, tensors[order[i]].name);
      g_string_append_printf (text, ": \"%s\"", name);
    }
  g_string_append (text, "\n  }\n}\n");
  return g_string_free (text, FALSE);
}

/* Removes weights of an earlier save, which readers would mix up with these. */
static void
remove_stale (const char *folder, guint n_shards)
{
  g_autoptr (GRegex) pattern = g_regex_new ("^model-\\d{5}-of-(\\d{5})\\.safetensors$", 0, 0, NULL);
  g_autofree char *count = g_strdup_printf ("%05u", n_shards);
  g_autoptr (GDir) files = g_dir_open (folder, 0, NULL);
  const char *name;

  while (files != NULL && (name = g_dir_read_name (files)) != NULL)
    {
      g_autoptr (GMatchInfo) match = NULL;
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *found = NULL;
      gboolean         is_stale;

      if (g_regex_match (pattern, name, 0, &match))
        found = g_match_info_fetch (match, 1);
      is_stale = n_shards > 1 ? g_str_equal (name, WHOLE) : g_str_equal (name, INDEX);
      if (is_stale || (found != NULL && (n_shards <= 1 || !g_str_equal (found, count))))
        g_unlink (path);
    }
}

gboolean
trafo_checkpoint_save_text (const char *folder, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (TrafoAtomicFile) file = trafo_atomic_file_open (path, error);

  return file != NULL && trafo_atomic_file_write (file, text, strlen (text), error) &&
         trafo_atomic_file_commit (file, error);
}

gboolean
trafo_checkpoint_save (const char                  *folder,
                       const TrafoCheckpointTensor *tensors,
                       gsize                        n_tensors,
                       guint64                      max_shard_size_bytes,
                       GCancellable                *cancellable,
                       GError                     **error)
{
  g_autofree guint *shards = g_new (guint, n_tensors + 1);
  guint             n_shards = distribute (tensors, n_tensors, max_shard_size_bytes, shards);

  for (guint i = 0; i < MAX (n_shards, 1); i++)
    if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
        !save_shard (folder, tensors, n_tensors, shards, i, n_shards, error))
      return FALSE;
  if (n_shards > 1)
    {
      g_autofree char *text = index_text (tensors, n_tensors, shards, n_shards);

      if (!trafo_checkpoint_save_text (folder, INDEX, text, error))
        return FALSE;
    }
  remove_stale (folder, n_shards);
  return TRUE;
}

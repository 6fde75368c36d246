/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-checkpoint-files-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <trafo/trafo-error.h>

#include "trafo-safetensors-private.h"
#include "trafo-torch-file-private.h"

#define MAX_SHARDS 4096

/* In the order in which a folder is searched, which is that of transformers. */
static const char *const names[] = {
  "model.safetensors",
  "model.safetensors" TRAFO_CHECKPOINT_INDEX_SUFFIX,
  "pytorch_model.bin",
  "pytorch_model.bin" TRAFO_CHECKPOINT_INDEX_SUFFIX,
};

/* The endings of names of PyTorch's own format; all others are safetensors. */
static const char *const torch_extensions[] = { ".bin", ".pt", ".pth" };

static gboolean
exists_in (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

gboolean
trafo_checkpoint_folder_check (const char *folder, GError **error)
{
  g_autofree char *shown = g_filename_display_name (folder);
  gboolean         is_there = g_file_test (folder, G_FILE_TEST_EXISTS);

  if (g_file_test (folder, G_FILE_TEST_IS_DIR))
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NOT_FOUND,
               "%s: found %s, expected the folder of a checkpoint",
               shown,
               is_there ? "a file" : "no such folder");
  return FALSE;
}

/* The file to open for @path: a file of weights or an index. */
static char *
find_file (const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NOT_FOUND,
                   "%s: found no such file or folder, expected a checkpoint",
                   shown);
      return NULL;
    }
  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return g_strdup (path);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (exists_in (path, names[i]))
      return g_build_filename (path, names[i], NULL);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NOT_FOUND,
               "%s: found neither %s nor %s in the folder, nor an index of them",
               shown,
               names[0],
               names[2]);
  return NULL;
}

static TrafoCheckpointFile *
open_file (const char   *path,
           const char   *name,
           const char   *extension,
           GCancellable *cancellable,
           GError      **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (torch_extensions); i++)
    if (g_str_has_suffix (extension, torch_extensions[i]))
      return trafo_torch_file_open (path, name, cancellable, error);
  return trafo_safetensors_open (path, name, error);
}

static gboolean
collect_shard (const char *tensor, const char *shard, gpointer user_data, GError **error)
{
  GHashTable *shards = user_data;

  if (g_hash_table_contains (shards, shard))
    return TRUE;
  if (g_hash_table_size (shards) == MAX_SHARDS)
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_LIMIT,
                   "found an index of more than %d shards",
                   MAX_SHARDS);
      return FALSE;
    }
  g_hash_table_add (shards, g_strdup (shard));
  return TRUE;
}

/* Whether the file at @real, a path without symbolic links, belongs to the folder @real_folder: it
 * is in it, or in the blobs of the Hub's cache that the folder is a snapshot of, as in
 * models--bert/snapshots/COMMIT/x.safetensors -> ../../blobs/HASH. */
static gboolean
belongs_to (const char *real, const char *real_folder)
{
  g_autofree char *parent = g_path_get_dirname (real);
  g_autofree char *blobs = NULL;
  const char      *snapshots = g_strrstr (real_folder, "/snapshots/");

  if (snapshots != NULL)
    blobs = g_strdup_printf ("%.*s/blobs", (int) (snapshots - real_folder), real_folder);
  return g_str_equal (parent, real_folder) || g_strcmp0 (parent, blobs) == 0;
}

static TrafoCheckpointFile *
open_shard (const char   *folder,
            const char   *shard,
            const char   *index_name,
            GCancellable *cancellable,
            GError      **error)
{
  g_autofree char *path = g_build_filename (folder, shard, NULL);
  g_autofree char *shown = g_filename_display_name (path);
  /* realpath() allocates with malloc(), which GLib's allocator is */
  g_autofree char *real_folder = realpath (folder, NULL);
  g_autofree char *real = realpath (path, NULL);

  if (real == NULL || real_folder == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NOT_FOUND,
                   "%s: found the shard '%s', but %s: %s",
                   index_name,
                   shard,
                   shown,
                   g_strerror (errno));
      return NULL;
    }
  if (!belongs_to (real, real_folder))
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_VALUE,
                   "%s: found the shard '%s', a link to %s, expected a file in the same folder",
                   index_name,
                   shard,
                   real);
      return NULL;
    }
  /* a blob of the cache has a name without an ending */
  return open_file (real, shown, shard, cancellable, error);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
open_shards (const char                 *index_file,
             const TrafoCheckpointIndex *index,
             GCancellable               *cancellable,
             GError                    **error)
{
  g_autofree char *folder = g_path_get_dirname (index_file);
  g_autoptr (GHashTable) shards = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char **shard_names = NULL;
  g_autoptr (GPtrArray) files =
      g_ptr_array_new_with_free_func ((GDestroyNotify) trafo_checkpoint_file_free);
  guint n_names;

  if (!trafo_checkpoint_index_foreach (index, collect_shard, shards, error))
    return NULL;
  shard_names = (char **) g_hash_table_get_keys_as_array (shards, &n_names);
  qsort (shard_names, n_names, sizeof *shard_names, compare_names);
  for (guint i = 0; i < n_names; i++)
    {
      TrafoCheckpointFile *file =
          open_shard (folder, shard_names[i], index->name, cancellable, error);

      if (file == NULL)
        return NULL;
      g_ptr_array_add (files, file);
    }
  return g_steal_pointer (&files);
}

GPtrArray *
trafo_checkpoint_files_open (const char            *path,
                             TrafoCheckpointIndex **ret_index,
                             GCancellable          *cancellable,
                             GError               **error)
{
  g_autofree char *file = find_file (path, error);
  g_autofree char *shown = file != NULL ? g_filename_display_name (file) : NULL;
  g_autoptr (GPtrArray) files = NULL;
  TrafoCheckpointFile *single;

  *ret_index = NULL;
  if (file == NULL)
    return NULL;
  if (g_str_has_suffix (file, TRAFO_CHECKPOINT_INDEX_SUFFIX))
    {
      *ret_index = trafo_checkpoint_index_load (file, error);
      return *ret_index != NULL ? open_shards (file, *ret_index, cancellable, error) : NULL;
    }
  single = open_file (file, shown, file, cancellable, error);
  if (single == NULL)
    return NULL;
  files = g_ptr_array_new_with_free_func ((GDestroyNotify) trafo_checkpoint_file_free);
  g_ptr_array_add (files, single);
  return g_steal_pointer (&files);
}

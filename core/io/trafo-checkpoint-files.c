/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-checkpoint-files-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <trafo/trafo-error.h>

#include "trafo-checkpoint-index-private.h"

#define SINGLE_NAME "model.safetensors"
#define INDEX_NAME "model.safetensors.index.json"
#define INDEX_SUFFIX ".index.json"

#define MAX_INDEX_SIZE_BYTES ((gsize) 256 << 20)
#define MAX_SHARDS 4096

/* PyTorch's own format, in the order in which a folder is searched for it. */
static const char *const pytorch_names[] = {
  "pytorch_model.bin",
  "pytorch_model.bin.index.json",
};

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
  if (exists_in (path, SINGLE_NAME))
    return g_build_filename (path, SINGLE_NAME, NULL);
  if (exists_in (path, INDEX_NAME))
    return g_build_filename (path, INDEX_NAME, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (pytorch_names); i++)
    if (exists_in (path, pytorch_names[i]))
      return g_build_filename (path, pytorch_names[i], NULL);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NOT_FOUND,
               "%s: found neither %s nor %s in the folder",
               shown,
               SINGLE_NAME,
               INDEX_NAME);
  return NULL;
}

static gboolean
is_pytorch (const char *file, const char *shown, GError **error)
{
  if (!g_str_has_suffix (file, ".bin") && !g_str_has_suffix (file, ".bin" INDEX_SUFFIX))
    return FALSE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_UNSUPPORTED,
               "%s: found weights in PyTorch's pickle format, expected safetensors",
               shown);
  return TRUE;
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

static TrafoSafetensors *
open_shard (const char *folder, const char *shard, const char *index_name, GError **error)
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
  return trafo_safetensors_open (real, shown, error);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
open_shards (const char *index_file, GBytes *index, const char *index_name, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (index_file);
  g_autoptr (GHashTable) shards = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char **names = NULL;
  g_autoptr (GPtrArray) files =
      g_ptr_array_new_with_free_func ((GDestroyNotify) trafo_safetensors_free);
  guint n_names;

  if (!trafo_checkpoint_index_foreach (index, index_name, collect_shard, shards, error))
    return NULL;
  names = (char **) g_hash_table_get_keys_as_array (shards, &n_names);
  qsort (names, n_names, sizeof *names, compare_names);
  for (guint i = 0; i < n_names; i++)
    {
      TrafoSafetensors *file = open_shard (folder, names[i], index_name, error);

      if (file == NULL)
        return NULL;
      g_ptr_array_add (files, file);
    }
  return g_steal_pointer (&files);
}

GPtrArray *
trafo_checkpoint_files_open (const char *path,
                             GBytes    **ret_index,
                             char      **ret_index_name,
                             GError    **error)
{
  g_autofree char *file = find_file (path, error);
  g_autofree char *shown = file != NULL ? g_filename_display_name (file) : NULL;
  g_autoptr (GBytes) index = NULL;
  g_autoptr (GPtrArray) files = NULL;
  TrafoSafetensors *single;

  if (file == NULL || is_pytorch (file, shown, error))
    return NULL;
  if (g_str_has_suffix (file, INDEX_SUFFIX))
    {
      index = trafo_mapped_file_load (file, shown, MAX_INDEX_SIZE_BYTES, error);
      files = index != NULL ? open_shards (file, index, shown, error) : NULL;
    }
  else
    {
      single = trafo_safetensors_open (file, shown, error);
      if (single == NULL)
        return NULL;
      files = g_ptr_array_new_with_free_func ((GDestroyNotify) trafo_safetensors_free);
      g_ptr_array_add (files, single);
    }
  if (files == NULL)
    return NULL;
  *ret_index = g_steal_pointer (&index);
  *ret_index_name = g_steal_pointer (&shown);
  return g_steal_pointer (&files);
}

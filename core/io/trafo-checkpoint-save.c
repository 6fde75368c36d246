/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <trafo/trafo-error.h>

#include "trafo-atomic-file-private.h"
#include "trafo-checkpoint-index-private.h"
#include "trafo-checkpoint.h"
#include "trafo-json-write-private.h"
#include "trafo-safetensors-private.h"

#define EXTENSION ".safetensors"
#define SINGLE_NAME "model" EXTENSION
#define INDEX_NAME SINGLE_NAME TRAFO_CHECKPOINT_INDEX_SUFFIX

typedef struct
{
  TrafoCheckpointTensor *tensors; /* each once, those of a file one after another */
  gsize                  n_tensors;
  gsize                  n_files;
  guint64                size_bytes;
  GHashTable            *metadata;
} Save;

static void
save_clear (Save *self)
{
  g_free (self->tensors);
  g_clear_pointer (&self->metadata, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Save, save_clear)

/* Orders tensors by what they are, their names apart. */
static gint
compare_contents (gconstpointer a, gconstpointer b)
{
  const TrafoCheckpointTensor *left = a;
  const TrafoCheckpointTensor *right = b;
  gint                         order;

  if (left->data != right->data)
    return left->data < right->data ? -1 : 1;
  if (left->n_dims != right->n_dims)
    return left->n_dims < right->n_dims ? -1 : 1;
  order = memcmp (left->shape, right->shape, sizeof left->shape);
  return order != 0 ? order : strcmp (left->dtype_name, right->dtype_name);
}

/* Takes the tensors of the checkpoint, but those that are another one's twin. */
static gboolean
collect (Save *self, TrafoCheckpoint *checkpoint, const char *path, GError **error)
{
  g_autoptr (GTree) known = g_tree_new (compare_contents);
  gsize       n_tensors = trafo_checkpoint_get_n_tensors (checkpoint);
  const char *format = trafo_checkpoint_get_metadata (checkpoint, "format");

  self->tensors = g_try_malloc_n (MAX (n_tensors, 1), sizeof *self->tensors);
  if (self->tensors == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "%s: out of memory for a list of %" G_GSIZE_FORMAT " tensors",
                   path,
                   n_tensors);
      return FALSE;
    }
  for (gsize i = 0; i < n_tensors; i++)
    {
      const TrafoCheckpointTensor *tensor = trafo_checkpoint_get_tensor (checkpoint, i);

      if (i == 0 || tensor->file != trafo_checkpoint_get_tensor (checkpoint, i - 1)->file)
        self->n_files++;
      if (tensor->size_bytes > 0 && g_tree_lookup (known, tensor) != NULL)
        continue;
      if (tensor->size_bytes > 0)
        g_tree_insert (known, (gpointer) tensor, (gpointer) tensor);
      self->tensors[self->n_tensors++] = *tensor;
      self->size_bytes += tensor->size_bytes;
    }
  self->metadata = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_insert (self->metadata, (char *) "format", (char *) (format ? format : "pt"));
  return TRUE;
}

/* The shard that takes the place of a file: model-00001-of-00002.safetensors for
 * pytorch_model-00001-of-00002.bin. */
static char *
name_shard (const char *file)
{
  g_autofree char *name = g_path_get_basename (file);
  const char      *start = g_str_has_prefix (name, "pytorch_") ? name + strlen ("pytorch_") : name;
  const char      *dot = strrchr (start, '.');

  return g_strdup_printf ("%.*s" EXTENSION,
                          (int) (dot != NULL ? (gsize) (dot - start) : strlen (start)),
                          start);
}

static gboolean
save_index (const Save *self, const char *folder, GHashTable *shards, GError **error)
{
  g_autofree char *path = g_build_filename (folder, INDEX_NAME, NULL);
  g_autoptr (TrafoAtomicFile) file = trafo_atomic_file_open (path, error);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text,
                          "{\n  \"metadata\": {\n    \"total_size\": %" G_GUINT64_FORMAT
                          "\n  },\n  \"weight_map\": {",
                          self->size_bytes);
  for (gsize i = 0; i < self->n_tensors; i++)
    {
      g_string_append (text, i > 0 ? ",\n    " : "\n    ");
      trafo_json_write_string (text, self->tensors[i].name);
      g_string_append (text, ": ");
      trafo_json_write_string (text, g_hash_table_lookup (shards, self->tensors[i].file));
    }
  g_string_append (text, "\n  }\n}\n");
  return file != NULL && trafo_atomic_file_write (file, text->str, text->len, error) &&
         trafo_atomic_file_commit (file, error);
}

/* A shard for each file, and the index last, which makes them count. */
static gboolean
save_shards (const Save *self, const char *folder, GError **error)
{
  g_autofree char *single = g_build_filename (folder, SINGLE_NAME, NULL);
  g_autoptr (GHashTable) shards = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  gsize n_in_shard;

  if (g_file_test (single, G_FILE_TEST_EXISTS))
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "%s: found that file, which readers would prefer to the shards",
                   single);
      return FALSE;
    }
  for (gsize i = 0; i < self->n_tensors; i += n_in_shard)
    {
      char            *name = name_shard (self->tensors[i].file);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_hash_table_insert (shards, (gpointer) self->tensors[i].file, name);
      n_in_shard = 1;
      while (i + n_in_shard < self->n_tensors &&
             self->tensors[i + n_in_shard].file == self->tensors[i].file)
        n_in_shard++;
      if (!trafo_safetensors_save (path, self->tensors + i, n_in_shard, self->metadata, error))
        return FALSE;
    }
  return save_index (self, folder, shards, error);
}

/**
 * trafo_checkpoint_save:
 * @checkpoint: a checkpoint
 * @path: (type filename): a file whose name ends in .safetensors, or a folder
 * @error: return location for an error
 *
 * Writes the tensors as safetensors: all into a file of that name, or into a folder, which is made
 * if it is not there, as model.safetensors or, of several files, as shards and their index. Each
 * file is replaced as a whole or not at all.
 *
 * Tensors of PyTorch that are one, with the same elements, shape and type, as tied weights are, are
 * written once, by the name that comes first. In a model's `state_dict()` that is the parameter
 * itself, and not the head that is tied to it; it is what transformers' `save_pretrained()` keeps.
 * Other tensors that share elements are each written in full.
 *
 * Returns: %TRUE; %FALSE with %TRAFO_ERROR_DTYPE for a type and %TRAFO_ERROR_SHAPE for a number of
 *   dims that safetensors or Trafo do not have, %TRAFO_FORMAT_ERROR_VALUE if the checkpoint's files
 *   have changed, %TRAFO_ERROR_INVALID_ARGUMENT if the folder has a model.safetensors beside which
 *   shards would not count, an error of #GIOErrorEnum if a file cannot be written
 */
gboolean
trafo_checkpoint_save (TrafoCheckpoint *checkpoint, const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *single = NULL;
  g_auto (Save) self = { 0 };

  if (!trafo_checkpoint_check (checkpoint, error) || !collect (&self, checkpoint, shown, error))
    return FALSE;
  if (g_str_has_suffix (path, EXTENSION))
    return trafo_safetensors_save (path, self.tensors, self.n_tensors, self.metadata, error);
  if (g_mkdir_with_parents (path, 0777) != 0)
    {
      g_set_error (error,
                   G_IO_ERROR,
                   g_io_error_from_errno (errno),
                   "%s: cannot make the folder: %s",
                   shown,
                   g_strerror (errno));
      return FALSE;
    }
  if (self.n_files > 1)
    return save_shards (&self, path, error);
  single = g_build_filename (path, SINGLE_NAME, NULL);
  return trafo_safetensors_save (single, self.tensors, self.n_tensors, self.metadata, error);
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-checkpoint-private.h"

#include <string.h>
#include <trafo/trafo-error.h>

#include "trafo-checkpoint-files-private.h"
#include "trafo-json-string-private.h"
#include "trafo-siphash-private.h"

/**
 * TrafoCheckpoint:
 *
 * The weights of a model as they lie in its files: one model.safetensors or pytorch_model.bin, or
 * shards with an index.
 *
 * The files are mapped, not copied; only tensors of PyTorch whose elements are not in row-major
 * order are copied once. Whoever cuts a file short while it is in use makes reads of
 * [struct@Trafo.CheckpointTensor]'s data kill the process (SIGBUS), so a reader that cannot trust
 * the files calls [method@Trafo.Checkpoint.check] before it reads, or
 * [method@Trafo.Checkpoint.read], which is slower and cannot be hurt. Programs that replace files by
 * renaming, as Trafo and the Hub's cache do, never disturb a checkpoint that is open.
 *
 * A checkpoint does not change once it is open, and may be used from several threads.
 */
struct _TrafoCheckpoint
{
  GPtrArray             *files; /* TrafoCheckpointFile */
  TrafoCheckpointTensor *tensors;
  gsize                  n_tensors;
  guint64                size_bytes;
  TrafoSipKey            secret;
  guint32               *slots; /* index of a tensor + 1, or 0; open addressing, linear probing */
  gsize                  n_slots;
};

G_DEFINE_BOXED_TYPE (TrafoCheckpoint,
                     trafo_checkpoint,
                     trafo_checkpoint_ref,
                     trafo_checkpoint_unref)

static TrafoCheckpointFile *
get_file (TrafoCheckpoint *self, guint file)
{
  return g_ptr_array_index (self->files, file);
}

static void
set_no_memory (const char *path, GError **error)
{
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NO_MEMORY,
               "%s: out of memory for the list of tensors",
               path);
}

/* One list of all files' tensors, which takes the place of theirs. */
static gboolean
join_tensors (TrafoCheckpoint *self)
{
  gsize n_tensors = 0;

  for (guint i = 0; i < self->files->len; i++)
    n_tensors += get_file (self, i)->n_tensors;
  if (self->files->len == 1)
    self->tensors = g_steal_pointer (&get_file (self, 0)->tensors);
  else
    self->tensors = g_try_malloc_n (MAX (n_tensors, 1), sizeof *self->tensors);
  for (guint i = 0; i < self->files->len && self->tensors != NULL; i++)
    {
      TrafoCheckpointFile *file = get_file (self, i);

      if (file->tensors != NULL)
        memcpy (self->tensors + self->n_tensors,
                file->tensors,
                file->n_tensors * sizeof *file->tensors);
      g_clear_pointer (&file->tensors, g_free);
      self->n_tensors += file->n_tensors;
    }
  return self->tensors != NULL || n_tensors == 0;
}

/* The slot of the tensor of that name, or the empty one where it would go. */
static guint32 *
find_slot (TrafoCheckpoint *self, const char *name)
{
  gsize slot = trafo_siphash (&self->secret, name, strlen (name)) & (self->n_slots - 1);

  while (self->slots[slot] != 0 && !g_str_equal (self->tensors[self->slots[slot] - 1].name, name))
    slot = (slot + 1) & (self->n_slots - 1);
  return &self->slots[slot];
}

static gboolean
fill_slots (TrafoCheckpoint *self, const char *path, GError **error)
{
  self->n_slots = 16;
  while (self->n_slots < 2 * self->n_tensors)
    self->n_slots *= 2;
  self->slots = g_try_malloc0_n (self->n_slots, sizeof *self->slots);
  if (self->slots == NULL || self->n_tensors >= G_MAXUINT32)
    {
      set_no_memory (path, error);
      return FALSE;
    }
  trafo_sip_key_init (&self->secret);
  for (gsize i = 0; i < self->n_tensors; i++)
    {
      const TrafoCheckpointTensor *tensor = &self->tensors[i];
      guint32                     *slot = find_slot (self, tensor->name);

      if (*slot != 0)
        {
          g_autofree char *shown = trafo_json_string_show (tensor->name, strlen (tensor->name));

          g_set_error (error,
                       TRAFO_FORMAT_ERROR,
                       TRAFO_FORMAT_ERROR_VALUE,
                       "%s: found tensor '%s', which %s has, too",
                       tensor->file,
                       shown,
                       self->tensors[*slot - 1].file);
          return FALSE;
        }
      *slot = i + 1;
      self->size_bytes += tensor->size_bytes;
    }
  return TRUE;
}

/* Whether the shard holds the tensor that the index says it does. */
static gboolean
check_shard (const char *name, const char *shard, gpointer user_data, GError **error)
{
  TrafoCheckpoint             *self = user_data;
  const TrafoCheckpointTensor *tensor = trafo_checkpoint_lookup (self, name);
  g_autofree char             *shown = NULL;

  if (tensor != NULL && g_str_has_suffix (tensor->file, shard) &&
      tensor->file[strlen (tensor->file) - strlen (shard) - 1] == '/')
    return TRUE;
  shown = trafo_json_string_show (name, strlen (name));
  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_VALUE,
               "found tensor '%s' in %s, expected it in %s as the index says",
               shown,
               tensor != NULL ? tensor->file : "no shard",
               shard);
  return FALSE;
}

/* The file whose mapping holds all of a part, or NULL. */
static TrafoMappedFile *
find_mapped (TrafoCheckpoint *self, gconstpointer data, gsize size_bytes)
{
  for (guint i = 0; i < self->files->len; i++)
    {
      TrafoMappedFile *mapped = get_file (self, i)->mapped;

      if (trafo_mapped_file_contains (mapped, data, size_bytes))
        return mapped;
    }
  return NULL;
}

/**
 * trafo_checkpoint_open:
 * @path: (type filename): a folder, a file of weights or an index of shards
 * @cancellable: (nullable): a cancellable, looked at between parts of a file that are read
 * @error: return location for an error
 *
 * Opens a checkpoint and checks its structure. In a folder, model.safetensors is taken, or else the
 * shards that model.safetensors.index.json lists, or else pytorch_model.bin, or else the shards of
 * pytorch_model.bin.index.json. A file whose name ends in .bin, .pt or .pth is one that
 * `torch.save()` wrote, any other is a safetensors file.
 *
 * The values of safetensors are not read. Those of PyTorch's format are, once, for their checksums,
 * where it has any. No code of such a file is run: it may hold tensors in a dict, which may be the
 * "state_dict" of another, and besides them numbers and texts, which
 * [method@Trafo.Checkpoint.list_skipped] tells.
 *
 * Returns: (transfer full): the checkpoint; %NULL with %TRAFO_ERROR_NOT_FOUND, an error of
 *   #TrafoFormatError if a file is malformed, of #GIOErrorEnum if it cannot be read, or when cancelled
 */
TrafoCheckpoint *
trafo_checkpoint_open (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (TrafoCheckpoint) self = g_atomic_rc_box_new0 (TrafoCheckpoint);
  g_autoptr (TrafoCheckpointIndex) index = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  self->files = trafo_checkpoint_files_open (path, &index, cancellable, error);
  if (self->files == NULL)
    return NULL;
  if (!join_tensors (self))
    {
      set_no_memory (path, error);
      return NULL;
    }
  if (!fill_slots (self, path, error))
    return NULL;
  if (index != NULL && !trafo_checkpoint_index_foreach (index, check_shard, self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * trafo_checkpoint_ref:
 * @checkpoint: a checkpoint
 *
 * Adds a reference.
 *
 * Returns: (transfer full): @checkpoint
 */
TrafoCheckpoint *
trafo_checkpoint_ref (TrafoCheckpoint *checkpoint)
{
  return g_atomic_rc_box_acquire (checkpoint);
}

static void
clear (gpointer data)
{
  TrafoCheckpoint *self = data;

  g_free (self->tensors);
  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_free (self->slots);
}

/**
 * trafo_checkpoint_unref:
 * @checkpoint: (transfer full): a checkpoint
 *
 * Drops a reference. With the last one the files are unmapped.
 */
void
trafo_checkpoint_unref (TrafoCheckpoint *checkpoint)
{
  g_atomic_rc_box_release_full (checkpoint, clear);
}

/**
 * trafo_checkpoint_get_n_tensors:
 * @checkpoint: a checkpoint
 *
 * The number of tensors.
 *
 * Returns: the number, in all files
 */
gsize
trafo_checkpoint_get_n_tensors (TrafoCheckpoint *checkpoint)
{
  return checkpoint->n_tensors;
}

/**
 * trafo_checkpoint_get_tensor: (skip)
 * @checkpoint: a checkpoint
 * @index: below trafo_checkpoint_get_n_tensors()
 *
 * A tensor by its place: file after file in the order of their names; in each safetensors file in
 * the order of the data, in each file of PyTorch in that of its dict.
 *
 * Returns: (transfer none): the tensor
 */
const TrafoCheckpointTensor *
trafo_checkpoint_get_tensor (TrafoCheckpoint *checkpoint, gsize index)
{
  g_return_val_if_fail (index < checkpoint->n_tensors, NULL);
  return &checkpoint->tensors[index];
}

/**
 * trafo_checkpoint_lookup: (skip)
 * @checkpoint: a checkpoint
 * @name: the name of a tensor
 *
 * A tensor by its name, in constant time.
 *
 * Returns: (transfer none) (nullable): the tensor, %NULL if there is none
 */
const TrafoCheckpointTensor *
trafo_checkpoint_lookup (TrafoCheckpoint *checkpoint, const char *name)
{
  guint32 slot = *find_slot (checkpoint, name);

  return slot != 0 ? &checkpoint->tensors[slot - 1] : NULL;
}

/**
 * trafo_checkpoint_list_names:
 * @checkpoint: a checkpoint
 *
 * The names of the tensors, in the order of trafo_checkpoint_get_tensor().
 *
 * Returns: (transfer full) (array zero-terminated=1): the names
 */
char **
trafo_checkpoint_list_names (TrafoCheckpoint *checkpoint)
{
  char **names = g_new0 (char *, checkpoint->n_tensors + 1);

  for (gsize i = 0; i < checkpoint->n_tensors; i++)
    names[i] = g_strdup (checkpoint->tensors[i].name);
  return names;
}

/**
 * trafo_checkpoint_list_files:
 * @checkpoint: a checkpoint
 *
 * The names of the files, without the index.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names, as in messages
 */
char **
trafo_checkpoint_list_files (TrafoCheckpoint *checkpoint)
{
  char **names = g_new0 (char *, checkpoint->files->len + 1);

  for (guint i = 0; i < checkpoint->files->len; i++)
    names[i] = g_strdup (get_file (checkpoint, i)->mapped->name);
  return names;
}

/**
 * trafo_checkpoint_list_skipped:
 * @checkpoint: a checkpoint
 *
 * The keys of what a file of PyTorch holds besides its tensors, such as "epoch"; of each file, at
 * most 1000.
 *
 * Returns: (transfer full) (array zero-terminated=1): the keys, in a form fit for messages
 */
char **
trafo_checkpoint_list_skipped (TrafoCheckpoint *checkpoint)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();

  for (guint i = 0; i < checkpoint->files->len; i++)
    for (guint j = 0; j < get_file (checkpoint, i)->skipped->len; j++)
      g_ptr_array_add (keys, g_strdup (g_ptr_array_index (get_file (checkpoint, i)->skipped, j)));
  g_ptr_array_add (keys, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&keys), FALSE);
}

/**
 * trafo_checkpoint_get_metadata:
 * @checkpoint: a checkpoint
 * @key: a key, such as "format"
 *
 * What the first file that has the key says about it in its `__metadata__`.
 *
 * Returns: (transfer none) (nullable): the value, %NULL if no file has the key
 */
const char *
trafo_checkpoint_get_metadata (TrafoCheckpoint *checkpoint, const char *key)
{
  for (guint i = 0; i < checkpoint->files->len; i++)
    {
      const char *value = g_hash_table_lookup (get_file (checkpoint, i)->metadata, key);

      if (value != NULL)
        return value;
    }
  return NULL;
}

/**
 * trafo_checkpoint_get_size_bytes:
 * @checkpoint: a checkpoint
 *
 * The size of all tensors together.
 *
 * Returns: bytes
 */
guint64
trafo_checkpoint_get_size_bytes (TrafoCheckpoint *checkpoint)
{
  return checkpoint->size_bytes;
}

/**
 * trafo_checkpoint_check:
 * @checkpoint: a checkpoint
 * @error: return location for an error
 *
 * Whether the files still have the size and the time of change that they were opened with; takes a
 * system call a file. Meant for the moment before mapped data is read.
 *
 * Returns: %FALSE with %TRAFO_FORMAT_ERROR_VALUE if a file was changed
 */
gboolean
trafo_checkpoint_check (TrafoCheckpoint *checkpoint, GError **error)
{
  for (guint i = 0; i < checkpoint->files->len; i++)
    if (!trafo_mapped_file_check (get_file (checkpoint, i)->mapped, error))
      return FALSE;
  return TRUE;
}

/**
 * trafo_checkpoint_read: (skip)
 * @checkpoint: a checkpoint
 * @tensor: a tensor of it
 * @destination: room for the tensor's size_bytes
 * @error: return location for an error
 *
 * Copies a tensor from its file, not from the mapping.
 *
 * Returns: %FALSE with %TRAFO_FORMAT_ERROR_TRUNCATED if the file has been cut short, or an error of
 *   #GIOErrorEnum; @destination then holds anything
 */
gboolean
trafo_checkpoint_read (TrafoCheckpoint             *checkpoint,
                       const TrafoCheckpointTensor *tensor,
                       gpointer                     destination,
                       GError                     **error)
{
  TrafoMappedFile *mapped = find_mapped (checkpoint, tensor->data, tensor->size_bytes);

  if (mapped != NULL)
    return trafo_mapped_file_read (mapped,
                                   (const guint8 *) tensor->data - mapped->data,
                                   destination,
                                   tensor->size_bytes,
                                   error);
  if (tensor->size_bytes > 0)
    memcpy (destination, tensor->data, tensor->size_bytes);
  return TRUE;
}

/**
 * trafo_checkpoint_get_bytes:
 * @checkpoint: a checkpoint
 * @name: the name of a tensor
 * @error: return location for an error
 *
 * The elements of a tensor, mapped: they are not copied, and keep the checkpoint alive.
 *
 * Returns: (transfer full): the bytes; %NULL with %TRAFO_ERROR_NOT_FOUND
 */
GBytes *
trafo_checkpoint_get_bytes (TrafoCheckpoint *checkpoint, const char *name, GError **error)
{
  const TrafoCheckpointTensor *tensor = trafo_checkpoint_lookup (checkpoint, name);

  if (tensor == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NOT_FOUND,
                   "the checkpoint has no tensor '%s'",
                   name);
      return NULL;
    }
  return g_bytes_new_with_free_func (tensor->data,
                                     tensor->size_bytes,
                                     (GDestroyNotify) trafo_checkpoint_unref,
                                     trafo_checkpoint_ref (checkpoint));
}

/**
 * trafo_checkpoint_release_pages: (skip)
 * @checkpoint: a checkpoint
 * @data: where a tensor's data begins, or a part of it
 * @size_bytes: its size
 *
 * Takes mapped pages out of the process's memory, for when their values have been copied into
 * another layout, and with them the up to 2 MiB around that Linux maps together with a page. All data
 * remains readable, and is read from the file again if it is. Does nothing where @data is not in the checkpoint's files.
 */
void
trafo_checkpoint_release_pages (TrafoCheckpoint *checkpoint, gconstpointer data, gsize size_bytes)
{
  TrafoMappedFile *mapped = find_mapped (checkpoint, data, size_bytes);

  if (mapped != NULL)
    trafo_mapped_file_release_pages (mapped, data, size_bytes);
}

char *
trafo_checkpoint_describe_files (TrafoCheckpoint *checkpoint)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  for (guint i = 0; i < checkpoint->files->len; i++)
    {
      g_autofree char *line = trafo_mapped_file_describe (get_file (checkpoint, i)->mapped);

      if (line == NULL)
        return NULL;
      g_string_append_printf (lines, "%s\n", line);
    }
  return g_string_free (g_steal_pointer (&lines), FALSE);
}

guint
trafo_checkpoint_get_n_files (TrafoCheckpoint *checkpoint)
{
  return checkpoint->files->len;
}

TrafoMappedFile *
trafo_checkpoint_get_file (TrafoCheckpoint *checkpoint, guint index)
{
  return get_file (checkpoint, index)->mapped;
}

gboolean
trafo_checkpoint_locate (TrafoCheckpoint *checkpoint,
                         gconstpointer    data,
                         gsize            size_bytes,
                         guint           *ret_file,
                         gsize           *ret_offset_bytes)
{
  for (guint i = 0; i < checkpoint->files->len; i++)
    {
      TrafoMappedFile *mapped = get_file (checkpoint, i)->mapped;

      if (!trafo_mapped_file_contains (mapped, data, size_bytes))
        continue;
      *ret_file = i;
      *ret_offset_bytes = (const guint8 *) data - mapped->data;
      return TRUE;
    }
  return FALSE;
}

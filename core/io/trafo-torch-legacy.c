/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* What torch.save() wrote before PyTorch 1.6 (torch/serialization.py, "_legacy_save"):
 *
 *   pickle   a number that says so
 *   pickle   1001, the version
 *   pickle   a dict of the writing machine's ways, which the rest does not depend on
 *   pickle   the dict of tensors; storages are persistent ids
 *   pickle   a list of the storages' keys
 *   storages in the order of the list, each: number of elements (64 bits), elements
 *
 * All numbers are little-endian: a big-endian machine swaps them when it writes. */
#include <string.h>

#include "trafo-json-string-private.h"
#include "trafo-torch-file-private.h"

static const guint8 magic[] = { 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19 };

#define VERSION 1001

/* The pickles are looked for in that much of the file, and then in twice as much. */
#define START_SIZE_BYTES ((gsize) 1 << 20)
#define MAX_START_SIZE_BYTES ((gsize) 64 << 20)

typedef struct
{
  TrafoCheckpointFile *file;
  TrafoTorchUnpickler *unpickler;
  TrafoPickleValue    *weights;
  TrafoPickleValue    *keys;
  gsize                position; /* of the first storage */
} Legacy;

static gboolean
check_start (Legacy *self, const TrafoPickleValue *number, GError **error)
{
  if (number->kind == TRAFO_PICKLE_LONG && number->n_items == sizeof magic &&
      memcmp (number->text, magic, sizeof magic) == 0)
    return TRUE;
  return trafo_mapped_file_fail (self->file->mapped,
                                 TRAFO_FORMAT_ERROR_UNKNOWN,
                                 error,
                                 "found a pickle that begins with %s, expected the number that "
                                 "torch.save() begins with",
                                 trafo_pickle_value_describe (number));
}

static gboolean
check_version (Legacy *self, const TrafoPickleValue *version, GError **error)
{
  if (version->kind == TRAFO_PICKLE_INTEGER && version->integer == VERSION)
    return TRUE;
  return trafo_mapped_file_fail (self->file->mapped,
                                 TRAFO_FORMAT_ERROR_UNKNOWN,
                                 error,
                                 "found the version %" G_GINT64_FORMAT ", expected %d",
                                 version->kind == TRAFO_PICKLE_INTEGER ? version->integer : -1,
                                 VERSION);
}

static gboolean
read_pickles (Legacy *self, const guint8 *data, gsize size_bytes, GError **error)
{
  TrafoPickle      *pickle = self->unpickler->pickle;
  TrafoPickleValue *value;
  gsize             position = 0;

  value = trafo_pickle_load (pickle, data, size_bytes, &position, error);
  if (value == NULL || !check_start (self, value, error))
    return FALSE;
  value = trafo_pickle_load (pickle, data, size_bytes, &position, error);
  if (value == NULL || !check_version (self, value, error))
    return FALSE;
  value = trafo_pickle_load (pickle, data, size_bytes, &position, error);
  if (value == NULL)
    return FALSE;
  self->weights = trafo_pickle_load (pickle, data, size_bytes, &position, error);
  if (self->weights == NULL)
    return FALSE;
  self->keys = trafo_pickle_load (pickle, data, size_bytes, &position, error);
  self->position = position;
  return self->keys != NULL;
}

/* Reads the pickles from the first @size_bytes of the file. */
static gboolean
read_start (Legacy *self, gsize size_bytes, GError **error)
{
  g_autofree guint8 *start = g_try_malloc (MAX (size_bytes, 1));

  if (start != NULL)
    return trafo_mapped_file_read (self->file->mapped, 0, start, size_bytes, error) &&
           read_pickles (self, start, size_bytes, error);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NO_MEMORY,
               "%s: out of memory for %" G_GSIZE_FORMAT " bytes",
               self->file->mapped->name,
               size_bytes);
  return FALSE;
}

/* Only reading the pickles tells how long they are. */
static gboolean
read_start_growing (Legacy *self, GError **error)
{
  gsize max_size_bytes = MIN (self->file->mapped->size_bytes, MAX_START_SIZE_BYTES);
  gsize size_bytes = MIN (START_SIZE_BYTES, max_size_bytes);

  while (TRUE)
    {
      g_autoptr (GError) local_error = NULL;

      self->unpickler = trafo_torch_unpickler_new (self->file->mapped->name, TRUE);
      if (read_start (self, size_bytes, &local_error))
        return TRUE;
      if (size_bytes == max_size_bytes ||
          !g_error_matches (local_error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_TRUNCATED))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      g_clear_pointer (&self->unpickler, trafo_torch_unpickler_free);
      size_bytes = MIN (2 * size_bytes, max_size_bytes);
    }
}

/* The storage of that key, which must not have had its data yet. */
static TrafoTorchStorage *
find_storage (Legacy *self, const TrafoPickleValue *key, GError **error)
{
  const char        *text = trafo_pickle_value_get_text (key);
  TrafoTorchStorage *storage =
      text != NULL ? g_tree_lookup (self->unpickler->storages, text) : NULL;
  g_autofree char *shown = NULL;

  if (storage != NULL && storage->data == NULL)
    return storage;
  shown = text != NULL ? trafo_json_string_show (text, strlen (text)) : NULL;
  trafo_mapped_file_fail (self->file->mapped,
                          TRAFO_FORMAT_ERROR_VALUE,
                          error,
                          "found data for the storage '%s', which %s",
                          shown != NULL ? shown : trafo_pickle_value_describe (key),
                          storage != NULL ? "has data already" : "no tensor has");
  return NULL;
}

/* Finds the data of a storage at the position, and moves on behind it. */
static gboolean
find_data (Legacy *self, TrafoTorchStorage *storage, GError **error)
{
  TrafoMappedFile *mapped = self->file->mapped;
  guint64          n_elements = 0;

  if (mapped->size_bytes - self->position < sizeof n_elements ||
      mapped->size_bytes - self->position - sizeof n_elements < storage->size_bytes)
    return trafo_mapped_file_fail (mapped,
                                   TRAFO_FORMAT_ERROR_TRUNCATED,
                                   error,
                                   "found %" G_GSIZE_FORMAT
                                   " bytes, expected the storage '%s' of %" G_GSIZE_FORMAT
                                   " from %" G_GSIZE_FORMAT " on",
                                   mapped->size_bytes,
                                   storage->key,
                                   storage->size_bytes,
                                   self->position);
  if (!trafo_mapped_file_read (mapped, self->position, &n_elements, sizeof n_elements, error))
    return FALSE;
  n_elements = GUINT64_FROM_LE (n_elements);
  if (n_elements != storage->size_bytes / storage->dtype->size_bytes)
    return trafo_mapped_file_fail (mapped,
                                   TRAFO_FORMAT_ERROR_VALUE,
                                   error,
                                   "found the storage '%s' with %" G_GUINT64_FORMAT
                                   " elements, expected %" G_GSIZE_FORMAT,
                                   storage->key,
                                   n_elements,
                                   storage->size_bytes / storage->dtype->size_bytes);
  self->position += sizeof n_elements;
  storage->data = mapped->data + self->position;
  self->position += storage->size_bytes;
  return TRUE;
}

static gboolean
read_storages (Legacy *self, GError **error)
{
  gint n_storages = g_tree_nnodes (self->unpickler->storages);

  if (self->keys->kind != TRAFO_PICKLE_LIST || self->keys->n_items != (guint) n_storages)
    return trafo_mapped_file_fail (self->file->mapped,
                                   TRAFO_FORMAT_ERROR_VALUE,
                                   error,
                                   "found %s of %u items, expected a list of %d storages",
                                   trafo_pickle_value_describe (self->keys),
                                   self->keys->n_items,
                                   n_storages);
  for (guint i = 0; i < self->keys->n_items; i++)
    {
      TrafoTorchStorage *storage = find_storage (self, self->keys->items[i], error);

      if (storage == NULL || !find_data (self, storage, error))
        return FALSE;
    }
  if (self->position == self->file->mapped->size_bytes)
    return TRUE;
  return trafo_mapped_file_fail (self->file->mapped,
                                 TRAFO_FORMAT_ERROR_VALUE,
                                 error,
                                 "found %" G_GSIZE_FORMAT
                                 " bytes, expected the end at %" G_GSIZE_FORMAT,
                                 self->file->mapped->size_bytes,
                                 self->position);
}

gboolean
trafo_torch_legacy_read (TrafoCheckpointFile *file, GCancellable *cancellable, GError **error)
{
  Legacy self = { .file = file };
  g_autoptr (TrafoTorchUnpickler) unpickler = NULL;
  g_autoptr (TrafoTorchCopies) copies = NULL;
  gboolean is_read = read_start_growing (&self, error);

  unpickler = self.unpickler;
  if (!is_read || !read_storages (&self, error))
    return FALSE;
  copies = trafo_torch_copies_new (file, FALSE, cancellable);
  return trafo_torch_file_take (file, self.weights, copies, error);
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* What torch.save() writes since PyTorch 1.6 (torch/serialization.py, "_save"): a zip file of
 *
 *   NAME/data.pkl     the pickle of the dict; storages are persistent ids
 *   NAME/byteorder    "little" or "big"; little if absent
 *   NAME/data/KEY     the elements of a storage
 *
 * and of others that are not needed. One with NAME/constants.pkl is a program, of TorchScript. */
#include <string.h>

#include "trafo-torch-file-private.h"
#include "trafo-torch-zip-private.h"

#define MAX_PICKLE_SIZE_BYTES ((gsize) 64 << 20)

typedef struct
{
  TrafoCheckpointFile *file;
  TrafoTorchZip       *zip;
  TrafoTorchCopies    *copies;
  GError              *error;
} Archive;

/* The whole of a small entry. */
static guint8 *
read_entry (Archive *self, const TrafoTorchZipEntry *entry, gsize max_size_bytes, GError **error)
{
  g_autofree guint8 *data = NULL;

  if (entry->size_bytes > max_size_bytes)
    {
      trafo_mapped_file_fail (self->file->mapped,
                              TRAFO_FORMAT_ERROR_LIMIT,
                              error,
                              "found '%s' of %" G_GSIZE_FORMAT
                              " bytes, expected at most %" G_GSIZE_FORMAT,
                              entry->name,
                              entry->size_bytes,
                              max_size_bytes);
      return NULL;
    }
  data = g_try_malloc (MAX (entry->size_bytes, 1));
  if (data == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "%s: out of memory for '%s' of %" G_GSIZE_FORMAT " bytes",
                   self->file->mapped->name,
                   entry->name,
                   entry->size_bytes);
      return NULL;
    }
  return trafo_torch_zip_read (self->zip, entry, data, error) ? g_steal_pointer (&data) : NULL;
}

static gboolean
read_byte_order (Archive *self, gboolean *ret_is_big_endian, GError **error)
{
  const TrafoTorchZipEntry *entry = trafo_torch_zip_lookup (self->zip, "byteorder");
  g_autofree guint8        *text = NULL;

  *ret_is_big_endian = FALSE;
  if (entry == NULL)
    return TRUE;
  text = read_entry (self, entry, strlen ("little"), error);
  if (text == NULL)
    return FALSE;
  *ret_is_big_endian = entry->size_bytes == 3 && memcmp (text, "big", 3) == 0;
  if (*ret_is_big_endian || (entry->size_bytes == 6 && memcmp (text, "little", 6) == 0))
    return TRUE;
  return trafo_mapped_file_fail (self->file->mapped,
                                 TRAFO_FORMAT_ERROR_VALUE,
                                 error,
                                 "found a byte order that is neither little nor big");
}

/* Finds the data of a storage; stops at an error. */
static gboolean
find_data (gpointer key, gpointer value, gpointer user_data)
{
  Archive                  *self = user_data;
  TrafoTorchStorage        *storage = value;
  g_autofree char          *name = g_strconcat ("data/", storage->key, NULL);
  const TrafoTorchZipEntry *entry = trafo_torch_zip_lookup (self->zip, name);
  guint8                   *copy;

  if (entry == NULL || entry->size_bytes != storage->size_bytes)
    return !trafo_mapped_file_fail (self->file->mapped,
                                    TRAFO_FORMAT_ERROR_VALUE,
                                    &self->error,
                                    "found '%s' of %" G_GSIZE_FORMAT
                                    " bytes, expected a storage of %" G_GSIZE_FORMAT,
                                    entry != NULL ? entry->name : "no entry for a storage",
                                    entry != NULL ? entry->size_bytes : 0,
                                    storage->size_bytes);
  if (trafo_torch_zip_entry_is_stored (entry))
    {
      storage->data = self->file->mapped->data + entry->offset;
      return !trafo_torch_zip_check (self->zip, entry, &self->error);
    }
  storage->data = copy =
      trafo_torch_copies_alloc (self->copies, entry->name, entry->size_bytes, &self->error);
  return copy == NULL || !trafo_torch_zip_read (self->zip, entry, copy, &self->error);
}

static gboolean
read_weights (Archive                  *self,
              const TrafoTorchZipEntry *entry,
              gboolean                  is_big_endian,
              GCancellable             *cancellable,
              GError                  **error)
{
  g_autofree char   *name = g_strdup_printf ("%s: data.pkl", self->file->mapped->name);
  g_autofree guint8 *data = read_entry (self, entry, MAX_PICKLE_SIZE_BYTES, error);
  g_autoptr (TrafoTorchUnpickler) unpickler = trafo_torch_unpickler_new (name, FALSE);
  g_autoptr (TrafoTorchCopies) copies =
      trafo_torch_copies_new (self->file, is_big_endian, cancellable);
  TrafoPickleValue *value;
  gsize             position = 0;

  if (data == NULL)
    return FALSE;
  value = trafo_pickle_load (unpickler->pickle, data, entry->size_bytes, &position, error);
  if (value == NULL)
    return FALSE;
  if (position != entry->size_bytes)
    return trafo_mapped_file_fail (self->file->mapped,
                                   TRAFO_FORMAT_ERROR_VALUE,
                                   error,
                                   "data.pkl: found %" G_GSIZE_FORMAT " bytes after its end",
                                   entry->size_bytes - position);
  self->copies = copies;
  g_tree_foreach (unpickler->storages, find_data, self);
  if (self->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      return FALSE;
    }
  return trafo_torch_file_take (self->file, value, copies, error);
}

gboolean
trafo_torch_archive_read (TrafoCheckpointFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (TrafoTorchZip) zip = trafo_torch_zip_open (file->mapped, cancellable, error);
  Archive                   self = { .file = file, .zip = zip };
  const TrafoTorchZipEntry *entry;
  gboolean                  is_big_endian;

  if (zip == NULL)
    return FALSE;
  entry = trafo_torch_zip_lookup (zip, "data.pkl");
  if (entry == NULL || trafo_torch_zip_lookup (zip, "constants.pkl") != NULL)
    return trafo_mapped_file_fail (file->mapped,
                                   TRAFO_FORMAT_ERROR_UNKNOWN,
                                   error,
                                   "found %s, expected weights that torch.save() wrote",
                                   entry == NULL ? "a zip file without data.pkl"
                                                 : "a TorchScript program");
  return read_byte_order (&self, &is_big_endian, error) &&
         read_weights (&self, entry, is_big_endian, cancellable, error);
}

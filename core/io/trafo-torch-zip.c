/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-torch-zip-private.h"

#include <string.h>
#include <zlib.h>

#include "trafo-json-string-private.h"
#include "trafo-torch-zip-directory-private.h"

#define METHOD_STORED 0
#define BLOCK_SIZE_BYTES ((gsize) 128 << 10)
/* Negative: a stream without header and sum. */
#define RAW_WINDOW_BITS (-15)

struct _TrafoTorchZip
{
  TrafoMappedFile       *file;
  GCancellable          *cancellable; /* borrowed */
  TrafoTorchZipDirectory directory;
  GTree                 *entries; /* char * -> TrafoTorchZipEntry * */
  guint8                *block;
};

gboolean
trafo_torch_zip_entry_is_stored (const TrafoTorchZipEntry *entry)
{
  return entry->method == METHOD_STORED;
}

static gboolean
fail (TrafoTorchZip *self, const TrafoTorchZipEntry *entry, GError **error, const char *message)
{
  g_autofree char *shown = trafo_json_string_show (entry->name, strlen (entry->name));

  return trafo_mapped_file_fail (self->file,
                                 TRAFO_FORMAT_ERROR_VALUE,
                                 error,
                                 "zip: entry '%s': %s",
                                 shown,
                                 message);
}

static gint
compare_names (gconstpointer a, gconstpointer b, gpointer unused)
{
  return strcmp (a, b);
}

TrafoTorchZip *
trafo_torch_zip_open (TrafoMappedFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (TrafoTorchZip) self = g_new0 (TrafoTorchZip, 1);

  self->file = file;
  self->cancellable = cancellable;
  self->block = g_malloc (BLOCK_SIZE_BYTES);
  self->entries = g_tree_new_full (compare_names, NULL, NULL, NULL);
  if (!trafo_torch_zip_directory_read (&self->directory, file, error))
    return NULL;
  for (gsize i = 0; i < self->directory.n_entries; i++)
    {
      TrafoTorchZipEntry *entry = &self->directory.entries[i];

      if (g_tree_lookup (self->entries, entry->name) != NULL)
        {
          fail (self, entry, error, "found a second one of that name");
          return NULL;
        }
      g_tree_insert (self->entries, (char *) entry->name, entry);
    }
  return g_steal_pointer (&self);
}

void
trafo_torch_zip_free (TrafoTorchZip *self)
{
  if (self == NULL)
    return;
  g_tree_unref (self->entries);
  trafo_torch_zip_directory_clear (&self->directory);
  g_free (self->block);
  g_free (self);
}

const TrafoTorchZipEntry *
trafo_torch_zip_lookup (TrafoTorchZip *self, const char *name)
{
  return g_tree_lookup (self->entries, name);
}

static gboolean
check_sum (TrafoTorchZip *self, const TrafoTorchZipEntry *entry, guint32 sum, GError **error)
{
  if (sum == entry->crc32)
    return TRUE;
  return fail (self,
               entry,
               error,
               entry->crc32 == 0
                   ? "found a checksum of 0, which PyTorch writes if it is told to compute none"
                   : "found data that do not fit their checksum");
}

/* Reads the next part of an entry's stored data. */
static gboolean
read_block (TrafoTorchZip            *self,
            const TrafoTorchZipEntry *entry,
            gsize                     position,
            gsize                     size_bytes,
            GError                  **error)
{
  return !g_cancellable_set_error_if_cancelled (self->cancellable, error) &&
         trafo_mapped_file_read (self->file,
                                 entry->offset + position,
                                 self->block,
                                 size_bytes,
                                 error);
}

gboolean
trafo_torch_zip_check (TrafoTorchZip *self, const TrafoTorchZipEntry *entry, GError **error)
{
  gsize   size_bytes;
  guint32 sum = crc32_z (0, NULL, 0);

  for (gsize done = 0; done < entry->stored_size_bytes; done += size_bytes)
    {
      size_bytes = MIN (entry->stored_size_bytes - done, BLOCK_SIZE_BYTES);
      if (!read_block (self, entry, done, size_bytes, error))
        return FALSE;
      sum = crc32_z (sum, self->block, size_bytes);
    }
  return check_sum (self, entry, sum, error);
}

/* Inflates all of the entry's data into just its size, which zlib counts in 32 bits a call. */
static gboolean
inflate_all (TrafoTorchZip            *self,
             const TrafoTorchZipEntry *entry,
             z_stream                 *stream,
             guint8                   *destination,
             GError                  **error)
{
  gsize n_read = 0, n_written = 0;
  int   status = Z_OK;

  while (status == Z_OK)
    {
      uInt n_room = MIN (entry->size_bytes - n_written, G_MAXUINT32);

      if (stream->avail_in == 0 && n_read < entry->stored_size_bytes)
        {
          stream->next_in = self->block;
          stream->avail_in = MIN (entry->stored_size_bytes - n_read, BLOCK_SIZE_BYTES);
          if (!read_block (self, entry, n_read, stream->avail_in, error))
            return FALSE;
          n_read += stream->avail_in;
        }
      stream->next_out = destination + n_written;
      stream->avail_out = n_room;
      status = inflate (stream, Z_NO_FLUSH);
      n_written += n_room - stream->avail_out;
    }
  if (status == Z_STREAM_END && n_written == entry->size_bytes && stream->avail_in == 0 &&
      n_read == entry->stored_size_bytes)
    return TRUE;
  return fail (self, entry, error, "found deflated data that are malformed or not of their size");
}

gboolean
trafo_torch_zip_read (TrafoTorchZip            *self,
                      const TrafoTorchZipEntry *entry,
                      guint8                   *destination,
                      GError                  **error)
{
  z_stream stream = { 0 };
  gboolean is_read;

  if (trafo_torch_zip_entry_is_stored (entry))
    is_read =
        trafo_mapped_file_read (self->file, entry->offset, destination, entry->size_bytes, error);
  else if (inflateInit2 (&stream, RAW_WINDOW_BITS) != Z_OK)
    is_read = fail (self, entry, error, "out of memory to inflate it");
  else
    {
      is_read = inflate_all (self, entry, &stream, destination, error);
      inflateEnd (&stream);
    }
  return is_read && check_sum (self, entry, crc32_z (0, destination, entry->size_bytes), error);
}

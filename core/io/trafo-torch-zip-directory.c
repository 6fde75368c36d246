/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* The directory of a zip file (APPNOTE.TXT of PKWARE, 6.3.10), numbers being little-endian:
 *
 *   entries     each: local header (30 bytes), name, extra field, data, perhaps a descriptor
 *   directory   each: central header (46 bytes), name, extra field, comment
 *   zip64 end   56 bytes, then its locator of 20; only in large files, and in those of torch.save()
 *   end         22 bytes and no comment, the last of the file
 *
 * The directory counts. What the local headers say must be the same, but for sizes and sums of 0
 * where a descriptor follows the data. Nothing may lie before the first entry, and an entry not in
 * another. */
#include "trafo-torch-zip-directory-private.h"

#include <stdlib.h>
#include <string.h>

#define LOCAL_SIGNATURE 0x04034b50
#define LOCAL_SIZE_BYTES 30
#define CENTRAL_SIGNATURE 0x02014b50
#define CENTRAL_SIZE_BYTES 46
#define END_SIGNATURE 0x06054b50
#define END_SIZE_BYTES 22
#define LOCATOR_SIGNATURE 0x07064b50
#define LOCATOR_SIZE_BYTES 20
#define END64_SIGNATURE 0x06064b50
#define END64_SIZE_BYTES 56
#define EXTRA64_ID 1

#define FLAG_ENCRYPTED 0x0001
#define FLAG_DESCRIPTOR 0x0008
#define FLAG_ENCRYPTED_DIRECTORY 0x2000

#define MAX_DIRECTORY_SIZE_BYTES ((gsize) 64 << 20)

/* Where the directory is. */
typedef struct
{
  guint64 offset;
  guint64 size_bytes;
  guint64 n_entries;
} Extent;

static guint16
get_16 (const guint8 *bytes)
{
  return bytes[0] | bytes[1] << 8;
}

static guint32
get_32 (const guint8 *bytes)
{
  return get_16 (bytes) | (guint32) get_16 (bytes + 2) << 16;
}

static guint64
get_64 (const guint8 *bytes)
{
  return get_32 (bytes) | (guint64) get_32 (bytes + 4) << 32;
}

static gboolean
fail (TrafoMappedFile *file, GError **error, const char *message)
{
  return trafo_mapped_file_fail (file, TRAFO_FORMAT_ERROR_VALUE, error, "zip: %s", message);
}

/* Whether a field of the end says the same as that of the zip64 end, or that it cannot. */
static gboolean
agrees (guint64 value, guint64 value64, guint64 max)
{
  return value == value64 || value == max;
}

/* Reads the zip64 end whose locator is at @locator_offset, and takes its word. */
static gboolean
read_end64 (TrafoMappedFile *file,
            gsize            locator_offset,
            const guint8    *locator,
            Extent          *extent,
            GError         **error)
{
  guint8 end[END64_SIZE_BYTES];
  Extent extent64;

  if (locator_offset < sizeof end || get_64 (locator + 8) != locator_offset - sizeof end ||
      get_32 (locator + 4) != 0 || get_32 (locator + 16) > 1)
    return fail (file, error, "found a zip64 end that is not just before its locator");
  if (!trafo_mapped_file_read (file, locator_offset - sizeof end, end, sizeof end, error))
    return FALSE;
  extent64.n_entries = get_64 (end + 32);
  extent64.size_bytes = get_64 (end + 40);
  extent64.offset = get_64 (end + 48);
  if (get_32 (end) != END64_SIGNATURE || get_64 (end + 4) != sizeof end - 12 ||
      get_32 (end + 16) != 0 || get_32 (end + 20) != 0 || get_64 (end + 24) != extent64.n_entries ||
      !agrees (extent->n_entries, extent64.n_entries, G_MAXUINT16) ||
      !agrees (extent->size_bytes, extent64.size_bytes, G_MAXUINT32) ||
      !agrees (extent->offset, extent64.offset, G_MAXUINT32))
    return fail (file, error, "found a zip64 end that is malformed or differs from the end");
  *extent = extent64;
  return TRUE;
}

/* Finds the directory by the end of the file. */
static gboolean
read_end (TrafoMappedFile *file, Extent *extent, GError **error)
{
  guint8  bytes[LOCATOR_SIZE_BYTES + END_SIZE_BYTES];
  guint8 *end = bytes + LOCATOR_SIZE_BYTES;
  gsize   directory_end = file->size_bytes - END_SIZE_BYTES;

  if (file->size_bytes < sizeof bytes)
    return trafo_mapped_file_fail (file,
                                   TRAFO_FORMAT_ERROR_TRUNCATED,
                                   error,
                                   "zip: found %" G_GSIZE_FORMAT " bytes, expected more",
                                   file->size_bytes);
  if (!trafo_mapped_file_read (file, file->size_bytes - sizeof bytes, bytes, sizeof bytes, error))
    return FALSE;
  if (get_32 (end) != END_SIGNATURE || get_16 (end + 20) != 0)
    return trafo_mapped_file_fail (file,
                                   TRAFO_FORMAT_ERROR_TRUNCATED,
                                   error,
                                   "zip: found no end of a zip file in the last %d bytes: it was "
                                   "cut short, or more was added to it",
                                   END_SIZE_BYTES);
  extent->n_entries = get_16 (end + 10);
  extent->size_bytes = get_32 (end + 12);
  extent->offset = get_32 (end + 16);
  if (get_16 (end + 4) != 0 || get_16 (end + 6) != 0 || get_16 (end + 8) != extent->n_entries)
    return fail (file, error, "found a part of a zip file, expected a whole one");
  if (get_32 (bytes) == LOCATOR_SIGNATURE)
    {
      directory_end -= LOCATOR_SIZE_BYTES;
      if (!read_end64 (file, directory_end, bytes, extent, error))
        return FALSE;
      directory_end -= END64_SIZE_BYTES;
    }
  if (extent->offset > directory_end || extent->size_bytes != directory_end - extent->offset ||
      extent->n_entries > extent->size_bytes / CENTRAL_SIZE_BYTES)
    return fail (file,
                 error,
                 "found a directory that is too small for its entries, or does not end "
                 "where the file's end begins");
  if (extent->size_bytes <= MAX_DIRECTORY_SIZE_BYTES)
    return TRUE;
  return trafo_mapped_file_fail (file,
                                 TRAFO_FORMAT_ERROR_LIMIT,
                                 error,
                                 "zip: found a directory of %" G_GUINT64_FORMAT
                                 " bytes, expected at most %" G_GSIZE_FORMAT,
                                 extent->size_bytes,
                                 MAX_DIRECTORY_SIZE_BYTES);
}

/* Takes the place of numbers that are as large as 32 bits can say by those of the zip64 extra
 * field. */
static gboolean
read_extra64 (const guint8 *extra, gsize size_bytes, guint64 **numbers, gsize n_numbers)
{
  const guint8 *field = NULL;
  gsize         field_size_bytes = 0;

  while (size_bytes >= 4 && field == NULL)
    {
      gsize length = get_16 (extra + 2);

      if (length > size_bytes - 4)
        return FALSE;
      if (get_16 (extra) == EXTRA64_ID)
        {
          field = extra + 4;
          field_size_bytes = length;
        }
      extra += 4 + length;
      size_bytes -= 4 + length;
    }
  for (gsize i = 0; i < n_numbers; i++)
    {
      if (*numbers[i] != G_MAXUINT32)
        continue;
      if (field_size_bytes < 8)
        return FALSE;
      *numbers[i] = get_64 (field);
      field += 8;
      field_size_bytes -= 8;
    }
  return TRUE;
}

/* Whether the local header at the entry's offset says what the directory says; finds the data. */
static gboolean
check_local (TrafoMappedFile    *file,
             TrafoTorchZipEntry *entry,
             const guint8       *name,
             gsize               name_size_bytes,
             gsize               max_end,
             GError            **error)
{
  guint8           header[LOCAL_SIZE_BYTES];
  g_autofree char *found_name = g_try_malloc (name_size_bytes);
  guint8           extra[256];
  gsize            extra_size_bytes;
  guint64          size_bytes, stored_size_bytes;
  guint64         *sizes[] = { &size_bytes, &stored_size_bytes };
  gboolean         has_descriptor;

  entry->offset = entry->header_offset;
  if (found_name == NULL || max_end < sizeof header + name_size_bytes ||
      entry->header_offset > max_end - sizeof header - name_size_bytes)
    return fail (file, error, "found an entry that is not before the directory");
  if (!trafo_mapped_file_read (file, entry->offset, header, sizeof header, error) ||
      !trafo_mapped_file_read (file,
                               entry->offset + sizeof header,
                               found_name,
                               name_size_bytes,
                               error))
    return FALSE;
  if (get_32 (header) != LOCAL_SIGNATURE || get_16 (header + 26) != name_size_bytes ||
      memcmp (found_name, name, name_size_bytes) != 0 || get_16 (header + 6) != entry->flags ||
      get_16 (header + 8) != entry->method)
    return fail (file, error, "found an entry whose header differs from the directory");
  entry->offset += sizeof header + name_size_bytes;
  extra_size_bytes = get_16 (header + 28);
  if (extra_size_bytes > max_end - entry->offset ||
      entry->stored_size_bytes > max_end - entry->offset - extra_size_bytes)
    return fail (file, error, "found an entry that reaches into the directory");
  if (!trafo_mapped_file_read (file,
                               entry->offset,
                               extra,
                               MIN (extra_size_bytes, sizeof extra),
                               error))
    return FALSE;
  entry->offset += extra_size_bytes;

  has_descriptor = (entry->flags & FLAG_DESCRIPTOR) != 0;
  stored_size_bytes = get_32 (header + 18);
  size_bytes = get_32 (header + 22);
  if (has_descriptor && get_32 (header + 14) == 0 && size_bytes == 0 && stored_size_bytes == 0)
    return TRUE;
  if (get_32 (header + 14) != entry->crc32 ||
      ((size_bytes == G_MAXUINT32 || stored_size_bytes == G_MAXUINT32) &&
       !read_extra64 (extra, MIN (extra_size_bytes, sizeof extra), sizes, G_N_ELEMENTS (sizes))) ||
      size_bytes != entry->size_bytes || stored_size_bytes != entry->stored_size_bytes)
    return fail (file, error, "found an entry whose size or sum differs from the directory");
  return TRUE;
}

/* How long the folder's name is with its slash, which is that of the first entry. */
static gsize
measure_root (const guint8 *name, gsize size_bytes)
{
  const guint8 *slash = memchr (name, '/', size_bytes);

  return slash != NULL && slash > name ? (gsize) (slash - name) + 1 : 0;
}

/* Reads one entry of the directory; its name goes to @next_name. */
static gboolean
read_entry (TrafoTorchZipEntry *entry,
            TrafoMappedFile    *file,
            const Extent       *extent,
            const guint8       *header,
            const guint8       *root,
            gsize               root_size_bytes,
            char              **next_name,
            GError            **error)
{
  const guint8 *name = header + CENTRAL_SIZE_BYTES;
  gsize         name_size_bytes = get_16 (header + 28);
  guint64       size_bytes = get_32 (header + 24);
  guint64       stored_size_bytes = get_32 (header + 20);
  guint64       offset = get_32 (header + 42);
  guint64      *numbers[] = { &size_bytes, &stored_size_bytes, &offset };

  entry->flags = get_16 (header + 8);
  entry->method = get_16 (header + 10);
  entry->crc32 = get_32 (header + 16);
  if (root_size_bytes == 0 || name_size_bytes < root_size_bytes ||
      memcmp (name, root, root_size_bytes) != 0 || memchr (name, '\0', name_size_bytes) != NULL)
    return fail (file, error, "found entries that do not lie in one folder");
  if (!read_extra64 (name + name_size_bytes, get_16 (header + 30), numbers, G_N_ELEMENTS (numbers)))
    return fail (file, error, "found a malformed extra field in the directory");
  if ((entry->flags & (FLAG_ENCRYPTED | FLAG_ENCRYPTED_DIRECTORY)) != 0)
    return fail (file, error, "found an encrypted entry");
  entry->header_offset = offset;
  entry->stored_size_bytes = stored_size_bytes;
  entry->size_bytes = size_bytes;
  if (trafo_torch_zip_entry_is_stored (entry) ? size_bytes != stored_size_bytes
                                              : entry->method != 8)
    return trafo_mapped_file_fail (file,
                                   TRAFO_FORMAT_ERROR_UNKNOWN,
                                   error,
                                   "zip: found an entry of method %u with %" G_GUINT64_FORMAT
                                   " bytes for %" G_GUINT64_FORMAT
                                   ", expected it stored (0) or deflated (8)",
                                   entry->method,
                                   stored_size_bytes,
                                   size_bytes);
  entry->name = *next_name;
  memcpy (*next_name, name + root_size_bytes, name_size_bytes - root_size_bytes);
  *next_name += name_size_bytes - root_size_bytes;
  *(*next_name)++ = '\0';
  return check_local (file, entry, name, name_size_bytes, extent->offset, error);
}

static gint
compare_entries (gconstpointer a, gconstpointer b)
{
  const TrafoTorchZipEntry *left = a;
  const TrafoTorchZipEntry *right = b;

  return left->header_offset < right->header_offset ? -1
                                                    : left->header_offset > right->header_offset;
}

/* Brings the entries into the order of the file; none may reach into the next. */
static gboolean
check_overlap (TrafoTorchZipDirectory *self, TrafoMappedFile *file, GError **error)
{
  gsize end = 0;

  qsort (self->entries, self->n_entries, sizeof *self->entries, compare_entries);
  for (gsize i = 0; i < self->n_entries; i++)
    {
      const TrafoTorchZipEntry *entry = &self->entries[i];

      if (i == 0 ? entry->header_offset != 0 : entry->header_offset < end)
        return fail (file, error, "found entries that overlap, or bytes before the first one");
      end = entry->offset + entry->stored_size_bytes;
    }
  return TRUE;
}

static gboolean
read_entries (TrafoTorchZipDirectory *self,
              TrafoMappedFile        *file,
              const Extent           *extent,
              const guint8           *directory,
              GError                **error)
{
  const guint8 *header = directory;
  const guint8 *root = directory + CENTRAL_SIZE_BYTES;
  gsize         root_size_bytes = 0;
  gsize         n_left_bytes = extent->size_bytes;
  char         *next_name = self->names;

  for (gsize i = 0; i < extent->n_entries; i++)
    {
      gsize size_bytes = CENTRAL_SIZE_BYTES;

      if (n_left_bytes >= size_bytes)
        size_bytes += get_16 (header + 28) + get_16 (header + 30) + get_16 (header + 32);
      if (n_left_bytes < size_bytes || get_32 (header) != CENTRAL_SIGNATURE)
        return fail (file, error, "found a malformed header in the directory");
      if (i == 0)
        root_size_bytes = measure_root (root, get_16 (header + 28));
      if (!read_entry (&self->entries[self->n_entries++],
                       file,
                       extent,
                       header,
                       root,
                       root_size_bytes,
                       &next_name,
                       error))
        return FALSE;
      header += size_bytes;
      n_left_bytes -= size_bytes;
    }
  if (n_left_bytes > 0)
    return fail (file, error, "found more in the directory than its entries");
  return check_overlap (self, file, error);
}

gboolean
trafo_torch_zip_directory_read (TrafoTorchZipDirectory *self, TrafoMappedFile *file, GError **error)
{
  g_autofree guint8 *directory = NULL;
  Extent             extent = { 0 };

  if (!read_end (file, &extent, error))
    return FALSE;
  directory = g_try_malloc (MAX (extent.size_bytes, 1));
  self->names = g_try_malloc (MAX (extent.size_bytes, 1));
  self->entries = g_try_malloc_n (MAX (extent.n_entries, 1), sizeof *self->entries);
  if (directory == NULL || self->names == NULL || self->entries == NULL)
    return fail (file, error, "out of memory for the directory");
  return trafo_mapped_file_read (file, extent.offset, directory, extent.size_bytes, error) &&
         read_entries (self, file, &extent, directory, error);
}

void
trafo_torch_zip_directory_clear (TrafoTorchZipDirectory *self)
{
  g_clear_pointer (&self->entries, g_free);
  g_clear_pointer (&self->names, g_free);
  self->n_entries = 0;
}

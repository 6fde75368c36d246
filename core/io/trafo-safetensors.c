/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* A safetensors file, of https://github.com/huggingface/safetensors, section "Format":
 *
 *   byte      what
 *   0         N, the size of the header: unsigned, 64 bits, little-endian
 *   8         the header, N bytes of JSON: see trafo-safetensors-header.c
 *   8 + N     the data of the tensors, up to the end of the file
 *
 * N is at most 100,000,000. Values are not checked: a NaN is as good as any. */
#include "trafo-safetensors-private.h"

#include <string.h>
#include <trafo/trafo-error.h>

#define N_SIZE_BYTES 8
#define MAX_HEADER_SIZE_BYTES 100000000

/* What large-file storage leaves in a working tree instead of a file it has not fetched. */
#define LFS_POINTER "version https://git-lfs"

G_GNUC_PRINTF (4, 5)
static gboolean
fail (TrafoMappedFile *file, TrafoFormatError code, GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list          args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, TRAFO_FORMAT_ERROR, code, "%s: %s", file->name, message);
  return FALSE;
}

/* N, once the file is known to hold that much. */
static gboolean
read_header_size (TrafoMappedFile *file, gsize *ret_size_bytes, GError **error)
{
  char    start[sizeof LFS_POINTER] = "";
  guint64 size_bytes;

  if (file->size_bytes < N_SIZE_BYTES)
    return fail (file,
                 TRAFO_FORMAT_ERROR_TRUNCATED,
                 error,
                 "found %" G_GSIZE_FORMAT " bytes, expected a safetensors file of at least 10",
                 file->size_bytes);
  if (!trafo_mapped_file_read (file, 0, start, MIN (file->size_bytes, sizeof start - 1), error))
    return FALSE;
  memcpy (&size_bytes, start, sizeof size_bytes);
  size_bytes = GUINT64_FROM_LE (size_bytes);
  if (g_str_has_prefix (start, LFS_POINTER))
    return fail (file,
                 TRAFO_FORMAT_ERROR_UNKNOWN,
                 error,
                 "found a Git LFS pointer, expected the file it stands for");
  if (size_bytes > MAX_HEADER_SIZE_BYTES)
    return fail (file,
                 TRAFO_FORMAT_ERROR_LIMIT,
                 error,
                 "found a header of %" G_GUINT64_FORMAT " bytes, expected at most %d",
                 size_bytes,
                 MAX_HEADER_SIZE_BYTES);
  if (size_bytes > file->size_bytes - N_SIZE_BYTES)
    return fail (file,
                 TRAFO_FORMAT_ERROR_TRUNCATED,
                 error,
                 "found %" G_GSIZE_FORMAT " bytes, expected a header of %" G_GUINT64_FORMAT
                 " after the first %d",
                 file->size_bytes,
                 size_bytes,
                 N_SIZE_BYTES);
  *ret_size_bytes = size_bytes;
  return TRUE;
}

/* A copy, so that whoever writes to the file meanwhile cannot change what was checked. */
static GBytes *
read_header (TrafoMappedFile *file, GError **error)
{
  g_autofree char *header = NULL;
  gsize            size_bytes = 0;

  if (!read_header_size (file, &size_bytes, error))
    return NULL;
  header = g_try_malloc (MAX (size_bytes, 1));
  if (header == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "%s: out of memory for a header of %" G_GSIZE_FORMAT " bytes",
                   file->name,
                   size_bytes);
      return NULL;
    }
  if (!trafo_mapped_file_read (file, N_SIZE_BYTES, header, size_bytes, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&header), size_bytes);
}

TrafoSafetensors *
trafo_safetensors_open (const char *path, const char *name, GError **error)
{
  g_autoptr (TrafoSafetensors) self = g_new0 (TrafoSafetensors, 1);
  g_autoptr (GBytes) header = NULL;
  gsize data_offset;

  self->file = trafo_mapped_file_open (path, name, error);
  if (self->file == NULL)
    return NULL;
  header = read_header (self->file, error);
  if (header == NULL)
    return NULL;
  data_offset = N_SIZE_BYTES + g_bytes_get_size (header);
  self->header = trafo_safetensors_header_parse (header,
                                                 self->file->name,
                                                 self->file->data + data_offset,
                                                 self->file->size_bytes - data_offset,
                                                 error);
  if (self->header == NULL)
    return NULL;
  return g_steal_pointer (&self);
}

void
trafo_safetensors_free (TrafoSafetensors *self)
{
  if (self == NULL)
    return;
  trafo_safetensors_header_free (self->header);
  trafo_mapped_file_free (self->file);
  g_free (self);
}

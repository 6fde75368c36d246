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
#include <string.h>
#include <trafo/trafo-error.h>

#include "trafo-file-signature-private.h"
#include "trafo-safetensors-private.h"

#define N_SIZE_BYTES 8
#define MAX_HEADER_SIZE_BYTES 100000000

/* N, once the file is known to hold that much. */
static gboolean
read_header_size (TrafoMappedFile *file, gsize *ret_size_bytes, GError **error)
{
  guint8      start[TRAFO_FILE_SIGNATURE_SIZE_BYTES] = { 0 };
  gsize       n_start = MIN (file->size_bytes, sizeof start);
  const char *found;
  guint64     size_bytes;

  if (file->size_bytes < N_SIZE_BYTES)
    return trafo_mapped_file_fail (file,
                                   TRAFO_FORMAT_ERROR_TRUNCATED,
                                   error,
                                   "found %" G_GSIZE_FORMAT
                                   " bytes, expected a safetensors file of at least 10",
                                   file->size_bytes);
  if (!trafo_mapped_file_read (file, 0, start, n_start, error))
    return FALSE;
  memcpy (&size_bytes, start, sizeof size_bytes);
  size_bytes = GUINT64_FROM_LE (size_bytes);
  found =
      size_bytes > MAX_HEADER_SIZE_BYTES ? trafo_file_signature_describe (start, n_start) : NULL;
  if (found != NULL)
    return trafo_mapped_file_fail (file,
                                   TRAFO_FORMAT_ERROR_UNKNOWN,
                                   error,
                                   "found %s, expected a safetensors file",
                                   found);
  if (size_bytes > MAX_HEADER_SIZE_BYTES)
    return trafo_mapped_file_fail (file,
                                   TRAFO_FORMAT_ERROR_LIMIT,
                                   error,
                                   "found a header of %" G_GUINT64_FORMAT
                                   " bytes, expected at most %d",
                                   size_bytes,
                                   MAX_HEADER_SIZE_BYTES);
  if (size_bytes > file->size_bytes - N_SIZE_BYTES)
    return trafo_mapped_file_fail (file,
                                   TRAFO_FORMAT_ERROR_TRUNCATED,
                                   error,
                                   "found %" G_GSIZE_FORMAT
                                   " bytes, expected a header of %" G_GUINT64_FORMAT
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

TrafoCheckpointFile *
trafo_safetensors_open (const char *path, const char *name, GError **error)
{
  g_autoptr (TrafoCheckpointFile) self = trafo_checkpoint_file_new (path, name, error);
  g_autoptr (GBytes) header = self != NULL ? read_header (self->mapped, error) : NULL;

  if (header == NULL || !trafo_safetensors_header_parse (self,
                                                         header,
                                                         N_SIZE_BYTES + g_bytes_get_size (header),
                                                         error))
    return NULL;
  return g_steal_pointer (&self);
}

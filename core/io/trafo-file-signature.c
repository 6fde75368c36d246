/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-file-signature-private.h"

#include <string.h>

typedef struct
{
  gsize       offset;
  const char *bytes; /* letters in upper case stand for both cases */
  gsize       size_bytes;
  const char *description;
} Signature;

#define SIGNATURE(offset, bytes, description)                                                      \
  {                                                                                                \
    offset, bytes, sizeof bytes - 1, description                                                   \
  }

static const Signature signatures[] = {
  /* what large-file storage leaves in a working tree instead of a file it has not fetched */
  SIGNATURE (0, "VERSION HTTPS://GIT-LFS", "a Git LFS pointer, not the file it stands for"),
  SIGNATURE (0, "<!DOCTYPE HTML", "an HTML page"),
  SIGNATURE (0, "<HTML", "an HTML page"),
  SIGNATURE (0, "<?XML", "an XML document"),
  SIGNATURE (0, "PK\003\004", "a zip file"),
  SIGNATURE (0, "PK\005\006", "an empty zip file"),
  SIGNATURE (0, "\200\002", "a Python pickle"),
  SIGNATURE (0, "\200\003", "a Python pickle"),
  SIGNATURE (0, "\200\004", "a Python pickle"),
  SIGNATURE (0, "\200\005", "a Python pickle"),
  SIGNATURE (0, "\037\213", "a gzip file"),
  SIGNATURE (0, "GGUF", "a GGUF file"),
  SIGNATURE (0, "\211HDF\r\n\032\n", "an HDF5 file"),
  SIGNATURE (257, "USTAR", "a tar archive, as PyTorch wrote before 0.2"),
};

static gboolean
matches (const Signature *self, const guint8 *start, gsize size_bytes)
{
  if (size_bytes < self->offset + self->size_bytes)
    return FALSE;
  for (gsize i = 0; i < self->size_bytes; i++)
    if (g_ascii_toupper (start[self->offset + i]) != self->bytes[i])
      return FALSE;
  return TRUE;
}

const char *
trafo_file_signature_describe (gconstpointer start, gsize size_bytes)
{
  for (gsize i = 0; i < G_N_ELEMENTS (signatures); i++)
    if (matches (&signatures[i], start, size_bytes))
      return signatures[i].description;
  return NULL;
}

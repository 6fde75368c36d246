/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-store-private.h"

#include "trafo-atomic-file-private.h"

#include <string.h>
#include <trafo/trafo-error.h>

/* The file, in the byte order of the machine that wrote it:
 *
 *   magic       8 bytes, with the version of this layout
 *   sum         8 bytes, FNV-1a over the rest
 *   value       the GVariant's serialised bytes, to the end
 *
 * It is read rather than mapped: the files have some ten KiB, and a mapped file that somebody cuts
 * short kills the process that looks at it. */
typedef struct
{
  char    magic[8];
  guint64 sum;
} StoreHeader;

#define MAGIC "TRAFOST1"
#define MAX_BYTES (64 * 1024 * 1024)

/* Eight interleaved FNV-1a sums, so that the multiplications overlap. */
static guint64
compute_sum (const guint8 *bytes, gsize size_bytes)
{
  const guint64 prime = G_GUINT64_CONSTANT (1099511628211);
  guint64       lanes[8];
  guint64       sum = G_GUINT64_CONSTANT (14695981039346656037);

  for (guint i = 0; i < 8; i++)
    lanes[i] = sum + i;
  for (gsize i = 0; i < size_bytes; i++)
    lanes[i % 8] = (lanes[i % 8] ^ bytes[i]) * prime;
  for (guint i = 0; i < 8; i++)
    sum = (sum ^ lanes[i]) * prime;
  return sum ^ size_bytes;
}

static GVariant *
refuse (const char *filename, const char *what, GError **error)
{
  g_set_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE, "%s: %s", filename, what);
  return NULL;
}

GVariant *
trafo_store_read (const char *filename, const GVariantType *type, GError **error)
{
  g_autofree char *contents = NULL;
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (GBytes) value = NULL;
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (GError) local = NULL;
  StoreHeader header;
  gsize       size_bytes;

  if (!g_file_get_contents (filename, &contents, &size_bytes, &local))
    {
      if (!g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (size_bytes < sizeof header || size_bytes > MAX_BYTES)
    return refuse (filename, "its size is not that of a store", error);
  memcpy (&header, contents, sizeof header);
  if (memcmp (header.magic, MAGIC, sizeof header.magic) != 0)
    return refuse (filename, "it does not begin with " MAGIC, error);
  if (compute_sum ((guint8 *) contents + sizeof header, size_bytes - sizeof header) != header.sum)
    return refuse (filename, "its sum is wrong", error);
  whole = g_bytes_new_take (g_steal_pointer (&contents), size_bytes);
  value = g_bytes_new_from_bytes (whole, sizeof header, size_bytes - sizeof header);
  variant = g_variant_ref_sink (g_variant_new_from_bytes (type, value, FALSE));
  if (!g_variant_is_normal_form (variant))
    return refuse (filename, "its value is not in normal form", error);
  return g_steal_pointer (&variant);
}

gboolean
trafo_store_write (const char *filename, GVariant *value, GError **error)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);
  g_autoptr (TrafoAtomicFile) file = NULL;
  g_autofree char *folder = g_path_get_dirname (filename);
  gsize            size_bytes = g_variant_get_size (owned);
  StoreHeader      header = { MAGIC, 0 };

  if (size_bytes > MAX_BYTES - sizeof header)
    {
      refuse (filename, "too large a store", error);
      return FALSE;
    }
  if (size_bytes > 0)
    header.sum = compute_sum (g_variant_get_data (owned), size_bytes);
  /* a failure here shows when the file is opened */
  g_mkdir_with_parents (folder, 0700);
  file = trafo_atomic_file_open (filename, error);
  return file != NULL && trafo_atomic_file_make_private (file, error) &&
         trafo_atomic_file_write (file, &header, sizeof header, error) &&
         trafo_atomic_file_write (file, g_variant_get_data (owned), size_bytes, error) &&
         trafo_atomic_file_commit_unsynced (file, error);
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "torch-zip-parts.h"

#include <string.h>
#include <zlib.h>

static void
append_number (GByteArray *array, guint64 number, gsize n_bytes)
{
  for (gsize i = 0; i < n_bytes; i++)
    g_byte_array_append (array, &(guint8){ i < 8 ? (guint8) (number >> (8 * i)) : 0 }, 1);
}

/* What both headers of an entry have: version, flags, method, time, sum, sizes, name's size. */
static void
append_fields (GByteArray *array, const TorchZipPart *part)
{
  gconstpointer data = part->inflated != NULL ? part->inflated : part->data;
  gsize         size_bytes = part->inflated != NULL ? part->inflated_size_bytes : part->size_bytes;

  append_number (array, 20, 2);
  append_number (array, 0, 2);
  append_number (array, part->inflated != NULL ? 8 : 0, 2);
  append_number (array, 0, 4);
  append_number (array, crc32_z (0, data, size_bytes), 4);
  append_number (array, part->size_bytes, 4);
  append_number (array, size_bytes, 4);
  append_number (array, strlen (part->name), 2);
}

GByteArray *
torch_zip_write (const TorchZipPart *parts, gsize n_parts)
{
  GByteArray *zip = g_byte_array_new ();
  g_autoptr (GByteArray) directory = g_byte_array_new ();
  gsize offset;

  for (gsize i = 0; i < n_parts; i++)
    {
      append_number (directory, 0x02014b50, 4);
      append_number (directory, 20, 2);
      append_fields (directory, &parts[i]);
      append_number (directory, 0, 12);
      append_number (directory, zip->len, 4);
      g_byte_array_append (directory, (const guint8 *) parts[i].name, strlen (parts[i].name));

      append_number (zip, 0x04034b50, 4);
      append_fields (zip, &parts[i]);
      append_number (zip, 0, 2);
      g_byte_array_append (zip, (const guint8 *) parts[i].name, strlen (parts[i].name));
      g_byte_array_append (zip, parts[i].data, parts[i].size_bytes);
    }
  offset = zip->len;
  g_byte_array_append (zip, directory->data, directory->len);
  append_number (zip, 0x06054b50, 4);
  append_number (zip, 0, 4);
  append_number (zip, n_parts, 2);
  append_number (zip, n_parts, 2);
  append_number (zip, directory->len, 4);
  append_number (zip, offset, 4);
  append_number (zip, 0, 2);
  return zip;
}

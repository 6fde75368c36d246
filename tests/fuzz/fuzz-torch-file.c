/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* A file of PyTorch that is accepted has tensors that can be read. The first byte of the input says
 * what it is: even, a whole file; odd, the data.pkl of a zip file with the right sums, which no
 * change would hit, and a storage "0". */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "fuzz.h"
#include "trafo-torch-file-private.h"

#define STORAGE_SIZE_BYTES 64

static void
append_number (GByteArray *array, guint64 number, gsize n_bytes)
{
  for (gsize i = 0; i < n_bytes; i++)
    g_byte_array_append (array, &(guint8){ i < 8 ? (guint8) (number >> (8 * i)) : 0 }, 1);
}

static void
append_entry (GByteArray   *zip,
              GByteArray   *directory,
              const char   *name,
              const guint8 *data,
              gsize         size_bytes)
{
  const struct
  {
    GByteArray *array;
    gboolean    is_central;
    guint32     signature;
  } headers[] = { { directory, TRUE, 0x02014b50 }, { zip, FALSE, 0x04034b50 } };
  gsize offset = zip->len;

  for (gsize i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      GByteArray *array = headers[i].array;

      append_number (array, headers[i].signature, 4);
      append_number (array, 0, headers[i].is_central ? 12 : 10);
      append_number (array, crc32_z (0, data, size_bytes), 4);
      append_number (array, size_bytes, 4);
      append_number (array, size_bytes, 4);
      append_number (array, strlen (name), 4);
      append_number (array, 0, headers[i].is_central ? 10 : 0);
      append_number (array, offset, headers[i].is_central ? 4 : 0);
      g_byte_array_append (array, (const guint8 *) name, strlen (name));
    }
  g_byte_array_append (zip, data, size_bytes);
}

static GByteArray *
new_zip (const guint8 *pickle, gsize size_bytes)
{
  static const guint8 storage[STORAGE_SIZE_BYTES] = { 1, 2, 3 };
  GByteArray         *zip = g_byte_array_new ();
  g_autoptr (GByteArray) directory = g_byte_array_new ();
  gsize offset;

  append_entry (zip, directory, "m/data.pkl", pickle, size_bytes);
  append_entry (zip, directory, "m/data/0", storage, sizeof storage);
  offset = zip->len;
  g_byte_array_append (zip, directory->data, directory->len);
  append_number (zip, 0x06054b50, 8);
  append_number (zip, 0x00020002, 4);
  append_number (zip, directory->len, 4);
  append_number (zip, offset, 4);
  append_number (zip, 0, 2);
  return zip;
}

static void
check_tensors (const TrafoCheckpointFile *file)
{
  guint64 sum = 0, size_bytes = 0;

  for (gsize i = 0; i < file->n_tensors; i++)
    {
      const guint8 *data = file->tensors[i].data;

      fuzz_check (g_utf8_validate (file->tensors[i].name, -1, NULL));
      for (gsize j = 0; j < file->tensors[i].size_bytes; j++)
        sum += data[j];
      size_bytes += file->tensors[i].size_bytes;
      if (size_bytes > 1 << 24)
        break;
    }
  fuzz_check (sum <= size_bytes * G_MAXUINT8);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size_bytes)
{
  int              fd = memfd_create ("fuzz", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (GByteArray) contents = NULL;
  g_autoptr (TrafoCheckpointFile) file = NULL;
  g_autoptr (GError) error = NULL;

  if (size_bytes > 0 && data[0] % 2 == 1)
    contents = new_zip (data + 1, size_bytes - 1);
  else
    contents = g_byte_array_append (g_byte_array_new (), data, size_bytes);
  fuzz_check (write (fd, contents->data, contents->len) == (gssize) contents->len);
  file = trafo_torch_file_open (path, "fuzz", NULL, &error);
  close (fd);
  fuzz_check ((file != NULL) == (error == NULL));
  fuzz_check (file != NULL || g_utf8_validate (error->message, -1, NULL));
  if (file != NULL)
    check_tensors (file);
  return 0;
}

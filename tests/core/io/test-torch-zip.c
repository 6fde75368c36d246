/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <string.h>
#include <zlib.h>

#include "torch-zip-parts.h"
#include "trafo-torch-zip-private.h"

static char *path;

static const TorchZipPart parts[] = {
  { "m/data.pkl", "N.", 2 },
  { "m/data/0", "abcdefgh", 8 },
  { "m/data/1", "ABCDEFGHIJ", 10 },
};

/* Where in the file of these parts things are. */
#define LOCAL_SIZE 30
#define FIRST_NAME LOCAL_SIZE
#define SECOND (LOCAL_SIZE + 10 + 2)
#define SECOND_NAME (SECOND + LOCAL_SIZE)
#define SECOND_DATA (SECOND_NAME + 8)
#define THIRD (SECOND_DATA + 8)
#define DIRECTORY (THIRD + LOCAL_SIZE + 8 + 10)
#define SECOND_CENTRAL (DIRECTORY + 46 + 10)
#define THIRD_CENTRAL (SECOND_CENTRAL + 46 + 8)
#define END (THIRD_CENTRAL + 46 + 8)

static TrafoTorchZip *
open_data (TrafoMappedFile **ret_file, const GByteArray *data, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  g_unlink (path);
  g_file_set_contents (path, (const char *) data->data, data->len, &local_error);
  g_assert_no_error (local_error);
  *ret_file = trafo_mapped_file_open (path, "test.bin", &local_error);
  g_assert_no_error (local_error);
  return trafo_torch_zip_open (*ret_file, NULL, error);
}

static void
test_entries (void)
{
  g_autoptr (GByteArray) data = torch_zip_write (parts, G_N_ELEMENTS (parts));
  g_autoptr (TrafoMappedFile) file = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTorchZip) zip = open_data (&file, data, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (data->len, ==, END + 22);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      const TrafoTorchZipEntry *entry = trafo_torch_zip_lookup (zip, parts[i].name + 2);
      guint8                    copy[16];

      g_assert_true (trafo_torch_zip_entry_is_stored (entry));
      g_assert_cmpmem (file->data + entry->offset,
                       entry->size_bytes,
                       parts[i].data,
                       parts[i].size_bytes);
      g_assert_true (trafo_torch_zip_check (zip, entry, &error));
      g_assert_true (trafo_torch_zip_read (zip, entry, copy, &error));
      g_assert_cmpmem (copy, entry->size_bytes, parts[i].data, parts[i].size_bytes);
    }
  g_assert_null (trafo_torch_zip_lookup (zip, "m/data.pkl"));
  g_assert_null (trafo_torch_zip_lookup (zip, "data"));
}

/* What is changed in the valid file; the numbers are little-endian. */
typedef struct
{
  const char *name;
  gsize       offset;
  gsize       n_bytes;
  guint64     number;
  const char *message;
} Change;

static const Change changes[] = {
  { "local-signature", SECOND, 4, 0, "header differs" },
  { "local-flags", SECOND + 6, 2, 0x800, "header differs" },
  { "local-method", SECOND + 8, 2, 8, "header differs" },
  { "local-sum", SECOND + 14, 4, 1, "size or sum differs" },
  { "local-stored-size", SECOND + 18, 4, 7, "size or sum differs" },
  { "local-size", SECOND + 22, 4, 9, "size or sum differs" },
  { "local-size-64", SECOND + 22, 4, 0xffffffff, "size or sum differs" },
  { "local-name-size", SECOND + 26, 2, 7, "header differs" },
  { "local-extra", SECOND + 28, 2, 0xffff, "reaches into the directory" },
  { "local-name", SECOND_NAME, 1, 'n', "header differs" },
  { "local-name-key", SECOND_NAME + 7, 1, '2', "header differs" },
  { "central-signature", SECOND_CENTRAL, 4, 0, "malformed header" },
  { "encrypted", SECOND_CENTRAL + 8, 2, 1, "encrypted" },
  { "encrypted-directory", SECOND_CENTRAL + 8, 2, 0x2000, "encrypted" },
  { "method", SECOND_CENTRAL + 10, 2, 12, "method 12" },
  { "central-sum", SECOND_CENTRAL + 16, 4, 1, "size or sum differs" },
  { "stored-not-size", SECOND_CENTRAL + 20, 4, 7, "method 0 with 7 bytes for 8" },
  { "size-64", SECOND_CENTRAL + 24, 4, 0xffffffff, "extra field" },
  { "central-name-size", SECOND_CENTRAL + 28, 2, 0xffff, "malformed header" },
  { "central-extra", SECOND_CENTRAL + 30, 2, 0xffff, "malformed header" },
  { "central-comment", SECOND_CENTRAL + 32, 2, 0xffff, "malformed header" },
  { "overlap", THIRD_CENTRAL + 42, 4, SECOND, "header differs" },
  { "header-in-directory", SECOND_CENTRAL + 42, 4, DIRECTORY - 1, "not before the directory" },
  { "header-behind", SECOND_CENTRAL + 42, 4, 0x7fffffff, "not before the directory" },
  { "other-folder", SECOND_CENTRAL + 46, 1, 'n', "one folder" },
  { "name-nul", SECOND_CENTRAL + 46 + 7, 1, 0, "one folder" },
  { "no-folder", DIRECTORY + 46 + 1, 1, 'x', "one folder" },
  { "disk", END + 4, 2, 1, "part of a zip file" },
  { "disk-entries", END + 8, 2, 2, "part of a zip file" },
  { "fewer-entries", END + 8, 4, 0x00020002, "more in the directory" },
  { "more-entries", END + 8, 4, 0x00040004, "its entries" },
  { "many-entries", END + 8, 4, 0xffffffff, "does not end where" },
  { "directory-size", END + 12, 4, 5, "does not end where" },
  { "directory-offset", END + 16, 4, DIRECTORY - 1, "does not end where" },
  { "comment", END + 20, 2, 1, "no end of a zip file" },
  { "end-signature", END, 4, 0, "no end of a zip file" },
};

static void
test_changed (gconstpointer user_data)
{
  const Change *change = user_data;
  g_autoptr (GByteArray) data = torch_zip_write (parts, G_N_ELEMENTS (parts));
  g_autoptr (TrafoMappedFile) file = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < change->n_bytes; i++)
    data->data[change->offset + i] = (guint8) (change->number >> (8 * i));
  g_assert_null (open_data (&file, data, &error));
  g_assert_nonnull (error);
  g_assert_true (g_str_has_prefix (error->message, "test.bin: zip: "));
  if (strstr (error->message, change->message) == NULL)
    g_assert_cmpstr (error->message, ==, change->message);
}

/* Both headers agree on a size that reaches into the next entry. */
static void
test_overlap (void)
{
  static const gsize sizes[] = { SECOND + 18,
                                 SECOND + 22,
                                 SECOND_CENTRAL + 20,
                                 SECOND_CENTRAL + 24 };
  g_autoptr (GByteArray) data = torch_zip_write (parts, G_N_ELEMENTS (parts));
  g_autoptr (TrafoMappedFile) file = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    data->data[sizes[i]]++;
  g_assert_null (open_data (&file, data, &error));
  g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE);
  g_assert_nonnull (strstr (error->message, "found entries that overlap"));
}

/* What is inflated is neither shorter nor longer than it says, and the same as its sum says. */
static void
test_deflated (void)
{
  enum
  {
    SIZE_BYTES = 300000
  };
  g_autofree guint8 *zeros = g_malloc0 (SIZE_BYTES + 1);
  g_autofree guint8 *copy = g_malloc0 (SIZE_BYTES + 1);
  guint8             deflated[1024];
  z_stream           stream = { .next_in = zeros,
                                .avail_in = SIZE_BYTES,
                                .next_out = deflated,
                                .avail_out = sizeof deflated };
  const struct
  {
    gsize    size_bytes;
    gsize    n_cut_bytes;
    gboolean is_valid;
  } cases[] = {
    { SIZE_BYTES, 0, TRUE }, { SIZE_BYTES - 1, 0, FALSE }, { SIZE_BYTES + 1, 0, FALSE },
    { 0, 0, FALSE },         { SIZE_BYTES, 1, FALSE },
  };

  g_assert_cmpint (deflateInit2 (&stream, 9, Z_DEFLATED, -15, 8, 0), ==, Z_OK);
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  deflateEnd (&stream);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TorchZipPart part = { "m/a",
                            deflated,
                            stream.total_out - cases[i].n_cut_bytes,
                            zeros,
                            cases[i].size_bytes };
      g_autoptr (GByteArray) data = torch_zip_write (&part, 1);
      g_autoptr (TrafoMappedFile) file = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTorchZip) zip = open_data (&file, data, &error);
      const TrafoTorchZipEntry *entry;

      g_assert_no_error (error);
      entry = trafo_torch_zip_lookup (zip, "a");
      g_assert_false (trafo_torch_zip_entry_is_stored (entry));
      memset (copy, 7, SIZE_BYTES + 1);
      g_assert_true (trafo_torch_zip_read (zip, entry, copy, &error) == cases[i].is_valid);
      if (cases[i].is_valid)
        g_assert_cmpmem (copy, SIZE_BYTES, zeros, SIZE_BYTES);
      else
        g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE);
      if (cases[i].size_bytes <= SIZE_BYTES)
        g_assert_cmpint (copy[cases[i].size_bytes], ==, 7);
    }
}

/* Data are read in blocks, before each of which the caller may have changed his mind. */
static void
test_cancel (void)
{
  g_autoptr (GByteArray) data = torch_zip_write (parts, G_N_ELEMENTS (parts));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TrafoMappedFile) file = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTorchZip) ignored = open_data (&file, data, &error);
  g_autoptr (TrafoTorchZip) zip = trafo_torch_zip_open (file, cancellable, &error);
  TrafoTorchZipEntry entry = *trafo_torch_zip_lookup (zip, "data/0");
  guint8             copy[16];

  g_assert_true (trafo_torch_zip_check (zip, &entry, &error));
  g_cancellable_cancel (cancellable);
  g_assert_false (trafo_torch_zip_check (zip, &entry, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  entry.method = 8; /* deflated */
  g_assert_false (trafo_torch_zip_read (zip, &entry, copy, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Each byte of the data is in its checksum. */
static void
test_sum (void)
{
  for (gsize i = 0; i < parts[1].size_bytes; i++)
    {
      g_autoptr (GByteArray) data = torch_zip_write (parts, G_N_ELEMENTS (parts));
      g_autoptr (TrafoMappedFile) file = NULL;
      g_autoptr (TrafoTorchZip) zip = NULL;
      g_autoptr (GError) error = NULL;
      const TrafoTorchZipEntry *entry;
      guint8                    copy[16];

      data->data[SECOND_DATA + i] ^= 1;
      zip = open_data (&file, data, &error);
      g_assert_no_error (error);
      entry = trafo_torch_zip_lookup (zip, "data/0");
      g_assert_false (trafo_torch_zip_check (zip, entry, &error));
      g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE);
      g_assert_nonnull (strstr (error->message, "entry 'data/0': found data that do not fit"));
      g_assert_false (trafo_torch_zip_read (zip, entry, copy, NULL));
      g_assert_true (trafo_torch_zip_check (zip, trafo_torch_zip_lookup (zip, "data/1"), NULL));
    }
}

static void
test_names (void)
{
  static const TorchZipPart twins[] = { { "m/a", "1", 1 }, { "m/b", "2", 1 }, { "m/a", "3", 1 } };
  g_autoptr (GByteArray) data = torch_zip_write (twins, G_N_ELEMENTS (twins));
  g_autoptr (TrafoMappedFile) file = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (open_data (&file, data, &error));
  g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE);
  g_assert_nonnull (strstr (error->message, "entry 'a': found a second one"));
}

/* What lies before or behind, or between the entries and the directory's end. */
static void
test_junk (void)
{
  static const gsize offsets[] = { 0, END, END + 22 };

  for (gsize i = 0; i < G_N_ELEMENTS (offsets); i++)
    for (guint n = 1; n < 100; n += 7)
      {
        g_autoptr (GByteArray) data = torch_zip_write (parts, G_N_ELEMENTS (parts));
        g_autoptr (TrafoMappedFile) file = NULL;
        g_autoptr (GError) error = NULL;

        g_byte_array_set_size (data, data->len + n);
        memmove (data->data + offsets[i] + n, data->data + offsets[i], data->len - n - offsets[i]);
        memset (data->data + offsets[i], 0, n);
        g_assert_null (open_data (&file, data, &error));
        g_assert_nonnull (error);
      }
}

static void
test_truncated (void)
{
  g_autoptr (GByteArray) data = torch_zip_write (parts, G_N_ELEMENTS (parts));

  for (; data->len > 0; g_byte_array_set_size (data, data->len - 1))
    {
      g_autoptr (GByteArray) cut = g_byte_array_new ();
      g_autoptr (TrafoMappedFile) file = NULL;
      g_autoptr (GError) error = NULL;

      g_byte_array_append (cut, data->data, data->len - 1);
      g_assert_null (open_data (&file, cut, &error));
      g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_TRUNCATED);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);
  int              status;

  g_test_init (&argc, &argv, NULL);
  path = g_build_filename (folder, "test.bin", NULL);
  g_test_add_func ("/torch-zip/entries", test_entries);
  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *name = g_strdup_printf ("/torch-zip/changed/%s", changes[i].name);

      g_test_add_data_func (name, &changes[i], test_changed);
    }
  g_test_add_func ("/torch-zip/overlap", test_overlap);
  g_test_add_func ("/torch-zip/deflated", test_deflated);
  g_test_add_func ("/torch-zip/cancel", test_cancel);
  g_test_add_func ("/torch-zip/sum", test_sum);
  g_test_add_func ("/torch-zip/names", test_names);
  g_test_add_func ("/torch-zip/junk", test_junk);
  g_test_add_func ("/torch-zip/truncated", test_truncated);
  status = g_test_run ();
  g_unlink (path);
  g_rmdir (folder);
  g_free (path);
  return status;
}

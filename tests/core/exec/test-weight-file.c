/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-weight-file-private.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <trafo/trafo-error.h>
#include <unistd.h>

#define IDENTITY "what it is of"
/* Of header and table, which begin the file. */
#define HEAD_BYTES 32

typedef struct
{
  char   *folder;
  char   *path;
  guint8 *memory;
  gsize   size_bytes;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->folder = g_dir_make_tmp ("trafo-weight-file-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "x.weights", NULL);
  fixture->size_bytes = 3000;
  fixture->memory = g_malloc (fixture->size_bytes);
  for (gsize i = 0; i < fixture->size_bytes; i++)
    fixture->memory[i] = i % 251;
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_remove (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->memory);
}

/* "a" and "c" in one segment, "b" in another. */
static void
write_three (Fixture *fixture)
{
  const TrafoWeightSegment segments[] = { { fixture->memory, 1100 },
                                          { fixture->memory + 2000, 1000 } };
  const TrafoWeightRecord  records[] = { { (char *) "a", fixture->memory, 100 },
                                         { (char *) "b", fixture->memory + 2064, 900 },
                                         { (char *) "c", fixture->memory + 128, 900 } };
  g_autoptr (GError) error = NULL;

  trafo_weight_file_write (fixture->path, IDENTITY, NULL, segments, 2, records, 3, &error);
  g_assert_no_error (error);
}

static TrafoWeightFile *
open_file (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  TrafoWeightFile *file = trafo_weight_file_open (fixture->path, IDENTITY, &error);

  g_assert_no_error (error);
  return file;
}

static void
check (TrafoWeightFile *file, const char *key, gconstpointer expected, gsize size_bytes)
{
  gconstpointer found = trafo_weight_file_lookup (file, key, size_bytes);

  g_assert_nonnull (found);
  g_assert_cmpuint (GPOINTER_TO_SIZE (found) % 64, ==, 0);
  g_assert_cmpmem (found, size_bytes, expected, size_bytes);
}

static void
test_read (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TrafoWeightFile) file = NULL;
  GStatBuf status;

  write_three (fixture);
  file = open_file (fixture);
  check (file, "a", fixture->memory, 100);
  check (file, "b", fixture->memory + 2064, 900);
  check (file, "c", fixture->memory + 128, 900);
  g_assert_null (trafo_weight_file_lookup (file, "d", 100));
  g_assert_null (trafo_weight_file_lookup (file, "a", 101));
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_cmpuint (status.st_size, ==, trafo_weight_file_get_size_bytes (file));
}

/* What was there stays, under the same keys, and a file that is open is not disturbed. */
static void
test_extend (Fixture *fixture, gconstpointer unused)
{
  const TrafoWeightSegment segment = { fixture->memory, 3000 };
  const TrafoWeightRecord  record = { (char *) "d", fixture->memory + 1024, 64 };
  g_autoptr (TrafoWeightFile) old = NULL;
  g_autoptr (TrafoWeightFile) file = NULL;
  g_autoptr (GError) error = NULL;

  write_three (fixture);
  old = open_file (fixture);
  trafo_weight_file_write (fixture->path, IDENTITY, old, &segment, 1, &record, 1, &error);
  g_assert_no_error (error);
  file = open_file (fixture);
  g_assert_cmpuint (trafo_weight_file_get_size_bytes (file),
                    ==,
                    trafo_weight_file_estimate_bytes (old, &segment, 1));
  check (file, "a", fixture->memory, 100);
  check (file, "b", fixture->memory + 2064, 900);
  check (file, "d", fixture->memory + 1024, 64);
  check (old, "c", fixture->memory + 128, 900);
  g_assert_null (trafo_weight_file_lookup (old, "d", 64));
}

static void
assert_refused (Fixture *fixture, const char *identity, gint code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_weight_file_open (fixture->path, identity, &error));
  g_assert_error (error, TRAFO_FORMAT_ERROR, code);
  g_assert_true (g_str_has_prefix (error->message, fixture->path));
}

static void
test_absent (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_weight_file_open (fixture->path, IDENTITY, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_foreign (Fixture *fixture, gconstpointer unused)
{
  write_three (fixture);
  assert_refused (fixture, IDENTITY "!", TRAFO_FORMAT_ERROR_VALUE);
  g_assert_cmpint (g_chmod (fixture->path, 0620), ==, 0);
  assert_refused (fixture, IDENTITY, TRAFO_FORMAT_ERROR_VALUE);
  g_assert_cmpint (g_chmod (fixture->path, 0600), ==, 0);
  trafo_weight_file_free (open_file (fixture));
  if (geteuid () != 0)
    return;
  g_assert_cmpint (chown (fixture->path, 1, 1), ==, 0);
  assert_refused (fixture, IDENTITY, TRAFO_FORMAT_ERROR_VALUE);
}

/* Every byte that is not a weight's, and every end. */
static void
test_damage (Fixture *fixture, gconstpointer unused)
{
  static const gsize ends[] = { 0, 1, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 20, 4096, 2 << 20 };
  g_autofree char   *whole = NULL;
  gsize              size_bytes, table_bytes;

  write_three (fixture);
  g_assert_true (g_file_get_contents (fixture->path, &whole, &size_bytes, NULL));
  memcpy (&table_bytes, whole + 16, sizeof table_bytes);
  for (gsize i = 0; i < HEAD_BYTES + table_bytes; i++)
    {
      g_autoptr (TrafoWeightFile) file = NULL;

      whole[i] ^= 1 << i % 8;
      g_assert_true (g_file_set_contents (fixture->path, whole, HEAD_BYTES + table_bytes, NULL));
      g_assert_cmpint (truncate (fixture->path, size_bytes), ==, 0);
      g_assert_cmpint (g_chmod (fixture->path, 0600), ==, 0);
      file = trafo_weight_file_open (fixture->path, IDENTITY, NULL);
      g_assert_null (file);
      whole[i] ^= 1 << i % 8;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_assert_true (g_file_set_contents (fixture->path, whole, ends[i], NULL));
      g_assert_cmpint (g_chmod (fixture->path, 0600), ==, 0);
      g_assert_null (trafo_weight_file_open (fixture->path, IDENTITY, NULL));
    }
  g_assert_true (g_file_set_contents (fixture->path, whole, size_bytes, NULL));
  g_assert_cmpint (g_chmod (fixture->path, 0600), ==, 0);
  trafo_weight_file_free (open_file (fixture));
}

/* Cut while it is open: nothing that would be read is handed out. */
static void
test_cut (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TrafoWeightFile) file = NULL;

  write_three (fixture);
  file = open_file (fixture);
  g_assert_cmpint (truncate (fixture->path, 4096), ==, 0);
  g_assert_null (trafo_weight_file_lookup (file, "a", 100));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*function) (Fixture *, gconstpointer);
  } tests[] = {
    { "/weight-file/read", test_read },     { "/weight-file/extend", test_extend },
    { "/weight-file/absent", test_absent }, { "/weight-file/foreign", test_foreign },
    { "/weight-file/damage", test_damage }, { "/weight-file/cut", test_cut },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].function, tear_down);
  return g_test_run ();
}

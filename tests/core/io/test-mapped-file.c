/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-mapped-file-private.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <trafo/trafo-error.h>

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("trafo-mapped-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "x", NULL);
  g_assert_true (g_file_set_contents (fixture->path, "0123456789", 10, NULL));
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_remove (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static void
test_read (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TrafoMappedFile) file = trafo_mapped_file_open (fixture->path, "its name", NULL);
  g_autoptr (GError) error = NULL;
  char bytes[8] = { 0 };

  g_assert_cmpmem (file->data, file->size_bytes, "0123456789", 10);
  g_assert_true (trafo_mapped_file_read (file, 7, bytes, 3, &error));
  g_assert_cmpstr (bytes, ==, "789");
  g_assert_true (trafo_mapped_file_read (file, 10, bytes, 0, &error));
  g_assert_false (trafo_mapped_file_read (file, 7, bytes, 8, &error));
  g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_TRUNCATED);
  g_assert_cmpstr (error->message,
                   ==,
                   "its name: found the end of the file at byte 10, expected 5 bytes more");
}

/* As the file was when it was mapped, and nothing as long as a change could go unseen. */
static void
test_describe (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TrafoMappedFile) file = trafo_mapped_file_open (fixture->path, "x", NULL);
  g_autofree char *fresh = trafo_mapped_file_describe (file);
  g_autofree char *settled = NULL;
  g_autofree char *changed = NULL;

  g_assert_null (fresh);
  file->opened_seconds += 3;
  settled = trafo_mapped_file_describe (file);
  g_assert_nonnull (settled);
  file->ctime_nanoseconds ^= 1;
  changed = trafo_mapped_file_describe (file);
  g_assert_cmpstr (settled, !=, changed);
}

/* A change is seen even where the size stays. */
static void
test_check (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TrafoMappedFile) file = trafo_mapped_file_open (fixture->path, "x", NULL);
  const struct timespec later[] = { { 1, 0 }, { 1, 1 } };
  g_autoptr (GError) error = NULL;

  g_assert_true (trafo_mapped_file_check (file, &error));
  g_assert_no_error (error);
  g_assert_cmpint (futimens (file->fd, later), ==, 0);
  g_assert_false (trafo_mapped_file_check (file, &error));
  g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE);
  g_clear_error (&error);
  g_assert_cmpint (truncate (fixture->path, 4), ==, 0);
  g_assert_false (trafo_mapped_file_check (file, &error));
  g_assert_nonnull (strstr (error->message, "found 4 bytes, expected 10"));
}

/* Sizes and places that would wrap around are outside. */
static void
test_contains (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TrafoMappedFile) file = trafo_mapped_file_open (fixture->path, "x", NULL);

  g_assert_true (trafo_mapped_file_contains (file, file->data, 10));
  g_assert_true (trafo_mapped_file_contains (file, file->data + 10, 0));
  g_assert_false (trafo_mapped_file_contains (file, file->data + 1, 10));
  g_assert_false (trafo_mapped_file_contains (file, file->data - 1, 1));
  g_assert_false (trafo_mapped_file_contains (file, file->data + 11, 0));
  g_assert_false (trafo_mapped_file_contains (file, file->data + 1, G_MAXSIZE));
}

/* The pages come back from the file. */
static void
test_release (Fixture *fixture, gconstpointer unused)
{
  gsize            page_size = sysconf (_SC_PAGESIZE);
  g_autofree char *text = g_strnfill (3 * page_size, 'a');
  g_autoptr (TrafoMappedFile) file = NULL;

  g_assert_true (g_file_set_contents (fixture->path, text, 3 * page_size, NULL));
  file = trafo_mapped_file_open (fixture->path, "x", NULL);
  trafo_mapped_file_release_pages (file, file->data + 1, 3 * page_size - 1);
  trafo_mapped_file_release_pages (file, file->data + 1, 2);
  g_assert_cmpmem (file->data, file->size_bytes, text, 3 * page_size);
}

static void
test_load (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) bytes = trafo_mapped_file_load (fixture->path, "x", 10, NULL);
  g_autoptr (GBytes) empty = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "0123456789", 10);
  g_assert_null (trafo_mapped_file_load (fixture->path, "x", 9, &error));
  g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_LIMIT);
  g_assert_cmpstr (error->message, ==, "x: found 10 bytes, expected at most 9");
  g_assert_cmpint (truncate (fixture->path, 0), ==, 0);
  empty = trafo_mapped_file_load (fixture->path, "x", 0, NULL);
  g_assert_cmpuint (g_bytes_get_size (empty), ==, 0);
}

/* What is no regular file is refused at once: a FIFO without a writer too. */
static void
test_refused (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_mapped_file_open (fixture->folder, "x", &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_remove (fixture->path);
  g_assert_null (trafo_mapped_file_open (fixture->path, "x", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  g_assert_null (trafo_mapped_file_open (fixture->path, "x", &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/mapped-file/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("read", test_read);
  ADD ("describe", test_describe);
  ADD ("check", test_check);
  ADD ("contains", test_contains);
  ADD ("release", test_release);
  ADD ("load", test_load);
  ADD ("refused", test_refused);
#undef ADD
  return g_test_run ();
}

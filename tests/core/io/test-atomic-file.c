/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-atomic-file-private.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("trafo-atomic-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "x.bin", NULL);
}

/* Also asserts that nothing but the file was left. */
static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_remove (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static void
assert_contents (const char *path, const char *expected)
{
  g_autofree char *found = NULL;

  g_assert_true (g_file_get_contents (path, &found, NULL, NULL));
  g_assert_cmpstr (found, ==, expected);
}

static TrafoAtomicFile *
open_with (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;
  TrafoAtomicFile *file = trafo_atomic_file_open (path, &error);

  g_assert_no_error (error);
  g_assert_true (trafo_atomic_file_write (file, text, strlen (text), &error));
  return file;
}

static void
test_commit (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TrafoAtomicFile) file = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf     status;
  const mode_t mask = umask (027);

  g_assert_true (g_file_set_contents (fixture->path, "before", -1, NULL));
  file = open_with (fixture->path, "af");
  umask (mask);
  g_assert_true (trafo_atomic_file_write (file, NULL, 0, &error));
  g_assert_true (trafo_atomic_file_write (file, "ter", 3, &error));
  assert_contents (fixture->path, "before");
  g_assert_true (trafo_atomic_file_commit (file, &error));
  g_assert_no_error (error);
  assert_contents (fixture->path, "after");
  /* as readable as any file that the user makes */
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0640);
}

static void
test_commit_unsynced (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TrafoAtomicFile) file = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (fixture->path, "before", -1, NULL));
  file = open_with (fixture->path, "after");
  assert_contents (fixture->path, "before");
  g_assert_true (trafo_atomic_file_commit_unsynced (file, &error));
  g_assert_no_error (error);
  assert_contents (fixture->path, "after");
}

static void
test_abandon (Fixture *fixture, gconstpointer unused)
{
  g_assert_true (g_file_set_contents (fixture->path, "before", -1, NULL));
  trafo_atomic_file_free (open_with (fixture->path, "after"));
  assert_contents (fixture->path, "before");
}

/* Of two writers at once the last to commit wins, and neither sees the other's bytes. */
static void
test_two_writers (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TrafoAtomicFile) first = open_with (fixture->path, "first");
  g_autoptr (TrafoAtomicFile) second = open_with (fixture->path, "second");

  g_assert_true (trafo_atomic_file_commit (second, NULL));
  assert_contents (fixture->path, "second");
  g_assert_true (trafo_atomic_file_commit (first, NULL));
  assert_contents (fixture->path, "first");
}

/* The name is a folder's: nothing is put in its place, and what was written goes. */
static void
test_in_the_way (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TrafoAtomicFile) file = open_with (fixture->path, "after");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (fixture->path, 0700), ==, 0);
  g_assert_false (trafo_atomic_file_commit (file, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
  g_assert_nonnull (strstr (error->message, "x.bin: cannot put it in its place: "));
}

static void
test_no_folder (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (fixture->folder, "none", "x.bin", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_atomic_file_open (path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, path));
}

static void
test_private (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TrafoAtomicFile) file = open_with (fixture->path, "mine");
  GStatBuf status;

  g_assert_true (trafo_atomic_file_make_private (file, NULL));
  g_assert_true (trafo_atomic_file_commit (file, NULL));
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/atomic-file/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("commit", test_commit);
  ADD ("commit-unsynced", test_commit_unsynced);
  ADD ("abandon", test_abandon);
  ADD ("two-writers", test_two_writers);
  ADD ("in-the-way", test_in_the_way);
  ADD ("no-folder", test_no_folder);
  ADD ("private", test_private);
#undef ADD
  return g_test_run ();
}

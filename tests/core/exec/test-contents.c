/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-contents-private.h"

#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

#include "../../remove-folder.h"
#include "trafo-tensor-dict-file.h"

/* Longer than a piece, and no multiple of one. */
#define N_ELEMENTS 700001

typedef struct
{
  char *cache;
  char *folder;
  char *first, *second; /* files of the folder */
} Fixture;

static void
write_checkpoint (const char *path, float last)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensorDict) tensors = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) tensor =
      trafo_tensor_new (TRAFO_DTYPE_FLOAT32, (gint64[]){ N_ELEMENTS }, 1, &error);

  g_assert_no_error (error);
  memset (trafo_tensor_get_data (tensor), 0, N_ELEMENTS * sizeof (float));
  ((float *) trafo_tensor_get_data (tensor))[N_ELEMENTS - 1] = last;
  trafo_tensor_dict_set (tensors, "x", tensor);
  trafo_tensor_dict_save (tensors, path, &error);
  g_assert_no_error (error);
}

/* Until its times would tell a file from its next state. */
static void
wait_for_times (void)
{
  g_usleep (4 * G_USEC_PER_SEC);
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->cache = g_dir_make_tmp ("trafo-contents-XXXXXX", NULL);
  fixture->folder = g_dir_make_tmp ("trafo-contents-XXXXXX", NULL);
  fixture->first = g_build_filename (fixture->folder, "first.safetensors", NULL);
  fixture->second = g_build_filename (fixture->folder, "second.safetensors", NULL);
  g_setenv ("TRAFO_CACHE_DIR", fixture->cache, TRUE);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  remove_folder (fixture->cache);
  remove_folder (fixture->folder);
  g_free (fixture->cache);
  g_free (fixture->folder);
  g_free (fixture->first);
  g_free (fixture->second);
}

static char *
describe (const char *path, gboolean reads)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoCheckpoint) checkpoint = trafo_checkpoint_open (path, NULL, &error);

  g_assert_no_error (error);
  return trafo_contents_describe (checkpoint, reads, NULL);
}

/* A copy is the same, however old; a bit at the end makes it another. */
static void
test_copy (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *third = g_build_filename (fixture->folder, "third.safetensors", NULL);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *other = NULL;

  write_checkpoint (fixture->first, 1);
  write_checkpoint (fixture->second, 1);
  write_checkpoint (third, 2);
  g_assert_cmpint (g_utime (fixture->second, &(struct utimbuf){ 1, 1 }), ==, 0);
  wait_for_times ();
  first = describe (fixture->first, TRUE);
  second = describe (fixture->second, TRUE);
  other = describe (third, TRUE);
  g_assert_nonnull (first);
  g_assert_cmpstr (first, ==, second);
  g_assert_cmpstr (first, !=, other);
}

/* Each state of a file is read once. */
static void
test_read_once (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *first = NULL;
  g_autofree char *again = NULL;

  write_checkpoint (fixture->first, 1);
  g_assert_null (
      describe (fixture->first, TRUE)); /* too fresh for its times to tell its next state */
  wait_for_times ();
  g_assert_null (describe (fixture->first, FALSE));
  first = describe (fixture->first, TRUE);
  g_assert_nonnull (first);
  again = describe (fixture->first, FALSE);
  g_assert_cmpstr (first, ==, again);
  write_checkpoint (fixture->first, 2);
  wait_for_times ();
  g_assert_null (describe (fixture->first, FALSE));
}

/* What was written to since it was opened is no more what was packed, whatever time it is given. */
static void
test_touched (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf status;
  FILE    *file;

  write_checkpoint (fixture->first, 1);
  wait_for_times ();
  checkpoint = trafo_checkpoint_open (fixture->first, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (trafo_contents_are_untouched (checkpoint));
  g_assert_cmpint (g_stat (fixture->first, &status), ==, 0);
  file = fopen (fixture->first, "r+");
  g_assert_cmpint (fseek (file, -1, SEEK_END), ==, 0);
  g_assert_cmpint (fputc (1, file), ==, 1);
  g_assert_cmpint (fclose (file), ==, 0);
  g_assert_cmpint (g_utime (fixture->first, &(struct utimbuf){ status.st_atime, status.st_mtime }),
                   ==,
                   0);
  g_assert_false (trafo_contents_are_untouched (checkpoint));
  g_assert_null (trafo_contents_describe (checkpoint, TRUE, NULL));
}

/* Nobody waits for the rest of a file that no longer matters. */
static void
test_cancelled (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;

  write_checkpoint (fixture->first, 1);
  wait_for_times ();
  checkpoint = trafo_checkpoint_open (fixture->first, NULL, NULL);
  g_cancellable_cancel (cancellable);
  g_assert_null (trafo_contents_describe (checkpoint, TRUE, cancellable));
}

/* A sum under another secret is none. */
static void
test_secret (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *other_cache = g_build_filename (fixture->cache, "other", NULL);
  g_autofree char *first = NULL;
  g_autofree char *other = NULL;

  write_checkpoint (fixture->first, 1);
  wait_for_times ();
  first = describe (fixture->first, TRUE);
  g_setenv ("TRAFO_CACHE_DIR", other_cache, TRUE);
  g_assert_null (describe (fixture->first, FALSE));
  other = describe (fixture->first, TRUE);
  g_assert_nonnull (other);
  g_assert_cmpstr (first, !=, other);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/contents/copy", Fixture, NULL, set_up, test_copy, tear_down);
  g_test_add ("/contents/read-once", Fixture, NULL, set_up, test_read_once, tear_down);
  g_test_add ("/contents/touched", Fixture, NULL, set_up, test_touched, tear_down);
  g_test_add ("/contents/cancelled", Fixture, NULL, set_up, test_cancelled, tear_down);
  g_test_add ("/contents/secret", Fixture, NULL, set_up, test_secret, tear_down);
  return g_test_run ();
}

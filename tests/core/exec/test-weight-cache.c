/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-weight-cache-private.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

#include "../../remove-folder.h"
#include "fake-device.h"
#include "trafo-contents-private.h"
#include "trafo-tensor-dict-file.h"

#define SIZE_BYTES 4096

typedef struct
{
  char                  *folder;
  guint8                *memory;
  TrafoWeightCachePolicy policy;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->folder = g_dir_make_tmp ("trafo-weight-cache-XXXXXX", NULL);
  fixture->memory = g_malloc (SIZE_BYTES);
  memset (fixture->memory, 7, SIZE_BYTES);
  fixture->policy = (TrafoWeightCachePolicy){ fixture->folder, G_MAXUINT64, 1 };
}

/* The names of what is in the folder, but for the lock; each is removed if @removes. */
static char **
list_files (Fixture *fixture, gboolean removes)
{
  g_autoptr (GDir) directory = g_dir_open (fixture->folder, 0, NULL);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  const char *name;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      if (!g_str_equal (name, "lock"))
        g_strv_builder_add (names, name);
      if (removes)
        g_remove (path);
    }
  return g_strv_builder_end (names);
}

static void
assert_n_files (Fixture *fixture, guint n)
{
  g_auto (GStrv) names = list_files (fixture, FALSE);

  g_assert_cmpuint (g_strv_length (names), ==, n);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_auto (GStrv) names = list_files (fixture, TRUE);

  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->memory);
}

static void
save (Fixture *fixture, TrafoWeightCache *cache, const char *key)
{
  GArray            *segments = g_array_new (FALSE, FALSE, sizeof (TrafoWeightSegment));
  GArray            *records = g_array_new (FALSE, FALSE, sizeof (TrafoWeightRecord));
  TrafoWeightSegment segment = { fixture->memory, SIZE_BYTES };
  TrafoWeightRecord  record = { g_strdup (key), fixture->memory, SIZE_BYTES };

  g_array_append_val (segments, segment);
  g_array_append_val (records, record);
  trafo_weight_cache_settle (cache, segments, records);
}

static void
save_once (Fixture *fixture, const char *identity, const char *key)
{
  g_autoptr (TrafoWeightCache) cache =
      trafo_weight_cache_new (&fixture->policy, identity, NULL, NULL);

  save (fixture, cache, key);
}

static gboolean
has (Fixture *fixture, const char *identity, const char *key)
{
  g_autoptr (TrafoWeightCache) cache =
      trafo_weight_cache_new (&fixture->policy, identity, NULL, NULL);
  gconstpointer found = trafo_weight_cache_lookup (cache, key, SIZE_BYTES);

  if (found != NULL)
    g_assert_cmpmem (found, SIZE_BYTES, fixture->memory, SIZE_BYTES);
  return found != NULL;
}

static void
test_kept (Fixture *fixture, gconstpointer unused)
{
  g_assert_false (has (fixture, "one", "a"));
  save_once (fixture, "one", "a");
  g_assert_true (has (fixture, "one", "a"));
  g_assert_false (has (fixture, "one", "b"));
  g_assert_false (has (fixture, "two", "a"));
  save_once (fixture, "two", "a");
  save_once (fixture, "one", "b");
  g_assert_true (has (fixture, "one", "a"));
  g_assert_true (has (fixture, "one", "b"));
  assert_n_files (fixture, 2);
}

/* What is packed for another program of the same model, later, is kept, too. */
static void
test_later (Fixture *fixture, gconstpointer unused)
{
  static const char *const keys[] = { "a", "b", "c" };
  TrafoWeightCache        *cache = trafo_weight_cache_new (&fixture->policy, "one", NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      while (trafo_weight_cache_is_busy (cache))
        g_usleep (1000);
      save (fixture, cache, keys[i]);
    }
  trafo_weight_cache_free (cache);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    g_assert_true (has (fixture, "one", keys[i]));
}

/* What two processes make at once is all there in the end, whoever comes first. */
static void
test_concurrent (Fixture *fixture, gconstpointer unused)
{
  static const char *const keys[] = { "a", "b", "c", "d", NULL };
  guint                    n_missing = 4;

  for (guint round = 0; round < 20 && n_missing > 0; round++)
    {
      n_missing = 0;
      for (guint i = 0; keys[i] != NULL; i++)
        if (fork () == 0)
          {
            save_once (fixture, "one", keys[i]);
            _exit (0);
          }
      for (guint i = 0; keys[i] != NULL; i++)
        {
          int status;

          g_assert_cmpint (wait (&status), >, 0);
          g_assert_cmpint (status, ==, 0);
        }
      for (guint i = 0; keys[i] != NULL; i++)
        n_missing += !has (fixture, "one", keys[i]);
    }
  g_assert_cmpuint (n_missing, ==, 0);
  assert_n_files (fixture, 1);
}

/* A process that holds the lock is left alone, and nobody waits for it. */
static void
test_locked (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (fixture->folder, "lock", NULL);
  int              fd = g_open (path, O_RDWR | O_CREAT, 0600);

  g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
  save_once (fixture, "one", "a");
  assert_n_files (fixture, 0);
  g_close (fd, NULL);
  save_once (fixture, "one", "a");
  g_assert_true (has (fixture, "one", "a"));
}

static void
test_damaged (Fixture *fixture, gconstpointer unused)
{
  g_auto (GStrv) names = NULL;
  g_autofree char *path = NULL;

  save_once (fixture, "one", "a");
  names = list_files (fixture, FALSE);
  path = g_build_filename (fixture->folder, names[0], NULL);
  g_assert_cmpint (truncate (path, 100), ==, 0);
  g_assert_false (has (fixture, "one", "a"));
  save_once (fixture, "one", "a");
  g_assert_true (has (fixture, "one", "a"));
  assert_n_files (fixture, 1);
}

static gsize
file_bytes (Fixture *fixture)
{
  TrafoWeightSegment segment = { fixture->memory, SIZE_BYTES };

  return trafo_weight_file_estimate_bytes (NULL, &segment, 1);
}

/* Two fit: the third takes the place of the one that was used longest ago. */
static void
test_eviction (Fixture *fixture, gconstpointer unused)
{
  fixture->policy.max_bytes = 2 * file_bytes (fixture) + 1;
  save_once (fixture, "one", "a");
  g_usleep (20000);
  save_once (fixture, "two", "a");
  g_usleep (20000);
  g_assert_true (has (fixture, "one", "a"));
  g_usleep (20000);
  save_once (fixture, "three", "a");
  assert_n_files (fixture, 2);
  g_assert_false (has (fixture, "two", "a"));
  g_assert_true (has (fixture, "one", "a"));
  g_assert_true (has (fixture, "three", "a"));
}

static void
test_bounds (Fixture *fixture, gconstpointer unused)
{
  save_once (fixture, "one", "a");
  fixture->policy.max_bytes = file_bytes (fixture) - 1;
  save_once (fixture, "two", "a");
  g_assert_false (has (fixture, "two", "a"));
  g_assert_true (has (fixture, "one", "a"));
  fixture->policy.max_bytes = G_MAXUINT64;
  fixture->policy.min_bytes = SIZE_BYTES + 1;
  save_once (fixture, "two", "a");
  g_assert_false (has (fixture, "two", "a"));
  fixture->policy.min_bytes = 1;
  fixture->policy.min_free_bytes = G_MAXUINT64;
  save_once (fixture, "two", "a");
  g_assert_false (has (fixture, "two", "a"));
  assert_n_files (fixture, 1);
}

/* What a process that died left half written goes when the next one writes. */
static void
test_leftovers (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (fixture->folder, ".x.weights.01234567.tmp", NULL);

  g_assert_true (g_file_set_contents (path, "half", 4, NULL));
  save_once (fixture, "one", "a");
  assert_n_files (fixture, 1);
}

static void
write_checkpoint (const char *path)
{
  const gint64 n = 4;
  g_autoptr (TrafoTensorDict) tensors = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) tensor = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, &n, 1, NULL);
  g_autoptr (GError) error = NULL;

  memset (trafo_tensor_get_data (tensor), 0, trafo_tensor_get_size_bytes (tensor));
  trafo_tensor_dict_set (tensors, "x", tensor);
  trafo_tensor_dict_save (tensors, path, &error);
  g_assert_no_error (error);
}

/* Opens the checkpoint, whose contents are known, and saves; @touches: its file in between. */
static void
save_of_checkpoint (Fixture *fixture, const char *identity, const char *path, gboolean touches)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoCheckpoint) checkpoint = trafo_checkpoint_open (path, NULL, &error);
  g_autoptr (TrafoWeightCache) cache = NULL;
  g_autofree char *contents = NULL;

  g_assert_no_error (error);
  contents = trafo_contents_describe (checkpoint, TRUE, NULL);
  g_assert_nonnull (contents);
  cache = trafo_weight_cache_new (&fixture->policy, identity, checkpoint, NULL);
  if (touches)
    g_assert_cmpint (g_utime (path, &(struct utimbuf){ 1, 1 }), ==, 0);
  save (fixture, cache, "a");
}

/* Of a checkpoint that was touched while its weights were packed nothing is kept: some may be of what it
 * held before, and some of what it holds now. */
static void
test_touched (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *findings = g_dir_make_tmp ("trafo-weight-cache-XXXXXX", NULL);
  g_autofree char *folder = g_dir_make_tmp ("trafo-weight-cache-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);

  g_setenv ("TRAFO_CACHE_DIR", findings, TRUE);
  write_checkpoint (path);
  /* until its times tell it from its next state */
  g_usleep (4 * G_USEC_PER_SEC);
  save_of_checkpoint (fixture, "one", path, FALSE);
  assert_n_files (fixture, 1);
  save_of_checkpoint (fixture, "two", path, TRUE);
  assert_n_files (fixture, 1);
  g_unsetenv ("TRAFO_CACHE_DIR");
  remove_folder (findings);
  remove_folder (folder);
}

/* No folder can be made below a file: not kept, and no error. */
static void
test_no_folder (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *file = g_build_filename (fixture->folder, "file", NULL);
  g_autofree char *below = g_build_filename (file, "weights", NULL);

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  fixture->policy.folder = below;
  save_once (fixture, "one", "a");
  g_assert_false (has (fixture, "one", "a"));
}

static void
test_private (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "weights", NULL);
  g_autofree char *lock = g_build_filename (folder, "lock", NULL);
  g_autoptr (GDir) directory = NULL;
  const char *name;
  GStatBuf    status;

  fixture->policy.folder = folder;
  save_once (fixture, "one", "a");
  g_assert_cmpint (g_stat (folder, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);
  directory = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_cmpint (g_stat (path, &status), ==, 0);
      g_assert_cmpint (status.st_mode & 0777, ==, 0600);
      g_remove (path);
    }
}

/* Only a host's device that says what it packs, and all that matters tells one from another. */
static void
test_identity (void)
{
  FakeDevice fake = { .packs = TRUE, .layout = "x" };
  FakeDevice other = { .packs = TRUE, .layout = "y" };
  FakeDevice silent = { .packs = TRUE };
  g_autoptr (TrafoDevice) device = fake_host_device_new (&fake);
  g_autoptr (TrafoDevice) other_device = fake_host_device_new (&other);
  g_autoptr (TrafoDevice) silent_device = fake_host_device_new (&silent);
  g_autoptr (TrafoDevice) queue = fake_queue_device_new (&fake);
  g_autofree char *identity = trafo_weight_cache_identify (device, TRAFO_DTYPE_FLOAT32, "f\n");
  g_autofree char *again = trafo_weight_cache_identify (device, TRAFO_DTYPE_FLOAT32, "f\n");
  g_autofree char *layout = trafo_weight_cache_identify (other_device, TRAFO_DTYPE_FLOAT32, "f\n");
  g_autofree char *dtype = trafo_weight_cache_identify (device, TRAFO_DTYPE_INT8, "f\n");
  g_autofree char *files = trafo_weight_cache_identify (device, TRAFO_DTYPE_FLOAT32, "g\n");

  g_assert_null (trafo_weight_cache_identify (silent_device, TRAFO_DTYPE_FLOAT32, "f\n"));
  g_assert_null (trafo_weight_cache_identify (queue, TRAFO_DTYPE_FLOAT32, "f\n"));
  g_assert_nonnull (identity);
  g_assert_cmpstr (identity, ==, again);
  g_assert_cmpstr (identity, !=, layout);
  g_assert_cmpstr (identity, !=, dtype);
  g_assert_cmpstr (identity, !=, files);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*function) (Fixture *, gconstpointer);
  } tests[] = {
    { "/weight-cache/kept", test_kept },
    { "/weight-cache/later", test_later },
    { "/weight-cache/concurrent", test_concurrent },
    { "/weight-cache/locked", test_locked },
    { "/weight-cache/damaged", test_damaged },
    { "/weight-cache/eviction", test_eviction },
    { "/weight-cache/bounds", test_bounds },
    { "/weight-cache/leftovers", test_leftovers },
    { "/weight-cache/touched", test_touched },
    { "/weight-cache/no-folder", test_no_folder },
    { "/weight-cache/private", test_private },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].function, tear_down);
  g_test_add_func ("/weight-cache/identity", test_identity);
  return g_test_run ();
}

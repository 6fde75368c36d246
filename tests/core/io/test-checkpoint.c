/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <trafo/trafo.h>
#include <unistd.h>

typedef struct
{
  char *parent;
  char *folder;
} Fixture;

/* Each test has a folder of its own, in a folder of its own. */
static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->parent = g_dir_make_tmp ("trafo-XXXXXX", NULL);
  fixture->folder = g_build_filename (fixture->parent, "model", NULL);
  g_assert_cmpint (g_mkdir (fixture->folder, 0700), ==, 0);
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    {
      dir = g_dir_open (path, 0, NULL);
      while ((name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          remove_all (child);
        }
    }
  g_remove (path);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  remove_all (fixture->parent);
  g_free (fixture->parent);
  g_free (fixture->folder);
}

static void
write_file (const char *folder, const char *name, const char *contents, gssize size_bytes)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, contents, size_bytes, &error);
  g_assert_no_error (error);
}

/* Two tensors of 4 bytes, the second a zero; the names are given in the order of the data. */
static void
write_weights (const char *folder, const char *name, const char *first, const char *second)
{
  g_autofree char *header =
      g_strdup_printf ("{\"%s\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                       "\"%s\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                       first,
                       second);
  gsize            size_bytes = 16 + strlen (header);
  guint64          n = GUINT64_TO_LE (strlen (header));
  gint32           seven = GINT32_TO_LE (7);
  g_autofree char *contents = g_malloc0 (size_bytes);

  memcpy (contents, &n, 8);
  memcpy (contents + 8, header, strlen (header));
  memcpy (contents + size_bytes - 8, &seven, 4);
  write_file (folder, name, contents, size_bytes);
}

static TrafoCheckpoint *
open_valid (const char *path)
{
  g_autoptr (GError) error = NULL;
  TrafoCheckpoint *checkpoint = trafo_checkpoint_open (path, NULL, &error);

  g_assert_no_error (error);
  return checkpoint;
}

static void
assert_refused (const char *path, GQuark domain, gint code, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_checkpoint_open (path, NULL, &error));
  g_assert_error (error, domain, code);
  if (strstr (error->message, message) == NULL)
    g_assert_cmpstr (error->message, ==, message);
}

static void
test_single (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;
  const TrafoCheckpointTensor *tensor;
  g_auto (GStrv) names = NULL;
  g_auto (GStrv) files = NULL;

  write_weights (fixture->folder, "model.safetensors", "b", "a");
  checkpoint = open_valid (fixture->folder);
  names = trafo_checkpoint_list_names (checkpoint);
  files = trafo_checkpoint_list_files (checkpoint);
  g_assert_cmpstrv (names, ((const char *[]){ "b", "a", NULL }));
  g_assert_cmpuint (g_strv_length (files), ==, 1);
  g_assert_true (g_str_has_suffix (files[0], "/model/model.safetensors"));
  tensor = trafo_checkpoint_lookup (checkpoint, "b");
  g_assert_true (tensor == trafo_checkpoint_get_tensor (checkpoint, 0));
  g_assert_cmpint (*(const guint8 *) tensor->data, ==, 7);
  g_assert_null (trafo_checkpoint_lookup (checkpoint, "c"));
  g_assert_null (trafo_checkpoint_lookup (checkpoint, ""));
}

static void
test_shards (Fixture *fixture, gconstpointer unused)
{
  static const char index[] =
      "{\"metadata\":{\"total_size\":99,\"x\":[]},\"weight_map\":{\"a\":\"m-2.safetensors\","
      "\"b\":\"m-2.safetensors\",\"c\":\"m-1.safetensors\"}}";
  g_autofree char *index_path =
      g_build_filename (fixture->folder, "model.safetensors.index.json", NULL);
  const char *const paths[] = { fixture->folder, index_path };

  write_file (fixture->folder, "model.safetensors.index.json", index, -1);
  write_weights (fixture->folder, "m-1.safetensors", "c", "extra");
  write_weights (fixture->folder, "m-2.safetensors", "b", "a");
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (TrafoCheckpoint) checkpoint = open_valid (paths[i]);
      g_auto (GStrv) names = trafo_checkpoint_list_names (checkpoint);
      g_auto (GStrv) files = trafo_checkpoint_list_files (checkpoint);

      g_assert_cmpstrv (names, ((const char *[]){ "c", "extra", "b", "a", NULL }));
      g_assert_cmpuint (g_strv_length (files), ==, 2);
      g_assert_cmpuint (trafo_checkpoint_get_size_bytes (checkpoint), ==, 16);
    }
}

/* As the Hub's cache keeps them: models--x/snapshots/COMMIT/NAME -> ../../blobs/HASH. */
static void
test_snapshot (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *blobs = g_build_filename (fixture->folder, "blobs", NULL);
  g_autofree char *snapshot = g_build_filename (fixture->folder, "snapshots", "0123", NULL);
  g_autofree char *link = g_build_filename (snapshot, "m.safetensors", NULL);
  g_autofree char *index = g_build_filename (snapshot, "model.safetensors.index.json", NULL);
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;

  g_mkdir (blobs, 0700);
  g_mkdir_with_parents (snapshot, 0700);
  write_weights (blobs, "aaaa", "a", "b");
  write_file (blobs, "bbbb", "{\"weight_map\":{\"a\":\"m.safetensors\"}}", -1);
  g_assert_cmpint (symlink ("../../blobs/aaaa", link), ==, 0);
  g_assert_cmpint (symlink ("../../blobs/bbbb", index), ==, 0);
  checkpoint = open_valid (snapshot);
  g_assert_cmpuint (trafo_checkpoint_get_n_tensors (checkpoint), ==, 2);
}

static void
test_nothing_there (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *absent = g_build_filename (fixture->folder, "absent", NULL);
  g_autofree char *fifo = g_build_filename (fixture->folder, "model.safetensors", NULL);

  assert_refused (absent, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND, "no such file or folder");
  assert_refused (fixture->folder,
                  TRAFO_ERROR,
                  TRAFO_ERROR_NOT_FOUND,
                  "found neither model.safetensors nor pytorch_model.bin in the folder");
  write_file (fixture->folder, "pytorch_model.bin.index.json", "{}", -1);
  assert_refused (fixture->folder,
                  TRAFO_FORMAT_ERROR,
                  TRAFO_FORMAT_ERROR_VALUE,
                  "pytorch_model.bin.index.json: byte 0: found no 'weight_map'");
  write_file (fixture->folder, "pytorch_model.bin", "PK", -1);
  assert_refused (fixture->folder,
                  TRAFO_FORMAT_ERROR,
                  TRAFO_FORMAT_ERROR_UNKNOWN,
                  "pytorch_model.bin: found an unknown format, expected weights that torch.save()");
  write_file (fixture->folder,
              "lfs.safetensors",
              "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4\n",
              -1);
  g_clear_pointer (&absent, g_free);
  absent = g_build_filename (fixture->folder, "lfs.safetensors", NULL);
  assert_refused (absent, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_UNKNOWN, "Git LFS pointer");
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  assert_refused (fixture->folder,
                  TRAFO_ERROR,
                  TRAFO_ERROR_INVALID_ARGUMENT,
                  "expected a regular file");
}

static void
test_index_refused (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    const char *index;
    const char *message;
  } cases[] = {
    { "[]", "found an array, expected an object" },
    { "{}", "found no 'weight_map'" },
    { "{\"weight_map\":[]}", "found an array, expected an object" },
    { "{\"weight_map\":{\"a\":1}}", "found an integer, expected a string" },
    { "{\"weight_map\":{\"a\":\"../outside.safetensors\"}}", "'../outside.safetensors', expected" },
    { "{\"weight_map\":{\"a\":\"..\"}}", "'..', expected" },
    { "{\"weight_map\":{\"a\":\"/etc/x.safetensors\"}}", "expected the name of a" },
    { "{\"weight_map\":{\"a\":\"sub/x.safetensors\"}}", "expected the name of a" },
    { "{\"weight_map\":{\"a\":\"sub\\\\x.safetensors\"}}", "expected the name of a" },
    { "{\"weight_map\":{\"a\":\"good.safetensors\\u0000\"}}", "holds a NUL" },
    { "{\"weight_map\":{\"a\":\"\"}}", "expected the name of a" },
    { "{\"weight_map\":{\"a\":\".safetensors\"}}", "expected the name of a" },
    { "{\"weight_map\":{\"a\":\"pytorch_model.bin\"}}", "expected the name of a" },
    { "{\"weight_map\":{\"a\":\"missing.safetensors\"}}", "'missing.safetensors', but" },
    { "{\"weight_map\":{\"a\":\"folder.safetensors\"}}", "expected a regular file" },
    { "{\"weight_map\":{\"a\":\"link.safetensors\"}}", "'link.safetensors', a link to" },
    { "{\"weight_map\":{\"z\":\"good.safetensors\"}}", "found tensor 'z' in no shard" },
    { "{\"weight_map\":{\"a\":\"good.safetensors\",\"c\":\"good.safetensors\",\"d\":\"other."
      "safetensors\"}}",
      "found tensor 'c' in " },
    { "{\"weight_map\":{\"a\":\"good.safetensors\",\"b\":\"twin.safetensors\"}}", "has, too" },
    { "{\"weight_map\":{\"a\":\"good.safetensors\",\"a\":\"good.safetensors\"}}",
      "'a' a second time" },
    { "{\"weight_map\":{\"a\":\"good.safetensors\"}", "found the end of the text" },
  };
  g_autofree char *outside = g_build_filename (fixture->parent, "outside.safetensors", NULL);
  g_autofree char *link = g_build_filename (fixture->folder, "link.safetensors", NULL);
  g_autofree char *sub = g_build_filename (fixture->folder, "folder.safetensors", NULL);

  write_weights (fixture->parent, "outside.safetensors", "a", "b");
  write_weights (fixture->folder, "good.safetensors", "a", "b");
  write_weights (fixture->folder, "other.safetensors", "c", "d");
  write_weights (fixture->folder, "twin.safetensors", "b", "e");
  g_assert_cmpint (symlink (outside, link), ==, 0);
  g_assert_cmpint (g_mkdir (sub, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].message);
      write_file (fixture->folder, "model.safetensors.index.json", cases[i].index, -1);
      g_assert_null (trafo_checkpoint_open (fixture->folder, NULL, &error));
      g_assert_true (g_str_has_prefix (error->message, fixture->folder));
      if (strstr (error->message, cases[i].message) == NULL)
        g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

/* Names that fill the table of names, for which a wrong probe sequence would lose some. */
static void
test_lookup_many (Fixture *fixture, gconstpointer unused)
{
  enum
  {
    N_TENSORS = 5000
  };
  g_autoptr (GString) text = g_string_new ("12345678{");
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;
  guint64 n;

  for (guint i = 0; i < N_TENSORS; i++)
    g_string_append_printf (text,
                            "%s\"layer.%u.weight\":{\"dtype\":\"U8\",\"shape\":[0],\"data_"
                            "offsets\":[0,0]}",
                            i > 0 ? "," : "",
                            i);
  g_string_append_c (text, '}');
  n = GUINT64_TO_LE (text->len - 8);
  memcpy (text->str, &n, 8);
  write_file (fixture->folder, "model.safetensors", text->str, text->len);
  checkpoint = open_valid (fixture->folder);
  g_assert_cmpuint (trafo_checkpoint_get_n_tensors (checkpoint), ==, N_TENSORS);
  for (guint i = 0; i < N_TENSORS; i++)
    {
      g_autofree char             *name = g_strdup_printf ("layer.%u.weight", i);
      const TrafoCheckpointTensor *tensor = trafo_checkpoint_lookup (checkpoint, name);

      g_assert_cmpstr (tensor->name, ==, name);
      g_assert_true (tensor == trafo_checkpoint_get_tensor (checkpoint, i));
    }
}

/* A file that is cut short while it is open: an error, and no SIGBUS. */
static void
test_changed_file (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (fixture->folder, "model.safetensors", NULL);
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;
  const TrafoCheckpointTensor *tensor;
  guint8                       value[4] = { 0 };

  write_weights (fixture->folder, "model.safetensors", "a", "b");
  checkpoint = open_valid (path);
  tensor = trafo_checkpoint_lookup (checkpoint, "a");
  g_assert_true (trafo_checkpoint_check (checkpoint, NULL));
  g_assert_true (trafo_checkpoint_read (checkpoint, tensor, value, NULL));
  g_assert_cmpint (value[0], ==, 7);

  g_assert_cmpint (truncate (path, 10), ==, 0);
  g_assert_false (trafo_checkpoint_check (checkpoint, &error));
  g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_clear_error (&error);
  g_assert_false (trafo_checkpoint_read (checkpoint, tensor, value, &error));
  g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_TRUNCATED);
}

/* A file that is replaced, as by a download, is not disturbed. */
static void
test_replaced_file (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;

  write_weights (fixture->folder, "model.safetensors", "a", "b");
  checkpoint = open_valid (fixture->folder);
  write_weights (fixture->folder, "model.safetensors", "c", "d");
  g_assert_true (trafo_checkpoint_check (checkpoint, NULL));
  g_assert_cmpint (*(const guint8 *) trafo_checkpoint_lookup (checkpoint, "a")->data, ==, 7);
}

static void
test_bytes (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  write_weights (fixture->folder, "model.safetensors", "a", "b");
  checkpoint = open_valid (fixture->folder);
  g_assert_null (trafo_checkpoint_get_bytes (checkpoint, "c", &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND);
  bytes = trafo_checkpoint_get_bytes (checkpoint, "a", NULL);
  g_clear_pointer (&checkpoint, trafo_checkpoint_unref);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "\7\0\0\0", 4);
}

/* How much of model.safetensors is in this process's memory: not mincore(), which tells what the
 * system caches. */
static gsize
get_resident_size_bytes (void)
{
  g_autofree char *smaps = NULL;
  const char      *line;
  gsize            kib = 0;

  g_assert_true (g_file_get_contents ("/proc/self/smaps", &smaps, NULL, NULL));
  line = strstr (smaps, "/model.safetensors");
  g_assert_nonnull (line);
  line = strstr (line, "\nRss:");
  g_assert_nonnull (line);
  g_assert_cmpint (sscanf (line, "\nRss: %zu", &kib), ==, 1);
  return kib * 1024;
}

static void
test_release_pages (Fixture *fixture, gconstpointer unused)
{
  enum
  {
    SIZE_BYTES = 1 << 20
  };
  static const char header[] = "{\"a\":{\"dtype\":\"U8\",\"shape\":[1048576],\"data_offsets\":[0,"
                               "1048576]}}";
  guint64           n = GUINT64_TO_LE (sizeof header - 1);
  gsize             size_bytes = 8 + sizeof header - 1 + SIZE_BYTES;
  g_autofree char  *contents = g_malloc (size_bytes);
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;
  const TrafoCheckpointTensor *tensor;
  guint                        sum = 0;

  memset (contents, 1, size_bytes);
  memcpy (contents, &n, 8);
  memcpy (contents + 8, header, sizeof header - 1);
  write_file (fixture->folder, "model.safetensors", contents, size_bytes);
  checkpoint = open_valid (fixture->folder);
  tensor = trafo_checkpoint_get_tensor (checkpoint, 0);
  for (gsize i = 0; i < tensor->size_bytes; i++)
    sum += ((const guint8 *) tensor->data)[i];
  g_assert_cmpuint (sum, ==, SIZE_BYTES);
  g_assert_cmpuint (get_resident_size_bytes (), >=, SIZE_BYTES);
  trafo_checkpoint_release_pages (checkpoint, tensor->data, tensor->size_bytes);
  g_assert_cmpuint (get_resident_size_bytes (), <, SIZE_BYTES / 2);
  g_assert_cmpint (((const guint8 *) tensor->data)[SIZE_BYTES - 1], ==, 1);
  /* not of this checkpoint: nothing happens */
  trafo_checkpoint_release_pages (checkpoint, contents, size_bytes);
  g_assert_cmpint (contents[size_bytes - 1], ==, 1);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (Fixture *fixture, gconstpointer unused);
  } tests[] = {
    { "/checkpoint/single", test_single },
    { "/checkpoint/shards", test_shards },
    { "/checkpoint/snapshot", test_snapshot },
    { "/checkpoint/nothing-there", test_nothing_there },
    { "/checkpoint/index-refused", test_index_refused },
    { "/checkpoint/lookup-many", test_lookup_many },
    { "/checkpoint/changed-file", test_changed_file },
    { "/checkpoint/replaced-file", test_replaced_file },
    { "/checkpoint/bytes", test_bytes },
    { "/checkpoint/release-pages", test_release_pages },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}

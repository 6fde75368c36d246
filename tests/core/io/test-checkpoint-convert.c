/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <trafo/trafo.h>
#include <unistd.h>

#include "../../remove-folder.h"

typedef struct
{
  char *input;
  char *output;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->input = g_dir_make_tmp ("trafo-XXXXXX", NULL);
  fixture->output = g_build_filename (fixture->input, "out", "model", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  remove_folder (fixture->input);
  g_free (fixture->input);
  g_free (fixture->output);
}

static void
write_file (const char *folder, const char *name, const char *contents, gssize size_bytes)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, contents, size_bytes, &error);
  g_assert_no_error (error);
}

/* Puts a file that torch.save() wrote into the folder. */
static void
copy_reference (const char *folder, const char *reference, const char *name)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "data", "io", "torch", reference, NULL);
  g_autofree char *contents = NULL;
  gsize            size_bytes;

  g_assert_true (g_file_get_contents (path, &contents, &size_bytes, NULL));
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
assert_names (const char *path, const char *expected)
{
  g_autoptr (TrafoCheckpoint) checkpoint = open_valid (path);
  g_auto (GStrv) names = trafo_checkpoint_list_names (checkpoint);
  g_autofree char *joined = g_strjoinv (",", names);

  g_assert_cmpstr (joined, ==, expected);
}

static void
write_shards (Fixture *fixture)
{
  copy_reference (fixture->input, "nested.bin", "pytorch_model-00001-of-00002.bin");
  copy_reference (fixture->input, "zip.bin", "pytorch_model-00002-of-00002.bin");
  write_file (fixture->input,
              "pytorch_model.bin.index.json",
              "{\"weight_map\":{\"a\":\"pytorch_model-00001-of-00002.bin\","
              "\"scalar\":\"pytorch_model-00002-of-00002.bin\"}}",
              -1);
}

/* The safetensors' order is by type and name; twins are left out. */
#define SAVED_NAMES "dense.bias,dense.weight,embeddings.weight,empty,row,scalar"

static void
test_folder (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *expected = g_build_filename (fixture->output, "model.safetensors", NULL);
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;

  copy_reference (fixture->input, "zip.bin", "pytorch_model.bin");
  checkpoint = open_valid (fixture->input);
  g_assert_true (trafo_checkpoint_convert (checkpoint, fixture->output, NULL, &error));
  g_assert_no_error (error);
  assert_names (expected, SAVED_NAMES);
}

/* Safetensors are preferred, and keep what their metadata say of their format. */
static void
test_again (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;
  g_autofree char *first = NULL, *second = NULL;
  g_autofree char *path = g_build_filename (fixture->input, "model.safetensors", NULL);
  gsize            first_size_bytes, second_size_bytes;

  copy_reference (fixture->input, "legacy.bin", "pytorch_model.bin");
  checkpoint = open_valid (fixture->input);
  g_assert_true (trafo_checkpoint_convert (checkpoint, fixture->input, NULL, NULL));
  g_assert_true (g_file_get_contents (path, &first, &first_size_bytes, NULL));
  g_clear_pointer (&checkpoint, trafo_checkpoint_unref);
  checkpoint = open_valid (fixture->input);
  g_assert_cmpstr (trafo_checkpoint_get_metadata (checkpoint, "format"), ==, "pt");
  g_assert_true (trafo_checkpoint_convert (checkpoint, fixture->input, NULL, NULL));
  g_assert_true (g_file_get_contents (path, &second, &second_size_bytes, NULL));
  g_assert_cmpmem (first, first_size_bytes, second, second_size_bytes);
}

static void
test_shards (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *joined = g_build_filename (fixture->input, "joined.safetensors", NULL);
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  write_shards (fixture);
  checkpoint = open_valid (fixture->input);
  g_assert_true (trafo_checkpoint_convert (checkpoint, fixture->output, NULL, &error));
  g_assert_no_error (error);
  assert_names (fixture->output, "a," SAVED_NAMES);
  g_assert_true (trafo_checkpoint_convert (checkpoint, joined, NULL, &error));
  g_assert_no_error (error);
  assert_names (joined, "a," SAVED_NAMES);

  g_cancellable_cancel (cancellable);
  g_assert_false (trafo_checkpoint_convert (checkpoint, fixture->output, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Shards are of their index's kind, and none holds what the index does not say. */
static void
test_index_refused (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    const char *name;
    const char *index;
    const char *message;
  } cases[] = {
    { "pytorch_model.bin.index.json",
      "{\"weight_map\":{\"a\":\"model.safetensors\"}}",
      "expected the name of a .bin file" },
    { "model.safetensors.index.json",
      "{\"weight_map\":{\"a\":\"pytorch_model-00001-of-00002.bin\"}}",
      "expected the name of a .safetensors file" },
    { "pytorch_model.bin.index.json",
      "{\"weight_map\":{\"a\":\"pytorch_model-00002-of-00002.bin\"}}",
      "found tensor 'a' in no shard" },
    { "pytorch_model.bin.index.json", "{\"weight_map\":{\"a\":\"../x.bin\"}}", "'../x.bin'" },
    { "pytorch_model.bin.index.json", "{\"weight_map\":{\"a\":\"x.bin\"}}", "'x.bin', but" },
  };

  write_shards (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_build_filename (fixture->input, cases[i].name, NULL);
      g_autoptr (GError) error = NULL;

      write_file (fixture->input, cases[i].name, cases[i].index, -1);
      g_assert_null (trafo_checkpoint_open (path, NULL, &error));
      if (error == NULL || strstr (error->message, cases[i].message) == NULL)
        g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

static void
test_refused (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (fixture->input, "pytorch_model.bin", NULL);
  g_autofree char *nowhere = g_build_filename (path, "out", NULL);
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;

  copy_reference (fixture->input, "zip.bin", "pytorch_model.bin");
  checkpoint = open_valid (path);
  g_assert_false (trafo_checkpoint_convert (checkpoint, nowhere, NULL, &error));
  g_assert_nonnull (strstr (error->message, "cannot make the folder"));
  g_clear_error (&error);
  /* replaced by renaming, it stays as it was; cut, it is noticed */
  copy_reference (fixture->input, "dtypes.bin", "pytorch_model.bin");
  g_assert_true (trafo_checkpoint_convert (checkpoint, fixture->output, NULL, &error));
  g_assert_no_error (error);
  g_clear_pointer (&checkpoint, trafo_checkpoint_unref);
  checkpoint = open_valid (path);
  g_assert_cmpint (truncate (path, 10), ==, 0);
  g_assert_false (trafo_checkpoint_convert (checkpoint, fixture->output, NULL, &error));
  g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE);
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (name, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/checkpoint-convert/folder", test_folder);
  add ("/checkpoint-convert/again", test_again);
  add ("/checkpoint-convert/shards", test_shards);
  add ("/checkpoint-convert/index-refused", test_index_refused);
  add ("/checkpoint-convert/refused", test_refused);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "../../remove-folder.h"
#include "trafo-checkpoint-save-private.h"

/* Names are the tensors' place: "a", "b", ...; sizes are in floats. What comes of them is what
 * huggingface_hub 2.4 answers: the names of each shard. */
static const struct
{
  const char *name;
  guint       n_tensors;
  gint64      sizes[6];
  guint64     max_bytes;
  const char *shards;
} cases[] = {
  { "one", 3, { 4, 1, 2 }, 28, "abc" },
  { "none", 0, { 0 }, 28, "" },
  { "two", 3, { 4, 1, 2 }, 27, "ab c" },
  { "each", 3, { 2, 2, 2 }, 8, "a b c" },
  { "larger-first", 3, { 9, 1, 2 }, 8, "a b c" },
  { "larger-between", 4, { 1, 9, 1, 1 }, 12, "b acd" },
  { "larger-last", 3, { 1, 1, 9 }, 12, "c ab" },
  { "all-larger", 3, { 5, 6, 7 }, 4, "a b c" },
  { "larger-and-full", 6, { 2, 9, 1, 2, 9, 3 }, 12, "b ac e d f" },
};

static char *
read_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char            *contents = NULL;

  g_file_get_contents (path, &contents, NULL, NULL);
  return contents;
}

/* The names of the tensors in a shard, from its header. */
static void
append_names (GString *shards, const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoCheckpoint) checkpoint = trafo_checkpoint_open (path, NULL, &error);

  g_assert_no_error (error);
  if (shards->len > 0)
    g_string_append_c (shards, ' ');
  for (gsize i = 0; i < trafo_checkpoint_get_n_tensors (checkpoint); i++)
    g_string_append (shards, trafo_checkpoint_get_tensor (checkpoint, i)->name);
}

static char *
list_shards (const char *folder)
{
  g_autoptr (GString) shards = g_string_new (NULL);
  g_autofree char *whole = g_build_filename (folder, "model.safetensors", NULL);

  if (g_file_test (whole, G_FILE_TEST_EXISTS))
    append_names (shards, folder, "model.safetensors");
  for (guint i = 1; i <= 6; i++)
    for (guint n = i; n <= 6; n++)
      {
        g_autofree char *name = g_strdup_printf ("model-%05u-of-%05u.safetensors", i, n);
        g_autofree char *path = g_build_filename (folder, name, NULL);

        if (g_file_test (path, G_FILE_TEST_EXISTS))
          append_names (shards, folder, name);
      }
  return g_string_free (g_steal_pointer (&shards), FALSE);
}

static void
save (const char *folder, const gint64 *sizes, guint n_tensors, guint64 max_bytes)
{
  static const float    values[16] = { 1, 2, 3 };
  static const char     names[][2] = { "a", "b", "c", "d", "e", "f" };
  TrafoCheckpointTensor tensors[6] = { { 0 } };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n_tensors; i++)
    tensors[i] = (TrafoCheckpointTensor){ .name = names[i],
                                          .dtype = TRAFO_DTYPE_FLOAT32,
                                          .n_dims = 1,
                                          .shape = { sizes[i] },
                                          .data = (const guint8 *) values,
                                          .size_bytes = sizes[i] * sizeof (float) };
  trafo_checkpoint_save (folder, tensors, n_tensors, max_bytes, NULL, &error);
  g_assert_no_error (error);
}

/* One folder for all: what one case leaves, the next removes. */
static void
test_shards (void)
{
  g_autofree char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = NULL;
      g_autofree char *index = NULL;

      g_test_message ("%s", cases[i].name);
      save (folder, cases[i].sizes, cases[i].n_tensors, cases[i].max_bytes);
      found = list_shards (folder);
      g_assert_cmpstr (found, ==, cases[i].shards);
      index = read_file (folder, "model.safetensors.index.json");
      g_assert_cmpint (index != NULL, ==, strchr (cases[i].shards, ' ') != NULL);
    }
  remove_folder (folder);
}

/* As json.dumps (indent=2, sort_keys=True) writes it. */
static void
test_index (void)
{
  static const gint64 sizes[] = { 2, 9, 1 };
  g_autofree char    *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);
  g_autofree char    *index = NULL;

  save (folder, sizes, 3, 12);
  index = read_file (folder, "model.safetensors.index.json");
  g_assert_cmpstr (index,
                   ==,
                   "{\n"
                   "  \"metadata\": {\n"
                   "    \"total_parameters\": 12,\n"
                   "    \"total_size\": 48\n"
                   "  },\n"
                   "  \"weight_map\": {\n"
                   "    \"a\": \"model-00002-of-00002.safetensors\",\n"
                   "    \"b\": \"model-00001-of-00002.safetensors\",\n"
                   "    \"c\": \"model-00002-of-00002.safetensors\"\n"
                   "  }\n"
                   "}\n");
  remove_folder (folder);
}

static void
test_cancelled (void)
{
  g_autofree char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (trafo_checkpoint_save (folder, NULL, 0, 1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/checkpoint-save/shards", test_shards);
  g_test_add_func ("/checkpoint-save/index", test_index);
  g_test_add_func ("/checkpoint-save/cancelled", test_cancelled);
  return g_test_run ();
}

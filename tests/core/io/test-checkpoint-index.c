/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-checkpoint-index-private.h"

#include <glib/gstdio.h>
#include <string.h>

#include <trafo/trafo-error.h>

#define EXTENSION ".safetensors"

static gboolean
append (const char *tensor, const char *shard, gpointer text, GError **error)
{
  g_string_append_printf (text, "%s=%s ", tensor, shard);
  if (!g_str_equal (tensor, "stop"))
    return TRUE;
  g_set_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND, "stopped");
  return FALSE;
}

static char *
read_index (const char *text, const char *extension, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (GString) found = g_string_new (NULL);
  TrafoCheckpointIndex index = { bytes, (char *) "x.index.json", extension };

  if (!trafo_checkpoint_index_foreach (&index, append, found, error))
    return NULL;
  return g_string_free (g_steal_pointer (&found), FALSE);
}

/* In the order of the text; what else it holds is passed over. */
static void
test_order (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *found = read_index ("{\"metadata\":{\"weight_map\":3,\"total_size\":[]},"
                                       "\"weight_map\":{\"b\":\"2.safetensors\","
                                       "\"a\":\"1.safetensors\",\"\":\"2.safetensors\"},"
                                       "\"more\":null}",
                                       EXTENSION,
                                       &error);
  g_autofree char *none = read_index ("{\"weight_map\":{}}", EXTENSION, NULL);

  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, "b=2.safetensors a=1.safetensors =2.safetensors ");
  g_assert_cmpstr (none, ==, "");
}

/* Names that would lead out of the folder, to hidden files, or to what is no shard. */
static void
test_shard_names (void)
{
  static const char *const names[] = {
    "",
    "../x.safetensors",
    "/x.safetensors",
    "a/x.safetensors",
    "a\\\\x.safetensors",
    "x.bin",
    ".safetensors",
    "..safetensors",
    ".x.safetensors",
    "x.safetensors ",
    "x.SAFETENSORS",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"weight_map\":{\"a\":\"%s\"}}", names[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (read_index (text, EXTENSION, &error));
      g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE);
      g_assert_true (g_str_has_prefix (error->message, "x.index.json: "));
      g_assert_nonnull (strstr (error->message, "found the shard '"));
    }
}

/* An index names shards of its own kind. */
static void
test_kinds (void)
{
  static const char bin[] = "{\"weight_map\":{\"a\":\"1.bin\"}}";
  static const char safetensors[] = "{\"weight_map\":{\"a\":\"1.safetensors\"}}";
  g_autofree char  *found = read_index (bin, ".bin", NULL);

  g_assert_cmpstr (found, ==, "a=1.bin ");
  g_assert_null (read_index (safetensors, ".bin", NULL));
  g_assert_null (read_index (bin, EXTENSION, NULL));
}

/* The ending of an index's name tells its kind. */
static void
test_load (void)
{
  static const char *const cases[][2] = {
    { "model.safetensors.index.json", EXTENSION },
    { "pytorch_model.bin.index.json", ".bin" },
    { "index.json", EXTENSION },
  };
  g_autofree char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_build_filename (folder, cases[i][0], NULL);
      g_autoptr (TrafoCheckpointIndex) index = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_null (trafo_checkpoint_index_load (path, &error));
      g_assert_nonnull (error);
      g_assert_true (g_file_set_contents (path, "{}", 2, NULL));
      index = trafo_checkpoint_index_load (path, NULL);
      g_assert_cmpstr (index->extension, ==, cases[i][1]);
      g_assert_cmpstr (index->name, ==, path);
      g_assert_cmpuint (g_bytes_get_size (index->text), ==, 2);
      g_remove (path);
    }
  g_rmdir (folder);
}

static void
test_broken (void)
{
  static const struct
  {
    const char *text, *message;
  } cases[] = {
    { "{}", "found no 'weight_map'" },
    { "{\"weight_map\":[]}", "x.index.json: " },
    { "{\"weight_map\":{\"a\":1}}", "x.index.json: " },
    { "{\"weight_map\":{\"a\":\"1.safetensors\"", "x.index.json: " },
    { "{\"weight_map\":{\"a\":\"1.safetensors\",\"a\":\"2.safetensors\"}}", "x.index.json: " },
    { "[]", "x.index.json: " },
    { "", "x.index.json: " },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (read_index (cases[i].text, EXTENSION, &error));
      g_assert_cmpint (error->domain, ==, TRAFO_FORMAT_ERROR);
      g_assert_nonnull (strstr (error->message, cases[i].message));
    }
}

/* The caller's error ends it, and gets the index's name. */
static void
test_stopped (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (
      read_index ("{\"weight_map\":{\"stop\":\"1.safetensors\",\"a\":1}}", EXTENSION, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND);
  g_assert_cmpstr (error->message, ==, "x.index.json: stopped");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/checkpoint-index/order", test_order);
  g_test_add_func ("/checkpoint-index/shard-names", test_shard_names);
  g_test_add_func ("/checkpoint-index/kinds", test_kinds);
  g_test_add_func ("/checkpoint-index/load", test_load);
  g_test_add_func ("/checkpoint-index/broken", test_broken);
  g_test_add_func ("/checkpoint-index/stopped", test_stopped);
  return g_test_run ();
}

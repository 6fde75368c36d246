/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <string.h>

#include "../../await.h"
#include "trafo-auto-tokenizer.h"
#include "trafo-text.h"

static char *
source_folder (void)
{
  return g_test_build_filename (G_TEST_DIST, "data", "tokenizers", "bert-json", NULL);
}

/* Every file that was there comes out byte for byte, also over itself. */
static void
test_copy (void)
{
  g_autofree char *source = source_folder ();
  g_autofree char *root = g_dir_make_tmp ("trafo-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (root, "new", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTokenizer) tokenizer = NULL;
  g_autoptr (TrafoTokenizer) again = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GDir) files = g_dir_open (source, 0, NULL);
  const char *name;
  guint       n_files = 0;

  tokenizer = trafo_auto_tokenizer_from_pretrained (source, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (trafo_tokenizer_save_pretrained (tokenizer, folder, &error));
  again = trafo_auto_tokenizer_from_pretrained (folder, NULL, &error);
  g_assert_no_error (error);
  trafo_tokenizer_save_pretrained_async (again, folder, NULL, await_keep, &result);
  g_assert_true (trafo_tokenizer_save_pretrained_finish (again, await_result (&result), &error));
  while ((name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *from = g_build_filename (source, name, NULL);
      g_autofree char *to = g_build_filename (folder, name, NULL);
      g_autofree char *expected = NULL;
      g_autofree char *found = NULL;
      gsize            n_expected, n_found;

      if (!g_file_get_contents (to, &found, &n_found, NULL))
        continue;
      g_file_get_contents (from, &expected, &n_expected, NULL);
      g_assert_cmpmem (found, n_found, expected, n_expected);
      g_remove (to);
      n_files++;
    }
  g_assert_cmpuint (n_files, >=, 2);
  g_assert_false (trafo_tokenizer_save_pretrained (again, folder, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND);
  g_rmdir (folder);
  g_assert_cmpint (g_rmdir (root), ==, 0);
}

static void
test_from_memory (void)
{
  g_autofree char *source = source_folder ();
  g_autofree char *path = g_build_filename (source, "tokenizer.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTokenizer) first = trafo_auto_tokenizer_from_pretrained (source, NULL, &error);
  g_autoptr (TrafoTokenizer) tokenizer = NULL;
  gsize size_bytes;

  g_assert_no_error (error);
  tokenizer = g_object_new (G_OBJECT_TYPE (first), NULL);
  g_assert_true (g_file_get_contents (path, &text, &size_bytes, NULL));
  bytes = g_bytes_new (text, size_bytes);
  g_assert_false (trafo_tokenizer_save_pretrained (tokenizer, "/nowhere", &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_true (trafo_tokenizer_load_json (tokenizer, bytes, NULL, &error));
  g_assert_false (trafo_tokenizer_save_pretrained (tokenizer, "/nowhere", &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text-save/copy", test_copy);
  g_test_add_func ("/text-save/from-memory", test_from_memory);
  return g_test_run ();
}

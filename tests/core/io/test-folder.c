/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-folder-private.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

static void
test_make (void)
{
  g_autofree char *root = g_dir_make_tmp ("trafo-XXXXXX", NULL);
  g_autofree char *inner = g_build_filename (root, "a", "b", NULL);
  g_autofree char *outer = g_path_get_dirname (inner);
  g_autofree char *file = g_build_filename (root, "file", NULL);
  g_autofree char *under_file = g_build_filename (file, "c", NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (trafo_folder_make (inner, &error));
      g_assert_no_error (error);
      g_assert_true (g_file_test (inner, G_FILE_TEST_IS_DIR));
    }
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_assert_false (trafo_folder_make (under_file, &error));
  g_assert_cmpuint (error->domain, ==, G_IO_ERROR);
  g_assert_true (g_str_has_prefix (error->message, under_file));
  g_unlink (file);
  g_rmdir (inner);
  g_rmdir (outer);
  g_assert_cmpint (g_rmdir (root), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/io/folder/make", test_make);
  return g_test_run ();
}

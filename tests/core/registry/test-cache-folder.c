/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-cache-folder-private.h"

static void
test_named (void)
{
  g_autofree char *named = NULL;
  g_autofree char *own = NULL;

  g_setenv ("TRAFO_CACHE_DIR", "/somewhere/else", TRUE);
  named = trafo_cache_folder_find ();
  g_assert_cmpstr (named, ==, "/somewhere/else");
  g_unsetenv ("TRAFO_CACHE_DIR");
  own = trafo_cache_folder_find ();
  g_assert_true (g_str_has_prefix (own, g_get_user_cache_dir ()));
  g_assert_true (g_str_has_suffix (own, "/trafo-1.0"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-folder/named", test_named);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "struct-table.h"

#include <string.h>
#include <trafo/trafo-version.h>

/* A struct that plugins share with core changes its layout only together with the ABI's number.
 * The committed table begins with that number. After a change, write it anew with
 *
 *   build/tests/abi/test-structs --print > tests/abi/structs-x86_64.txt
 */
static char *
print_table (void)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "ABI %d.%d\n", TRAFO_ABI_MAJOR, TRAFO_ABI_MINOR);
  for (const StructRow *row = struct_table; row->name != NULL; row++)
    if (row->field == NULL)
      g_string_append_printf (text, "%s %" G_GSIZE_FORMAT "\n", row->name, row->size_bytes);
    else
      g_string_append_printf (text,
                              "  %s at %" G_GSIZE_FORMAT ", %" G_GSIZE_FORMAT "\n",
                              row->field,
                              row->offset,
                              row->size_bytes);
  return g_string_free (text, FALSE);
}

static void
test_layout_is_the_committed_one (void)
{
  g_autofree char *filename =
      g_test_build_filename (G_TEST_DIST, "abi", "structs-x86_64.txt", NULL);
  g_autofree char *committed = NULL;
  g_autofree char *actual = print_table ();
  g_auto (GStrv) expected_lines = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (filename, &committed, NULL, &error);
  g_assert_no_error (error);
  expected_lines = g_strsplit (committed, "\n", -1);
  lines = g_strsplit (actual, "\n", -1);
  for (gsize i = 0; lines[i] != NULL && expected_lines[i] != NULL; i++)
    g_assert_cmpstr (lines[i], ==, expected_lines[i]);
  g_assert_cmpuint (g_strv_length (lines), ==, g_strv_length (expected_lines));
}

/* Both sides must agree on every byte, so no compiler may choose one. */
static void
test_no_hole (void)
{
  gsize end = 0, size_bytes = 0;

  for (const StructRow *row = struct_table; row->name != NULL; row++)
    {
      if (row->field == NULL)
        {
          if (end != size_bytes)
            g_test_fail_printf ("the struct before %s has a hole at its end", row->name);
          size_bytes = row->size_bytes;
          end = 0;
          continue;
        }
      if (row->offset != end)
        g_test_fail_printf ("%s has a hole of %" G_GSIZE_FORMAT " bytes before %s",
                            row->name,
                            row->offset - end,
                            row->field);
      end = row->offset + row->size_bytes;
    }
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "--print") == 0)
    {
      g_autofree char *text = print_table ();

      g_print ("%s", text);
      return 0;
    }
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/abi/layout-is-the-committed-one", test_layout_is_the_committed_one);
  g_test_add_func ("/abi/no-hole", test_no_hole);
  return g_test_run ();
}

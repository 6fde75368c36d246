/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "elf-symbols.h"

#include <string.h>

/* Nothing in libtrafo may end the program that uses it, and it exports what the committed list says:
 * a symbol that goes breaks programs, one that comes is a promise. After a change, write it anew with
 *
 *   build/tests/abi/test-symbols --print build/core/libtrafo-1.0.so.0 > tests/abi/symbols.txt
 */
static const char *library;

/* g_assertion_message and its kin are the face of g_assert (). */
static gboolean
is_forbidden (const char *symbol)
{
  static const char *const names[] = { "abort",      "exit",          "_exit",   "_Exit",
                                       "quick_exit", "__assert_fail", "g_abort", NULL };

  return g_strv_contains (names, symbol) || g_str_has_prefix (symbol, "g_assertion_message") ||
         g_str_has_prefix (symbol, "GOMP_") || g_str_has_prefix (symbol, "__kmpc_");
}

static void
test_imports (void)
{
  g_auto (ElfSymbols) symbols = { 0 };
  g_autoptr (GError) error = NULL;

  elf_symbols_read (&symbols, library, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (symbols.imports->len, >, 50);
  for (guint i = 0; i < symbols.imports->len; i++)
    if (is_forbidden (symbols.imports->pdata[i]))
      g_test_fail_printf ("%s calls %s", library, (char *) symbols.imports->pdata[i]);
}

static void
test_exports (void)
{
  g_auto (ElfSymbols) symbols = { 0 };
  g_autoptr (GError) error = NULL;

  elf_symbols_read (&symbols, library, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (symbols.exports->len, >, 50);
  for (guint i = 0; i < symbols.exports->len; i++)
    {
      const char *name = symbols.exports->pdata[i];

      /* TRAFO_1.0 is the version itself */
      if (!g_str_has_prefix (name, "trafo_") && !g_str_has_prefix (name, "TRAFO_"))
        g_test_fail_printf ("%s exports %s", library, name);
    }
}

static char *
print_exports (const ElfSymbols *symbols)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < symbols->exports->len; i++)
    g_string_append_printf (text, "%s\n", (char *) symbols->exports->pdata[i]);
  return g_string_free (text, FALSE);
}

/* Fails for every line of @text that @other lacks. */
static void
check_lines (const char *text, const char *other, const char *what)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_auto (GStrv) other_lines = g_strsplit (other, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++)
    if (!g_strv_contains ((const char *const *) other_lines, lines[i]))
      g_test_fail_printf ("%s %s", lines[i], what);
}

static void
test_exports_are_the_committed_ones (void)
{
  g_autofree char *filename = g_test_build_filename (G_TEST_DIST, "abi", "symbols.txt", NULL);
  g_auto (ElfSymbols) symbols = { 0 };
  g_autofree char *committed = NULL;
  g_autofree char *actual = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (filename, &committed, NULL, &error);
  g_assert_no_error (error);
  elf_symbols_read (&symbols, library, &error);
  g_assert_no_error (error);
  actual = print_exports (&symbols);
  check_lines (committed, actual, "is not exported any more");
  check_lines (actual, committed, "is exported, but not in tests/abi/symbols.txt");
}

static int
print_library (const char *filename)
{
  g_auto (ElfSymbols) symbols = { 0 };
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (!elf_symbols_read (&symbols, filename, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  text = print_exports (&symbols);
  g_print ("%s", text);
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--print") == 0)
    return print_library (argv[2]);
  g_test_init (&argc, &argv, NULL);
  if (argc != 2)
    {
      g_printerr ("%s LIBRARY\n", argv[0]);
      return 2;
    }
  library = argv[1];
  g_test_add_func ("/abi/imports", test_imports);
  g_test_add_func ("/abi/exports", test_exports);
  g_test_add_func ("/abi/exports-are-the-committed-ones", test_exports_are_the_committed_ones);
  return g_test_run ();
}

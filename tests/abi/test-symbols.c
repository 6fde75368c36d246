/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "elf-symbols.h"

#include <string.h>

/* Nothing in libtrafo may end the program that uses it, and it exports its own names alone. */
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (argc != 2)
    {
      g_printerr ("%s LIBRARY\n", argv[0]);
      return 2;
    }
  library = argv[1];
  g_test_add_func ("/abi/imports", test_imports);
  g_test_add_func ("/abi/exports", test_exports);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-threads.h"

#include <stdlib.h>

static guint
count_in_child (const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "TRAFO_THREADS", wanted, TRUE);
  const char *arguments[] = { g_get_prgname (), "--print", NULL };
  gint        status;

  g_spawn_sync (NULL,
                (char **) arguments,
                environment,
                0,
                NULL,
                NULL,
                &output,
                NULL,
                &status,
                &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  return strtoul (output, NULL, 10);
}

/* In processes of their own: the number is chosen once. */
static void
test_environment (void)
{
  guint n_processors = count_in_child ("");

  g_assert_cmpuint (n_processors, >=, 1);
  g_assert_cmpuint (n_processors, <=, g_get_num_processors ());
  g_assert_cmpuint (count_in_child ("3"), ==, 3);
  g_assert_cmpuint (count_in_child ("0"), ==, n_processors);
  g_assert_cmpuint (count_in_child ("many"), ==, n_processors);
}

static void
test_stays (void)
{
  guint n = trafo_get_n_threads ();

  g_setenv ("TRAFO_THREADS", "77", TRUE);
  g_assert_cmpuint (trafo_get_n_threads (), ==, n);
}

int
main (int argc, char **argv)
{
  if (argc == 2 && g_str_equal (argv[1], "--print"))
    {
      g_print ("%u", trafo_get_n_threads ());
      return 0;
    }
  g_test_init (&argc, &argv, NULL);
  g_set_prgname (argv[0]);
  g_test_add_func ("/threads/environment", test_environment);
  g_test_add_func ("/threads/stays", test_stays);
  return g_test_run ();
}

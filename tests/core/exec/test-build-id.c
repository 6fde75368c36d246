/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-build-id-private.h"

#include <string.h>

static int
some_code (void)
{
  return 1;
}

/* Any object that was linked with one: this program, and the C library's. */
static void
test_found (void)
{
  g_autofree char *own = trafo_build_id_find ((gconstpointer) (guintptr) some_code);
  g_autofree char *again = trafo_build_id_find ((gconstpointer) (guintptr) test_found);

  if (own == NULL)
    {
      g_test_skip ("this program was linked without a build ID");
      return;
    }
  g_assert_cmpuint (strlen (own), ==, 40);
  g_assert_cmpuint (strspn (own, "0123456789abcdef"), ==, 40);
  g_assert_cmpstr (own, ==, again);
}

static void
test_of_another (void)
{
  g_autofree char *own = trafo_build_id_find ((gconstpointer) (guintptr) some_code);
  g_autofree char *other = trafo_build_id_find ((gconstpointer) (guintptr) g_strdup);

  if (own == NULL || other == NULL)
    g_test_skip ("linked without a build ID");
  else
    g_assert_cmpstr (own, !=, other);
}

/* Code that was made at run time, as bindings do, belongs to no file. */
static void
test_no_object (void)
{
  g_autofree char *memory = g_malloc (16);

  g_assert_null (trafo_build_id_find (memory));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/build-id/found", test_found);
  g_test_add_func ("/build-id/of-another", test_of_another);
  g_test_add_func ("/build-id/no-object", test_no_object);
  return g_test_run ();
}

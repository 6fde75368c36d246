/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-environment-private.h"

#define VARIABLE "TRAFO_TEST_CHOICE"

static const char *const choices[] = { "red", "green", "blue", NULL };

static void
test_choose (void)
{
  static const struct
  {
    const char *value;
    guint       expected;
  } cases[] = {
    { NULL, 0 }, { "", 0 }, { "red", 0 }, { "green", 1 }, { "blue", 2 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      if (cases[i].value != NULL)
        g_setenv (VARIABLE, cases[i].value, TRUE);
      else
        g_unsetenv (VARIABLE);
      g_assert_cmpuint (trafo_environment_choose (VARIABLE, choices), ==, cases[i].expected);
    }
}

static void
test_wrong_value_is_named (void)
{
  g_setenv (VARIABLE, "Green", TRUE);
  if (g_test_subprocess ())
    {
      g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL);
      g_assert_cmpuint (trafo_environment_choose (VARIABLE, choices), ==, 0);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*'Green'*red, green, blue*");
}

static void
test_help (void)
{
  gboolean asks_help = FALSE;

  g_setenv (VARIABLE, "help", TRUE);
  if (g_test_subprocess ())
    {
      g_assert_cmpuint (trafo_environment_choose (VARIABLE, choices), ==, 0);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*" VARIABLE " can be: red, green, blue\n*");
  g_assert_null (trafo_environment_get (VARIABLE, &asks_help));
  g_assert_true (asks_help);
  g_setenv (VARIABLE, "helpful", TRUE);
  g_assert_cmpstr (trafo_environment_get (VARIABLE, &asks_help), ==, "helpful");
  g_assert_false (asks_help);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/environment/choose", test_choose);
  g_test_add_func ("/environment/wrong-value-is-named", test_wrong_value_is_named);
  g_test_add_func ("/environment/help", test_help);
  return g_test_run ();
}

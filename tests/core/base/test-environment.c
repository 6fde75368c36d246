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

static void
test_number (void)
{
  static const struct
  {
    const char *value;
    guint64     expected;
  } cases[] = { { NULL, 7 }, { "", 7 }, { "1", 1 }, { "64", 64 }, { "33", 33 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      if (cases[i].value != NULL)
        g_setenv (VARIABLE, cases[i].value, TRUE);
      else
        g_unsetenv (VARIABLE);
      g_assert_cmpuint (trafo_environment_get_number (VARIABLE, 7, 1, 64), ==, cases[i].expected);
    }
}

static void
test_wrong_number_is_named (void)
{
  static const char *const values[] = { "-1", "0", "65", "abc", " 3", "1e1", "0x8", "help" };

  if (g_test_subprocess ())
    {
      g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL);
      for (guint i = 0; i < G_N_ELEMENTS (values); i++)
        {
          g_setenv (VARIABLE, values[i], TRUE);
          g_assert_cmpuint (trafo_environment_get_number (VARIABLE, 7, 1, 64), ==, 7);
        }
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr (
      "*" VARIABLE ": '-1' is ignored, expected a number from 1 to 64*'0' is*"
      "'65' is*'abc' is*' 3' is*'1e1' is*'0x8' is*" VARIABLE " can be: a number from 1 to 64\n*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/environment/choose", test_choose);
  g_test_add_func ("/environment/wrong-value-is-named", test_wrong_value_is_named);
  g_test_add_func ("/environment/help", test_help);
  g_test_add_func ("/environment/number", test_number);
  g_test_add_func ("/environment/wrong-number-is-named", test_wrong_number_is_named);
  return g_test_run ();
}

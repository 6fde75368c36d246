/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-plugin-choice-private.h"

#include <string.h>

static TrafoPluginChoice *
choose (const char *variable, const char *value)
{
  TrafoPluginChoice *choice;

  g_setenv (variable, value, TRUE);
  choice = trafo_plugin_choice_new_from_environment ();
  g_unsetenv (variable);
  return choice;
}

static void
test_ranks (void)
{
  static const struct
  {
    const char *value;
    gint        expected; /* of the model "bert", whose own rank is 7 */
  } cases[] = {
    { "", 7 },
    { "bert:0", 0 },
    { "bert:300", 300 },
    { " bert:300 , gpt2:2", 300 },
    { "bert:PRIMARY", TRAFO_RANK_PRIMARY },
    { "bert:secondary", TRAFO_RANK_SECONDARY },
    { "bert:Marginal", TRAFO_RANK_MARGINAL },
    { "bert:NONE", TRAFO_RANK_NONE },
    { "model/bert:9", 9 },
    { "bert:1,model/bert:9", 9 },
    { "model/bert:9,bert:1", 9 },
    { "backend/bert:9", 7 },
    { "bert:1,bert:2", 2 },
    { "bertha:1", 7 },
    { "bert:2147483647", G_MAXINT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoPluginChoice) choice = choose ("TRAFO_PLUGIN_RANK", cases[i].value);

      g_assert_cmpint (trafo_plugin_choice_get_rank (choice, TRAFO_FEATURE_KIND_MODEL, "bert", 7),
                       ==,
                       cases[i].expected);
    }
}

static void
test_wrong_ranks_are_named (void)
{
  static const char *const values[] = { "bert", "bert:", "bert:-1", "bert:1x", "bert:2147483648" };

  if (g_test_subprocess ())
    {
      g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL);
      for (guint i = 0; i < G_N_ELEMENTS (values); i++)
        {
          g_autoptr (TrafoPluginChoice) choice = choose ("TRAFO_PLUGIN_RANK", values[i]);

          g_assert_cmpint (trafo_plugin_choice_get_rank (choice,
                                                         TRAFO_FEATURE_KIND_MODEL,
                                                         "bert",
                                                         7),
                           ==,
                           7);
        }
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr (
      "*'bert' is ignored*'bert:' is*'bert:-1'*'bert:1x'*'bert:2147483648'*");
}

static void
test_globs (void)
{
  static const struct
  {
    const char *variable, *value;
    const char *objection; /* to the plugin "bert"; NULL for none */
  } cases[] = {
    { "TRAFO_PLUGIN_DISABLE", "", NULL },
    { "TRAFO_PLUGIN_DISABLE", "bert", "DISABLE" },
    { "TRAFO_PLUGIN_DISABLE", "gpt2, b?r*", "DISABLE" },
    { "TRAFO_PLUGIN_DISABLE", "ber", NULL },
    { "TRAFO_PLUGIN_DISABLE", ",", NULL },
    { "TRAFO_PLUGIN_SELECT", "", NULL },
    { "TRAFO_PLUGIN_SELECT", "bert", NULL },
    { "TRAFO_PLUGIN_SELECT", "gpt2,*t", NULL },
    { "TRAFO_PLUGIN_SELECT", "gpt2", "SELECT" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoPluginChoice) choice = choose (cases[i].variable, cases[i].value);
      const char *objection = trafo_plugin_choice_find_objection (choice, "bert");

      g_assert_true ((objection != NULL) == (cases[i].objection != NULL));
      if (objection != NULL)
        g_assert_nonnull (strstr (objection, cases[i].objection));
    }
}

static void
test_help (void)
{
  static const char *const variables[] = { "TRAFO_PLUGIN_RANK",
                                           "TRAFO_PLUGIN_DISABLE",
                                           "TRAFO_PLUGIN_SELECT" };
  const char *const        plugins[] = { "bert", "gpt2", NULL };
  const char *const        features[] = { "model/bert", "model/gpt2", NULL };

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      g_test_trap_assert_stderr ("*_RANK*: model/bert, model/gpt2\n*_DISABLE can be: bert, gpt2\n"
                                 "*_SELECT can be: bert, gpt2\n*");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    {
      g_autoptr (TrafoPluginChoice) choice = choose (variables[i], "help");

      g_assert_true (trafo_plugin_choice_asks_help (choice));
      g_assert_null (trafo_plugin_choice_find_objection (choice, "bert"));
      trafo_plugin_choice_print_help (choice, plugins, features);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugin-choice/ranks", test_ranks);
  g_test_add_func ("/plugin-choice/wrong-ranks-are-named", test_wrong_ranks_are_named);
  g_test_add_func ("/plugin-choice/globs", test_globs);
  g_test_add_func ("/plugin-choice/help", test_help);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-environment-private.h"

const char *
trafo_environment_get (const char *variable, gboolean *ret_asks_help)
{
  const char *value = g_getenv (variable);
  gboolean    asks_help = g_strcmp0 (value, "help") == 0;

  if (ret_asks_help != NULL)
    *ret_asks_help = asks_help;
  return value == NULL || value[0] == '\0' || asks_help ? NULL : value;
}

void
trafo_environment_print_choices (const char *variable, const char *const *choices)
{
  g_autofree char *list = g_strjoinv (", ", (char **) choices);

  g_printerr ("%s can be: %s\n", variable, list);
}

guint
trafo_environment_choose (const char *variable, const char *const *choices)
{
  gboolean         asks_help;
  const char      *value = trafo_environment_get (variable, &asks_help);
  g_autofree char *list = NULL;

  if (asks_help)
    trafo_environment_print_choices (variable, choices);
  if (value == NULL)
    return 0;
  for (guint i = 0; choices[i] != NULL; i++)
    if (g_str_equal (value, choices[i]))
      return i;
  list = g_strjoinv (", ", (char **) choices);
  g_warning ("%s: '%s' is ignored, expected one of %s", variable, value, list);
  return 0;
}

guint64
trafo_environment_get_number (const char *variable, guint64 default_value, guint64 min, guint64 max)
{
  gboolean         asks_help;
  const char      *value = trafo_environment_get (variable, &asks_help);
  g_autofree char *range =
      g_strdup_printf ("a number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, min, max);
  const char *const choices[] = { range, NULL };
  guint64           number;

  if (asks_help)
    trafo_environment_print_choices (variable, choices);
  if (value == NULL)
    return default_value;
  if (g_ascii_string_to_unsigned (value, 10, min, max, &number, NULL))
    return number;
  g_warning ("%s: '%s' is ignored, expected %s", variable, value, range);
  return default_value;
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-oniguruma-private.h"

#include <string.h>

static const struct
{
  const char *regex;
  const char *translated;
} right[] = {
  { "", "" },
  { "a+|\\p{L}*?", "a+|\\p{L}*?" },
  { "\\p{L}+\\P{Lu}+ ?\\x{e9}+", "\\p{L}+\\P{Lu}+ ?\\x{e9}+" },
  { "\\d\\D[\\d]", "\\p{Nd}\\P{Nd}[\\p{Nd}]" },
  { "\\h", "[0-9a-fA-F]" },
  { "[a[bc]d]", "[abcd]" },
  { "[^]a]", "[^\\]a]" },
  { "\\u00e9", "\\x{00e9}" },
  { "(?i:a)(?m:.)(?=b)(?<n>c)", "(?i:a)(?s:.)(?=b)(?<n>c)" },
  { "a(", "a(" },
  { "a(?", "a(?" },
  { "\\\\[\\]]\\[", "\\\\[\\]]\\[" },
};

static void
test_right (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (right); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *translated = trafo_oniguruma_to_pcre2 (right[i].regex, "file", &error);

      g_assert_no_error (error);
      g_assert_cmpstr (translated, ==, right[i].translated);
    }
}

/* The regular expression, and what is said to be wrong with it. */
static const char *const refused[][2] = {
  { "[a&&b]", "an intersection of sets" },  { "[a[^b]]", "a negated set within a set" },
  { "[[:alpha:]]", "a POSIX bracket" },     { "[\\W]", "the \\W" },
  { "a{2}+", "a plus behind an interval" }, { "(?~a)", "a group of an unknown kind" },
  { "(?a:b)", "an option other than" },     { "\\g<1>", "the \\g" },
  { "\\u00", "a \\u without four digits" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (trafo_oniguruma_to_pcre2 (refused[i][0], "file", &error));
      g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_UNKNOWN);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, refused[i][1]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/oniguruma/right", test_right);
  g_test_add_func ("/oniguruma/refused", test_refused);
  return g_test_run ();
}

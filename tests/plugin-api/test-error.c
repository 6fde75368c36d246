/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <trafo/trafo-error.h>

/* Texts of characters of one to four bytes, at each place around the largest size. */
static void
test_cut (void)
{
  static const char *const characters[] = { "x", "é", "中", "😀" };

  for (gsize i = 0; i < G_N_ELEMENTS (characters); i++)
    for (gsize n_before = 180; n_before <= 210; n_before++)
      {
        g_autofree char *before = g_strnfill (n_before, 'a');
        g_autofree char *text = g_strconcat (before, characters[i], characters[i], NULL);
        g_autofree char *excerpt = trafo_error_excerpt (text);
        gsize            size_bytes = strlen (characters[i]), expected = n_before;

        while (expected + size_bytes <= 200 && expected < strlen (text))
          expected += size_bytes;
        expected = MIN (expected, 200);
        g_assert_true (g_utf8_validate (excerpt, -1, NULL));
        g_assert_cmpint (g_str_has_suffix (excerpt, "…"), ==, strlen (text) > 200);
        if (strlen (text) > 200)
          excerpt[strlen (excerpt) - strlen ("…")] = '\0';
        g_assert_cmpuint (strlen (excerpt), ==, expected);
        g_assert_true (g_str_has_prefix (text, excerpt));
      }
}

static void
test_invalid (void)
{
  static const struct
  {
    const char *text;
    const char *expected;
  } cases[] = {
    { "", "" },
    { "whole", "whole" },
    { "a\xff z", "a\xef\xbf\xbd z" },
    { "\xe4\xb8", "\xef\xbf\xbd\xef\xbf\xbd" },
    { "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" }, /* half a pair */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *excerpt = trafo_error_excerpt (cases[i].text);

      g_assert_cmpstr (excerpt, ==, cases[i].expected);
    }
}

/* A replaced byte takes three; what has grown over the size is cut too. */
static void
test_invalid_cut (void)
{
  g_autofree char *text = g_strnfill (1000, '\x80');
  g_autofree char *excerpt = trafo_error_excerpt (text);

  g_assert_true (g_utf8_validate (excerpt, -1, NULL));
  g_assert_cmpuint (strlen (excerpt), ==, 198 + strlen ("…"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/excerpt/cut", test_cut);
  g_test_add_func ("/error/excerpt/invalid", test_invalid);
  g_test_add_func ("/error/excerpt/invalid-cut", test_invalid_cut);
  return g_test_run ();
}

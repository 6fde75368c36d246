/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-json-string-private.h"

#include <string.h>

/* The value of the literal @text, without its opening quote; NULL if it is broken. */
static char *
decode (const char  *text,
        gsize        size_bytes,
        gsize        start,
        const char **ret_expected,
        gsize       *ret_offset)
{
  TrafoJsonString  string;
  g_autofree char *value = NULL;
  gsize            n;

  *ret_expected = trafo_json_string_scan (text, size_bytes, start, &string, ret_offset);
  if (*ret_expected != NULL)
    return NULL;
  value = g_malloc (string.end - string.start + 1);
  n = trafo_json_string_decode (text, &string, value);
  g_assert_cmpuint (n, <=, string.end - string.start);
  value[n] = '\0';
  return g_steal_pointer (&value);
}

/* Eight bytes are looked at at once: each case stands at each place of a word. */
static void
test_every_place (void)
{
  static const struct
  {
    const char *literal, *value;
    const char *expected; /* NULL: it is right */
    gsize       offset;   /* of what is wrong */
  } cases[] = {
    { "\"", "", NULL, 0 },
    { "abc\" \\ \x01", "abc", NULL, 0 },
    { "\\u0041\\n\\\"\"", "A\n\"", NULL, 0 },
    { "\\ud83d\\ude00\"", "\xf0\x9f\x98\x80", NULL, 0 },
    { "\xc3\xa9\x7f\"", "\xc3\xa9\x7f", NULL, 0 },
    { "ab", NULL, "the string's closing '\"'", 2 },
    { "a\x1f\"", NULL, "no control character in a string", 1 },
    { "a\xff\"", NULL, "valid UTF-8", 1 },
    { "\xc3\"", NULL, "valid UTF-8", 0 },
    { "a\\x\"", NULL, "a valid escape (surrogates only in pairs)", 1 },
    { "\\ud83d\"", NULL, "a valid escape (surrogates only in pairs)", 0 },
    { "\\ude00\\ud83d\"", NULL, "a valid escape (surrogates only in pairs)", 0 },
    { "\\u00g0\"", NULL, "a valid escape (surrogates only in pairs)", 0 },
    /* cut: the text ends too early, whatever was to come */
    { "ab\\", NULL, "a valid escape (surrogates only in pairs)", 3 },
    { "ab\\u00", NULL, "a valid escape (surrogates only in pairs)", 6 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize n_before = 0; n_before < 17; n_before++)
      for (gsize start = 0; start <= 1; start++)
        {
          g_autofree char *before = g_strnfill (n_before, 'x');
          g_autofree char *text =
              g_strconcat (start > 0 ? "\"" : "", before, cases[i].literal, NULL);
          g_autofree char *wanted =
              cases[i].value != NULL ? g_strconcat (before, cases[i].value, NULL) : NULL;
          const char      *expected;
          gsize            offset;
          g_autofree char *found = decode (text, strlen (text), start, &expected, &offset);

          g_assert_cmpstr (found, ==, wanted);
          g_assert_cmpstr (expected, ==, cases[i].expected);
          if (expected != NULL)
            g_assert_cmpuint (offset, ==, start + n_before + cases[i].offset);
        }
}

/* A NUL is a control character, and no end. */
static void
test_nul (void)
{
  const char  text[] = "a\0b\"";
  const char *expected;
  gsize       offset;

  g_assert_null (decode (text, sizeof text - 1, 0, &expected, &offset));
  g_assert_cmpstr (expected, ==, "no control character in a string");
  g_assert_cmpuint (offset, ==, 1);
}

static void
test_show (void)
{
  g_autofree char *long_text = g_strnfill (200, 'a');
  g_autofree char *cut = trafo_json_string_show (long_text, 200);
  g_autofree char *whole = trafo_json_string_show (long_text, 80);
  g_autofree char *odd = trafo_json_string_show ("\x1b[1m\n\xc3\xa9\xff", 8);
  g_autofree char *empty = trafo_json_string_show ("", 0);

  g_assert_cmpuint (strlen (cut), ==, 83);
  g_assert_true (g_str_has_suffix (cut, "aaa..."));
  g_assert_cmpuint (strlen (whole), ==, 80);
  g_assert_cmpstr (odd, ==, "\\u001b[1m\\u000a\xc3\xa9\xef\xbf\xbd");
  g_assert_cmpstr (empty, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-string/every-place", test_every_place);
  g_test_add_func ("/json-string/nul", test_nul);
  g_test_add_func ("/json-string/show", test_show);
  return g_test_run ();
}

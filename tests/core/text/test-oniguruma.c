/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-oniguruma-private.h"

#include <string.h>

#include "trafo-pattern-private.h"

/* What is written anew, where no class of characters stands in it. */
static const struct
{
  const char *regex;
  const char *translated;
} right[] = {
  { "", "" },
  { "[a[bc]d]", "[abcd]" },
  { "[]a]", "[\\]a]" },
  { "[^]a]", "[^\\]a]" },
  { "[a^-]", "[a\\^\\-]" },
  { "[a-c-e]", "[a-c\\-e]" },
  { "[+--]", "[+-\\-]" },
  { "[a[^b]]", "(?:[a]|[^b])" },
  { "[^a[^b]]", "(?:(?!(?:[a]|[^b]))\\p{Any})" },
  { "[a-z&&[^aeiou]]", "(?:(?=[a-z])(?:[^aeiou]))" },
  { "[^ab&&b]", "(?:(?!(?=[ab])[b])\\p{Any})" },
  { "[&&a]", "(?:(?=(?!))[a])" },
  { "[b-[a]c]", "[ac]" },
  { "[b-&&a]", "(?:(?=[b\\-])[a])" },
  { "\\u00e9[\\u00e9]", "\\x{00e9}[\\x{00e9}]" },
  { "\\x{e9}+[\\x{e9}]", "\\x{e9}+[\\x{e9}]" },
  { "\\Q.\\E\\v[\\R\\b]", "Q.E\\x0b[R\\x08]" },
  { "(?i:a)(?m:.)(?=b)(?<n>c)", "(?i:a)(?s:.)(?=b)(?<n>c)" },
  { "a(?i)b|c", "a(?i:b|c)" },
  { "(a(?i)b(?m).|c)d", "(a(?i:b(?s:.|c)))d" },
  { "a{2}b{1,}c{,3}d{1,2}?", "a{2}b{1,}c{0,3}d{1,2}?" },
  { "a{2}+b(?:c){2}?", "(?:a{2})+b(?:(?:c){2})?" },
  { "a{,}b{x}", "a\\{,}b\\{x}" },
  { "a(", "a(" },
  { "a(?", "a(?" },
  { "a)", "a)" },
  { "(?i)a)", "(?i:a))" },
  { "a\\", "a\\" },
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

/* What matches a character, and a character or more that it matches or does not, as tokenizers 0.23
 * has it. */
static const struct
{
  const char *regex;
  const char *matched;
  const char *others;
} classes[] = {
  { "\\p{L}+", "a\303\251\346\226\207", "1_ " },
  { "\\s?\\p{L}+", "a", "1\302\240" },
  { "\\p{Letter}", "a", "1" },
  { "\\p{ lower-case_LETTER}", "a", "A" },
  { "\\P{L}", "1", "a" },
  { "\\p{^L}[\\P{^L}]?", "1", "a" },
  { "[\\P{L}]", "1", "a" },
  { "[^\\P{L}]", "a", "1" },
  { "\\w", "a_\302\262", "- " },
  { "[\\w]", "a_", "-\302\262" },
  { "[\\p{Word}]", "a_", "-\302\262" },
  { "[b-[a]]", "a", "b-" },
  { "[.a.]", "a.", "b" },
  { "[\\W]", "-\302\262", "a_" },
  { "\\h", "aF9", "g" },
  { "[^\\H]", "aF9", "g" },
  { "\\S", "a", " \302\205\343\200\200" },
  { "\\p{Han}", "\346\226\207", "\343\200\202a" }, /* not U+3002, which Chinese uses with others */
  { "\\p{Punct}", ".\302\253", "$+" },
  { "[[:punct:]]", ".$+", "a" },
  { "[[:^alpha:]]", "1", "a" },
  { "[[:alpha:]]", "a\303\251\315\205", "1_" },
  { "[\\p{L}&&[^a]]", "b", "a1" },
  { "\\p{Alnum}", "a1", "_" },
  { "\\p{Word}", "a1_", "-" },
  /* of newer versions of Unicode: 15, 15.1 and 16 */
  { "\\p{L}", "\360\221\274\204\360\256\257\260\341\262\211", "1" },
  { "\\d", "\360\235\237\216\360\236\223\260\360\220\265\200", "a" },
  { "\\p{So}", "\342\277\274\360\237\253\204", "a" },
  { "\\P{Cn}", "a\360\256\257\260", "\363\240\200\200" },
  { "\\p{Cn}", "\363\240\200\200", "a\360\256\257\260" },
  { "[\\p{Cn}]", "\363\240\200\200", "a\360\256\257\260" },
};

/* Of each character in @text, whether it is matched by itself. */
static void
assert_matches (const char *regex, const char *text, gboolean expected)
{
  g_autofree char *anchored = g_strconcat ("\\A(?:", regex, ")\\z", NULL);
  g_autoptr (GVariantDict) dict = g_variant_dict_new (NULL);
  g_autoptr (GVariant) component = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoPattern) pattern = NULL;

  g_variant_dict_insert (dict, "Regex", "s", anchored);
  component = g_variant_ref_sink (g_variant_dict_end (dict));
  pattern = trafo_pattern_new (component, "file", &error);
  g_assert_no_error (error);
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      TrafoWordArray matches = { 0 };

      g_test_message ("%s: U+%04X", regex, g_utf8_get_char (p));
      g_assert_true (trafo_pattern_find (pattern, p, g_utf8_next_char (p) - p, &matches, &error));
      g_assert_cmpint (matches.n_ranges > 0, ==, expected);
      trafo_word_array_clear (&matches);
    }
}

static void
test_classes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      assert_matches (classes[i].regex, classes[i].matched, TRUE);
      assert_matches (classes[i].regex, classes[i].others, FALSE);
    }
}

/* The regular expression, and what is said to be wrong with it. */
static const char *const refused[][2] = {
  { "[[:foo:]]", "a POSIX bracket of an unknown name" },
  { "\\p{Foo}", "a class of an unknown name" },
  { "[\\p{[:alpha:]}]", "a class of an unknown name" },
  { "[\\p{L]", "a class of an unknown name" },
  { "[a", "a set without an end" },
  { "[a\\", "a set without an end" },
  { "[a&&", "a set without an end" },
  { "(?~a)", "a group of an unknown kind" },
  { "(?a:b)", "an option other than" },
  { "\\g<1>", "the \\g" },
  { "[\\C]", "the \\C" },
  { "\\u00", "a \\u without four digits" },
};

/* Deeper than the stack could take. */
static void
test_depth (void)
{
  g_autofree char *deep = g_strnfill (10000, '[');
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_oniguruma_to_pcre2 (deep, "file", &error));
  g_assert_nonnull (strstr (error->message, "too many sets within sets"));
}

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
  g_test_add_func ("/oniguruma/classes", test_classes);
  g_test_add_func ("/oniguruma/refused", test_refused);
  g_test_add_func ("/oniguruma/depth", test_depth);
  return g_test_run ();
}

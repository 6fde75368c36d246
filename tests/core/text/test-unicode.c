/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-unicode-private.h"

/* Encoding and decoding are each other's inverse, and agree with GLib. */
static void
test_utf8 (void)
{
  for (guint32 point = 0; point < 0x110000; point++)
    {
      char    text[4], expected[6];
      guint32 decoded;
      guint   length;
      gsize   at;

      if (point >= 0xd800 && point < 0xe000)
        continue;
      length = trafo_utf8_encode (point, text);
      g_assert_cmpmem (text, length, expected, g_unichar_to_utf8 (point, expected));
      g_assert_cmpuint (trafo_utf8_decode (text, &decoded), ==, length);
      g_assert_cmpuint (decoded, ==, point);
      g_assert_true (trafo_utf8_validate (text, length, &at));
    }
}

typedef struct
{
  guint32 point;
  guint   flags;
} Flags;

static const Flags points[] = {
  { 'a', TRAFO_UNICODE_WORD | TRAFO_UNICODE_LETTER },
  { '7', TRAFO_UNICODE_WORD | TRAFO_UNICODE_NUMBER | TRAFO_UNICODE_NUMERIC },
  { 'A', TRAFO_UNICODE_WORD | TRAFO_UNICODE_LETTER | TRAFO_UNICODE_LOWER },
  { '$', TRAFO_UNICODE_PUNCTUATION },
  { '_', TRAFO_UNICODE_PUNCTUATION | TRAFO_UNICODE_WORD },
  { '\t', TRAFO_UNICODE_WHITESPACE },
  { 0, TRAFO_UNICODE_CONTROL },
  { 0xfffd, TRAFO_UNICODE_CONTROL },
  { 0x4e2d, TRAFO_UNICODE_WORD | TRAFO_UNICODE_LETTER | TRAFO_UNICODE_CJK },
  { 0xac00,
    TRAFO_UNICODE_WORD | TRAFO_UNICODE_LETTER | TRAFO_UNICODE_CANONICAL |
        TRAFO_UNICODE_COMPATIBILITY },
  { 0x20ac, 0 }, /* a currency sign is no punctuation outside ASCII */
  { 0x2026, TRAFO_UNICODE_PUNCTUATION | TRAFO_UNICODE_COMPATIBILITY },
  { 0x301, TRAFO_UNICODE_NONSPACING | TRAFO_UNICODE_WORD | TRAFO_UNICODE_COMBINING },
};

static void
test_flags (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (points); i++)
    g_assert_cmphex (trafo_unicode_get_flags (points[i].point), ==, points[i].flags);
  for (guint32 i = 0; i < 128; i++)
    g_assert_cmphex (trafo_unicode_ascii_flags[i], ==, trafo_unicode_get_flags (i));
}

/* Hangul syllables decompose and compose by arithmetic, others by tables with exclusions. */
static void
test_composition (void)
{
  guint n_hangul = 0;

  for (guint32 point = 0xac00; point < 0xac00 + 11172; point++)
    {
      guint32 jamo[TRAFO_UNICODE_MAX_DECOMPOSITION];
      guint   n = trafo_unicode_decompose (point, FALSE, jamo);
      guint32 composed = trafo_unicode_compose (jamo[0], jamo[1]);

      if (n == 3)
        composed = trafo_unicode_compose (composed, jamo[2]);
      n_hangul += composed == point;
    }
  g_assert_cmpuint (n_hangul, ==, 11172);
  g_assert_cmpuint (trafo_unicode_compose ('e', 0x301), ==, 0xe9);
  g_assert_cmpuint (trafo_unicode_compose (0xfc, 0x304), ==, 0x1d6);
  g_assert_cmpuint (trafo_unicode_compose (0x915, 0x93c), ==, 0);
  g_assert_cmpuint (trafo_unicode_compose ('e', 'e'), ==, 0);
}

static void
test_lower (void)
{
  guint32 lower[2];

  g_assert_cmpuint (trafo_unicode_to_lower (0x130, lower), ==, 2);
  g_assert_cmpuint (lower[0], ==, 'i');
  g_assert_cmpuint (lower[1], ==, 0x307);
  g_assert_cmpuint (trafo_unicode_to_lower (0x3a3, lower), ==, 1);
  g_assert_cmpuint (lower[0], ==, 0x3c3);
  for (guint32 point = 0; point < 0x110000; point++)
    {
      guint n = trafo_unicode_to_lower (point, lower);

      g_assert_cmpint (n > 1 || lower[0] != point,
                       ==,
                       (trafo_unicode_get_flags (point) & TRAFO_UNICODE_LOWER) != 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/unicode/utf8", test_utf8);
  g_test_add_func ("/unicode/flags", test_flags);
  g_test_add_func ("/unicode/composition", test_composition);
  g_test_add_func ("/unicode/lower", test_lower);
  return g_test_run ();
}

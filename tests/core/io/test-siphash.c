/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-siphash-private.h"

#include <string.h>

/* As CPython 3.11 hashes bytes, by SipHash-1-3 with a key of zeros: PYTHONHASHSEED=0. The lengths
 * are those around a word of 8 bytes, and one of many words. */
static void
test_known_answers (void)
{
  static const struct
  {
    const char *text;
    guint64     expected;
  } cases[] = {
    { "a", G_GUINT64_CONSTANT (0x407448d2b89b1813) },
    { "1234567", G_GUINT64_CONSTANT (0xa33d651594fdae81) },
    { "12345678", G_GUINT64_CONSTANT (0x3489982430560a87) },
    { "123456789", G_GUINT64_CONSTANT (0x0fbc0f0007965fcf) },
  };
  const TrafoSipKey zeros = { 0 };
  guint8            numbers[63];

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmphex (trafo_siphash (&zeros, cases[i].text, strlen (cases[i].text)),
                     ==,
                     cases[i].expected);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    numbers[i] = i;
  g_assert_cmphex (trafo_siphash (&zeros, numbers, sizeof numbers),
                   ==,
                   G_GUINT64_CONSTANT (0x385d3e39e5f37359));
}

/* Both halves of the key count, and no two keys are alike. */
static void
test_keys (void)
{
  const TrafoSipKey keys[] = { { 0, 0 }, { 1, 0 }, { 0, 1 } };
  TrafoSipKey       first, second;

  g_assert_cmphex (trafo_siphash (&keys[0], "x", 1), !=, trafo_siphash (&keys[1], "x", 1));
  g_assert_cmphex (trafo_siphash (&keys[0], "x", 1), !=, trafo_siphash (&keys[2], "x", 1));
  trafo_sip_key_init (&first);
  trafo_sip_key_init (&second);
  g_assert_true (first.k0 != second.k0 && first.k1 != second.k1 && first.k0 != first.k1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/siphash/known-answers", test_known_answers);
  g_test_add_func ("/siphash/keys", test_keys);
  return g_test_run ();
}

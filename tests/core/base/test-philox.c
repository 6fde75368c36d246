/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-philox-private.h"

#include <math.h>
#include <string.h>

/* The known answers of Random123 for philox4x32-10 (tests/kat_vectors of its distribution). */
static const struct
{
  guint32 counter[4];
  guint32 key[2];
  guint32 expected[4];
} cases[] = {
  { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
  { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
    { 0xffffffff, 0xffffffff },
    { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
  { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
    { 0xa4093822, 0x299f31d0 },
    { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
};

static guint64
join (guint32 low, guint32 high)
{
  return (guint64) high << 32 | low;
}

static void
test_known_answers (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const guint32 *counter = cases[i].counter;
      guint32        words[4];

      trafo_philox (join (cases[i].key[0], cases[i].key[1]),
                    join (counter[2], counter[3]),
                    join (counter[0], counter[1]),
                    words);
      g_assert_cmpmem (words, sizeof words, cases[i].expected, sizeof cases[i].expected);
    }
}

/* Mean and deviation within six standard errors of 100000 draws. */
static void
test_normal (void)
{
  const gsize       n = 100000;
  g_autofree float *values = g_new (float, n);
  double            sum = 0, squares = 0;

  trafo_philox_normal (7, 3, 0.5, values, n);
  for (gsize i = 0; i < n; i++)
    {
      g_assert_true (isfinite (values[i]));
      sum += values[i];
      squares += (double) values[i] * values[i];
    }
  g_assert_cmpfloat (fabs (sum / n), <, 6 * 0.5 / sqrt (n));
  g_assert_cmpfloat (fabs (sqrt (squares / n) - 0.5), <, 6 * 0.5 / sqrt (2.0 * n));
}

static void
test_streams (void)
{
  float a[10], b[10], shorter[5];

  trafo_philox_normal (1, 2, 1, a, 10);
  trafo_philox_normal (1, 2, 1, shorter, 5);
  g_assert_cmpmem (a, sizeof shorter, shorter, sizeof shorter);
  trafo_philox_normal (1, 3, 1, b, 10);
  g_assert_cmpint (memcmp (a, b, sizeof a), !=, 0);
  trafo_philox_normal (2, 2, 1, b, 10);
  g_assert_cmpint (memcmp (a, b, sizeof a), !=, 0);
  trafo_philox_normal (1, 2, 0, b, 10);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpfloat (b[i], ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/philox/known-answers", test_known_answers);
  g_test_add_func ("/philox/normal", test_normal);
  g_test_add_func ("/philox/streams", test_streams);
  return g_test_run ();
}

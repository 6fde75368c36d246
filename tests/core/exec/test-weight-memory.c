/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-weight-memory-private.h"

#include <string.h>

#include "trafo-weight-file-private.h"

/* Pieces lie behind one another and apart, also where one is larger than a mapping. */
static void
test_take (void)
{
  static const gsize sizes[] = { 1, 64, 65, 40 << 20, 40 << 20, 100 << 20, 3 };
  TrafoWeightMemory  memory;
  guint8            *pieces[G_N_ELEMENTS (sizes)];
  gsize              used = 0;
  g_autoptr (GArray) segments = NULL;

  trafo_weight_memory_init (&memory);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      pieces[i] = trafo_weight_memory_take (&memory, sizes[i]);
      g_assert_nonnull (pieces[i]);
      g_assert_cmpuint ((gsize) pieces[i] % 64, ==, 0);
      g_assert_cmpuint (pieces[i][0] | pieces[i][sizes[i] - 1], ==, 0);
      pieces[i][0] = pieces[i][sizes[i] - 1] = (guint8) (i + 1);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    g_assert_cmpuint (pieces[i][0] & pieces[i][sizes[i] - 1], ==, i + 1);
  segments = trafo_weight_memory_list_segments (&memory);
  for (guint i = 0; i < segments->len; i++)
    used += g_array_index (segments, TrafoWeightSegment, i).size_bytes;
  g_assert_cmpuint (used, >=, 180 << 20);
  g_assert_cmpuint (used, <, (180 << 20) + 64 * G_N_ELEMENTS (sizes));
  g_assert_true (g_array_index (segments, TrafoWeightSegment, 0).data == pieces[0]);
  trafo_weight_memory_clear (&memory);
}

static void
test_give_back (void)
{
  TrafoWeightMemory memory;
  gpointer          first, second;
  g_autoptr (GArray) segments = NULL;

  trafo_weight_memory_init (&memory);
  first = trafo_weight_memory_take (&memory, 100);
  second = trafo_weight_memory_take (&memory, 1000);
  trafo_weight_memory_give_back (&memory, 1000);
  g_assert_true (trafo_weight_memory_take (&memory, 5) == second);
  trafo_weight_memory_give_back (&memory, 5);
  trafo_weight_memory_give_back (&memory, 100);
  g_assert_true (trafo_weight_memory_take (&memory, 1) == first);
  segments = trafo_weight_memory_list_segments (&memory);
  g_assert_cmpuint (segments->len, ==, 1);
  g_assert_cmpuint (g_array_index (segments, TrafoWeightSegment, 0).size_bytes, ==, 64);
  trafo_weight_memory_clear (&memory);
}

static void
test_too_much (void)
{
  static const gsize sizes[] = { G_MAXSIZE / 2, G_MAXSIZE - 4096 };
  TrafoWeightMemory  memory;

  trafo_weight_memory_init (&memory);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    g_assert_null (trafo_weight_memory_take (&memory, sizes[i]));
  g_assert_nonnull (trafo_weight_memory_take (&memory, 1));
  trafo_weight_memory_clear (&memory);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weight-memory/take", test_take);
  g_test_add_func ("/weight-memory/give-back", test_give_back);
  g_test_add_func ("/weight-memory/too-much", test_too_much);
  return g_test_run ();
}

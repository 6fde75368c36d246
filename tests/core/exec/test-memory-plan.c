/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-execution-private.h"
#include "trafo-tensor-private.h"

#define MAX_VALUES 200

static gboolean
live_together (const TrafoPlacement *a, const TrafoPlacement *b)
{
  return a->first_step <= b->last_step && b->first_step <= a->last_step;
}

static gsize
count_alive (const TrafoPlacement *values, guint n, gint step)
{
  gsize size_bytes = 0;

  for (guint i = 0; i < n; i++)
    if (values[i].first_step <= step && step <= values[i].last_step)
      size_bytes += values[i].size_bytes;
  return size_bytes;
}

static void
check_plan (const TrafoPlacement *values, guint n, gint n_steps, gsize total_bytes)
{
  gsize end = 0, most = 0;

  for (guint i = 0; i < n; i++)
    {
      if (values[i].size_bytes == 0)
        continue;
      end = MAX (end, values[i].offset_bytes + values[i].size_bytes);
      for (guint j = 0; j < i; j++)
        if (values[j].size_bytes > 0 && live_together (&values[i], &values[j]))
          g_assert_true (values[i].offset_bytes + values[i].size_bytes <= values[j].offset_bytes ||
                         values[j].offset_bytes + values[j].size_bytes <= values[i].offset_bytes);
    }
  for (gint step = -1; step < n_steps; step++)
    most = MAX (most, count_alive (values, n, step));
  g_assert_cmpuint (total_bytes, ==, end);
  g_assert_cmpuint (total_bytes, >=, most);
}

/* Random life times; the seed is g_test's, so that a failure can be repeated. */
static void
test_random (void)
{
  TrafoPlacement values[MAX_VALUES];
  guint          order[MAX_VALUES];
  double         worst = 0;

  for (guint round = 0; round < 200; round++)
    {
      guint n = g_test_rand_int_range (0, MAX_VALUES + 1);
      gint  n_steps = g_test_rand_int_range (1, 100);
      gsize total_bytes, most = 0;

      for (guint i = 0; i < n; i++)
        {
          values[i].size_bytes = g_test_rand_int_range (0, 40) * TRAFO_ALIGNMENT_BYTES;
          values[i].first_step = g_test_rand_int_range (-1, n_steps);
          values[i].last_step = g_test_rand_int_range (values[i].first_step, n_steps);
          if (g_test_rand_int_range (0, 10) == 0)
            values[i].last_step = G_MAXINT;
        }
      total_bytes = trafo_plan_memory (values, n, order);
      check_plan (values, n, n_steps, total_bytes);
      for (gint step = -1; step < n_steps; step++)
        most = MAX (most, count_alive (values, n, step));
      if (most > 0)
        worst = MAX (worst, (double) total_bytes / most);
    }
  g_test_message ("at most %.3f times what lives at once", worst);
  g_assert_cmpfloat (worst, <, 1.6);
}

/* A chain: each value lives until the next step, so two of any neighbours suffice. */
static void
test_chain (void)
{
  TrafoPlacement values[64];
  guint          order[64];

  for (gint i = 0; i < 64; i++)
    values[i] = (TrafoPlacement){ .size_bytes = 128, .first_step = i, .last_step = i + 1 };
  g_assert_cmpuint (trafo_plan_memory (values, 64, order), ==, 256);
  check_plan (values, 64, 65, 256);
}

/* The time for many values must not grow with their square: that would be minutes here. */
static void
test_many (void)
{
  const guint                n = 1 << 20;
  g_autofree TrafoPlacement *values = g_new0 (TrafoPlacement, n);
  g_autofree guint          *order = g_new (guint, n);

  for (guint i = 0; i < n; i++)
    values[i] =
        (TrafoPlacement){ .size_bytes = 64 * (1 + i % 7), .first_step = i, .last_step = i + 1 };
  g_assert_cmpuint (trafo_plan_memory (values, n, order), <=, 64 * (7 + 6 + 5));
}

static void
test_nothing (void)
{
  TrafoPlacement values[2] = { { 0 }, { 0 } };
  guint          order[2];

  g_assert_cmpuint (trafo_plan_memory (values, 0, order), ==, 0);
  g_assert_cmpuint (trafo_plan_memory (values, 2, order), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory-plan/random", test_random);
  g_test_add_func ("/memory-plan/chain", test_chain);
  g_test_add_func ("/memory-plan/many", test_many);
  g_test_add_func ("/memory-plan/nothing", test_nothing);
  return g_test_run ();
}

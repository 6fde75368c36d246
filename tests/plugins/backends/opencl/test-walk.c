/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-walk.h"

/* Shape and strides of two operands, and what is left of them: innermost first. */
static const struct
{
  guint  n_dims;
  gint64 shape[4], first[4], second[4];
  guint  expected_n_dims;
  guint  expected_shape[4];
  gint64 expected_second[4];
} cases[] = {
  { 0, { 0 }, { 0 }, { 0 }, 1, { 1 }, { 1 } },
  { 3, { 2, 3, 4 }, { 12, 4, 1 }, { 12, 4, 1 }, 1, { 24 }, { 1 } },
  { 3, { 2, 3, 4 }, { 12, 4, 1 }, { 0, 0, 1 }, 2, { 4, 6 }, { 1, 0 } },
  { 3, { 2, 1, 4 }, { 4, 99, 1 }, { 4, 7, 1 }, 1, { 8 }, { 1 } },
  { 3, { 2, 3, 4 }, { 12, 4, 1 }, { 1, 2, 6 }, 3, { 4, 3, 2 }, { 6, 2, 1 } },
  { 3, { 2, 3, 4 }, { 12, 4, 1 }, { 0, 0, 0 }, 1, { 24 }, { 0 } },
};

static void
test_walk_merges_what_continues (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const gint64 *const strides[] = { cases[i].first, cases[i].second };
      OpenclWalk          walk;

      g_assert_true (opencl_walk_init (&walk, cases[i].n_dims, cases[i].shape, 2, strides));
      g_assert_cmpuint (walk.n_dims, ==, cases[i].expected_n_dims);
      for (guint lane = 0; lane < walk.n_dims; lane++)
        {
          g_assert_cmpuint (walk.shape.s[lane], ==, cases[i].expected_shape[lane]);
          g_assert_cmpint (walk.strides[1].s[lane], ==, cases[i].expected_second[lane]);
        }
    }
}

static void
test_walk_refuses_more_than_a_launch_can_number (void)
{
  const gint64        zeros[3] = { 0 };
  const gint64 *const strides[] = { zeros };
  const gint64        large[] = { 1 << 20, 1 << 20, 0 };
  const gint64        negative[] = { -1 };
  OpenclWalk          walk;

  g_assert_false (opencl_walk_init (&walk, 2, large, 1, strides));
  g_assert_false (opencl_walk_init (&walk, 1, negative, 1, strides));
  g_assert_false (opencl_walk_init (&walk, 9, zeros, 1, strides));
  g_assert_true (opencl_walk_init (&walk, 1, large, 1, strides));
  g_assert_cmpuint (walk.n_elements, ==, 1 << 20);
}

static void
test_walk_refuses_shapes_that_do_not_broadcast (void)
{
  TrafoOperand              y = { .n_dims = 2, .shape = { 2, 3 }, .strides = { 3, 1 } };
  TrafoOperand              x = { .n_dims = 1, .shape = { 2 }, .strides = { 1 } };
  const TrafoOperand *const operands[] = { &y, &x };
  OpenclWalk                walk;

  g_assert_false (opencl_walk_init_broadcast (&walk, 2, operands));
  x.shape[0] = 3;
  g_assert_true (opencl_walk_init_broadcast (&walk, 2, operands));
  g_assert_false (opencl_walk_is_contiguous (&walk, 2));
  x.n_dims = 3;
  g_assert_false (opencl_walk_init_broadcast (&walk, 2, operands));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opencl/walk/merges", test_walk_merges_what_continues);
  g_test_add_func ("/opencl/walk/too-large", test_walk_refuses_more_than_a_launch_can_number);
  g_test_add_func ("/opencl/walk/broadcast", test_walk_refuses_shapes_that_do_not_broadcast);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-builder-private.h"

static TrafoSym
new_param (TrafoBuilder *b, const char *name, const gint64 *dims, gsize n_dims)
{
  return trafo_builder_param (b, name, dims, n_dims, TRAFO_INITIALIZER_ZEROS);
}

static void
assert_dims (TrafoBuilder *b, TrafoSym x, const gint64 *dims, guint n_dims)
{
  g_assert_false (trafo_builder_has_failed (b));
  g_assert_cmpuint (trafo_builder_get_n_dims (b, x), ==, n_dims);
  for (guint i = 0; i < n_dims; i++)
    g_assert_cmpint (trafo_builder_get_dim (b, x, i), ==, dims[i]);
}

/* Ids that come straight from an input are checked against the smallest table they index. */
static void
test_gather (void)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  TrafoSym               large = new_param (b, "large", (gint64[]){ 9, 4 }, 2);
  TrafoSym               small = new_param (b, "small", (gint64[]){ 5, 2, 3 }, 3);
  TrafoSym               ids = trafo_builder_input_ids (b);
  const TrafoGraphInput *input;

  trafo_builder_gather (b, large, ids);
  input = trafo_graph_find_input (trafo_builder_get_graph (b), "input_ids");
  g_assert_cmpint (input->min_value, ==, 0);
  g_assert_cmpint (input->max_value, ==, 8);
  assert_dims (b,
               trafo_builder_gather (b, small, ids),
               (gint64[]){ TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 2, 3 },
               4);
  g_assert_cmpint (input->max_value, ==, 4);
}

/* More parts than an op takes: one after the other, in order. */
static void
test_concat (void)
{
  TrafoSym parts[20];

  for (gsize n = 1; n <= G_N_ELEMENTS (parts); n++)
    {
      g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
      const TrafoGraph *graph = trafo_builder_get_graph (b);
      TrafoSym          joined;
      guint             next = n;

      for (gsize i = 0; i < n; i++)
        {
          g_autofree char *name = g_strdup_printf ("p%zu", i);

          parts[i] = new_param (b, name, (gint64[]){ 2, i + 1 }, 2);
        }
      joined = trafo_builder_concat (b, parts, n, -1);
      assert_dims (b, joined, (gint64[]){ 2, n * (n + 1) / 2 }, 2);
      /* walking back from the last op meets the parts in the opposite order */
      while (joined != parts[0])
        {
          const TrafoNode *node = trafo_graph_get_node (graph, joined);

          g_assert_cmpuint (node->op->id, ==, TRAFO_OP_CONCAT);
          for (guint i = node->n_inputs; i-- > 1;)
            g_assert_cmpuint (node->inputs[i], ==, parts[--next]);
          joined = node->inputs[0];
        }
      g_assert_cmpuint (next, ==, 1);
    }
}

static void
test_slice_and_select (void)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  TrafoSym         x = new_param (b, "x", (gint64[]){ 4, 6, 8 }, 3);
  TrafoSym         cut = trafo_builder_slice (b, x, -1, 1, 3, 2);
  const TrafoNode *node = trafo_graph_get_node (trafo_builder_get_graph (b), cut);

  assert_dims (b, cut, (gint64[]){ 4, 6, 3 }, 3);
  g_assert_cmpuint (node->attrs.slice.axis, ==, 2);
  g_assert_cmpint (node->attrs.slice.start, ==, 1);
  g_assert_cmpint (node->attrs.slice.step, ==, 2);
  assert_dims (b, trafo_builder_select (b, x, 0, 3), (gint64[]){ 6, 8 }, 2);
  assert_dims (b, trafo_builder_select (b, x, -2, 0), (gint64[]){ 4, 8 }, 2);
  g_assert_cmpuint (trafo_builder_select (b, x, 0, 4), ==, 0);
  g_assert_true (trafo_builder_has_failed (b));
}

/* The number of axes is what a caller of C may get wrong. */
static void
test_permute (void)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  TrafoSym x = new_param (b, "x", (gint64[]){ 4, 6 }, 2);
  g_autoptr (GError) error = NULL;

  assert_dims (b, trafo_builder_permute (b, x, (guint[]){ 1, 0 }, 2), (gint64[]){ 6, 4 }, 2);
  g_assert_cmpuint (trafo_builder_permute (b, x, (guint[]){ 1, 0, 2 }, 3), ==, 0);
  g_assert_false (trafo_builder_check (b, &error));
  g_assert_cmpstr (error->message, ==, "permute: found 3 axes for a tensor with 2");
}

static void
test_shapes (void)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  TrafoSym x = new_param (b, "x", (gint64[]){ 4, 1, 6 }, 3);

  assert_dims (b, trafo_builder_copy (b, x), (gint64[]){ 4, 1, 6 }, 3);
  assert_dims (b, trafo_builder_reshape (b, x, (gint64[]){ 24 }, 1), (gint64[]){ 24 }, 1);
  assert_dims (b,
               trafo_builder_broadcast (b, x, (gint64[]){ TRAFO_DIM_BATCH, 4, 5, 6 }, 4),
               (gint64[]){ TRAFO_DIM_BATCH, 4, 5, 6 },
               4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/builder-views/gather", test_gather);
  g_test_add_func ("/builder-views/concat", test_concat);
  g_test_add_func ("/builder-views/slice-and-select", test_slice_and_select);
  g_test_add_func ("/builder-views/permute", test_permute);
  g_test_add_func ("/builder-views/shapes", test_shapes);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-rewrite-private.h"

#include "graph-text.h"

static TrafoGraph *
copy (TrafoGraph *graph, GError **error)
{
  return trafo_rewrite (graph, NULL, NULL, error);
}

/* What no output needs goes; inputs stay with all that is known of them, and so do parameters. */
static void
test_copy (void)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoGraph) graph = NULL;
  g_autofree char *text = NULL;
  TrafoSym         unused = trafo_builder_input_ids (b);
  TrafoSym         ids = trafo_builder_position_ids (b);
  TrafoSym         table;
  TrafoGraphInput *input;
  TrafoGraphParam *param;

  trafo_builder_set_initializer_range (b, 0.5);
  trafo_builder_cast (b, unused, TRAFO_DTYPE_FLOAT32);
  table = trafo_builder_param (b, "w.weight", (gint64[]){ 5, 2 }, 2, TRAFO_INITIALIZER_NORMAL);
  trafo_builder_tie (b, table, "other");
  trafo_builder_output (b, "y", trafo_builder_embedding_padded (b, "w", ids, 5, 2, 3));
  graph = copy (trafo_builder_finish (b, NULL), NULL);
  text = graph_to_text (graph);
  g_assert_cmpstr (text, ==, "%4=gather(w.weight, position_ids)");
  g_assert_cmpuint (graph->inputs->len, ==, 2);
  input = trafo_graph_find_input (graph, "position_ids");
  g_assert_cmpint (input->rule, ==, TRAFO_FILL_RULE_POSITIONS);
  g_assert_cmpint (input->min_value, ==, 0);
  g_assert_cmpint (input->max_value, ==, 4);
  g_assert_nonnull (trafo_graph_find_param (graph, "other"));
  param = trafo_graph_find_param (graph, "w.weight");
  g_assert_cmpint (param->initializer, ==, TRAFO_INITIALIZER_NORMAL);
  g_assert_cmpfloat (param->initializer_range, ==, 0.5);
  g_assert_cmpint (param->padding_row, ==, 3);
}

/* Dimensions that were made from slots keep their numbers. */
static void
test_dims (void)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoGraph) graph = NULL;
  gint64   flat = trafo_builder_dim_mul (b, TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE);
  TrafoSym x = trafo_builder_input_ids (b);
  TrafoSym cut =
      trafo_builder_slice (b, trafo_builder_reshape (b, x, &flat, 1), 0, TRAFO_DIM_SEQUENCE, 1, 1);

  trafo_builder_output (b, "y", cut);
  graph = copy (trafo_builder_finish (b, NULL), NULL);
  g_assert_cmpint (trafo_graph_get_node (graph, 2)->type.dims[0], ==, flat);
  g_assert_true (trafo_dims_contains (graph->dims, flat));
  g_assert_cmpint (trafo_graph_get_node (graph, 3)->attrs.slice.start, ==, TRAFO_DIM_SEQUENCE);
}

static TrafoSym
refuse (TrafoRewrite *rewrite, TrafoSym sym, const TrafoNode *node)
{
  if (node->op->id == TRAFO_OP_EXP)
    trafo_builder_fail (rewrite->builder,
                        g_error_new (TRAFO_ERROR, TRAFO_ERROR_INTERNAL, "no exp"));
  return 0;
}

static void
test_failure (void)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (GError) error = NULL;
  TrafoSym x = input_matrix (b, "x", 2);

  trafo_builder_output (b, "y", trafo_builder_neg (b, trafo_builder_exp (b, x)));
  g_assert_null (trafo_rewrite (trafo_builder_finish (b, NULL), refuse, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INTERNAL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rewrite/copy", test_copy);
  g_test_add_func ("/rewrite/dims", test_dims);
  g_test_add_func ("/rewrite/failure", test_failure);
  return g_test_run ();
}

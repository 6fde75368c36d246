/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-graph-private.h"

static const TrafoValueType vector = { TRAFO_DTYPE_FLOAT32, 1, { 3 } };

static void
test_nodes (void)
{
  g_autoptr (TrafoGraph) graph = trafo_graph_new ();
  TrafoSym x = trafo_graph_append_input (graph, "x", &vector, TRAFO_FILL_RULE_REQUIRED);
  TrafoSym inputs[] = { x, x };
  TrafoSym y = trafo_graph_append (graph, TRAFO_OP_ADD, NULL, inputs, 2, NULL, NULL);

  g_assert_cmpuint (x, ==, 1);
  g_assert_cmpuint (trafo_graph_get_n_nodes (graph), ==, 3);
  g_assert_null (trafo_graph_get_node (graph, 0));
  g_assert_null (trafo_graph_get_node (graph, 3));
  g_assert_cmpint (trafo_graph_get_node (graph, y)->type.dims[0], ==, 3);
  g_assert_cmpuint (trafo_graph_find_input (graph, "x")->sym, ==, x);
  g_assert_null (trafo_graph_find_input (graph, "y"));
  g_assert_null (trafo_graph_find_param (graph, "x"));
}

static void
test_refused (void)
{
  g_autoptr (TrafoGraph) graph = trafo_graph_new ();
  TrafoSym x = trafo_graph_append_input (graph, "x", &vector, TRAFO_FILL_RULE_REQUIRED);
  static const struct
  {
    guint    op, n_inputs;
    TrafoSym second;
  } cases[] = { { TRAFO_OP_ADD, 1, 1 },
                { TRAFO_OP_ADD, 2, 9 },
                { TRAFO_OP_ADD, 2, 0 },
                { 9999, 2, 1 },
                { TRAFO_OP_NONE, 0, 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      TrafoSym inputs[] = { x, cases[i].second };

      g_assert_cmpuint (trafo_graph_append (graph,
                                            cases[i].op,
                                            NULL,
                                            inputs,
                                            cases[i].n_inputs,
                                            NULL,
                                            &error),
                        ==,
                        0);
      g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
    }
  g_assert_cmpuint (trafo_graph_get_n_nodes (graph), ==, 2);
}

/* An alias never takes a name away. */
static void
test_aliases (void)
{
  g_autoptr (TrafoGraph) graph = trafo_graph_new ();
  TrafoSym         a = trafo_graph_append_param (graph, "a", &vector, TRAFO_INITIALIZER_ZEROS);
  TrafoSym         b = trafo_graph_append_param (graph, "b", &vector, TRAFO_INITIALIZER_ZEROS);
  TrafoGraphParam *param = trafo_graph_find_param (graph, "a");

  trafo_graph_add_alias (graph, param, "b");
  trafo_graph_add_alias (graph, param, "c");
  g_assert_cmpuint (trafo_graph_find_param (graph, "b")->sym, ==, b);
  g_assert_cmpuint (trafo_graph_find_param (graph, "c")->sym, ==, a);
}

static void
test_input_check (void)
{
  static const struct
  {
    gint64   value;
    gboolean is_allowed;
  } cases[] = { { 0, TRUE },   { 9, TRUE },    { 10, FALSE },
                { -1, FALSE }, { -100, TRUE }, { -101, FALSE } };
  TrafoGraphInput input = { .name = (char *) "ids",
                            .min_value = 0,
                            .max_value = 9,
                            .ignored_value = -100 };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64       wide[] = { 0, cases[i].value };
      gint32       narrow[] = { 0, (gint32) cases[i].value };
      TrafoOperand operand = { .data = wide,
                               .dtype = TRAFO_DTYPE_INT64,
                               .n_dims = 1,
                               .shape = { 2 } };

      g_assert_cmpint (trafo_graph_input_check (&input, &operand, NULL), ==, cases[i].is_allowed);
      operand.data = narrow;
      operand.dtype = TRAFO_DTYPE_INT32;
      g_assert_cmpint (trafo_graph_input_check (&input, &operand, NULL), ==, cases[i].is_allowed);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/nodes", test_nodes);
  g_test_add_func ("/graph/refused", test_refused);
  g_test_add_func ("/graph/aliases", test_aliases);
  g_test_add_func ("/graph/input-check", test_input_check);
  return g_test_run ();
}

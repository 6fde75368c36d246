/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "graph-text.h"
#include "trafo-passes-private.h"

#define check(b, expected) assert_pass (b, trafo_pass_merge_linear, expected)

static TrafoBuilder *
new_builder (void)
{
  return trafo_builder_new_with (NULL, NULL);
}

static const TrafoNode *
first_linear (const TrafoGraph *graph)
{
  const TrafoNode *node = NULL;

  for (TrafoSym sym = 1; node == NULL || node->op->id != TRAFO_OP_LINEAR; sym++)
    node = trafo_graph_get_node (graph, sym);
  return node;
}

/* q, k, v: one product of the weights below one another, and three slices. */
static void
test_three (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  TrafoSym x = input_matrix (b, "x", 4);

  trafo_builder_output (b, "q", trafo_builder_linear (b, "q", x, 2));
  trafo_builder_output (b, "k", trafo_builder_linear (b, "k", x, 3));
  trafo_builder_output (b, "v", trafo_builder_linear (b, "v", x, 5));
  check (b,
         "%6=linear(x, q.weight+k.weight+v.weight, q.bias+k.bias+v.bias) "
         "%7=slice/0(%6) %8=slice/2(%6) %9=slice/5(%6)");
}

static void
test_in_out (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  g_autoptr (TrafoGraph) graph = NULL;
  TrafoSym         x = input_matrix (b, "x", 4);
  const TrafoNode *weight;

  trafo_builder_output (b, "a", trafo_builder_linear_in_out (b, "a", x, 2));
  trafo_builder_output (b, "b", trafo_builder_linear_in_out (b, "b", x, 3));
  trafo_builder_output (b, "c", trafo_builder_linear (b, "c", x, 3));
  graph = trafo_pass_merge_linear (trafo_builder_finish (b, NULL), NULL);
  weight = trafo_graph_get_node (graph, first_linear (graph)->inputs[1]);
  g_assert_cmpint (weight->type.dims[0], ==, 4);
  g_assert_cmpint (weight->type.dims[1], ==, 5);
  g_assert_true (((TrafoGraphParam *) g_ptr_array_index (graph->params, weight->leaf))->is_in_out);
}

/* Without biases too, but not one layer with a bias and one without. */
static void
test_no_bias (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  TrafoSym x = input_matrix (b, "x", 4);

  trafo_builder_output (b, "q", trafo_builder_linear_no_bias (b, "q", x, 2));
  trafo_builder_output (b, "o", trafo_builder_linear (b, "o", x, 2));
  trafo_builder_output (b, "k", trafo_builder_linear_no_bias (b, "k", x, 3));
  check (b,
         "%4=linear(x, q.weight+k.weight) %5=slice/0(%4) %6=slice/2(%4) "
         "%9=linear(x, o.weight, o.bias)");
}

/* What must stay as it is: a tied weight, another kind of layer, another input, a layer alone. */
static void
test_kept (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  TrafoSym x = input_matrix (b, "x", 4), y = input_matrix (b, "y", 4);
  gint64   dims[] = { 4, 4 };
  TrafoSym tied = trafo_builder_param (b, "tied", dims, 2, TRAFO_INITIALIZER_ZEROS);
  TrafoSym bias = trafo_builder_param (b, "bias", dims, 1, TRAFO_INITIALIZER_ZEROS);

  trafo_builder_output (b, "0", trafo_builder_linear (b, "a", x, 4));
  trafo_builder_output (b, "1", trafo_builder_linear (b, "b", y, 4));
  trafo_builder_output (b, "2", trafo_builder_linear_no_bias (b, "c", x, 4));
  trafo_builder_output (b, "3", trafo_builder_linear_with (b, x, tied, bias));
  trafo_builder_output (b, "4", trafo_builder_linear_with (b, x, tied, bias));
  check (b,
         "%7=linear(x, a.weight, a.bias) %10=linear(y, b.weight, b.bias) %12=linear(x, c.weight) "
         "%13=linear(x, tied, bias) %14=linear(x, tied, bias)");
}

/* The second of the three has its weight in another encoding. */
static TrafoGraph *
merge_encoded (TrafoGraph *graph, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_add (names, (gpointer) "k.weight");
  trafo_pass_encode_weights (graph, names, TRAFO_WEIGHT_ENCODING_NF4, 0);
  return trafo_pass_merge_linear (graph, error);
}

static void
test_encodings (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  TrafoSym x = input_matrix (b, "x", 4);

  trafo_builder_output (b, "q", trafo_builder_linear_no_bias (b, "q", x, 2));
  trafo_builder_output (b, "k", trafo_builder_linear_no_bias (b, "k", x, 3));
  trafo_builder_output (b, "v", trafo_builder_linear_no_bias (b, "v", x, 5));
  assert_pass (b,
               merge_encoded,
               "%4=linear(x, q.weight+v.weight) %5=slice/0(%4) %6=slice/2(%4) "
               "%8=linear(x, k.weight)");
}

/* More than a group holds: the rest is a second group. */
static void
test_many (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  g_autoptr (TrafoGraph) graph = NULL;
  TrafoSym x = input_matrix (b, "x", 4);
  guint    n_linear = 0;

  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *name = g_strdup_printf ("f%u", i);

      trafo_builder_output (b, name, trafo_builder_linear (b, name, x, 2));
    }
  graph = trafo_pass_merge_linear (trafo_builder_finish (b, NULL), NULL);
  for (TrafoSym sym = 1; sym < trafo_graph_get_n_nodes (graph); sym++)
    n_linear += trafo_graph_get_node (graph, sym)->op->id == TRAFO_OP_LINEAR;
  g_assert_cmpuint (n_linear, ==, 2);
  g_assert_cmpuint (graph->outputs->len, ==, 10);
  g_assert_cmpstr (((TrafoGraphOutput *) g_ptr_array_index (graph->outputs, 9))->name, ==, "f9");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/merge-linear/three", test_three);
  g_test_add_func ("/merge-linear/in-out", test_in_out);
  g_test_add_func ("/merge-linear/no-bias", test_no_bias);
  g_test_add_func ("/merge-linear/kept", test_kept);
  g_test_add_func ("/merge-linear/encodings", test_encodings);
  g_test_add_func ("/merge-linear/many", test_many);
  return g_test_run ();
}

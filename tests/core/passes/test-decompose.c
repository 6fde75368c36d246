/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "graph-text.h"
#include "trafo-passes-private.h"

/* A device with kernels for all but composites. */
static const TrafoKernel        kernel = { .struct_size = sizeof kernel, .name = "any" };
static const TrafoKernel *const kernels[] = { &kernel };

static const TrafoKernel *const *
list_kernels (gpointer device, guint16 op, gsize *ret_n_kernels)
{
  *ret_n_kernels = trafo_op_lookup (op)->decompose == NULL;
  return kernels;
}

static const TrafoDeviceOps ops = { .struct_size = sizeof ops, .list_kernels = list_kernels };

static TrafoGraph *
decompose (TrafoGraph *graph, GError **error)
{
  g_autoptr (TrafoDevice) device =
      trafo_device_new ("plain", TRAFO_DEVICE_KIND_GPU, "", 0, &ops, NULL, NULL);

  return trafo_pass_decompose (graph, device, error);
}

/* A block with every composite: none is left, and shapes are what they were. */
static void
test_all_composites (void)
{
  TrafoVariant variant = { .has_mask = TRUE };
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (&variant, NULL);
  g_autoptr (TrafoGraph) graph = NULL;
  g_autoptr (GError) error = NULL;
  TrafoAttention    attention = { .n_heads = 2, .head_size = 4, .is_causal = TRUE };
  TrafoSym          x = trafo_builder_embedding (b, "e", trafo_builder_input_ids (b), 10, 8), h;
  TrafoGraphOutput *output;
  const TrafoNode  *node;

  h = trafo_builder_attention (b, x, x, x, &attention);
  h = trafo_builder_layer_norm (b, "n", trafo_builder_add (b, h, x), 1e-5);
  h = trafo_builder_activation (b, trafo_builder_linear (b, "f", h, 8), "gelu_new");
  trafo_builder_output (b, "y", trafo_builder_softmax (b, trafo_builder_add (b, h, x), -1));
  graph = decompose (trafo_builder_finish (b, &error), &error);
  g_assert_no_error (error);
  for (TrafoSym sym = 1; sym < trafo_graph_get_n_nodes (graph); sym++)
    g_assert_null (trafo_graph_get_node (graph, sym)->op->decompose);
  output = g_ptr_array_index (graph->outputs, 0);
  node = trafo_graph_get_node (graph, output->sym);
  g_assert_cmpint (node->type.dims[0], ==, TRAFO_DIM_BATCH);
  g_assert_cmpint (node->type.dims[1], ==, TRAFO_DIM_SEQUENCE);
  g_assert_cmpint (node->type.dims[2], ==, 8);
}

/* Nothing to do is nothing done. */
static void
test_primitives (void)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  TrafoSym x = input_matrix (b, "x", 2);

  trafo_builder_output (b, "y", trafo_builder_neg (b, trafo_builder_exp (b, x)));
  assert_pass (b, decompose, "%2=exp(x) %3=neg(%2)");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/decompose/all-composites", test_all_composites);
  g_test_add_func ("/decompose/primitives", test_primitives);
  return g_test_run ();
}

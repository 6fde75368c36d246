/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-builder-private.h"
#include "trafo-passes-private.h"

static TrafoSym
append_attention (TrafoBuilder *b)
{
  const TrafoAttention attention = { .n_heads = 2, .head_size = 4, .is_causal = TRUE };
  gint64               dims[] = { 1, TRAFO_DIM_SEQUENCE, 24 };
  TrafoSym             qkv =
      trafo_builder_input (b, "qkv", TRAFO_DTYPE_FLOAT32, dims, 3, TRAFO_FILL_RULE_REQUIRED);

  return trafo_builder_self_attention (b, qkv, &attention);
}

static void
check (gboolean has_cache, TrafoDType dtype, TrafoDType expected)
{
  TrafoVariant variant = { .has_cache = has_cache };
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (&variant, NULL);
  g_autoptr (GError) error = NULL;
  TrafoSym    y = append_attention (b);
  TrafoGraph *graph;

  trafo_builder_output (b, "y", y);
  graph = trafo_builder_finish (b, &error);
  g_assert_no_error (error);
  trafo_pass_narrow_attention (graph, dtype);
  g_assert_cmpuint (trafo_graph_get_node (graph, y)->op->id,
                    ==,
                    has_cache ? TRAFO_OP_CACHED_ATTENTION : TRAFO_OP_ATTENTION);
  g_assert_cmpuint (trafo_graph_get_node (graph, y)->attrs.attention.dtype, ==, expected);
  trafo_graph_free (graph);
}

static void
test_dtypes (void)
{
  for (guint has_cache = 0; has_cache < 2; has_cache++)
    {
      check (has_cache != 0, TRAFO_DTYPE_FLOAT32, TRAFO_DTYPE_NONE);
      check (has_cache != 0, TRAFO_DTYPE_BFLOAT16, TRAFO_DTYPE_BFLOAT16);
      check (has_cache != 0, TRAFO_DTYPE_INT8, TRAFO_DTYPE_BFLOAT16);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/narrow-attention/dtypes", test_dtypes);
  return g_test_run ();
}

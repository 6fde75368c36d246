/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "kernel-device.h"
#include "trafo-builder-private.h"
#include "trafo-passes-private.h"

/* A device whose kernel takes a cache of the dtype, if any. */
static TrafoDType cache_dtype;

static gboolean
supports (const TrafoKernelArgs *args)
{
  return args->n_inputs == 7 && args->inputs[3].n_dims == 5 &&
         args->inputs[3].dtype == (guint8) cache_dtype &&
         args->inputs[0].dtype == TRAFO_DTYPE_FLOAT32;
}

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
check (gboolean has_cache, TrafoDType dtype, TrafoDType expected, TrafoDType expected_cache)
{
  g_autoptr (TrafoDevice) device = kernel_device_new (TRAFO_OP_CACHED_ATTENTION, supports);
  TrafoVariant variant = { .has_cache = has_cache };
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (&variant, NULL);
  g_autoptr (GError) error = NULL;
  TrafoSym         y = append_attention (b);
  TrafoGraph      *graph;
  const TrafoNode *node;

  trafo_builder_output (b, "y", y);
  graph = trafo_builder_finish (b, &error);
  g_assert_no_error (error);
  trafo_pass_narrow_attention (graph, device, dtype);
  node = trafo_graph_get_node (graph, y);
  g_assert_cmpuint (node->op->id, ==, has_cache ? TRAFO_OP_CACHED_ATTENTION : TRAFO_OP_ATTENTION);
  g_assert_cmpuint (node->attrs.attention.dtype, ==, expected);
  if (has_cache)
    g_assert_cmpuint (trafo_graph_get_node (graph, node->inputs[3])->type.dtype,
                      ==,
                      expected_cache);
  trafo_graph_free (graph);
}

static void
test_dtypes (void)
{
  cache_dtype = TRAFO_DTYPE_BFLOAT16;
  for (guint has_cache = 0; has_cache < 2; has_cache++)
    {
      check (has_cache != 0, TRAFO_DTYPE_FLOAT32, TRAFO_DTYPE_NONE, TRAFO_DTYPE_FLOAT32);
      check (has_cache != 0, TRAFO_DTYPE_BFLOAT16, TRAFO_DTYPE_BFLOAT16, TRAFO_DTYPE_BFLOAT16);
      check (has_cache != 0, TRAFO_DTYPE_INT8, TRAFO_DTYPE_BFLOAT16, TRAFO_DTYPE_BFLOAT16);
    }
}

/* Without a kernel for it the cache stays what it was. */
static void
test_no_kernel (void)
{
  cache_dtype = TRAFO_DTYPE_FLOAT32;
  check (TRUE, TRAFO_DTYPE_BFLOAT16, TRAFO_DTYPE_BFLOAT16, TRAFO_DTYPE_FLOAT32);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/narrow-attention/dtypes", test_dtypes);
  g_test_add_func ("/narrow-attention/no-kernel", test_no_kernel);
  return g_test_run ();
}

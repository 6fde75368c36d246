/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "kernel-device.h"
#include "trafo-builder-private.h"
#include "trafo-kernel-query-private.h"

static gboolean
supports (const TrafoKernelArgs *args)
{
  return TRUE;
}

static void
check_operand (const TrafoOperand *found,
               TrafoDType          dtype,
               guint               n_dims,
               const gint64       *shape,
               const gint64       *strides)
{
  g_assert_null (found->data);
  g_assert_cmpuint (found->dtype, ==, dtype);
  g_assert_cmpuint (found->layout, ==, TRAFO_LAYOUT_STRIDED);
  g_assert_cmpuint (found->n_dims, ==, n_dims);
  for (guint i = 0; i < n_dims; i++)
    {
      g_assert_cmpint (found->shape[i], ==, shape[i]);
      g_assert_cmpint (found->strides[i], ==, strides[i]);
    }
}

/* A product with open dimensions, which are 1. */
static void
test_linear (void)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (&(TrafoVariant){ 0 }, NULL);
  g_autoptr (TrafoDevice) device = kernel_device_new (TRAFO_OP_LINEAR, supports);
  g_autoptr (TrafoGraph) graph = NULL;
  g_autoptr (GError) error = NULL;
  TrafoLinearAttrs attrs = { .struct_size = sizeof attrs };
  gint64           x[] = { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 4 }, weight[] = { 3, 4 };
  TrafoSym         inputs[] = {
            trafo_builder_input (b, "x", TRAFO_DTYPE_FLOAT32, x, 3, TRAFO_FILL_RULE_REQUIRED),
            trafo_builder_input (b, "w", TRAFO_DTYPE_FLOAT16, weight, 2, TRAFO_FILL_RULE_REQUIRED),
  };
  TrafoSym         y = trafo_builder_append (b, TRAFO_OP_LINEAR, &attrs, inputs, 2, NULL);
  TrafoKernelArgs  args;
  const TrafoNode *node;

  trafo_builder_output (b, "y", y);
  graph = trafo_builder_finish (b, &error);
  g_assert_no_error (error);
  node = trafo_graph_get_node (graph, y);
  args = trafo_kernel_query (device, graph, node);
  g_assert_cmpuint (args.op, ==, TRAFO_OP_LINEAR);
  g_assert_cmpuint (args.n_inputs, ==, 2);
  g_assert_true (args.attrs == &node->attrs);
  g_assert_true (args.device == trafo_device_get_handle (device));
  check_operand (&args.inputs[0],
                 TRAFO_DTYPE_FLOAT32,
                 3,
                 (gint64[]){ 1, 1, 4 },
                 (gint64[]){ 4, 4, 1 });
  check_operand (&args.inputs[1], TRAFO_DTYPE_FLOAT16, 2, weight, (gint64[]){ 4, 1 });
  check_operand (&args.output,
                 TRAFO_DTYPE_FLOAT32,
                 3,
                 (gint64[]){ 1, 1, 3 },
                 (gint64[]){ 3, 3, 1 });
  g_assert_nonnull (trafo_device_choose_kernel (device, &args));
  args.op = TRAFO_OP_LAYER_NORM;
  g_assert_null (trafo_device_choose_kernel (device, &args));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel-query/linear", test_linear);
  return g_test_run ();
}

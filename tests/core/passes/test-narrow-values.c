/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "kernel-device.h"
#include "trafo-builder-private.h"
#include "trafo-passes-private.h"

/* A device whose kernel takes rows and results of bfloat16, or does not. */
static gboolean takes_bfloat16;

static gboolean
supports (const TrafoKernelArgs *args)
{
  gboolean is_float32 =
      args->inputs[0].dtype == TRAFO_DTYPE_FLOAT32 && args->output.dtype == TRAFO_DTYPE_FLOAT32;

  return args->inputs[1].layout == TRAFO_LAYOUT_PACKED &&
         args->inputs[1].dtype == TRAFO_DTYPE_BFLOAT16 && (is_float32 || takes_bfloat16);
}

typedef struct
{
  const char *name;
  TrafoDType  dtype;
  gboolean    takes;
  gboolean    is_seen; /* the first layer's result is an output, too */
  gboolean    is_residual;
  gboolean    is_encoded;
  TrafoDType  expected;
} Case;

static const Case cases[] = {
  { "plain", TRAFO_DTYPE_BFLOAT16, TRUE, FALSE, FALSE, FALSE, TRAFO_DTYPE_BFLOAT16 },
  { "float32", TRAFO_DTYPE_FLOAT32, TRUE, FALSE, FALSE, FALSE, TRAFO_DTYPE_FLOAT32 },
  { "int8", TRAFO_DTYPE_INT8, TRUE, FALSE, FALSE, FALSE, TRAFO_DTYPE_FLOAT32 },
  { "no-kernel", TRAFO_DTYPE_BFLOAT16, FALSE, FALSE, FALSE, FALSE, TRAFO_DTYPE_FLOAT32 },
  { "seen", TRAFO_DTYPE_BFLOAT16, TRUE, TRUE, FALSE, FALSE, TRAFO_DTYPE_FLOAT32 },
  { "residual", TRAFO_DTYPE_BFLOAT16, TRUE, FALSE, TRUE, FALSE, TRAFO_DTYPE_FLOAT32 },
  { "encoded", TRAFO_DTYPE_BFLOAT16, TRUE, FALSE, FALSE, TRUE, TRAFO_DTYPE_FLOAT32 },
};

static TrafoSym
append_linear (TrafoBuilder *b,
               const char   *name,
               TrafoSym      x,
               TrafoSym      residual,
               gboolean      is_encoded)
{
  TrafoLinearAttrs attrs = { .struct_size = sizeof attrs, .has_residual = residual != 0 };
  TrafoSym         inputs[] = { x,
                                trafo_builder_input (b,
                                             name,
                                             TRAFO_DTYPE_FLOAT32,
                                             (gint64[]){ 4, 4 },
                                             2,
                                             TRAFO_FILL_RULE_REQUIRED),
                                residual };

  attrs.encoding = is_encoded ? TRAFO_WEIGHT_ENCODING_NF4 : TRAFO_WEIGHT_ENCODING_NONE;
  return trafo_builder_append (b, TRAFO_OP_LINEAR, &attrs, inputs, residual != 0 ? 3 : 2, NULL);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (TrafoDevice) device = kernel_device_new (TRAFO_OP_LINEAR, supports);
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (&(TrafoVariant){ 0 }, NULL);
  g_autoptr (GError) error = NULL;
  gint64           dims[] = { 2, 4 };
  TrafoSym         x, y, z;
  TrafoGraph      *graph;
  const TrafoNode *second, *first;

  takes_bfloat16 = c->takes;
  x = trafo_builder_input (b, "x", TRAFO_DTYPE_FLOAT32, dims, 2, TRAFO_FILL_RULE_REQUIRED);
  y = append_linear (b, "v", x, 0, FALSE);
  z = c->is_residual ? append_linear (b, "w", x, y, c->is_encoded)
                     : append_linear (b, "w", y, 0, c->is_encoded);
  if (c->is_seen)
    trafo_builder_output (b, "y", y);
  trafo_builder_output (b, "z", z);
  graph = trafo_builder_finish (b, &error);
  g_assert_no_error (error);
  graph = trafo_pass_narrow_values (graph, device, c->dtype, &error);
  g_assert_no_error (error);
  second = trafo_graph_get_node (graph,
                                 ((TrafoGraphOutput *) g_ptr_array_index (graph->outputs,
                                                                          c->is_seen ? 1 : 0))
                                     ->sym);
  first = trafo_graph_get_node (graph, second->inputs[c->is_residual ? 2 : 0]);
  g_assert_cmpuint (first->op->id, ==, TRAFO_OP_LINEAR);
  g_assert_cmpuint (first->type.dtype, ==, c->expected);
  g_assert_cmpuint (first->attrs.linear.dtype,
                    ==,
                    c->expected == TRAFO_DTYPE_BFLOAT16 ? TRAFO_DTYPE_BFLOAT16 : TRAFO_DTYPE_NONE);
  g_assert_cmpuint (second->type.dtype, ==, TRAFO_DTYPE_FLOAT32);
  trafo_graph_free (graph);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/narrow-values/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}

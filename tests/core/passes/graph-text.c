/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "graph-text.h"

#include "trafo-passes-private.h"

static void
print_operand (const TrafoGraph *graph, TrafoSym sym, GString *text)
{
  const TrafoNode *node = trafo_graph_get_node (graph, sym);

  if (node->op->id == TRAFO_OP_INPUT)
    g_string_append (text,
                     ((TrafoGraphInput *) g_ptr_array_index (graph->inputs, node->leaf))->name);
  else if (node->op->id == TRAFO_OP_PARAM)
    {
      const TrafoGraphParam *param = g_ptr_array_index (graph->params, node->leaf);

      for (guint i = 0; i < param->names->len; i++)
        g_string_append_printf (text,
                                "%s%s",
                                i > 0 ? "+" : "",
                                (char *) g_ptr_array_index (param->names, i));
    }
  else
    g_string_append_printf (text, "%%%u", sym);
}

static void
print_attributes (const TrafoNode *node, GString *text)
{
  if (node->op->id == TRAFO_OP_LINEAR && node->attrs.linear.activation != TRAFO_ACTIVATION_NONE)
    g_string_append_printf (text, "/%u", node->attrs.linear.activation);
  if ((node->op->id == TRAFO_OP_LINEAR && node->attrs.linear.has_residual) ||
      (node->op->id == TRAFO_OP_LAYER_NORM && node->attrs.layer_norm.has_residual))
    g_string_append (text, "/residual");
  if (node->op->id == TRAFO_OP_SLICE)
    g_string_append_printf (text, "/%" G_GINT64_FORMAT, node->attrs.slice.start);
}

char *
graph_to_text (const TrafoGraph *graph)
{
  GString *text = g_string_new (NULL);

  for (TrafoSym sym = 1; sym < trafo_graph_get_n_nodes (graph); sym++)
    {
      const TrafoNode *node = trafo_graph_get_node (graph, sym);

      if (node->op->id == TRAFO_OP_INPUT || node->op->id == TRAFO_OP_PARAM)
        continue;
      g_string_append_printf (text, "%s%%%u=%s", text->len > 0 ? " " : "", sym, node->op->name);
      print_attributes (node, text);
      g_string_append_c (text, '(');
      for (guint i = 0; i < node->n_inputs; i++)
        {
          g_string_append (text, i > 0 ? ", " : "");
          print_operand (graph, node->inputs[i], text);
        }
      g_string_append_c (text, ')');
    }
  return g_string_free (text, FALSE);
}

void
assert_pass (TrafoBuilder *builder, GraphPass pass, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoGraph) graph = NULL;
  g_autofree char *text = NULL;
  TrafoGraph      *traced = trafo_builder_finish (builder, &error);

  g_assert_no_error (error);
  graph = pass (traced, &error);
  g_assert_no_error (error);
  text = graph_to_text (graph);
  g_assert_cmpstr (text, ==, expected);
}

TrafoSym
input_matrix (TrafoBuilder *b, const char *name, gint64 width)
{
  gint64 dims[] = { TRAFO_DIM_BATCH, width };

  return trafo_builder_input (b, name, TRAFO_DTYPE_FLOAT32, dims, 2, TRAFO_FILL_RULE_REQUIRED);
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-decomposition.h"

#include <string.h>

#include "trafo-builder-private.h"

static TrafoGraph *
trace (const TrafoOp      *op,
       const void         *attrs,
       const TrafoOperand *inputs,
       guint               n_inputs,
       TrafoSym           *ret_result)
{
  TrafoVariant  variant = { 0 };
  TrafoBuilder *builder = trafo_builder_new_with (&variant, NULL);
  TrafoSym      syms[TRAFO_MAX_OP_INPUTS];
  TrafoGraph   *graph;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n_inputs; i++)
    {
      g_autofree char *name = g_strdup_printf ("input-%u", i);

      syms[i] = trafo_builder_input (builder,
                                     name,
                                     inputs[i].dtype,
                                     inputs[i].shape,
                                     inputs[i].n_dims,
                                     TRAFO_FILL_RULE_REQUIRED);
    }
  *ret_result = op->decompose (builder, attrs, syms, n_inputs);
  trafo_builder_output (builder, "result", *ret_result);
  graph = trafo_builder_finish (builder, &error);
  g_assert_no_error (error);
  g_object_unref (builder);
  return graph;
}

/* Gives @operand memory of its own, which @memory frees. */
static void
allocate (TrafoOperand *operand, GPtrArray *memory)
{
  gint64 stride = 1;

  for (guint axis = operand->n_dims; axis-- > 0;)
    {
      operand->strides[axis] = stride;
      stride *= operand->shape[axis];
    }
  operand->data = g_malloc (MAX (stride, 1) * trafo_dtype_get_size (operand->dtype));
  operand->offset_bytes = 0;
  g_ptr_array_add (memory, operand->data);
}

static TrafoOperand
copy (const TrafoOperand *x, GPtrArray *memory)
{
  TrafoKernelArgs args = { .op = TRAFO_OP_COPY, .n_inputs = 1, .output = *x, .inputs = { *x } };

  allocate (&args.output, memory);
  trafo_op_lookup (TRAFO_OP_COPY)->reference (&args);
  return args.output;
}

static void
run_view (const TrafoNode *node, const TrafoOperand *input, TrafoOperand *output, GPtrArray *memory)
{
  TrafoOperand contiguous;

  if (!node->op->view (&node->attrs, input, output))
    {
      contiguous = copy (input, memory);
      g_assert_true (node->op->view (&node->attrs, &contiguous, output));
    }
  output->data = (char *) output->data + output->offset_bytes;
  output->offset_bytes = 0;
}

static void
run_node (const TrafoNode *node, TrafoOperand *values, TrafoOperand *output, GPtrArray *memory)
{
  TrafoKernelArgs args = { .op = node->op->id, .attrs = &node->attrs };

  output->dtype = node->type.dtype;
  output->n_dims = node->type.n_dims;
  memcpy (output->shape, node->type.dims, sizeof output->shape);
  if (node->op->view != NULL)
    {
      run_view (node, &values[node->inputs[0]], output, memory);
      return;
    }
  allocate (output, memory);
  args.n_inputs = node->n_inputs;
  args.output = *output;
  for (guint i = 0; i < node->n_inputs; i++)
    args.inputs[i] = values[node->inputs[i]];
  node->op->reference (&args);
}

TrafoOperand
op_decomposition_run (const TrafoOp      *op,
                      const void         *attrs,
                      const TrafoOperand *inputs,
                      guint               n_inputs)
{
  TrafoSym sym;
  g_autoptr (TrafoGraph) graph = trace (op, attrs, inputs, n_inputs, &sym);
  g_autoptr (GPtrArray) memory = g_ptr_array_new_with_free_func (g_free);
  g_autofree TrafoOperand *values = g_new0 (TrafoOperand, trafo_graph_get_n_nodes (graph));
  TrafoOperand             result;

  for (TrafoSym i = 1; i < trafo_graph_get_n_nodes (graph); i++)
    {
      const TrafoNode *node = trafo_graph_get_node (graph, i);

      g_assert_true (node->op != op);
      if (node->op->id == TRAFO_OP_INPUT)
        values[i] = inputs[node->leaf];
      else
        run_node (node, values, &values[i], memory);
    }
  result = copy (&values[sym], memory);
  g_ptr_array_steal_index (memory, memory->len - 1);
  return result;
}

/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "trafo-device-private.h"
#include "trafo-execution-private.h"
#include "trafo-tensor-private.h"

/* States lie outside the arena, where their owner wants them. A plan holds where they were when it was
 * last used; when they have moved, its operands move by as much. */

gboolean
trafo_execution_is_state (const TrafoExecution *self, guint root)
{
  const TrafoNode *node = trafo_graph_get_node (self->program->graph, root);

  return node != NULL && node->op->id == TRAFO_OP_STATE;
}

static const TrafoGraphState *
state_at (const TrafoExecution *self, guint i)
{
  return g_ptr_array_index (self->program->graph->states, i);
}

gboolean
trafo_execution_bind_state (TrafoExecution     *self,
                            guint               i,
                            const TrafoOperand *memory,
                            GError            **error)
{
  const TrafoGraph      *graph = self->program->graph;
  const TrafoGraphState *state = state_at (self, i);
  const TrafoValueType  *type = &trafo_graph_get_node (graph, state->sym)->type;
  gboolean               fits = memory->dtype == type->dtype && memory->n_dims == type->n_dims &&
                  trafo_operand_is_row_major (memory);
  g_autofree char *found = NULL;
  g_autofree char *expected = NULL;

  for (guint j = 0; j < type->n_dims && fits; j++)
    fits =
        type->dims[j] == TRAFO_DIM_OPEN ? memory->shape[j] >= 0 : type->dims[j] == memory->shape[j];
  if (fits)
    {
      self->states[i] = *memory;
      return TRUE;
    }
  found = trafo_shape_to_string (memory->shape, memory->n_dims);
  expected = trafo_dims_to_string (graph->dims, type->dims, type->n_dims);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "state '%s' is bound to %s of shape %s, expected %s of shape %s, contiguous",
               state->name,
               trafo_dtype_get_name (memory->dtype),
               found,
               trafo_dtype_get_name (type->dtype),
               expected);
  return FALSE;
}

/* In host memory an operand is an address, elsewhere a handle and an offset. */
static void
move (const TrafoExecution *self, guint root, TrafoOperand *operand)
{
  const TrafoNode    *node = trafo_graph_get_node (self->program->graph, root);
  const TrafoOperand *from = &self->placed_states[node->leaf];
  const TrafoOperand *to = &self->states[node->leaf];

  if (self->program->is_host)
    operand->data = GSIZE_TO_POINTER (GPOINTER_TO_SIZE (operand->data) +
                                      GPOINTER_TO_SIZE (to->data) - GPOINTER_TO_SIZE (from->data));
  else
    {
      operand->data = to->data;
      operand->offset_bytes += to->offset_bytes - from->offset_bytes;
    }
  if (node->type.n_dims > 0 && node->type.dims[0] == TRAFO_DIM_OPEN)
    operand->shape[0] = to->shape[0];
}

static gboolean
check_bound (const TrafoExecution *self, GError **error)
{
  for (guint i = 0; i < self->program->graph->states->len; i++)
    if (self->states[i].dtype == TRAFO_DTYPE_NONE)
      {
        g_set_error (error,
                     TRAFO_ERROR,
                     TRAFO_ERROR_INVALID_ARGUMENT,
                     "state '%s' is not bound",
                     state_at (self, i)->name);
        return FALSE;
      }
  return TRUE;
}

gboolean
trafo_execution_place_states (TrafoExecution *self, GError **error)
{
  guint n_states = self->program->graph->states->len;

  if (!check_bound (self, error))
    return FALSE;
  if (memcmp (self->states, self->placed_states, n_states * sizeof *self->states) == 0)
    return TRUE;
  for (TrafoSym sym = 1; sym < trafo_graph_get_n_nodes (self->program->graph); sym++)
    if (trafo_execution_is_state (self, self->roots[sym]))
      move (self, self->roots[sym], &self->values[sym]);
  for (guint i = 0; i < self->n_steps; i++)
    for (guint j = 0; j < self->steps[i].args.n_inputs; j++)
      if (trafo_execution_is_state (self, self->steps[i].input_roots[j]))
        move (self, self->steps[i].input_roots[j], &self->steps[i].args.inputs[j]);
  memcpy (self->placed_states, self->states, n_states * sizeof *self->states);
  /* without staging there is nothing that could be run again as it is */
  self->is_resolved = trafo_execution_prepare_staging (self, error);
  return self->is_resolved;
}

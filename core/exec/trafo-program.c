/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-program-private.h"

#include <stdlib.h>
#include <string.h>

#include "trafo-device-private.h"
#include "trafo-execution-private.h"
#include "trafo-file-table-private.h"
#include "trafo-passes-private.h"
#include "trafo-recording-private.h"

const TrafoGraph *
trafo_program_get_graph (const TrafoProgram *self)
{
  return self->graph;
}

TrafoDevice *
trafo_program_get_device (const TrafoProgram *self)
{
  return self->device;
}

/* Does nothing for what is no parameter, and for a form that is there. */
static gboolean
fetch_param (TrafoProgram *self, TrafoSym sym, TrafoWeightUse use, GError **error)
{
  const TrafoNode *node = trafo_graph_get_node (self->graph, sym);
  TrafoOperand    *operand = &self->params[(gsize) sym * TRAFO_N_WEIGHT_USES + use];

  if (node->op->id != TRAFO_OP_PARAM || operand->dtype != TRAFO_DTYPE_NONE)
    return TRUE;
  return trafo_weights_get (self->weights,
                            g_ptr_array_index (self->graph->params, node->leaf),
                            &node->type,
                            use,
                            operand,
                            error);
}

/* Puts every parameter into the forms in which some op takes it. */
static gboolean
fetch_params (TrafoProgram *self, GError **error)
{
  g_auto (TrafoPhase) phase = trafo_phase_begin (TRAFO_PHASE_PACK);
  const TrafoGraph *graph = self->graph;

  for (TrafoSym sym = 1; sym < trafo_graph_get_n_nodes (graph); sym++)
    {
      const TrafoNode *node = trafo_graph_get_node (graph, sym);

      for (guint i = 0; i < node->n_inputs; i++)
        if (!fetch_param (self, node->inputs[i], trafo_weight_use_of (node, i), error))
          return FALSE;
    }
  for (guint i = 0; i < graph->outputs->len; i++)
    {
      const TrafoGraphOutput *output = g_ptr_array_index (graph->outputs, i);

      if (!fetch_param (self, output->sym, TRAFO_WEIGHT_USE_FLOAT, error))
        return FALSE;
    }
  return TRUE;
}

/* Once, for the weights' lock may be held while another program's are packed. */
static void
find_tables (TrafoProgram *self)
{
  guint n_nodes = trafo_graph_get_n_nodes (self->graph);

  self->tables = g_new0 (TrafoFileTable *, n_nodes);
  for (TrafoSym sym = 1; sym < n_nodes && self->is_host; sym++)
    {
      const TrafoOperand *table =
          &self->params[(gsize) sym * TRAFO_N_WEIGHT_USES + TRAFO_WEIGHT_USE_TABLE];

      if (table->dtype != TRAFO_DTYPE_NONE)
        self->tables[sym] = trafo_weights_find_table (self->weights, table);
    }
}

TrafoProgram *
trafo_program_compile (TrafoGraph *graph, TrafoWeights *weights, GError **error)
{
  g_autoptr (TrafoProgram) self = g_new0 (TrafoProgram, 1);

  pthread_mutex_init (&self->lock, NULL);
  self->idle = g_ptr_array_new ();
  self->weights = trafo_weights_ref (weights);
  self->device = trafo_weights_get_device (weights);
  self->is_host = trafo_device_is_host (self->device);
  self->graph = trafo_passes_run (graph, self->device, trafo_weights_get_dtype (weights), error);
  if (self->graph == NULL)
    return NULL;
  self->params =
      g_new0 (TrafoOperand, (gsize) trafo_graph_get_n_nodes (self->graph) * TRAFO_N_WEIGHT_USES);
  if (!fetch_params (self, error))
    return NULL;
  find_tables (self);
  return g_steal_pointer (&self);
}

static void
execution_free (TrafoExecution *self)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (self->program->device);
  gpointer              handle = trafo_device_get_handle (self->program->device);

  if (self->program->is_host)
    free (self->arena);
  else if (self->arena != NULL)
    ops->buffer_free (handle, self->arena);
  if (self->stream != NULL)
    ops->stream_free (handle, self->stream);
  free (self->scratch);
  free (self->staging);
  trafo_recording_free (self->last_recording);
  g_free (self->states);
  g_free (self->placed_states);
  g_free (self->dim_values);
  g_free (self->values);
  g_free (self->roots);
  g_free (self->placements);
  g_free (self->order);
  g_free (self->steps);
  g_free (self->task_rows);
  g_free (self);
}

void
trafo_program_free (TrafoProgram *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->idle->len; i++)
    execution_free (g_ptr_array_index (self->idle, i));
  g_ptr_array_unref (self->idle);
  pthread_mutex_destroy (&self->lock);
  g_free (self->params);
  g_free (self->tables);
  g_clear_pointer (&self->graph, trafo_graph_free);
  trafo_weights_unref (self->weights);
  g_free (self);
}

static TrafoExecution *
execution_new (TrafoProgram *program)
{
  TrafoExecution *self = g_new0 (TrafoExecution, 1);
  guint           n_nodes = trafo_graph_get_n_nodes (program->graph);
  guint           n_states = program->graph->states->len;

  self->program = program;
  /* never NULL, which memcpy() and the like refuse even for no bytes */
  self->states = g_new0 (TrafoOperand, MAX (n_states, 1));
  self->placed_states = g_new0 (TrafoOperand, MAX (n_states, 1));
  self->dim_values = g_new0 (gint64, trafo_dims_get_size (program->graph->dims));
  self->values = g_new0 (TrafoOperand, n_nodes);
  self->roots = g_new0 (guint, n_nodes);
  self->placements = g_new0 (TrafoPlacement, n_nodes * TRAFO_N_PLACEMENTS);
  self->order = g_new0 (guint, n_nodes * TRAFO_N_PLACEMENTS);
  self->steps = g_new0 (TrafoStep, n_nodes * TRAFO_N_PLACEMENTS);
  trafo_barrier_init (&self->barrier);
  return self;
}

TrafoExecution *
trafo_program_acquire (TrafoProgram *self)
{
  TrafoExecution *execution = NULL;

  pthread_mutex_lock (&self->lock);
  if (self->idle->len > 0)
    execution = g_ptr_array_steal_index_fast (self->idle, self->idle->len - 1);
  pthread_mutex_unlock (&self->lock);
  return execution != NULL ? execution : execution_new (self);
}

/* A crowd of callers needs as many executions; afterwards no more are kept than can run at once. */
void
trafo_program_release (TrafoProgram *self, TrafoExecution *execution)
{
  guint    n_kept = trafo_thread_pool_get_size (trafo_thread_pool_get_default ());
  gboolean is_kept;

  memset (execution->states, 0, self->graph->states->len * sizeof *execution->states);
  pthread_mutex_lock (&self->lock);
  is_kept = self->idle->len < n_kept;
  if (is_kept)
    g_ptr_array_add (self->idle, execution);
  pthread_mutex_unlock (&self->lock);
  if (!is_kept)
    execution_free (execution);
}

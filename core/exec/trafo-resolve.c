/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <stdlib.h>
#include <string.h>

#include "trafo-autotune-private.h"
#include "trafo-device-private.h"
#include "trafo-execution-private.h"
#include "trafo-file-table-private.h"
#include "trafo-op-run-private.h"
#include "trafo-profile-private.h"
#include "trafo-tensor-private.h"

/* Plans a program for given slots: what is done when a shape comes that the last run did not have.
 * Order: shapes and steps, life times, offsets, kernels, barriers. Allocates only where a buffer
 * has to grow. */

static guint
n_nodes_of (const TrafoExecution *self)
{
  return trafo_graph_get_n_nodes (self->program->graph);
}

static gboolean
fail_at (const TrafoNode *node, const TrafoOperand *value, const char *what, GError **error)
{
  g_autofree char *shape = trafo_shape_to_string (value->shape, value->n_dims);

  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "%s of shape %s: %s",
               node->op->name,
               shape,
               what);
  return FALSE;
}

static gboolean
resolve_shape (TrafoExecution  *self,
               const TrafoNode *node,
               TrafoOperand    *value,
               gsize           *ret_size_bytes,
               GError         **error)
{
  gint64 n_elements;

  memset (value, 0, sizeof *value);
  value->dtype = node->type.dtype;
  value->n_dims = node->type.n_dims;
  for (guint i = 0; i < value->n_dims; i++)
    value->shape[i] = trafo_dims_resolve (self->dim_values, node->type.dims[i]);
  trafo_shape_to_strides (value->shape, value->n_dims, value->strides);
  return trafo_shape_check (value->dtype,
                            value->shape,
                            value->n_dims,
                            &n_elements,
                            ret_size_bytes,
                            error);
}

/* A value with memory of its own, written by the step that is appended next. */
static void
own_memory (TrafoExecution *self, guint root, gsize size_bytes)
{
  TrafoPlacement *placement = &self->placements[root];

  placement->size_bytes = trafo_align_up (MAX (size_bytes, 1));
  placement->first_step = (gint) self->n_steps;
  placement->last_step = (gint) self->n_steps;
}

/* What may follow the step before, which writes @input, is written while that step reads its operands. */
static void
own_memory_before (TrafoExecution *self, guint root, guint input)
{
  if (self->program->is_host && self->n_steps > 0 &&
      self->steps[self->n_steps - 1].output_root == input)
    self->placements[root].first_step--;
}

static void
use_memory (TrafoExecution *self, guint root)
{
  self->placements[root].last_step = (gint) self->n_steps;
}

static void
resolve_attrs (TrafoExecution *self, const TrafoNode *node, TrafoAttrs *attrs)
{
  *attrs = node->attrs;
  if (node->op->id == TRAFO_OP_SLICE)
    attrs->slice.start = trafo_dims_resolve (self->dim_values, attrs->slice.start);
}

static TrafoStep *
append_step (TrafoExecution *self, TrafoSym sym, const TrafoOp *op)
{
  TrafoStep *step = &self->steps[self->n_steps++];

  memset (step, 0, sizeof *step);
  step->sym = sym;
  step->run = op->reference;
  step->mutates = op->mutates;
  step->args.struct_size = sizeof step->args;
  step->args.op = op->id;
  step->args.attrs = op->attrs_size_bytes > 0 ? &step->attrs : NULL;
  step->args.device = trafo_device_get_handle (self->program->device);
  return step;
}

/* Copies are made for views and for kernels. A step or view at @sym may need two: they live where
 * the symbols n_nodes + @sym and 2 n_nodes + @sym would; @copy is that number. The copy replaces
 * @root and @operand. */
static void
append_copy (TrafoExecution *self, TrafoSym sym, guint copy, guint *root, TrafoOperand *operand)
{
  gsize      size_bytes = trafo_dtype_get_size (operand->dtype);
  TrafoStep *step;

  for (guint i = 0; i < operand->n_dims; i++)
    size_bytes *= operand->shape[i];
  own_memory (self, copy, size_bytes);
  use_memory (self, *root);
  step = append_step (self, sym, trafo_op_lookup (TRAFO_OP_COPY));
  step->args.n_inputs = 1;
  step->args.inputs[0] = *operand;
  step->input_roots[0] = *root;
  operand->offset_bytes = 0;
  trafo_shape_to_strides (operand->shape, operand->n_dims, operand->strides);
  step->args.output = *operand;
  step->output_root = *root = copy;
}

static gboolean
resolve_view (TrafoExecution *self, TrafoSym sym, const TrafoNode *node, GError **error)
{
  TrafoOperand  input = self->values[node->inputs[0]];
  TrafoOperand *output = &self->values[sym];
  guint         root = self->roots[node->inputs[0]];
  TrafoAttrs    attrs;

  resolve_attrs (self, node, &attrs);
  if (!node->op->view (&attrs, &input, output))
    {
      append_copy (self, sym, n_nodes_of (self) + sym, &root, &input);
      if (!node->op->view (&attrs, &input, output))
        {
          g_autofree char *shape = trafo_shape_to_string (input.shape, input.n_dims);
          g_autofree char *what = g_strdup_printf ("does not fit its operand of shape %s", shape);

          return fail_at (node, output, what, error);
        }
    }
  self->roots[sym] = root;
  return TRUE;
}

/* What an op reads and where that lives. */
typedef struct
{
  TrafoOperand operands[TRAFO_MAX_OP_INPUTS];
  guint        roots[TRAFO_MAX_OP_INPUTS];
} Inputs;

static void
find_inputs (TrafoExecution *self, TrafoSym sym, const TrafoNode *node, Inputs *inputs)
{
  for (guint i = 0; i < node->n_inputs; i++)
    {
      TrafoSym         input = node->inputs[i];
      const TrafoNode *source = trafo_graph_get_node (self->program->graph, input);
      TrafoWeightUse   use = trafo_weight_use_of (node, i);

      inputs->operands[i] = self->values[input];
      inputs->roots[i] = self->roots[input];
      if (source->op->id == TRAFO_OP_PARAM)
        inputs->operands[i] = self->program->params[input * TRAFO_N_WEIGHT_USES + use];
      if (trafo_op_broadcasts (node->op->id))
        trafo_operand_broadcast (&inputs->operands[i], &self->values[sym]);
    }
}

static gboolean
has_dense_rows (const TrafoOperand *x)
{
  return x->n_dims == 0 || x->shape[x->n_dims - 1] <= 1 || x->strides[x->n_dims - 1] == 1;
}

/* A packed weight leaves no other way than the device's kernel, which may take dense rows alone: x
 * and the residual get them. */
static void
make_rows_dense (TrafoExecution *self, TrafoSym sym, const TrafoNode *node, Inputs *inputs)
{
  guint copy = n_nodes_of (self) + sym;

  if (node->op->id != TRAFO_OP_LINEAR || inputs->operands[1].layout != TRAFO_LAYOUT_PACKED)
    return;
  for (guint i = 0; i < node->n_inputs; i++)
    {
      gboolean is_residual = node->attrs.linear.has_residual && i == node->n_inputs - 1;

      if ((i != 0 && !is_residual) || has_dense_rows (&inputs->operands[i]))
        continue;
      append_copy (self, sym, copy, &inputs->roots[i], &inputs->operands[i]);
      copy += n_nodes_of (self);
    }
}

/* A table that is packed for a layer too, as tied embeddings are, is read from there where the device
 * has a kernel for that: its rows in the file then never come into memory. */
static void
read_packed_table (TrafoExecution *self, const TrafoNode *node, TrafoStep *step)
{
  const TrafoNode    *source = trafo_graph_get_node (self->program->graph, node->inputs[0]);
  TrafoKernelArgs     args = step->args;
  const TrafoOperand *packed;

  if (node->op->id != TRAFO_OP_GATHER || source->op->id != TRAFO_OP_PARAM ||
      !self->program->is_host)
    return;
  packed = &self->program->params[node->inputs[0] * TRAFO_N_WEIGHT_USES + TRAFO_WEIGHT_USE_LINEAR];
  if (packed->layout != TRAFO_LAYOUT_PACKED)
    return;
  args.inputs[0] = *packed;
  if (trafo_device_choose_kernel (self->program->device, &args) != NULL)
    step->args.inputs[0] = *packed;
}

static void
resolve_step (TrafoExecution *self, TrafoSym sym, const TrafoNode *node, gsize size_bytes)
{
  Inputs     inputs;
  TrafoStep *step;

  find_inputs (self, sym, node, &inputs);
  make_rows_dense (self, sym, node, &inputs);
  own_memory (self, sym, size_bytes);
  if (trafo_execution_may_follow (node->op->id))
    own_memory_before (self, sym, inputs.roots[0]);
  for (guint i = 0; i < node->n_inputs; i++)
    use_memory (self, inputs.roots[i]);
  step = append_step (self, sym, node->op);
  resolve_attrs (self, node, &step->attrs);
  step->args.n_inputs = node->n_inputs;
  step->args.output = self->values[sym];
  step->output_root = sym;
  for (guint i = 0; i < node->n_inputs; i++)
    {
      step->args.inputs[i] = inputs.operands[i];
      step->input_roots[i] = inputs.roots[i];
    }
  read_packed_table (self, node, step);
  self->roots[sym] = sym;
}

static gboolean
resolve_node (TrafoExecution *self, TrafoSym sym, GError **error)
{
  const TrafoNode *node = trafo_graph_get_node (self->program->graph, sym);
  gsize            size_bytes;

  if (!resolve_shape (self, node, &self->values[sym], &size_bytes, error))
    return FALSE;
  if (node->op->id == TRAFO_OP_PARAM)
    {
      /* what views of a parameter see: the row-major form, fetched because a view takes it */
      const TrafoOperand *plain =
          &self->program->params[sym * TRAFO_N_WEIGHT_USES + TRAFO_WEIGHT_USE_FLOAT];

      if (plain->dtype != TRAFO_DTYPE_NONE)
        self->values[sym] = *plain;
      self->roots[sym] = 0;
      return TRUE;
    }
  if (node->op->id == TRAFO_OP_STATE)
    {
      self->roots[sym] = sym;
      return TRUE;
    }
  if (node->op->view != NULL)
    return resolve_view (self, sym, node, error);
  if (node->op->id != TRAFO_OP_INPUT)
    {
      resolve_step (self, sym, node, size_bytes);
      return TRUE;
    }
  own_memory (self, sym, size_bytes);
  self->placements[sym].first_step = -1;
  self->roots[sym] = sym;
  return TRUE;
}

static gboolean
resolve_nodes (TrafoExecution *self, GError **error)
{
  const TrafoGraph *graph = self->program->graph;
  guint             n_nodes = n_nodes_of (self);

  self->n_steps = 0;
  memset (self->placements, 0, sizeof *self->placements * n_nodes * TRAFO_N_PLACEMENTS);
  for (TrafoSym sym = 1; sym < n_nodes; sym++)
    if (!resolve_node (self, sym, error))
      return FALSE;
  /* inputs stay, so that the same execution can be run again; outputs are read afterwards */
  for (guint i = 0; i < graph->inputs->len; i++)
    self->placements[((TrafoGraphInput *) g_ptr_array_index (graph->inputs, i))->sym].last_step =
        G_MAXINT;
  for (guint i = 0; i < graph->outputs->len; i++)
    {
      const TrafoGraphOutput *output = g_ptr_array_index (graph->outputs, i);

      self->placements[self->roots[output->sym]].last_step = G_MAXINT;
    }
  self->placements[0].size_bytes = 0;
  return TRUE;
}

static gboolean
grow_host (gpointer   *memory,
           gsize      *capacity_bytes,
           gsize       size_bytes,
           const char *what,
           GError    **error)
{
  if (size_bytes <= *capacity_bytes)
    return TRUE;
  free (*memory);
  *memory = trafo_aligned_try_alloc (size_bytes);
  *capacity_bytes = *memory != NULL ? size_bytes : 0;
  if (*memory != NULL)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NO_MEMORY,
               "no memory for %" G_GSIZE_FORMAT " bytes of %s",
               size_bytes,
               what);
  return FALSE;
}

static gboolean
grow_device (TrafoExecution *self, GError **error)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (self->program->device);
  gpointer              handle = trafo_device_get_handle (self->program->device);
  TrafoMessage          message = { "" };
  TrafoStatus           status;

  if (self->stream == NULL &&
      !trafo_device_check (self->program->device,
                           ops->stream_new (handle, &self->stream, &message),
                           &message,
                           error))
    return FALSE;
  if (self->arena_size_bytes <= self->arena_capacity_bytes)
    return TRUE;
  if (self->arena != NULL)
    ops->buffer_free (handle, self->arena);
  self->arena = NULL;
  self->arena_capacity_bytes = 0;
  status = ops->buffer_alloc (handle,
                              self->arena_size_bytes,
                              TRAFO_BUFFER_ARENA,
                              &self->arena,
                              &message);
  if (!trafo_device_check (self->program->device, status, &message, error))
    return FALSE;
  self->arena_capacity_bytes = self->arena_size_bytes;
  return TRUE;
}

static gboolean
plan_memory (TrafoExecution *self, GError **error)
{
  self->arena_size_bytes =
      trafo_plan_memory (self->placements, n_nodes_of (self) * TRAFO_N_PLACEMENTS, self->order);
  if (!self->program->is_host)
    return grow_device (self, error);
  return grow_host (&self->arena,
                    &self->arena_capacity_bytes,
                    self->arena_size_bytes,
                    "values",
                    error);
}

/* From an offset in its root to an address, or to an offset in the device's buffer. A state's address
 * counts from 0 until it is known. */
static void
place (TrafoExecution *self, guint root, TrafoOperand *operand)
{
  if (root == 0 || trafo_execution_is_state (self, root))
    {
      if (self->program->is_host)
        {
          operand->data =
              GSIZE_TO_POINTER (GPOINTER_TO_SIZE (operand->data) + operand->offset_bytes);
          operand->offset_bytes = 0;
        }
      return;
    }
  operand->offset_bytes += self->placements[root].offset_bytes;
  operand->data = self->arena;
  if (self->program->is_host)
    {
      operand->data = (guint8 *) self->arena + operand->offset_bytes;
      operand->offset_bytes = 0;
    }
}

static TrafoRange
range_of (const TrafoExecution *self, guint root)
{
  const TrafoPlacement *placement = &self->placements[root];
  TrafoRange            range = { 0, 0, 0 };

  if (trafo_execution_is_state (self, root))
    range = (TrafoRange){ root, 0, G_MAXSIZE };
  else if (root != 0)
    {
      range.begin = placement->offset_bytes;
      range.end = placement->offset_bytes + placement->size_bytes;
    }
  return range;
}

static void
place_all (TrafoExecution *self)
{
  for (TrafoSym sym = 1; sym < n_nodes_of (self); sym++)
    place (self, self->roots[sym], &self->values[sym]);
  for (guint i = 0; i < self->n_steps; i++)
    {
      TrafoStep *step = &self->steps[i];

      place (self, step->output_root, &step->args.output);
      step->ranges[0] = range_of (self, step->output_root);
      for (guint j = 0; j < step->args.n_inputs; j++)
        {
          place (self, step->input_roots[j], &step->args.inputs[j]);
          step->ranges[1 + j] = range_of (self, step->input_roots[j]);
        }
    }
}

static gboolean
has_pieces (const TrafoOperand *value)
{
  for (guint i = 0; i < value->n_dims; i++)
    if (value->shape[i] == 0)
      return FALSE;
  return TRUE;
}

/* The reference reads strides; a layout of the device's own is for its kernels alone. */
static gboolean
check_layouts (const TrafoStep *step, GError **error)
{
  for (guint i = 0; i < step->args.n_inputs; i++)
    if (step->args.inputs[i].layout != TRAFO_LAYOUT_STRIDED)
      {
        g_set_error (error,
                     TRAFO_ERROR,
                     TRAFO_ERROR_INTERNAL,
                     "%s: the device packed a weight that none of its kernels takes",
                     trafo_op_lookup (step->args.op)->name);
        return FALSE;
      }
  return TRUE;
}

static void
split_step (TrafoExecution *self, TrafoStep *step, guint n_threads)
{
  TrafoKernelSplit split;

  trafo_kernel_split (step->kernel, &step->args, n_threads, &split);
  step->n_tasks = split.n_tasks;
  step->n_finish_tasks = split.n_finish_tasks;
  self->scratch_bytes = MAX (self->scratch_bytes, split.scratch_bytes);
  self->shared_bytes = MAX (self->shared_bytes, split.shared_bytes);
}

/* The kernel for rows of a table that are read from a file; NULL if this is none, or another view of it. */
static const TrafoKernel *
bind_table (TrafoExecution *self, TrafoStep *step)
{
  const TrafoNode *node = trafo_graph_get_node (self->program->graph, step->sym);
  TrafoFileTable  *table;

  if (step->args.op != TRAFO_OP_GATHER)
    return NULL;
  table = self->program->tables[node->inputs[0]];
  return table != NULL && trafo_file_table_is (table, &step->args.inputs[0])
             ? trafo_file_table_bind (table, &step->args, &self->read_error)
             : NULL;
}

/* A step that writes into its operands cannot be tried, for it would find them changed. */
static void
choose_kernel (TrafoExecution *self, TrafoStep *step, gboolean is_tuned)
{
  TrafoDevice *device = self->program->device;

  step->kernel = bind_table (self, step);
  if (step->kernel != NULL)
    return;
  if (is_tuned && step->mutates == 0 && has_pieces (&step->args.output))
    step->kernel = trafo_autotune_recall (device, &step->args, &step->is_open);
  else
    step->kernel = trafo_device_choose_kernel (device, &step->args);
  self->is_open |= step->is_open;
}

static gboolean
choose_kernels (TrafoExecution *self, guint n_threads, GError **error)
{
  gboolean is_tuned = trafo_autotune_is_wanted (self->program->device);

  self->scratch_bytes = self->shared_bytes = 0;
  self->n_workers = 1;
  self->is_open = FALSE;
  for (guint i = 0; i < self->n_steps; i++)
    {
      TrafoStep *step = &self->steps[i];

      choose_kernel (self, step, is_tuned);
      step->n_tasks = 1;
      if (step->kernel == NULL && !check_layouts (step, error))
        return FALSE;
      if (!has_pieces (&step->args.output))
        step->n_tasks = 0;
      else if (self->program->is_host && step->kernel != NULL)
        split_step (self, step, n_threads);
      if (step->n_tasks > 1)
        self->n_workers = n_threads;
    }
  return TRUE;
}

/* The host memory for the largest input, and for the operands of the largest step that the device
 * cannot do. */
gboolean
trafo_execution_prepare_staging (TrafoExecution *self, GError **error)
{
  const GPtrArray *inputs = self->program->graph->inputs;
  gsize            largest = 0;

  for (guint i = 0; i < inputs->len && !self->program->is_host; i++)
    {
      const TrafoGraphInput *input = g_ptr_array_index (inputs, i);

      largest = MAX (largest, trafo_operand_span_bytes (&self->values[input->sym]));
    }
  for (guint i = 0; i < self->n_steps && !self->program->is_host; i++)
    {
      const TrafoStep *step = &self->steps[i];
      gsize            size_bytes = 0;

      if (step->kernel != NULL)
        continue;
      for (guint j = 0; j <= step->args.n_inputs; j++)
        size_bytes += trafo_align_up (
            trafo_operand_span_bytes (j == 0 ? &step->args.output : &step->args.inputs[j - 1]));
      largest = MAX (largest, size_bytes);
    }
  return grow_host (&self->staging, &self->staging_capacity_bytes, largest, "staging", error);
}

/* Memory for each worker, and behind it what the tasks of one step have in common. */
static gboolean
prepare_scratch (TrafoExecution *self, GError **error)
{
  gsize own_bytes, size_bytes;

  if (!g_size_checked_mul (&own_bytes, self->scratch_bytes, self->n_workers) ||
      !g_size_checked_add (&size_bytes, own_bytes, self->shared_bytes))
    size_bytes = G_MAXSIZE;
  if (!grow_host (&self->scratch, &self->scratch_capacity_bytes, size_bytes, "scratch", error))
    return FALSE;
  for (guint i = 0; i < self->n_steps; i++)
    if (self->steps[i].n_finish_tasks > 0)
      self->steps[i].args.shared = (guint8 *) self->scratch + own_bytes;
  return TRUE;
}

gboolean
trafo_execution_resolve (TrafoExecution *self, GError **error)
{
  guint n_threads = trafo_thread_pool_get_size (trafo_thread_pool_get_default ());

  g_auto (TrafoPhase) phase = trafo_phase_begin (TRAFO_PHASE_PLAN);

  self->is_resolved = FALSE;
  self->n_plans++;
  self->taken_arena = NULL;
  memset (self->placed_states, 0, self->program->graph->states->len * sizeof *self->states);
  trafo_dims_evaluate (self->program->graph->dims, self->slots, self->dim_values);
  if (!resolve_nodes (self, error) || !plan_memory (self, error))
    return FALSE;
  place_all (self);
  if (!choose_kernels (self, n_threads, error))
    return FALSE;
  trafo_execution_place_barriers (self);
  if (!trafo_execution_prepare_staging (self, error) || !prepare_scratch (self, error))
    return FALSE;
  self->is_resolved = TRUE;
  return TRUE;
}

static void
move_to_arena (TrafoExecution *self, guint root, TrafoOperand *operand)
{
  if (root != 0 && !trafo_execution_is_state (self, root))
    operand->data = (guint8 *) self->arena +
                    ((const guint8 *) operand->data - (const guint8 *) self->taken_arena);
}

gboolean
trafo_execution_restore_arena (TrafoExecution *self, GError **error)
{
  if (self->taken_arena == NULL)
    return TRUE;
  if (!grow_host (&self->arena,
                  &self->arena_capacity_bytes,
                  self->arena_size_bytes,
                  "values",
                  error))
    return FALSE;
  for (TrafoSym sym = 1; sym < n_nodes_of (self); sym++)
    move_to_arena (self, self->roots[sym], &self->values[sym]);
  for (guint i = 0; i < self->n_steps; i++)
    {
      TrafoStep *step = &self->steps[i];

      move_to_arena (self, step->output_root, &step->args.output);
      for (guint j = 0; j < step->args.n_inputs; j++)
        move_to_arena (self, step->input_roots[j], &step->args.inputs[j]);
    }
  self->taken_arena = NULL;
  return TRUE;
}
